package judge

import (
	"net/netip"
	"slices"

	"sgfit/suggest"
)

// Forecast compares what the plan foretold with what came.
type Forecast struct {
	// All is of all used rules, Labels of those of each label (A to E).
	All    Newcomers            `json:"all"`
	Labels map[string]Newcomers `json:"labels"`
	// Backtest: of the rules that the plan narrows, or for which it suggests so for review, what one made a week or two earlier would have refused in the week after
	// it, whichever is worse, against what this one, with all that is for review done as suggested, refused in the week after
	// the window. Rules that could not be tested are not in it.
	Backtest Backtest `json:"backtest"`
	Bins     []Bin    `json:"backtest_bins"` // the same by how many refused sources were foretold
	// Plan is the backtest of whole plans, all changes together.
	Plan PlanBacktest `json:"plan_backtest"`
	// Returns: of used rules that had been silent for a day or more, how many were foretold to be used again.
	Returns []Return `json:"returns"`
	// Silent: of the rules that the plan removes for silence, by grade, how many were needed after the window.
	Silent map[string]Count `json:"silent"`
}

// Newcomers count rules at which some new source came within seven and thirty days, of none where fewer days are known,
// and those at which no more came than the plan's 95 % bound. New is a source of the rule that the window had not.
type Newcomers struct {
	Week   Count   `json:"week"`
	Month  Count   `json:"month"`
	Bounds []Bound `json:"bounds"` // sorted by days
}

// Bound is a forecast for some days: how often it held, and how near it was, in new sources summed over the rules.
type Bound struct {
	Days    int   `json:"days"`
	Held    Count `json:"held"`
	Sources Pair  `json:"sources"`
}

func (n *Newcomers) add(o Newcomers) {
	n.Week.Add(o.Week)
	n.Month.Add(o.Month)
	if n.Bounds == nil {
		n.Bounds = slices.Clone(o.Bounds)
		return
	}
	for i, b := range o.Bounds { // each rule has the same
		n.Bounds[i].Held.Add(b.Held)
		n.Bounds[i].Sources.add(b.Sources)
	}
}

// Backtest is what was foretold beside what came, in sums over Rules rules. Any counts those at which something was refused.
type Backtest struct {
	Rules         int64 `json:"rules"`
	Any           int64 `json:"any_refused"`
	Sources       Pair  `json:"sources"`
	Conversations Pair  `json:"conversations"`
	Bytes         Pair  `json:"bytes"`
}

// Pair is a forecast and the truth.
type Pair struct {
	Foretold int64 `json:"foretold"`
	Came     int64 `json:"came"`
}

// Bin is the backtest of rules of which from Least to Most refused sources were foretold.
type Bin struct {
	Least int64 `json:"least"`
	Most  int64 `json:"most"` // -1: any number
	Backtest
}

func newBins() []Bin {
	return []Bin{{Least: 0}, {Least: 1, Most: 1}, {Least: 2, Most: 3}, {Least: 4, Most: 9}, {Least: 10, Most: -1}}
}

func (b *Backtest) add(o Backtest) {
	b.Rules, b.Any = b.Rules+o.Rules, b.Any+o.Any
	b.Sources.add(o.Sources)
	b.Conversations.add(o.Conversations)
	b.Bytes.add(o.Bytes)
}

func (p *Pair) add(o Pair) { p.Foretold, p.Came = p.Foretold+o.Foretold, p.Came+o.Came }

func (f *Forecast) add(o Forecast) {
	if f.Labels == nil {
		f.Labels, f.Silent, f.Bins, f.Returns = map[string]Newcomers{}, map[string]Count{}, newBins(), newReturns()
	}
	f.All.add(o.All)
	for label, n := range o.Labels {
		sum := f.Labels[label]
		sum.add(n)
		f.Labels[label] = sum
	}
	for grade, n := range o.Silent {
		sum := f.Silent[grade]
		sum.Add(n)
		f.Silent[grade] = sum
	}
	f.Backtest.add(o.Backtest)
	for i, b := range o.Bins {
		f.Bins[i].add(b.Backtest)
	}
	f.Plan.add(o.Plan)
	for i, r := range o.Returns {
		f.Returns[i].add(r)
	}
}

