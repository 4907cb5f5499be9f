package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"sgfit/suggest"
)

// TierMap is who talks to whom, ready to be drawn: boxes in columns, from those that only open connections to those that
// only answer, and a curve for each pair of parties. Lengths are in the units of the drawing.
type TierMap struct {
	Width, Height int
	Nodes         []TierNode
	Links         []TierLink
	Talks         []TalkWords // the same as a table, and more of it
	Hidden        int         // parties that found no room
}

// TierNode is one box.
type TierNode struct {
	X, Y, Width, Height int
	Lines               []string // at most two
	Title               string   // all of it
	Kind                string   // groups, internet, private
}

// TextX is where the lines begin.
func (n TierNode) TextX() int { return n.X + 8 }

// TextY is the base line of line i.
func (n TierNode) TextY(i int) int {
	if len(n.Lines) == 1 {
		return n.Y + 24
	}
	return n.Y + 17 + 15*i
}

// TierLink is one curve; its Width grows with the logarithm of the conversations. The busiest have a Label at their middle.
type TierLink struct {
	Path   string
	Width  float64
	Title  string
	Label  string
	LX, LY int
}

// TalkWords is one line of the table.
type TalkWords struct {
	From, To, Services string
	Conversations      int64
}

const (
	mostNodes   = 24
	mostColumns = 5
	nodeWidth   = 140
	nodeHeight  = 40
	columnStep  = 190
	rowStep     = 58
	mapMargin   = 2
	mapRight    = 36 // room for curves within the last column
	mostLabels  = 14
)

// tierMap draws the busiest parties; nil where nobody talked.
func tierMap(plan suggest.Plan) *TierMap {
	if len(plan.Talks) == 0 {
		return nil
	}
	names := namesOf(plan)
	m := &TierMap{}
	for _, t := range plan.Talks {
		m.Talks = append(m.Talks, TalkWords{partyWords(t.From, names), partyWords(t.To, names), spokenWords(t.Services), t.Conversations})
	}
	tiers := newTiers(plan.Talks)
	m.Hidden = tiers.hidden
	at := m.place(tiers, names)
	most := float64(plan.Talks[0].Conversations)
	for i, t := range plan.Talks {
		from, okFrom := at[openerKey(t.From)]
		to, okTo := at[answererKey(t.To)]
		if !okFrom || !okTo {
			continue
		}
		w, a, b := m.Talks[i], m.Nodes[from], m.Nodes[to]
		l := TierLink{Path: curve(a, b), Width: 1 + math.Round(50*math.Log1p(float64(t.Conversations))/math.Log1p(most))/10,
			Title: fmt.Sprintf("%s → %s: %s (%s)", w.From, w.To, w.Services, count(t.Conversations, "conversation", "conversations"))}
		if len(m.Links) < mostLabels && b.X > a.X {
			l.Label, l.LX, l.LY = spokenWords(t.Services[:1]), (a.X+a.Width+b.X)/2, (a.Y+b.Y+nodeHeight)/2+4
		}
		m.Links = append(m.Links, l)
	}
	return m
}

// openerKey and answererKey tell parties apart. What is outside has two boxes: one that opens, one that answers.
func openerKey(p suggest.Party) string {
	if p.Kind != suggest.PartyGroups {
		return "from " + string(p.Kind)
	}
	return strings.Join(p.Groups, ",")
}

func answererKey(p suggest.Party) string {
	if p.Kind != suggest.PartyGroups {
		return "to " + string(p.Kind)
	}
	return strings.Join(p.Groups, ",")
}

// tiers sorts parties into columns.
type tiers struct {
	parties map[string]suggest.Party
	columns [][]string
	hidden  int
}

// newTiers takes the busiest parties. Those that open more than they answer come first; each then stands right of all
// before it that open connections to it.
func newTiers(talks []suggest.Talk) tiers {
	t := tiers{parties: map[string]suggest.Party{}}
	opened, answered := map[string]float64{}, map[string]float64{}
	for _, talk := range talks {
		from, to, n := openerKey(talk.From), answererKey(talk.To), math.Log1p(float64(talk.Conversations))
		t.parties[from], t.parties[to] = talk.From, talk.To
		opened[from] += n
		answered[to] += n
	}
	order := make([]string, 0, len(t.parties))
	for key := range t.parties {
		order = append(order, key)
	}
	slices.SortFunc(order, func(a, b string) int {
		return cmp.Or(-cmp.Compare(opened[a]+answered[a], opened[b]+answered[b]), cmp.Compare(a, b))
	})
	t.hidden = max(0, len(order)-mostNodes)
	order = order[:min(mostNodes, len(order))]
	balance := func(key string) float64 { return (opened[key] - answered[key]) / (opened[key] + answered[key]) }
	slices.SortStableFunc(order, func(a, b string) int { return -cmp.Compare(balance(a), balance(b)) })
	t.rank(order, talks)
	return t
}

