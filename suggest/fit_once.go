package suggest

import (
	"slices"

	"sgfit/analyze"
)

// fitted is the outcome of one fit, and what it hangs on.
type fitted struct {
	uses    []*analyze.Use
	budget  int
	elastic bool
	accept  []analyze.PortUse
	needs   int // with any budget of at least that much it would be the same
	rules   []ReplacementRule
	fits    bool
}

// fitOnce is fit, but what was worked out for the same uses is not worked out again unless the budget decides: mostly a
// rule had a week ago all the sources that it has now.
func (m *maker) fitOnce(s *subject, uses []*analyze.Use, budget int) ([]ReplacementRule, bool) {
	asked := fitted{uses: uses, budget: budget, elastic: m.comesAndGoes(s) || m.opt.Profile == Cautious, accept: acceptedServices(s)}
	known := []*fitted{s.fitted}
	if m.later != nil {
		known = append(known, m.later.rules[s.No].fitted)
	}
	for _, k := range known {
		if k != nil && k.answers(asked) {
			return k.rules, k.fits
		}
	}
	f := &fitting{m: m, s: s, budget: budget, accept: asked.accept, elastic: asked.elastic}
	asked.rules, asked.fits = f.fitByProfile(uses)
	asked.needs = f.needs
	s.fitted = &asked
	return asked.rules, asked.fits
}

// answers says whether the outcome holds for what is asked.
func (f *fitted) answers(asked fitted) bool {
	return (f.budget == asked.budget || f.needs <= asked.budget) && f.elastic == asked.elastic &&
		slices.EqualFunc(f.accept, asked.accept, func(a, b analyze.PortUse) bool { return a.Protocol == b.Protocol && a.Port == b.Port }) &&
		slices.EqualFunc(f.uses, asked.uses, func(a, b *analyze.Use) bool {
			return a == b || a.Protocol == b.Protocol && a.Port == b.Port && a.Peer == b.Peer
		})
}
