package suggest

import (
	"time"

	"sgfit/analyze"
	"sgfit/schema"
)

// Decided is what a reviewer decided on a rule's suggestion ('sgfit review').
type Decided struct {
	Action schema.DecisionAction `json:"action"` // accept, change, reject or postpone
	Reason string                `json:"reason,omitempty"`
	Who    string                `json:"who"`
	At     time.Time             `json:"at"`
}

// Proposal returns the rules that the plan puts in a rule's place or, of a rule under review, would put there if the
// evidence sufficed; none where the rule goes. It is false where nothing is suggested.
func (r *Rule) Proposal() ([]ReplacementRule, bool) { return r.instead() }

// Measurer measures the exposure of plans of one database.
type Measurer struct {
	estate *estate
	opaque func(schema.Peer) bool
}

// NewMeasurer takes what the plan was made of; see OpaquePeers for opaque.
func NewMeasurer(ev *analyze.Evidence, opaque func(schema.Peer) bool) *Measurer {
	return &Measurer{newEstate(ev), opaque}
}

// Plan measures all of a plan anew, as its actions were changed, and says anew what its groups come to as wholes.
func (m *Measurer) Plan(p *Plan) {
	p.measureExposure(m.estate, m.opaque)
	p.observe(m.estate)
}

// Bits is the exposure of rules together.
func (m *Measurer) Bits(rules []ReplacementRule) float64 {
	meter := newExposureMeter(m.estate)
	for _, r := range rules {
		meter.add(r.Protocol, r.FromPort, r.ToPort, r.Peer)
	}
	return roundBits(meter.sweep.measure(newClassMap(nil)).Combinations.Log2())
}