func (t *tiers) rank(order []string, talks []suggest.Talk) {
	place := map[string]int{}
	for i, key := range order {
		place[key] = i + 1
	}
	rank := map[string]int{}
	for _, key := range order {
		for _, talk := range talks {
			from := openerKey(talk.From)
			if answererKey(talk.To) == key && place[from] > 0 && place[from] < place[key] {
				rank[key] = max(rank[key], min(rank[from]+1, mostColumns-1))
			}
		}
		if strings.HasPrefix(key, "to ") {
			rank[key] = mostColumns - 1
		}
	}
	columns := make([][]string, mostColumns)
	for _, key := range order {
		columns[rank[key]] = append(columns[rank[key]], key)
	}
	t.columns = slices.DeleteFunc(columns, func(c []string) bool { return len(c) == 0 })
}

// place makes the boxes and says which is whose.
func (m *TierMap) place(t tiers, names groupNames) map[string]int {
	at := map[string]int{}
	tallest := 0
	for _, column := range t.columns {
		tallest = max(tallest, len(column))
	}
	for i, column := range t.columns {
		for j, key := range column {
			at[key] = len(m.Nodes)
			title := partyWords(t.parties[key], names)
			y := mapMargin + (tallest-len(column))*rowStep/2 + j*rowStep
			m.Nodes = append(m.Nodes, TierNode{mapMargin + i*columnStep, y, nodeWidth, nodeHeight, boxLines(title), title, string(t.parties[key].Kind)})
		}
	}
	m.Width = 2*mapMargin + (len(t.columns)-1)*columnStep + nodeWidth + mapRight
	m.Height = 2*mapMargin + (tallest-1)*rowStep + nodeHeight
	return at
}

// boxLines cuts a title to what a box holds.
func boxLines(title string) []string {
	first, rest, more := strings.Cut(title, " + ")
	lines := []string{cut(first, 20)}
	if more {
		lines = append(lines, cut("+ "+rest, 22))
	}
	return lines
}

// curve goes from the right side of one box to the left side of another, or back; within a column it goes round the right.
func curve(a, b TierNode) string {
	x1, y1, x2, y2 := a.X+a.Width, a.Y+a.Height/2, b.X, b.Y+b.Height/2
	c1, c2 := (x1+x2)/2, (x1+x2)/2
	switch {
	case b.X == a.X && b.Y == a.Y: // within a party
		x2, c1, c2, y1, y2 = x1, x1+28, x1+28, y1-9, y2+9
	case b.X == a.X:
		x2, c1, c2 = x1, x1+44, x1+44
	case b.X < a.X:
		x1, x2, y1, y2 = a.X, b.X+b.Width, y1+9, y2+9
		c1, c2 = (x1+x2)/2, (x1+x2)/2
	}
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, c1, y1, c2, y2, x2, y2)
}

// partyWords names a party by its groups' names, or ids where they have none.
func partyWords(p suggest.Party, names groupNames) string {
	switch p.Kind {
	case suggest.PartyInternet:
		return "internet"
	case suggest.PartyPrivate:
		return "private addresses"
	}
	var out []string
	for _, g := range p.Groups {
		out = append(out, names.short(g))
	}
	return strings.Join(out, " + ")
}

// spokenWords lists the services of a talk: "tcp 443, udp 53".
func spokenWords(services []suggest.Service) string {
	var out []string
	for i, s := range services {
		if i == 4 {
			return strings.Join(out, ", ") + fmt.Sprintf(" and %d more", len(services)-i)
		}
		word := s.Protocol
		if s.Port != 0 {
			word += fmt.Sprintf(" %d", s.Port)
		}
		out = append(out, word)
	}
	return strings.Join(out, ", ")
}
