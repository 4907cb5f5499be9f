package judge

import (
	"context"
	"fmt"

	"sgfit/schema"
	"sgfit/schema/simulate"
	"sgfit/suggest"
)

// Case is one account: the truth, and what the program made of the account's files.
type Case struct {
	Truth    *simulate.Truth
	After    int                 // days that the account lived on after the window
	Lists    suggest.PrefixLists // of the account, when the window ended
	Plan     suggest.Plan
	Services []Service // the services of which the program is sure who opened, and data flowed
}

// Service is what an interface offers (ingress) or uses (egress): the level on which a wrong opener does harm.
type Service struct {
	InterfaceID string           `json:"interface_id"`
	Direction   schema.Direction `json:"direction"`
	Protocol    uint8            `json:"protocol"`
	Port        uint16           `json:"port"`
}

// Judge compares. The error is that of a plan that cannot be read, or of the context.
func Judge(ctx context.Context, c Case) (Verdict, error) {
	h := &hearing{Case: c, rules: map[string]entry{}}
	h.Faults = []Fault{}
	h.enter()
	h.accounting()
	h.used()
	h.planted()
	h.openers()
	h.bits()
	if err := h.later(ctx); err != nil {
		return h.Verdict, err
	}
	return h.Verdict, nil
}

// hearing is a case on its way to the verdict.
type hearing struct {
	Case
	Verdict
	rules map[string]entry // of the plan, by group and content
}

// entry is one rule in the plan.
type entry struct {
	suggest.Rule
	groupID string
}

// finding says whether a rule has one of these.
func (e entry) finding(kinds ...suggest.Kind) bool {
	for _, f := range e.Findings {
		for _, k := range kinds {
			if f.Kind == k {
				return true
			}
		}
	}
	return false
}

func (h *hearing) fault(kind FaultKind, format string, args ...any) {
	h.Faults = append(h.Faults, Fault{kind, fmt.Sprintf(format, args...)})
}

// name is how truth and plan find each other, and how suggest names a rule.
func name(w simulate.RuleTruth) string {
	r := suggest.Rule{Direction: w.Rule.Direction, Protocol: w.Rule.Protocol.String(), Peer: w.Rule.Peer}
	if p := w.Rule.Protocol; p.HasPorts() || p == schema.ICMP || p == schema.ICMPv6 {
		r.FromPort, r.ToPort = &w.Rule.FromPort, &w.Rule.ToPort
	}
	return suggest.RuleName(w.GroupID, r)
}

// enter takes down the plan's rules: each rule in force has one entry, and nothing else has.
func (h *hearing) enter() {
	for _, g := range h.Plan.Groups {
		for _, r := range g.Rules {
			key := suggest.RuleName(g.GroupID, r)
			if _, twice := h.rules[key]; twice {
				h.fault(WrongEntries, "%s stands in the plan twice", key)
			}
			h.rules[key] = entry{r, g.GroupID}
		}
	}
	for _, w := range h.Truth.Rules {
		if _, ok := h.rules[name(w)]; !ok {
			h.fault(WrongEntries, "%s is not in the plan", name(w))
		}
	}
	if len(h.rules) != len(h.Truth.Rules) {
		h.fault(WrongEntries, "the plan has %d rules, the account %d", len(h.rules), len(h.Truth.Rules))
	}
	h.Accounts = 1
	h.Rules.InForce = int64(len(h.Truth.Rules))
}

// accounting: every record is in the class in which the truth has it.
func (h *hearing) accounting() {
	a, w := h.Plan.Accounting, h.Truth.Records
	for _, c := range []struct {
		class     string
		got, want int64
	}{
		{"sum of the classes", a.Malformed + a.NoData + a.SkipData + a.Duplicate + a.Rejected + a.UnknownInterface + a.NoGroup + a.Matched + a.Unmatched + a.Ambiguous, a.Records},
		{"records", a.Records, w.Records}, {"malformed", a.Malformed, w.Malformed}, {"nodata", a.NoData, w.NoData},
		{"skipdata", a.SkipData, w.SkipData}, {"duplicate", a.Duplicate, w.Duplicate}, {"rejected", a.Rejected, w.Rejected},
		{"unknown_interface", a.UnknownInterface, w.UnknownInterface}, {"no_group", a.NoGroup, w.NoGroup},
		{"matched, unmatched and ambiguous", a.Matched + a.Unmatched + a.Ambiguous, w.Admitted + w.Carried},
	} {
		if c.got != c.want {
			h.fault(WrongAccounting, "%s: the plan says %d, the truth is %d", c.class, c.got, c.want)
		}
	}
	h.Records = w.Records
	h.Replay.Add(Count{h.Plan.Replay.Refused, h.Plan.Replay.Edges - h.Plan.Replay.NoiseRefused})
	if h.Plan.Replay.Refused != 0 {
		h.fault(RefusedDemand, "the replay of the window refuses %d edges of demand", h.Plan.Replay.Refused)
	}
}
