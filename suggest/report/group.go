package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// GroupView is one group with its rules in words.
type GroupView struct {
	suggest.Group
	Anchor   string // unique in the page
	Tally    Tally
	In, Out  Exposure
	InReach  *Reach // nil without rules, or where the plan does not measure
	OutReach *Reach
	Said     []Said
	ToDo     []Card // everything but keep
	Kept     []Card
	Folded   []string // new rules that stand for several of today's
	Expanded bool
	Brief    bool // told in a line a rule
}

// Gain is the bits that the plan takes off the group, both directions together. It is for ordering only: the two count
// different things.
func (g GroupView) Gain() float64 { return g.In.Lost() + g.Out.Lost() }

// GainWords writes the gain for a heading: "in −33.7 · out ±0 bits".
func (g GroupView) GainWords() string {
	return "in " + g.In.LostBits() + " · out " + g.Out.LostBits() + " bits"
}

// Short is the group's name, or its id where it has none.
func (g GroupView) Short() string { return cmp.Or(g.GroupName, g.GroupID) }

// Worn says whether any interface wore the group. The rules of a group that nobody wears admit nothing to anything.
func (g GroupView) Worn() bool { return g.Interfaces > 0 }

// Place says where the group lives.
func (g GroupView) Place() string {
	return strings.Join(slices.DeleteFunc([]string{g.AccountID, g.Region, g.VPCID}, func(s string) bool { return s == "" }), " · ")
}

func indexRef(groupID string, index int) string { return groupID + "/" + strconv.Itoa(index) }

// groupViews returns the groups by what there is to gain: those that are worn first, then by bits, then by the number of
// rules that change, then of those to review, then in the plan's order.
func groupViews(plan suggest.Plan) []GroupView {
	names := namesOf(plan)
	views := make([]GroupView, 0, len(plan.Groups))
	for _, g := range plan.Groups {
		views = append(views, groupView(g, names))
	}
	slices.SortStableFunc(views, byGain)
	return views
}

func byGain(a, b GroupView) int {
	return cmp.Or(
		cmp.Compare(unworn(a), unworn(b)),
		cmp.Compare(b.Gain(), a.Gain()),
		cmp.Compare(b.Tally.Remove+b.Tally.Replace, a.Tally.Remove+a.Tally.Replace),
		cmp.Compare(b.Tally.Review, a.Tally.Review),
	)
}

func unworn(g GroupView) int {
	if g.Worn() {
		return 0
	}
	return 1
}

func groupView(g suggest.Group, names groupNames) GroupView {
	v := GroupView{
		Group: g, Tally: tally(g.Rules), Said: said(g.Findings), Folded: foldedWords(g, names),
		In:  exposure(g.ExposureBits.Ingress, g.Rules, schema.Ingress),
		Out: exposure(g.ExposureBits.Egress, g.Rules, schema.Egress),
	}
	if g.Exposure != nil {
		v.InReach, v.OutReach = reach(schema.Ingress, g.Exposure.Ingress), reach(schema.Egress, g.Exposure.Egress)
	}
	for i := range g.Rules {
		if c := card(g, i+1, names); c.Action == suggest.Keep {
			v.Kept = append(v.Kept, c)
		} else {
			v.ToDo = append(v.ToDo, c)
		}
	}
	return v
}

// inOrder are the group's rules, as the plan sorts them.
func (g GroupView) inOrder() []*Card {
	all := make([]*Card, len(g.Rules))
	for _, cards := range [][]Card{g.ToDo, g.Kept} {
		for i := range cards {
			all[cards[i].Index-1] = &cards[i]
		}
	}
	return all
}
