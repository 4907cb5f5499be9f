package judge

import (
	"net/netip"
	"slices"
	"strings"

	"sgfit/schema/simulate"
	"sgfit/suggest"
)

// planted checks rules of which the account's author knows what should be said.
func (h *hearing) planted() {
	for _, w := range h.Truth.Rules {
		e, ok := h.rules[name(w)]
		if !ok || e.Action == suggest.Review && thin(e) {
			continue
		}
		switch to, narrow := strings.CutPrefix(string(w.Expect), string(simulate.NarrowTo)+" "); {
		case narrow:
			h.narrowedTo(w, e, strings.Split(to, ","))
		case w.Expect == simulate.WildcardAccepted && w.Uses > 0:
			if e.Action != suggest.Keep || !e.finding(suggest.WildcardSource) {
				h.fault(WrongAnswer, "%s: an accepted wildcard, but %s with %v", name(w), e.Action, e.Findings)
			}
		case w.Expect == simulate.Noisy:
			if !e.finding(suggest.AdminPortOpen) || e.Action != suggest.Replace {
				h.fault(WrongAnswer, "%s: strangers and regular users, but %s with %v", name(w), e.Action, e.Findings)
			}
		case w.Expect == simulate.StaleReference:
			if e.Action != suggest.Remove || !e.finding(suggest.StaleReference) {
				h.fault(WrongAnswer, "%s: refers to nothing, but %s with %v", name(w), e.Action, e.Findings)
			}
		}
	}
}

// narrowedTo checks that the rule is replaced, and the replacement reaches no further than the planted CIDRs' own /24s.
func (h *hearing) narrowedTo(w simulate.RuleTruth, e entry, planted []string) {
	if e.Action != suggest.Replace {
		h.fault(WrongAnswer, "%s: %s, want a replacement by %v; %v", name(w), e.Action, planted, e.Findings)
		return
	}
	for _, n := range e.Replacement {
		p, ok := n.Peer.Prefix()
		if !ok {
			continue
		}
		inside := slices.ContainsFunc(planted, func(s string) bool {
			q := netip.MustParsePrefix(s)
			q = netip.PrefixFrom(q.Addr(), min(q.Bits(), 24)).Masked()
			return q.Bits() <= p.Bits() && q.Contains(p.Addr())
		})
		if !inside {
			h.fault(WrongAnswer, "%s: replaced by %s, planted was %v", name(w), p, planted)
		}
	}
}

// openers compares the services found with those really offered and used.
func (h *hearing) openers() {
	real := map[Service]bool{}
	for _, d := range h.Truth.Demand {
		real[Service{d.InterfaceID, d.Direction, d.Protocol, d.Port}] = true
	}
	o := &h.Openers
	o.Real = int64(len(real))
	for _, s := range h.Services {
		o.Found++
		if real[s] {
			o.Right++
			delete(real, s)
		} else {
			o.Bogus = append(o.Bogus, s)
		}
	}
	for _, d := range h.Truth.Demand {
		if s := (Service{d.InterfaceID, d.Direction, d.Protocol, d.Port}); real[s] {
			o.Missed = append(o.Missed, s)
		}
	}
}
