package suggest

import (
	"fmt"
	"slices"

	"sgfit/analyze"
	"sgfit/schema"
)

// rule decides one rule: what the window says of it, what would be better, and whether the evidence suffices.
func (m *maker) rule(s *subject, q *quota) Rule {
	out := m.describe(s)
	var better []ReplacementRule
	fits := false
	switch {
	case s.Stale:
		out.Action, out.Findings = Remove, append(out.Findings, staleFinding(s))
	case s.Conversations == 0 && s.Ambiguous == 0:
		m.silent(s, &out)
	case s.isRedundant():
		m.redundant(s, &out)
	default:
		out.Action = Keep
		if !isOpaque(s.Rule) && s.Conversations > 0 {
			better, fits = m.fit(s, m.carried(s), q.left(s.Direction, s.Peer))
		}
		if fits {
			m.narrow(s, &out, better, q)
		} else {
			m.kept(s, &out)
		}
	}
	out.Findings = append(out.Findings, m.standing(s)...)
	if out.Action == Remove {
		q.replace(s.Direction, s.Peer, nil)
	}
	out.Confidence = m.confidence(s, out, better)
	out.Findings = uniqueFindings(out.Findings)
	return out
}

// silent decides a rule without a real use: it goes, unless something speaks against trusting the silence.
func (m *maker) silent(s *subject, out *Rule) {
	out.Findings = append(out.Findings, silenceFinding(s))
	doubts := append(m.unseen(s), m.silenceDoubts(s)...)
	out.Findings = append(out.Findings, doubts...)
	out.Action = Remove
	if len(doubts) > 0 {
		out.Action = Review
	}
}

// redundant decides a rule whose uses all flow through others too.
func (m *maker) redundant(s *subject, out *Rule) {
	out.StillThrough = throughNames(s)
	out.Findings = append(out.Findings, Finding{Redundant, fmt.Sprintf(
		"all %s that this rule admitted were also admitted by %s, through which they would still flow",
		count(s.Conversations, "conversation"), list(out.StillThrough, 3))})
	doubts := m.unseen(s)
	out.Findings = append(out.Findings, doubts...)
	out.Action = Remove
	if len(doubts) > 0 {
		out.Action = Review
	}
}

// throughNames names the rules that carry uses of this one.
func throughNames(s *subject) []string {
	var names []string
	for _, o := range s.through {
		names = append(names, o.name())
	}
	return names
}

// narrow decides a used rule for which narrower ones are known.
func (m *maker) narrow(s *subject, out *Rule, better []ReplacementRule, q *quota) {
	out.Replacement = better
	out.StillThrough = throughNames(s)
	out.Findings = append(out.Findings, m.narrowFindings(s, better)...)
	doubts := append(m.unseen(s), m.useDoubts(s, better)...)
	out.Findings = append(out.Findings, doubts...)
	out.Action = Replace
	if len(doubts) > 0 {
		out.Action = Review
		return
	}
	q.replace(s.Direction, s.Peer, better)
}

// kept says why a used rule stays, where there is something to say.
func (m *maker) kept(s *subject, out *Rule) {
	if s.Conversations == 0 {
		out.Action = Review
		out.Findings = append(out.Findings, Finding{ThinEvidence, fmt.Sprintf(
			"%s may have used this rule, but which side opened them cannot be told; no other use was seen", count(s.Ambiguous, "conversation"))})
		return
	}
	if accepted := acceptedServices(s); len(accepted) > 0 {
		out.Findings = append(out.Findings, acceptedFinding(s, m.opt.WildcardSources))
	} else if s.Peer.IsWildcard() {
		out.Findings = append(out.Findings, Finding{WildcardSource, fmt.Sprintf(
			"open to every %s, used by %s; no narrower set of rules fits", side(s.Direction), count(s.Peers, side(s.Direction)))})
	}
}

func acceptedServices(s *subject) []analyze.PortUse {
	return slices.DeleteFunc(slices.Clone(s.Ports), func(p analyze.PortUse) bool { return !p.Accepted })
}

// unseen lists what makes the evidence insufficient for any change of the rule.
func (m *maker) unseen(s *subject) []Finding {
	switch {
	case s.group.Interfaces == 0:
		return []Finding{{NotObservable, "no interface wore the group in the window, so nothing could use the rule; decide about the group as a whole"}}
	case s.ObservedDays >= m.opt.MinDays && s.coverage() >= 0.8:
		return nil
	case s.From.After(m.ev.Start) && s.DaysInForce < m.opt.MinDays:
		return []Finding{{YoungRule, fmt.Sprintf(
			"the rule exists since %s, %s of the window; %d are the least to judge it by", day(s.From), count(int64(s.DaysInForce), "day"), m.opt.MinDays)}}
	case s.Unlogged > 0:
		return []Finding{{NotObservable, fmt.Sprintf(
			"%s wearing the group had no flow logs, so a use would have been seen on %d of %s only",
			count(int64(s.Unlogged), "interface"), s.ObservedDays, count(int64(s.DaysInForce), "day"))}}
	case s.DaysInForce < m.opt.MinDays:
		return []Finding{{ThinEvidence, fmt.Sprintf(
			"the window has %s; %d are the least on which anything is removed or replaced", count(int64(m.ev.ObservedDays), "observed day"), m.opt.MinDays)}}
	}
	return []Finding{{NotObservable, fmt.Sprintf(
		"a use would have been logged on %d of %s only: some interface wore the group and all that did were logged",
		s.ObservedDays, count(int64(s.DaysInForce), "day"))}}
}

