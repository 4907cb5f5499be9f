package suggest

import (
	"fmt"
	"slices"
	"strings"

	"sgfit/analyze"
	"sgfit/schema"
)

// Profile is how far suggestions go: a point on the curve of exposure against number of rules.
type Profile string

// The profiles, from the narrowest on.
const (
	Strict   Profile = "strict"   // the addresses that were seen, and nobody else
	Balanced Profile = "balanced" // the usual
	Cautious Profile = "cautious" // whole subnets where they are known, and few wide prefixes elsewhere
)

// Profiles are all of them.
var Profiles = []Profile{Strict, Balanced, Cautious}

// The names of points on the curve.
const (
	pointExact     = "exact"
	pointSuggested = "suggested"
	pointCompact   = "compact"
	pointService   = "aws-prefix-list" // beside the curve: the list of the AWS service that all peers are of
)

// fitByProfile is fit, moved along the curve. What is suggested instead of the usual must be narrower than the rule too, and
// fit the quota; references to groups stay, since they name whoever it is and not where. The prefix list of an AWS service
// comes before all, where it was asked for.
func (f *fitting) fitByProfile(uses []*analyze.Use) ([]ReplacementRule, bool) {
	m, s := f.m, f.s
	if m.opt.Profile == Cautious || m.opt.ServiceRanges != nil || m.loggedAsOne(uses) {
		f.need(budgetDecides)
		if rules, ok := f.byService(uses); ok {
			return rules, true
		}
	}
	usual, ok := f.fit(uses)
	name := map[Profile]string{Strict: pointExact, Cautious: pointCompact}[m.opt.Profile]
	if name == "" || slices.ContainsFunc(usual, func(r ReplacementRule) bool { return r.Peer.Kind == schema.PeerGroup }) {
		return usual, ok
	}
	f.need(budgetDecides)
	other, fits := m.point(s, uses, f.budget, name)
	if !fits {
		return usual, ok
	}
	if narrower := m.bits(other) < m.bits(usual); ok && narrower != (m.opt.Profile == Strict) {
		return usual, ok
	}
	return other, true
}

// usual is the fit of the balanced profile.
func (m *maker) usual(s *subject, uses []*analyze.Use, budget int) ([]ReplacementRule, bool) {
	f := &fitting{m: m, s: s, budget: budget, accept: acceptedServices(s), elastic: m.comesAndGoes(s)}
	return f.fit(uses)
}

// point is one named point of the curve in rules; false where the rule has no such curve, or the point is as wide as the
// rule or beyond the budget.
func (m *maker) point(s *subject, uses []*analyze.Use, budget int, name string) ([]ReplacementRule, bool) {
	if _, isCIDR := s.Peer.Prefix(); !isCIDR || len(uses) == 0 || len(uses) > mostAlternative {
		return nil, false
	}
	if budget < 1 {
		return nil, false
	}
	f := &fitting{m: m, s: s, budget: budget, accept: acceptedServices(s)}
	parts, ok := f.curvesOnce(uses)
	if !ok {
		return nil, false
	}
	rules := f.along(parts, pointOf(name))
	return rules, m.isPoint(s, rules, budget)
}

// curved are the curves of a rule's uses within a budget.
type curved struct {
	budget int
	parts  []servicesCurve
	ok     bool
}

// curvesOnce are the curves of what the rule carries; they are asked for by point.
func (f *fitting) curvesOnce(uses []*analyze.Use) ([]servicesCurve, bool) {
	if c := f.s.curved; c != nil && c.budget == f.budget {
		return c.parts, c.ok
	}
	parts, ok := f.curves(f.unaccepted(uses))
	f.s.curved = &curved{f.budget, parts, ok}
	return parts, ok
}

// dropCurves lets go of a rule's curves, which are large.
func (m *maker) dropCurves(s *subject) {
	s.curved = nil
	for _, e := range m.earlier {
		if before := e.rules[s.No]; before != nil {
			before.curved = nil
		}
	}
}

func pointOf(name string) func(Curve) CoverResult {
	switch name {
	case pointExact:
		return func(c Curve) CoverResult { return c.Exact }
	case pointCompact:
		return func(c Curve) CoverResult { return c.Compact }
	}
	return func(c Curve) CoverResult { return c.Suggested }
}

// isPoint says whether rules may stand in the place of the rule.
func (m *maker) isPoint(s *subject, rules []ReplacementRule, budget int) bool {
	return len(rules) > 0 && m.estate.weightOf(rules) <= budget && m.narrower(s, rules)
}

// ProfileCost holds a plan's profile against the balanced one, of the same evidence.
type ProfileCost struct {
	Profile  Profile     `json:"profile"`
	Chosen   ProfileSums `json:"chosen"`
	Balanced ProfileSums `json:"balanced"`
}

// ProfileSums are what a plan brings and costs.
type ProfileSums struct {
	// BitsRemoved adds up how many bits of exposure each group that an interface wore loses, in each direction.
	BitsRemoved float64 `json:"bits_removed"`
	Changes     int     `json:"changes"`   // rules removed or replaced
	NewRules    int     `json:"new_rules"` // in the place of those replaced
	// Refused and Sources are the conversations, and their peers, that the same plan made a week earlier would have refused
	// since; null where the window is too short.
	Refused *int64 `json:"refused"`
	Sources *int64 `json:"sources"`
}

// SumProfile sums a plan up, its backtest included.
func SumProfile(p *Plan) ProfileSums {
	var s ProfileSums
	for i := range p.Groups {
		g := &p.Groups[i]
		for j := range g.Rules {
			if a := g.Rules[j].Action; a == Remove || a == Replace {
				s.Changes++
				s.NewRules += len(g.Rules[j].Replacement)
			}
		}
		if g.Interfaces > 0 {
			s.BitsRemoved += g.ExposureBits.Ingress.removed() + g.ExposureBits.Egress.removed()
		}
	}
	s.BitsRemoved = roundBits(s.BitsRemoved)
	if b := p.Backtest; b != nil {
		s.Refused, s.Sources = &b.Refused, &b.Sources
	}
	return s
}

func (b BeforeAfter) removed() float64 { return b.Before - b.After }

// profileNote says what the profile costs.
func (c *ProfileCost) note() Note {
	refused := "what it would have refused in the last week cannot be told: the window is too short"
	if a, b := c.Chosen.Refused, c.Balanced.Refused; a != nil && b != nil {
		refused = fmt.Sprintf("made a week earlier it would have refused %s since, and the balanced one %s", count(*a, "conversation"), thousands(*b))
	}
	return Note{"profile", fmt.Sprintf("The %s profile takes away %.1f bits of exposure, group by group, with %s; the balanced one %.1f with %s. %s.",
		c.Profile, c.Chosen.BitsRemoved, count(int64(c.Chosen.NewRules), "new rule"), c.Balanced.BitsRemoved, thousands(int64(c.Balanced.NewRules)),
		strings.ToUpper(refused[:1])+refused[1:])}
}

// WithProfileCost returns the plan with what its profile costs, against the balanced plan of the same evidence.
func WithProfileCost(plan, balanced Plan) Plan {
	plan.Profile = &ProfileCost{plan.Settings.Profile, SumProfile(&plan), SumProfile(&balanced)}
	plan.Notes = append(slices.Clone(plan.Notes), plan.Profile.note())
	sortNotes(plan.Notes)
	return plan
}