// horizon is how many new sources are foretold for how many days.
type horizon struct {
	days  int
	bound int64
}

// horizons are the bounds that the plan gives for a rule, by days.
func horizons(n suggest.NewSources) []horizon {
	return []horizon{{7, n.Bound7d}, {30, n.Bound30d}}
}

// foretold compares rule by rule.
func (h *hearing) foretold(met []*encounter) {
	h.Forecast.add(Forecast{})
	h.wholePlan(met)
	byRule := map[int][]*encounter{}
	for _, e := range met {
		for _, i := range e.rules {
			byRule[i] = append(byRule[i], e)
		}
	}
	for i, w := range h.Truth.Rules {
		e, ok := h.rules[name(w)]
		switch {
		case !ok:
		case w.Uses == 0 && e.Action == suggest.Remove:
			sum := h.Forecast.Silent[e.Confidence.Grade]
			sum.tell(len(byRule[i]) > 0)
			h.Forecast.Silent[e.Confidence.Grade] = sum
		case w.Uses > 0 && e.Evidence.Conversations > 0:
			h.newcomers(i, e, byRule[i])
			h.returned(e, byRule[i])
			if len(e.Replacement) > 0 && e.Confidence.Backtest.Weeks > 0 {
				h.backtest(e, byRule[i])
			}
		}
	}
}

// newcomers compares the new sources of one rule with their bounds and the rule's label.
func (h *hearing) newcomers(i int, e entry, met []*encounter) {
	known := map[netip.Addr]bool{}
	for _, u := range h.Truth.Rules[i].Users {
		known[u.Address] = true
	}
	within := func(days int) int64 {
		fresh := map[netip.Addr]bool{}
		for _, m := range met {
			if m.day < days && m.logged && !known[m.Peer] {
				fresh[m.Peer] = true
			}
		}
		return int64(len(fresh))
	}
	var one Newcomers
	for _, z := range horizons(e.Confidence.NewSources) {
		if z.days <= h.After {
			held := Bound{Days: z.days, Sources: Pair{z.bound, within(z.days)}}
			held.Held.tell(within(z.days) <= z.bound)
			one.Bounds = append(one.Bounds, held)
		}
	}
	if h.After >= 7 {
		one.Week.tell(within(7) > 0)
	}
	if h.After >= 30 {
		one.Month.tell(within(30) > 0)
	}
	h.Forecast.add(Forecast{All: one, Labels: map[string]Newcomers{e.Confidence.NewSources.Label: one}})
}

// backtest compares what was foretold of a narrowed rule with what it refused in the first week.
func (h *hearing) backtest(e entry, met []*encounter) {
	one := Backtest{Rules: 1, Sources: Pair{Foretold: e.Confidence.Backtest.RefusedSources},
		Conversations: Pair{Foretold: e.Confidence.Backtest.RefusedConversations}, Bytes: Pair{Foretold: e.Confidence.Backtest.RefusedBytes}}
	sources := map[netip.Addr]bool{}
	for _, m := range met {
		if m.day < 7 && m.reviewed {
			one.Conversations.Came += m.Conversations
			one.Bytes.Came += m.bytes
			sources[m.Peer] = true
		}
	}
	one.Sources.Came = int64(len(sources))
	if len(sources) > 0 {
		one.Any = 1
	}
	h.Forecast.Backtest.add(one)
	for i := range h.Forecast.Bins {
		b := &h.Forecast.Bins[i]
		if n := one.Sources.Foretold; b.Least <= n && (n <= b.Most || b.Most < 0) {
			b.add(one)
		}
	}
}
