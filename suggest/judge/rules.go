package judge

import (
	"net/netip"
	"slices"
	"strings"

	"sgfit/schema"
	"sgfit/schema/simulate"
	"sgfit/suggest"
)

// used compares what the plan says of each rule's use with the truth.
func (h *hearing) used() {
	for _, w := range h.Truth.Rules {
		e, ok := h.rules[name(w)]
		switch {
		case !ok:
		case w.Uses == 0 && w.Unlogged == 0:
			h.unused(w, e)
		case w.Uses == 0:
			h.hidden(w, e)
		case w.Uses > w.Ambiguous:
			h.inUse(w, e)
		}
	}
}

// unused: a rule that nobody used is said to be so, and goes unless no log could tell.
func (h *hearing) unused(w simulate.RuleTruth, e entry) {
	found := silent(e)
	h.Rules.UnusedFound.tell(found)
	if !found {
		h.fault(UnusedNotFound, "%s (%s) was not used, findings %v", name(w), w.Expect, e.Findings)
	}
	switch e.Action {
	case suggest.Remove:
		h.Rules.UnusedRemoved++
	case suggest.Review:
		h.Rules.UnusedReview++
	}
	if !deeds(w, e).has(e.Action) {
		h.fault(UnusedWrongDeed, "%s (%s) was not used, action %s: %v", name(w), w.Expect, e.Action, e.Findings)
	}
}

type actions []suggest.Action

func (a actions) has(one suggest.Action) bool { return slices.Contains(a, one) }

// mustReview are rules about which no log can say enough.
var mustReview = []simulate.Expect{simulate.NeverLogged, simulate.NotObservable, simulate.Young, simulate.Unattached, simulate.Ambiguous}

// deeds are what may be done about an unused rule.
func deeds(w simulate.RuleTruth, e entry) actions {
	switch {
	case slices.Contains(mustReview, w.Expect):
		return actions{suggest.Review}
	case w.Expect == simulate.Seasonal, w.Expect == simulate.NeededLater, lostRecords(e), thin(e):
		return actions{suggest.Remove, suggest.Review}
	}
	return actions{suggest.Remove}
}

// thin says that a use would have been logged on too few days for any change: 14 are needed by default.
func thin(e entry) bool { return e.Evidence.ObservedDays < 14 }

// lostRecords says that SKIPDATA made the silence doubtful.
func lostRecords(e entry) bool {
	return slices.ContainsFunc(e.Findings, func(f suggest.Finding) bool {
		return f.Kind == suggest.NotObservable && strings.Contains(f.Reason, "SKIPDATA")
	})
}

// hidden: a rule that is used where no flow log shows it looks silent, and a person must decide.
func (h *hearing) hidden(w simulate.RuleTruth, e entry) {
	h.Rules.HiddenRemoved.tell(e.Action != suggest.Review)
	if e.Action != suggest.Review || !silent(e) {
		h.fault(HiddenRemoved, "%s (%s) was used %d times where no flow log shows it, but %s with %v", name(w), w.Expect, w.Unlogged, e.Action, e.Findings)
	}
}

// silent says whether the plan calls a rule unused.
func silent(e entry) bool {
	return e.finding(suggest.NoTraffic, suggest.ProbeOnly, suggest.StaleReference)
}

// inUse: a used rule is not called unused, does not go unless its traffic flows through others, and if it is narrowed
// its users are still admitted.
func (h *hearing) inUse(w simulate.RuleTruth, e entry) {
	called := e.finding(suggest.NoTraffic, suggest.ProbeOnly)
	h.Rules.UsedCalledUnused.tell(called)
	if called {
		h.fault(UsedCalledUnused, "%s (%s) was used %d times, but the plan says %v", name(w), w.Expect, w.Uses, e.Findings)
	}
	gone := e.Action == suggest.Remove && (w.Sole > 0 || len(e.StillThrough) == 0)
	h.Rules.UsedRemoved.tell(gone)
	if gone {
		h.fault(UsedRemoved, "%s (%s) goes, but %d of its %d uses flow through nothing else", name(w), w.Expect, w.Sole, w.Uses)
	}
	if e.Action == suggest.Replace {
		h.Rules.Narrowed++
		h.narrowed(w, e)
	}
}

// narrowed asks the truth, not the edges: whoever used a replaced rule alone is still admitted.
func (h *hearing) narrowed(w simulate.RuleTruth, e entry) {
	if w.Sole != w.Uses {
		return
	}
	for _, u := range w.Users {
		out := !slices.ContainsFunc(e.Replacement, func(n suggest.ReplacementRule) bool { return mayAdmit(n, u.Address, u.Port) })
		h.Rules.UsersShutOut.tell(out)
		if out {
			h.fault(UserShutOut, "%s: %s used port %d, but is not admitted by %v", name(w), u.Address, u.Port, words(e.Replacement))
		}
	}
}

// mayAdmit takes a reference to admit anybody: who wore a group when is for the replay.
func mayAdmit(r suggest.ReplacementRule, a netip.Addr, port uint16) bool {
	if r.FromPort != nil && protocol(r).HasPorts() && (int32(port) < *r.FromPort || int32(port) > *r.ToPort) {
		return false
	}
	p, isCIDR := r.Peer.Prefix()
	return !isCIDR || p.Contains(a)
}

func protocol(r suggest.ReplacementRule) schema.Protocol {
	p, _ := schema.ParseProtocol(r.Protocol) // what cannot be read has no ports
	return p
}

func words(rules []suggest.ReplacementRule) (out []string) {
	for _, r := range rules {
		out = append(out, suggest.RuleName("", suggest.Rule{Protocol: r.Protocol, FromPort: r.FromPort, ToPort: r.ToPort, Peer: r.Peer}))
	}
	return out
}
