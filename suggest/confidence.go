package suggest

import (
	"slices"

	"sgfit/analyze"
)

// backtest fits the rule to what was seen until seven days before the end of the window, and counts what those rules
// would have refused since.
func (m *maker) backtest(s *subject) Backtest {
	if s.tested == nil {
		b := m.fitEarlier(s)
		s.tested = &b
	}
	return *s.tested
}

func (m *maker) fitEarlier(s *subject) Backtest {
	cut := m.windowDays() - 7
	var before []analyze.Use
	carried := m.carried(s)
	newcomers := false
	for _, u := range carried {
		if u.FirstDay >= 0 && u.FirstDay < cut {
			before = append(before, u)
		} else if u.Recent > 0 {
			newcomers = true
		}
	}
	if cut < 7 || isOpaque(s.Rule) || len(before) == 0 && len(acceptedServices(s)) == 0 {
		return Backtest{}
	}
	if _, isCIDR := s.Peer.Prefix(); isCIDR && !newcomers {
		return Backtest{} // what is fitted to uses in CIDRs admits them all
	}
	rules, ok := m.fit(s, before, m.opt.Quota)
	if !ok {
		return Backtest{} // the rule would have stayed as it is
	}
	var out Backtest
	sources := map[string]bool{}
	for i := range carried {
		u := &carried[i]
		if u.Recent == 0 || m.admitted(rules, u) {
			continue
		}
		out.RefusedConversations += u.Recent
		sources[u.Peer.String()] = true
	}
	out.RefusedSources = int64(len(sources))
	return out
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

// confidence grades the decision. A silent rule is graded by how long its silence was observed, a used one by how
// settled its sources are.
func (m *maker) confidence(s *subject, out Rule, better []ReplacementRule) Confidence {
	c := Confidence{Grade: "none", NewSources: m.newSources(s)}
	if s.Conversations > 0 && !s.isRedundant() {
		c.Backtest = m.backtest(s)
	}
	if out.Action == Review || s.ObservedDays < m.opt.MinDays && !s.Stale {
		return c
	}
	switch {
	case s.Stale:
		c.Grade = "high"
	case s.Conversations == 0 || out.Action == Remove:
		c.Grade = silenceGrade(s.ObservedDays)
	case len(better) == 0:
		c.Grade = "high" // nothing changes
	case c.NewSources.Label == "A" && s.ObservedDays > 30:
		c.Grade = "high"
	case c.NewSources.Label <= "B" || !namesHosts(better):
		c.Grade = "medium"
	default:
		c.Grade = "low"
	}
	return c
}

func silenceGrade(days int) string {
	switch {
	case days >= 92:
		return "high"
	case days >= 31:
		return "medium"
	}
	return "low"
}
