package review

import (
	"context"

	"sgfit/schema"
	"sgfit/suggest"
)

// Outcome sums up a review. Its text is safe to show, if escaped.
type Outcome struct {
	States    map[State]int     `json:"states"`
	Last      int64             `json:"last"` // number of the last entry of the log that is in it
	Remove    int               `json:"remove"`
	Replace   int               `json:"replace"`
	Rejected  []Row             `json:"rejected"`  // the first
	Postponed []Row             `json:"postponed"` // the first
	Replay    *suggest.Replayed `json:"replay"`    // nil before it was replayed
	Refusals  []RefusedUse      `json:"refusals"`
	Exposure  []ScopeBits       `json:"exposure"`
}

// mostListed is how many rules of a state an outcome lists.
const mostListed = 200

// ScopeBits is the exposure of one account before and after, in bits.
type ScopeBits struct {
	AccountID string  `json:"account_id"`
	Direction string  `json:"direction"`
	Before    float64 `json:"before"`
	After     float64 `json:"after"`
}

// Outcome sums up what was decided so far.
func (b *Book) Outcome() Outcome {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.outcome()
}

func (b *Book) outcome() Outcome {
	out := Outcome{States: b.states(), Last: b.last(), Rejected: []Row{}, Postponed: []Row{}, Refusals: []RefusedUse{}, Exposure: []ScopeBits{}}
	for i := range b.items {
		switch b.state(&b.items[i]) {
		case StateRejected:
			b.list(&out.Rejected, i)
		case StatePostponed:
			b.list(&out.Postponed, i)
		case StateAccepted, StateChanged:
			if d, _ := b.decision(&b.items[i]); d.Replacement == "[]" {
				out.Remove++
			} else {
				out.Replace++
			}
		}
	}
	return out
}

func (b *Book) list(rows *[]Row, i int) {
	if len(*rows) < mostListed {
		*rows = append(*rows, b.row(i))
	}
}

// Finish builds the accepted plan and replays it as a whole. The outcome is of the same moment as the plan.
func (b *Book) Finish(ctx context.Context, replayer Replayer) (suggest.Plan, Outcome, error) {
	b.mu.RLock()
	outcome := b.outcome()
	plan, err := b.accepted(nil, nil)
	b.mu.RUnlock()
	if err != nil {
		return plan, outcome, err
	}
	refusals, err := replayer.Whole(ctx, &plan)
	if err != nil {
		return plan, outcome, err
	}
	outcome.Replay = &plan.Replay
	for _, r := range refusals {
		outcome.Refusals = append(outcome.Refusals, refusedUse(r))
	}
	outcome.Refusals = busiest(outcome.Refusals)
	if plan.Exposure != nil {
		for _, s := range plan.Exposure.Accounts {
			outcome.Exposure = append(outcome.Exposure, scopeBits(s, schema.Ingress, s.Ingress)...)
			outcome.Exposure = append(outcome.Exposure, scopeBits(s, schema.Egress, s.Egress)...)
		}
	}
	return plan, outcome, nil
}

func scopeBits(s suggest.ScopeExposure, d schema.Direction, x *suggest.ExposureChange) []ScopeBits {
	if x == nil {
		return nil
	}
	return []ScopeBits{{suggest.Visible(s.AccountID), string(d), x.Before.Bits, x.Left().Bits}}
}
