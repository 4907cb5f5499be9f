package suggest

import (
	"fmt"

	"sgfit/analyze"
)

// rule decides one rule: what the window says of it, what would be better, and whether the evidence suffices.
func (m *maker) rule(s *subject, q *Quota) Rule {
	defer m.dropCurves(s)
	out := m.describe(s)
	var better []ReplacementRule
	fits := false
	switch {
	case s.DaysInForce < 1 && m.lateFrom >= 0:
		out.Action = Keep // it came into force after what this maker knows
		return out
	case s.Stale:
		out.Action, out.Findings = Remove, append(out.Findings, staleFinding(s))
	case s.Conversations == 0 && s.Ambiguous == 0:
		m.silent(s, &out)
	case s.isRedundant():
		m.redundant(s, &out)
	default:
		out.Action = Keep
		if !isOpaque(s.Rule) && s.Conversations > 0 {
			budget, carried := q.budget(s.Direction, s.Peer), m.carried(s)
			better, fits = m.fitOnce(s, carried, budget)
			if fits = fits && q.replaces(s.Direction, s.Peer, better); fits && m.lateFrom < 0 {
				out.Alternatives, out.Curve = m.alternatives(s, carried, better, budget)
			}
		}
		if fits {
			m.narrow(s, &out, better)
		} else {
			m.kept(s, &out)
		}
	}
	exception, unseen := m.except(s, &out)
	if out.Action == Remove || out.Action == Replace {
		q.replace(s.Direction, s.Peer, out.Replacement)
	}
	if m.lateFrom >= 0 {
		return out // only what would become of the rule is asked
	}
	out.Findings = append(out.Findings, m.standing(s)...)
	if isOpenAdmin(s) {
		out.NamedUsers = namedUsers(s)
	}
	out.Services = m.services(s, s.Uses)
	if len(out.Replacement) > 0 {
		out.ReplacementTraffic = m.trafficOf(m.carried(s), out.Replacement)
	}
	out.Confidence = m.confidence(s, out)
	out.Findings = uniqueFindings(out.Findings)
	if exception != nil {
		out.Exception.Covers = exception.covered(out.Findings, unseen)
	}
	return out
}

// mayNarrow says that the rule is used by something that no other carries.
func (s *subject) mayNarrow() bool {
	return !s.Stale && (s.Conversations > 0 || s.Ambiguous > 0) && !s.isRedundant()
}

// silent decides a rule without a real use: it goes, unless something speaks against trusting the silence.
func (m *maker) silent(s *subject, out *Rule) {
	out.Findings = append(out.Findings, m.silenceFinding(s))
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
	if s.Skipped > 0 {
		doubts = append(doubts, lostRecords(s))
	}
	out.Findings = append(out.Findings, doubts...)
	out.Action = Remove
	if len(doubts) > 0 {
		out.Action = Review
	}
}

// throughNames names the rules that carry uses of this one.
func throughNames(s *subject) []string {
	names := []string{}
	for _, o := range s.through {
		names = append(names, o.name())
	}
	return names
}

// narrow decides a used rule for which narrower ones are known.
func (m *maker) narrow(s *subject, out *Rule, better []ReplacementRule) {
	out.Replacement = better
	out.StillThrough = throughNames(s)
	out.Findings = append(out.Findings, m.narrowFindings(s, better)...)
	doubts := append(m.unseen(s), m.useDoubts(s, better)...)
	out.Findings = append(out.Findings, doubts...)
	out.Action = Replace
	if len(doubts) > 0 {
		out.Action = Review
	}
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

func acceptedServices(s *subject) (accepted []analyze.PortUse) {
	for i := range s.Ports {
		if s.Ports[i].Accepted {
			accepted = append(accepted, s.Ports[i])
		}
	}
	return accepted
}
