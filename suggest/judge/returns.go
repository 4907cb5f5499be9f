package judge

import "net/netip"

// PlanBacktest is what whole plans made without the window's last week would have refused in it, beside what the plans
// refused in the week after the window.
type PlanBacktest struct {
	Plans         int64 `json:"plans"`
	Sources       Pair  `json:"sources"` // distinct peers
	Conversations Pair  `json:"conversations"`
	Bytes         Pair  `json:"bytes"`
}

func (p *PlanBacktest) add(o PlanBacktest) {
	p.Plans += o.Plans
	p.Sources.add(o.Sources)
	p.Conversations.add(o.Conversations)
	p.Bytes.add(o.Bytes)
}

// wholePlan compares the plan's backtest with the first week.
func (h *hearing) wholePlan(met []*encounter) {
	b := h.Plan.Backtest
	if b == nil || h.After < 7 {
		return
	}
	sources := map[netip.Addr]bool{}
	for _, e := range met {
		if e.refused && e.day < 7 {
			sources[e.Peer] = true
		}
	}
	week := h.Later.Week
	h.Forecast.Plan.add(PlanBacktest{1, Pair{b.Sources, int64(len(sources))}, Pair{b.Refused, week.Conversations.N}, Pair{b.RefusedBytes, week.Bytes.N}})
}

// Return is a range of silences: the chances of a use within 7 and 30 days that plans gave the rules, summed, and the
// rules that were used.
type Return struct {
	Least int         `json:"least"` // idle days
	Most  int         `json:"most"`  // -1: any number
	Week  ReturnCount `json:"week"`
	Month ReturnCount `json:"month"`
}

// ReturnCount is of rules of which the plan gave a chance.
type ReturnCount struct {
	Rules    int64   `json:"rules"`
	Foretold float64 `json:"foretold"` // expected to be used
	Came     int64   `json:"came"`
}

func newReturns() []Return {
	return []Return{{Least: 1, Most: 6}, {Least: 7, Most: 13}, {Least: 14, Most: 29}, {Least: 30, Most: -1}}
}

func (r *Return) add(o Return) {
	r.Week.add(o.Week)
	r.Month.add(o.Month)
}

func (r *ReturnCount) add(o ReturnCount) {
	r.Rules, r.Foretold, r.Came = r.Rules+o.Rules, r.Foretold+o.Foretold, r.Came+o.Came
}

// returned compares the chance of a use with what came, for a rule that had been silent.
func (h *hearing) returned(e entry, met []*encounter) {
	s := e.Confidence.Silence
	if s == nil {
		return
	}
	for i := range h.Forecast.Returns {
		r := &h.Forecast.Returns[i]
		if r.Least > s.IdleDays || r.Most >= 0 && s.IdleDays > r.Most {
			continue
		}
		r.Week.add(h.chance(7, s.Return7d, met))
		r.Month.add(h.chance(30, s.Return30d, met))
	}
}

// chance is of nothing where the plan says none, or the account's days do not reach as far.
func (h *hearing) chance(days int, foretold *float64, met []*encounter) ReturnCount {
	if foretold == nil || days > h.After {
		return ReturnCount{}
	}
	for _, m := range met {
		if m.day < days && m.logged {
			return ReturnCount{1, *foretold, 1}
		}
	}
	return ReturnCount{1, *foretold, 0}
}
