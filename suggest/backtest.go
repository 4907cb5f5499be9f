package suggest

import (
	"cmp"
	"net/netip"
	"slices"

	"sgfit/analyze"
)

// mostRefused is how many refused sources a backtest lists.
const mostRefused = 10

// backtest asks for each of the last weeks what rules made before it, by the same procedure, would have refused in it,
// and returns the worse. A week is passed over where what came before it would not have sufficed for a change.
func (m *maker) backtest(s *subject) Backtest {
	if s.tested == nil {
		worst := m.worstWeek(s, (*maker).outcome)
		s.tested = &worst
	}
	return *s.tested
}

// outcomeOf is what a maker would have made of a rule: whether it would have changed, and what it would have gone on to admit.
type outcomeOf func(m *maker, s *subject) (admits func(*analyze.Use) bool, changed bool)

func (m *maker) worstWeek(s *subject, outcome outcomeOf) Backtest {
	worst := Backtest{Refused: []RefusedSource{}}
	for _, e := range m.earlier {
		b, tested := m.backtestWeek(s, e, outcome)
		if !tested {
			continue
		}
		b.Weeks = worst.Weeks + 1
		if worst.Weeks == 0 || b.worse(worst) {
			worst = b
		}
		worst.Weeks = b.Weeks
	}
	return worst
}

// worse orders outcomes: by refused sources, then conversations, then by what was tried.
func (b Backtest) worse(o Backtest) bool {
	return cmp.Or(cmp.Compare(b.RefusedSources, o.RefusedSources), cmp.Compare(b.RefusedConversations, o.RefusedConversations),
		cmp.Compare(b.Conversations, o.Conversations)) > 0
}

// backtestWeek is the outcome of one week; false where the rule would not have been changed before it for want of
// evidence, or did not exist.
func (m *maker) backtestWeek(s *subject, e *maker, outcome outcomeOf) (Backtest, bool) {
	before := e.rules[s.No]
	if before == nil || isOpaque(s.Rule) || s.Stale || before.DaysInForce < 1 || len(e.unseen(before)) > 0 {
		return Backtest{}, false
	}
	from := e.ev.End
	out := Backtest{From: &from, Refused: []RefusedSource{}}
	for _, p := range s.Ports {
		out.Conversations += p.Late[e.lateFrom]
	}
	if !m.newSince(s, before, e) {
		return out, true
	}
	admits, changed := outcome(e, before)
	if !changed {
		return out, true
	}
	sources := map[netip.Addr]bool{}
	for _, u := range m.carried(s) {
		load := u.Late[e.lateFrom]
		if load.Conversations == 0 || admits(u) {
			continue
		}
		out.RefusedConversations += load.Conversations
		out.RefusedBytes += load.Bytes
		sources[u.Peer] = true
		out.Refused = append(out.Refused, RefusedSource{u.Peer.String(), u.Protocol.String(), int32(u.Port), load.Conversations, load.Bytes})
	}
	out.RefusedSources = int64(len(sources))
	slices.SortStableFunc(out.Refused, func(a, b RefusedSource) int { return -cmp.Compare(a.Conversations, b.Conversations) })
	out.Refused = slices.Clip(out.Refused[:min(mostRefused, len(out.Refused))])
	return out, true
}

// newSince says whether something of an earlier maker's week was not seen before it. What is fitted to the uses of a rule for a CIDR admits
// them all, so that only newcomers can be refused.
func (m *maker) newSince(s, before *subject, e *maker) bool {
	if _, isCIDR := s.Peer.Prefix(); !isCIDR || before.Conversations == 0 || before.isRedundant() {
		return true
	}
	return slices.ContainsFunc(m.carried(s), func(u *analyze.Use) bool { return u.Late[e.lateFrom].Conversations > 0 && u.FirstDay >= e.days })
}

// outcome is what would have become of a rule: whether it would have changed, and what it would have gone on to admit.
func (m *maker) outcome(s *subject) (admits func(*analyze.Use) bool, changed bool) {
	switch {
	case s.Conversations == 0 && s.Ambiguous == 0:
		return func(*analyze.Use) bool { return false }, len(m.silenceDoubts(s)) == 0
	case s.Conversations == 0:
		return nil, false
	case s.isRedundant():
		return func(u *analyze.Use) bool { return m.flowsElsewhere(s, u) }, s.Skipped == 0
	}
	rules, fits := m.fitOnce(s, m.carried(s), m.opt.Quota)
	return func(u *analyze.Use) bool { return m.admitted(rules, u) }, fits
}

// backtestPoint is the backtest of an alternative; nil where it was not tried.
func (m *maker) backtestPoint(s *subject, name string) *AlternativeBacktest {
	b := m.worstWeek(s, func(e *maker, before *subject) (func(*analyze.Use) bool, bool) {
		uses, budget := e.carried(before), e.opt.Quota
		var rules []ReplacementRule
		var ok bool
		switch f := (&fitting{m: e, s: before, budget: budget, accept: acceptedServices(before), eitherFamily: true}); name {
		case pointExact, pointCompact:
			rules, ok = e.point(before, uses, budget, name)
		case pointSuggested:
			rules, ok = e.usual(before, uses, budget)
		case pointService:
			rules, ok = f.byService(uses)
		default:
			rules, ok = f.byReference(f.unaccepted(uses))
		}
		return func(u *analyze.Use) bool { return e.admitted(rules, u) }, ok
	})
	if b.Weeks == 0 {
		return nil
	}
	return &AlternativeBacktest{b.RefusedSources, b.RefusedConversations}
}

// flowsElsewhere says whether some other rule in force admitted the use every time.
func (m *maker) flowsElsewhere(s *subject, u *analyze.Use) bool {
	return !slices.ContainsFunc(u.Sets, func(set []uint32) bool {
		return !slices.ContainsFunc(m.standingIn(set), func(o *subject) bool { return o != s })
	})
}

func (m *maker) admitted(rules []ReplacementRule, u *analyze.Use) bool {
	return slices.ContainsFunc(rules, func(r ReplacementRule) bool {
		if r.Protocol != u.Protocol.String() {
			return false
		}
		if u.Protocol.HasPorts() && (int32(u.Port) < *r.FromPort || int32(u.Port) > *r.ToPort) {
			return false
		}
		return m.estate.admits(r.Peer, u)
	})
}
