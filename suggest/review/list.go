package review

import (
	"cmp"
	"slices"
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// Filter chooses rules. Zero values do not choose; without Action, rules that are to be kept are left out.
type Filter struct {
	Text    string         // every word of it occurs in the rule's content, its group, its description or its ids
	Group   string         // id; else every word of it occurs in the group's name or id
	Action  suggest.Action // of the plan; "any" for all
	Finding suggest.Kind
	Grade   string
	State   State
	MinGain float64 // bits
	Sort    string  // "gain" (the default): most bits first; "plan": as the plan has them
}

// AnyAction chooses rules to be kept as well.
const AnyAction suggest.Action = "any"

// Row is one rule in a list. Its text is safe to show, if escaped.
type Row struct {
	Rule        int            `json:"rule"` // place in the list of all rules
	Version     int64          `json:"version"`
	GroupID     string         `json:"group_id"`
	GroupName   string         `json:"group_name"`
	Direction   string         `json:"direction"`
	Words       string         `json:"words"` // "tcp 443 10.0.0.0/8"
	Action      suggest.Action `json:"action"`
	Becomes     []string       `json:"becomes"` // what stands: decided or else suggested; none where the rule goes
	Suggests    bool           `json:"suggests"`
	NeedsReason bool           `json:"needs_reason"` // to be accepted
	Choices     []string       `json:"choices"`      // names of its alternatives
	Findings    []suggest.Kind `json:"findings"`
	Grade       string         `json:"grade"`
	Gain        float64        `json:"gain"`
	State       State          `json:"state"`
	Stale       bool           `json:"stale"` // decided on when the plan suggested something else
	Reason      string         `json:"reason"`
	Who         string         `json:"who"`
	At          string         `json:"at"`
}

// Page is a part of a list.
type Page struct {
	Total  int           `json:"total"` // rules that were chosen
	Offset int           `json:"offset"`
	Rows   []Row         `json:"rows"`
	States map[State]int `json:"states"` // of all suggestions, chosen or not
	Last   int64         `json:"last"`   // number of the last entry of the log
}

// List returns a part of the rules that f chooses.
func (b *Book) List(f Filter, offset, limit int) Page {
	b.mu.RLock()
	defer b.mu.RUnlock()
	chosen := b.choose(f)
	p := Page{Total: len(chosen), Offset: min(max(offset, 0), len(chosen)), Rows: []Row{}, States: b.states(), Last: b.last()}
	for _, i := range chosen[p.Offset:min(p.Offset+max(limit, 0), len(chosen))] {
		p.Rows = append(p.Rows, b.row(i))
	}
	return p
}

// Chosen is one of the rules that a filter chose, as far as deciding on many at once needs it.
type Chosen struct {
	Seen
	Suggests    bool     `json:"suggests"`
	NeedsReason bool     `json:"needs_reason"`
	Choices     []string `json:"choices"` // names of its alternatives
}

// Choose returns all rules that f chooses, with the versions that they have now.
func (b *Book) Choose(f Filter) []Chosen {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := []Chosen{}
	for _, i := range b.choose(f) {
		it := &b.items[i]
		r := b.ruleOf(it)
		out = append(out, Chosen{Seen{i, it.version}, it.proposes, r.Action == suggest.Review, choicesOf(r)})
	}
	return out
}

// Named is a group by id and name. Its text is safe to show, if escaped.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Groups are those of the plan.
func (b *Book) Groups() []Named {
	out := make([]Named, len(b.plan.Groups))
	for i := range out {
		out[i] = Named{suggest.Visible(b.plan.Groups[i].GroupID), suggest.Visible(b.plan.Groups[i].GroupName)}
	}
	return out
}

// groupsOf says of each group whether it is meant: by its id, or else by all words that occur in its name or id.
func (b *Book) groupsOf(text string) []bool {
	out := make([]bool, len(b.plan.Groups))
	byID := slices.IndexFunc(b.plan.Groups, func(g suggest.Group) bool { return g.GroupID == text })
	words := strings.Fields(strings.ToLower(text))
	for i := range out {
		g := &b.plan.Groups[i]
		out[i] = i == byID || byID < 0 && holds(strings.ToLower(g.GroupName+"\n"+g.GroupID), words)
	}
	return out
}

// holds says whether a text has all words in it.
func holds(text string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

func choicesOf(r *suggest.Rule) []string {
	out := make([]string, len(r.Alternatives))
	for i := range out {
		out[i] = r.Alternatives[i].Name
	}
	return out
}

func (b *Book) choose(f Filter) []int {
	words, groups := strings.Fields(strings.ToLower(f.Text)), b.groupsOf(f.Group)
	var out []int
	for i := range b.items {
		if groups[b.items[i].group] && b.matches(&b.items[i], f, words) {
			out = append(out, i)
		}
	}
	if f.Sort != "plan" {
		slices.SortStableFunc(out, func(x, y int) int { return cmp.Compare(b.items[y].gain, b.items[x].gain) })
	}
	return out
}

func (b *Book) matches(it *item, f Filter, words []string) bool {
	r := b.ruleOf(it)
	switch {
	case f.Action == "" && r.Action == suggest.Keep:
		return false
	case f.Action != "" && f.Action != AnyAction && f.Action != r.Action,
		f.Grade != "" && f.Grade != r.Confidence.Grade,
		f.State != "" && f.State != b.state(it),
		f.MinGain > 0 && it.gain < f.MinGain,
		f.Finding != "" && !slices.ContainsFunc(r.Findings, func(x suggest.Finding) bool { return x.Kind == f.Finding }):
		return false
	}
	return holds(it.search, words)
}

// states counts suggestions by where they stand.
func (b *Book) states() map[State]int {
	counts := map[State]int{StateOpen: 0, StateAccepted: 0, StateChanged: 0, StateRejected: 0, StatePostponed: 0}
	for i := range b.items {
		it := &b.items[i]
		if state := b.state(it); state != StateOpen || b.ruleOf(it).Action != suggest.Keep {
			counts[state]++
		}
	}
	return counts
}

// Last is the number of the last entry of the log.
func (b *Book) Last() int64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.last()
}

func (b *Book) last() int64 {
	if n := len(b.log); n > 0 {
		return b.log[n-1].No
	}
	return 0
}

func (b *Book) row(i int) Row {
	it := &b.items[i]
	g, r := b.groupOf(it), b.ruleOf(it)
	row := Row{Rule: i, Version: it.version, GroupID: g.GroupID, GroupName: g.GroupName, Direction: string(r.Direction),
		Words: wordsOf(r), Action: r.Action, Suggests: it.proposes, NeedsReason: r.Action == suggest.Review, Findings: []suggest.Kind{}, Grade: r.Confidence.Grade,
		Gain: it.gain, State: b.state(it), Becomes: []string{}, Choices: choicesOf(r)}
	for _, f := range r.Findings {
		row.Findings = append(row.Findings, f.Kind)
	}
	rules := it.proposal
	if d, stale := b.decision(it); d != nil {
		row.Stale, row.Reason, row.Who, row.At = stale, d.Reason, d.Who, d.At.Format("2006-01-02 15:04 UTC")
		if d.Action == schema.DecisionChange && !stale {
			rules, _ = decodeRules(d.Replacement) // written by ourselves
		}
	}
	for _, n := range rules {
		row.Becomes = append(row.Becomes, n.Words())
	}
	return suggest.VisibleCopy(row)
}

// wordsOf spells a rule without its group and direction.
func wordsOf(r *suggest.Rule) string {
	return suggest.ReplacementRule{Protocol: r.Protocol, FromPort: r.FromPort, ToPort: r.ToPort, Peer: r.Peer}.Words()
}