func (s *subject) coverage() float64 {
	if s.DaysInForce <= 0 {
		return 0
	}
	return min(1, float64(s.ObservedDays)/float64(max(s.WornDays, 1)))
}

// silenceDoubts lists what speaks against taking the silence of an observed rule for disuse.
func (m *maker) silenceDoubts(s *subject) []Finding {
	var out []Finding
	if s.Skipped > 0 {
		out = append(out, Finding{NotObservable, fmt.Sprintf(
			"AWS lost records of interfaces in this group (%s); a use may be among them", count(s.Skipped, "SKIPDATA record"))})
	}
	if isOpaque(s.Rule) {
		out = append(out, Finding{NotObservable, "its peers cannot be listed: " + s.Opaque})
	}
	if what := m.neverLogged(s); what != "" {
		out = append(out, Finding{NotObservable, "AWS never logs " + what + ", for which this rule may stand"})
	}
	if s.Completed > 0 && s.ProbeDays >= 3 && m.hasPrivatePeers(s) {
		out = append(out, Finding{ThinEvidence, fmt.Sprintf(
			"%s were completed without data, on up to %s by one source: they look like health checks, which count as probes",
			count(s.Completed, "handshake"), count(int64(s.ProbeDays), "day"))})
	}
	return out
}

// hasPrivatePeers says whether the rule admits private addresses at all.
func (m *maker) hasPrivatePeers(s *subject) bool {
	p, ok := s.Peer.Prefix()
	return !ok || p.Bits() == 0 || m.estate.isPrivate(p.Addr())
}

// useDoubts lists what speaks against replacing a used rule now.
func (m *maker) useDoubts(s *subject, better []ReplacementRule) []Finding {
	var out []Finding
	if s.Conversations < 5 && s.Days < 2 {
		out = append(out, Finding{ThinEvidence, fmt.Sprintf(
			"%s on one day are all that was seen; the next use may come from elsewhere", count(s.Conversations, "conversation"))})
	}
	if b := m.backtest(s); b.RefusedSources > 0 && m.newSources(s).Label >= "D" && namesHosts(better) {
		out = append(out, Finding{ThinEvidence, fmt.Sprintf(
			"its %ss come and go: a rule made a week earlier would have refused %s with %s since",
			side(s.Direction), count(b.RefusedSources, side(s.Direction)), count(b.RefusedConversations, "conversation"))})
	}
	return out
}

// namesHosts says whether replacements rest on CIDRs, which newcomers may miss.
func namesHosts(rules []ReplacementRule) bool {
	return slices.ContainsFunc(rules, func(r ReplacementRule) bool {
		p, ok := r.Peer.Prefix()
		return ok && p.Bits() > 0
	})
}

// backtest fits the rule to what was seen until seven days before the end of the window, and counts what those rules
// would have refused since.
func (m *maker) backtest(s *subject) Backtest {
	cut := m.windowDays() - 7
	var before []analyze.Use
	carried := m.carried(s)
	for _, u := range carried {
		if u.FirstDay >= 0 && u.FirstDay < cut {
			before = append(before, u)
		}
	}
	if cut < 7 || isOpaque(s.Rule) || len(before) == 0 && len(acceptedServices(s)) == 0 {
		return Backtest{}
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

// describe fills in what does not depend on the decision.
func (m *maker) describe(s *subject) Rule {
	r := Rule{Direction: s.Direction, Protocol: s.Protocol.String(), Peer: s.Peer, Description: s.Description,
		Findings: []Finding{}, Replacement: []ReplacementRule{}, Alternatives: []Alternative{}, Evidence: m.evidence(s)}
	if s.RuleID != "" {
		r.RuleID = &s.RuleID
	}
	if s.Protocol.HasPorts() || s.Protocol == schema.ICMP || s.Protocol == schema.ICMPv6 {
		r.FromPort, r.ToPort = port(s.FromPort), port(s.ToPort)
	}
	return r
}

func (m *maker) evidence(s *subject) Evidence {
	e := Evidence{Conversations: s.Conversations, Sole: s.Sole, Probes: s.Probes, Bytes: s.Bytes, Peers: s.Peers,
		Ports: portRanges(s.Ports), Days: s.Days, ObservedDays: s.ObservedDays, Coverage: s.coverage(),
		Ambiguous: s.Ambiguous, Noise: s.Noise, TopPeers: []PeerUse{}}
	if !s.First.IsZero() {
		e.FirstSeen, e.LastSeen = &s.First, &s.Last
	}
	for _, p := range s.TopPeers {
		e.TopPeers = append(e.TopPeers, PeerUse{Address: p.Peer.String(), Interface: p.Owner.InterfaceID,
			Conversations: p.Conversations, Days: p.Days})
	}
	return e
}

// portRanges lists the services that were really used, in runs of neighbouring ports.
func portRanges(ports []analyze.PortUse) []PortRange {
	out := []PortRange{}
	for _, p := range ports { // sorted by protocol and port
		if p.Conversations == 0 {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Protocol == p.Protocol.String() && out[n-1].To == int32(p.Port)-1 {
			out[n-1].To++
			continue
		}
		out = append(out, PortRange{p.Protocol.String(), int32(p.Port), int32(p.Port)})
	}
	return out
}
