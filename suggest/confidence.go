package suggest

// confidence grades the decision. A silent rule is graded by how long its silence was observed, a used one by what the
// backtest would have refused, how settled its sources are, and how long they were observed.
func (m *maker) confidence(s *subject, out Rule) Confidence {
	c := Confidence{Grade: "none", NewSources: m.newSources(s), Backtest: Backtest{Refused: []RefusedSource{}}, Silence: m.curve.silence(s)}
	if s.Conversations > 0 && !s.isRedundant() && (out.Exception == nil || out.Action != Keep) {
		c.Backtest = m.backtest(s)
	}
	if out.Action == Review || s.ObservedDays() < m.opt.MinDays && !s.Stale {
		return c
	}
	switch {
	case s.Stale:
		c.Grade = "high"
	case out.Exception != nil && out.Action == Keep:
		c.Grade = "high" // nothing changes
	case s.Conversations == 0 || out.Action == Remove:
		c.Grade = silenceGrade(s.ObservedDays())
	case len(out.Replacement) == 0:
		c.Grade = "high" // nothing changes
	case c.Backtest.RefusedConversations > 0:
		c.Grade = "low"
	case c.NewSources.Label == "A" && s.ObservedDays() > 30 && c.Backtest.Weeks > 1:
		c.Grade = "high"
	case c.NewSources.Label <= "B" || !m.namesHosts(s.group.VPCID, out.Replacement):
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
