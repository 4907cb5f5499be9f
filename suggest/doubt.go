package suggest

import (
	"fmt"
	"math"

	"sgfit/analyze"
)

// unseen lists what makes the evidence insufficient for any change of the rule: too few days on which every use would
// have been logged, in all or against the days on which some interface wore the group.
func (m *maker) unseen(s *subject) []Finding {
	switch {
	case m.knownLate(s.group):
		return []Finding{{NotObservable, fmt.Sprintf(
			"the inventory knows the group from %s on, after the window, and not who wore it then; load older AWS Config files", day(s.group.Known))}}
	case s.group.Interfaces == 0:
		return []Finding{{NotObservable, "no interface wore the group in the window, so nothing could use the rule; decide about the group as a whole"}}
	case s.ObservedDays() >= m.opt.MinDays && 2*s.ObservedDays() >= s.WornDays():
		return nil
	case s.From.After(m.ev.Start) && s.DaysInForce < m.opt.MinDays:
		return []Finding{{YoungRule, fmt.Sprintf(
			"the rule exists since %s, %s of the window; %d are the least to judge it by", day(s.From), count(int64(s.DaysInForce), "day"), m.opt.MinDays)}}
	case s.Unlogged > 0:
		return []Finding{{NotObservable, fmt.Sprintf(
			"%s wearing the group had no flow logs, so that only on %d of %s every use would have been seen",
			count(int64(s.Unlogged), "interface"), s.ObservedDays(), count(int64(s.DaysInForce), "day"))}}
	case s.DaysInForce < m.opt.MinDays:
		return []Finding{{ThinEvidence, fmt.Sprintf(
			"the window has %s; %d are the least on which anything is removed or replaced", count(int64(m.ev.ObservedDays), "observed day"), m.opt.MinDays)}}
	}
	return []Finding{{NotObservable, fmt.Sprintf(
		"only on %d of %s would every use have been logged, by every interface that wore the group and without lost records",
		s.ObservedDays(), count(int64(s.DaysInForce), "day"))}}
}

// knownLate says that the inventory knows a group only from a time after the window.
func (m *maker) knownLate(g *analyze.Group) bool {
	return g.Interfaces == 0 && !g.Known.Before(m.ev.End)
}

// coverage is the share of the rule's days in the window on which a use would have been logged.
func (s *subject) coverage() float64 {
	if s.DaysInForce <= 0 {
		return 0
	}
	return min(1, math.Round(1e4*float64(s.ObservedDays())/float64(s.DaysInForce))/1e4)
}

// silenceDoubts lists what speaks against taking the silence of an observed rule for disuse.
func (m *maker) silenceDoubts(s *subject) []Finding {
	var out []Finding
	if s.Unlogged > 0 {
		out = append(out, Finding{NotObservable, fmt.Sprintf(
			"%s that wore the group had no flow logs, or only of rejects; a use may have gone there", count(int64(s.Unlogged), "interface"))})
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
	if s.Blind > 0 {
		out = append(out, Finding{NotObservable, fmt.Sprintf(
			"%s on ports of this rule came from addresses that the inventory did not know then; they may have come through it", count(s.Blind, "accepted conversation"))})
	}
	if s.Skipped > 0 {
		out = append(out, lostRecords(s))
	}
	return out
}

func lostRecords(s *subject) Finding {
	return Finding{NotObservable, fmt.Sprintf(
		"AWS lost records of interfaces in this group (%s); a use that only this rule admits may be among them", count(s.Skipped, "SKIPDATA record"))}
}

// hasPrivatePeers says whether the rule admits private addresses at all.
func (m *maker) hasPrivatePeers(s *subject) bool {
	p, ok := s.Peer.Prefix()
	return !ok || p.Bits() == 0 || m.estate.isPrivate(p.Addr())
}

// refusedShare is which part of a week's conversations a backtest may refuse, at most, for a rule to be replaced: one in
// so many. Fewer refusals lower the grade.
const refusedShare = 100

// useDoubts lists what speaks against replacing a used rule now.
func (m *maker) useDoubts(s *subject, better []ReplacementRule) []Finding {
	var out []Finding
	if s.Conversations < 5 && s.Days() < 2 {
		out = append(out, Finding{ThinEvidence, fmt.Sprintf(
			"%s on one day are all that was seen; the next use may come from elsewhere", count(s.Conversations, "conversation"))})
	}
	if b := m.backtest(s); m.comesAndGoes(s) && m.namesHosts(s.group.VPCID, better) && b.RefusedSources > 0 {
		out = append(out, Finding{ThinEvidence, fmt.Sprintf(
			"its %ss come and go: a rule made a week earlier would have refused %s with %s since",
			side(s.Direction), count(b.RefusedSources, side(s.Direction)), count(b.RefusedConversations, "conversation"))})
	} else if b.RefusedConversations > b.Conversations/refusedShare {
		out = append(out, Finding{ThinEvidence, fmt.Sprintf(
			"the same procedure, a week or two earlier, would have refused %s of %s in the week after",
			thousands(b.RefusedConversations), count(b.Conversations, "conversation"))})
	}
	return out
}
