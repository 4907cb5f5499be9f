package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
	"sgfit/suggest"
)

// always are the checks that need no line in a scenario. Where a scenario says something about the same, it decides.
func (s *scenario) always() []sceneCheck {
	said := map[string]bool{}
	for _, c := range s.expect {
		said[c.about] = true
	}
	checks := []sceneCheck{
		{words: "exit", about: "exit", holds: func(o *sceneOutcome) string {
			if o.code != exitDone {
				return fmt.Sprintf("got %d: %s", o.code, o.stderr)
			}
			return ""
		}},
		{words: "replay refused 0", about: "replay refused", holds: func(o *sceneOutcome) string {
			return numberWrong(o.plan.Replay.Refused, "0")
		}},
		{words: "the classes add up", holds: (*sceneOutcome).classesAddUp},
		{words: "every rule in force is in the plan once", holds: (*sceneOutcome).everyRuleOnce},
		{words: "no replacement is wider than its rule", holds: (*sceneOutcome).neverWider},
	}
	for name, want := range s.classes() {
		checks = append(checks, sceneCheck{words: fmt.Sprintf("accounting %s is what was written", name), about: "accounting " + name,
			holds: func(o *sceneOutcome) string {
				return numberWrong(o.count("accounting "+name), fmt.Sprint(want(o.lines)))
			}})
	}
	if s.wholeFails() {
		checks = nil
	}
	return slices.DeleteFunc(checks, func(c sceneCheck) bool { return c.about != "" && said[c.about] })
}

// wholeFails says whether the scenario is about a run that makes no plan.
func (s *scenario) wholeFails() bool {
	return strings.Contains(s.text, "exit 1") || strings.Contains(s.text, "exit 2")
}

// classes are the classes of records that the runner knows from what it wrote.
func (s *scenario) classes() map[string]func(sceneLines) int64 {
	zero := func(sceneLines) int64 { return 0 }
	return map[string]func(sceneLines) int64{
		"records": func(n sceneLines) int64 { return n.records }, "nodata": func(n sceneLines) int64 { return n.nodata },
		"skipdata": func(n sceneLines) int64 { return n.skipdata }, "rejected": func(n sceneLines) int64 { return n.rejected },
		"malformed": func(n sceneLines) int64 { return n.raw }, "duplicate": func(n sceneLines) int64 { return n.repeated },
		"unknown_interface": zero, "no_group": zero, "unmatched": zero, "ambiguous": zero,
	}
}

func (o *sceneOutcome) classesAddUp() string {
	a := o.plan.Accounting
	sum := a.Malformed + a.NoData + a.SkipData + a.Duplicate + a.Rejected + a.UnknownInterface + a.NoGroup + a.Matched + a.Unmatched + a.Ambiguous
	if sum != a.Records || a.Records == 0 {
		return fmt.Sprintf("got %d of %d: %+v", sum, a.Records, a)
	}
	return ""
}

// everyRuleOnce compares the plan with the rules that the inventory has at the end of the window.
func (o *sceneOutcome) everyRuleOnce() string {
	want := map[string]int{}
	end := time.Duration(o.s.flows.days)*24*time.Hour - sceneLag - time.Second
	for _, id := range o.s.estate.ids(schema.GroupItem) {
		st := o.s.estate.stateAt(id, end)
		if st == nil || st.unrecorded {
			continue
		}
		for _, r := range st.rules {
			want[fmt.Sprintf("%s %s %s %d %d %s", id, r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer.Value)]++
		}
	}
	var wrong []string
	for _, g := range o.plan.Groups {
		for _, r := range g.Rules {
			want[planKey(g.GroupID, r)]--
		}
	}
	for key, n := range want {
		if n != 0 {
			wrong = append(wrong, fmt.Sprintf("%s: %+d", key, -n))
		}
	}
	slices.Sort(wrong)
	return strings.Join(wrong, "\n\t")
}

// neverWider compares replacements with their rules by protocol, ports and addresses.
func (o *sceneOutcome) neverWider() string {
	var wrong []string
	for _, g := range o.plan.Groups {
		for _, r := range g.Rules {
			for _, n := range r.Replacement {
				if !o.inside(r, n) {
					wrong = append(wrong, fmt.Sprintf("%s by %s", planKey(g.GroupID, r), words([]suggest.ReplacementRule{n})))
				}
			}
		}
	}
	return strings.Join(wrong, "\n\t")
}

func (o *sceneOutcome) inside(r suggest.Rule, n suggest.ReplacementRule) bool {
	if r.Protocol != "all" && r.Protocol != n.Protocol {
		return false
	}
	if r.FromPort != nil && (n.FromPort == nil || *n.FromPort < *r.FromPort || *n.ToPort > *r.ToPort) {
		return false
	}
	limit, isCIDR := r.Peer.Prefix()
	if !isCIDR {
		return n.Peer == r.Peer
	}
	for _, p := range o.reach(n.Peer) {
		if p.Addr().Is4() != limit.Addr().Is4() || p.Bits() < limit.Bits() || !limit.Contains(p.Addr()) {
			return false
		}
	}
	return true
}

// reach is what a peer stands for at the end of the window.
func (o *sceneOutcome) reach(p schema.Peer) (out []netip.Prefix) {
	end := time.Duration(o.s.flows.days)*24*time.Hour - time.Second
	switch p.Kind {
	case schema.PeerGroup:
		for _, id := range o.s.estate.ids(schema.InterfaceItem) {
			st := o.s.estate.stateAt(id, end)
			if st == nil || !slices.Contains(st.iface.groups, p.Value) {
				continue
			}
			for _, a := range st.iface.addresses {
				out = append(out, netip.PrefixFrom(a, a.BitLen()))
			}
		}
	case schema.PeerPrefixList:
		if st := o.s.estate.stateAt(p.Value, end); st != nil {
			out = st.cidrs
		}
	default:
		if q, ok := p.Prefix(); ok {
			out = append(out, q)
		}
	}
	return out
}
