package suggest

import (
	"fmt"
	"strings"
	"time"

	"sgfit/analyze"
)

// findExcepted finds the exception that acts on each rule.
func (m *maker) findExcepted(groups []*analyze.Group) []ExceptionRecord {
	if m.opt.Exceptions == nil {
		return nil
	}
	contents := make([]Group, len(groups))
	for i, g := range groups {
		contents[i] = Group{AccountID: g.AccountID, VPCID: g.VPCID, GroupID: g.GroupID, GroupName: g.Name}
		for j := range g.Rules {
			contents[i].Rules = append(contents[i].Rules, content(&g.Rules[j]))
		}
	}
	asOf := m.opt.AsOf
	if asOf.IsZero() {
		asOf = m.ev.End
	}
	var records []ExceptionRecord
	records, m.excepted = MatchExceptions(contents, m.opt.Exceptions, asOf)
	return records
}

// content is what a rule admits, as the plan says it.
func content(r *analyze.Rule) Rule {
	out := Rule{Direction: r.Direction, Protocol: r.Protocol.String(), Peer: r.Peer}
	out.FromPort, out.ToPort = portFields(r.Protocol, r.FromPort, r.ToPort)
	return out
}

// except gives way to the exception that the rule is on record with. Quotas are booked after it. unseen says that it is
// for a season that was not observed.
func (m *maker) except(s *subject, out *Rule) (x *Exception, unseen bool) {
	x = m.excepted[RuleName(s.group.GroupID, *out)]
	if x == nil {
		return nil, false
	}
	out.Exception = &RuleException{Kind: x.Kind, Owner: x.Owner, Reason: x.Reason, Expires: x.Expires, Covers: []Kind{}}
	switch x.Kind {
	case Accepted:
		out.Findings = append([]Finding{{WildcardSource, fmt.Sprintf(
			"open to every %s and accepted as such by %s until %s: %s", side(s.Direction), x.Owner, x.Expires, x.Reason)}}, out.Findings...)
		out.keep()
	case Seasonal:
		unseen = m.exceptSeason(s, out, x)
	default:
		out.keep()
	}
	return x, unseen
}

// keep leaves the rule as it is.
func (r *Rule) keep() {
	r.Action, r.Replacement, r.Alternatives, r.Curve = Keep, []ReplacementRule{}, []Alternative{}, nil
}

// exceptSeason leaves a rule alone of whose season not every day was observed: what was seen outside of it tells neither
// that the rule is unused nor by whom it is used. A rule that was silent in its season too is for its owner to look at.
func (m *maker) exceptSeason(s *subject, out *Rule, x *Exception) (unseen bool) {
	if out.Action == Keep {
		return false
	}
	if m.seasonSeen(s, x.Months) {
		if s.Conversations == 0 && out.Action == Remove {
			out.Action = Review
			out.Findings = append(out.Findings, Finding{ThinEvidence, fmt.Sprintf(
				"it is on record as needed in %s until %s, but was silent then too: ask %s whether it can go", monthWords(x.Months), x.Expires, x.Owner)})
		}
		return false
	}
	out.Findings = append(out.Findings, Finding{ThinEvidence, fmt.Sprintf(
		"%s needs it in %s, of which not every day was observed (on record until %s): %s", x.Owner, monthWords(x.Months), x.Expires, x.Reason)})
	switch out.Action {
	case Remove:
		out.keep()
	case Replace:
		out.Action = Review
	}
	return true
}

// seasonSeen says whether the window holds all of the months whole, every day of them observed by the rule.
func (m *maker) seasonSeen(s *subject, months []int) bool {
	for _, month := range months {
		if !m.monthSeen(s, time.Month(month)) {
			return false
		}
	}
	return true
}

// monthSeen says whether the window holds a whole month of that name, every day of it observed by the rule.
func (m *maker) monthSeen(s *subject, month time.Month) bool {
	for year := m.ev.Start.Year(); year <= m.ev.End.Year(); year++ {
		first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
		from, to := daysBetween(m.ev.Start, first), daysBetween(m.ev.Start, first.AddDate(0, 1, 0))
		seen := from >= 0 && to <= m.days
		for d := from; d < to && seen; d++ {
			seen = s.Observed.Has(d)
		}
		if seen {
			return true
		}
	}
	return false
}

func daysBetween(a, b time.Time) int { return int(b.Sub(a).Hours() / 24) }

// monthWords names months: "November and December".
func monthWords(months []int) string {
	var names []string
	for _, m := range months {
		names = append(names, time.Month(m).String())
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}
