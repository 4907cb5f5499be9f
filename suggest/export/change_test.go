package export

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
	"sgfit/suggest"
)

// after is what a selection makes of its groups: what is there, with what is added, without what is revoked.
func after(s selection) map[string][]string {
	out := map[string][]string{}
	for _, g := range s.groups {
		there := map[string]rule{}
		for k, r := range g.today {
			there[k] = r
		}
		for _, a := range g.adds {
			there[a.key()] = a
		}
		for _, c := range g.changes {
			if !c.stays {
				delete(there, c.was.key())
			}
		}
		var rules []string
		for _, r := range there {
			f, t := r.from, r.to
			rules = append(rules, plainRule(r.direction, r.protocol.String(), &f, &t, r.peer))
		}
		slices.Sort(rules)
		out[g.GroupID] = rules
	}
	return out
}

func TestChangesMakeThePlansOutcome(t *testing.T) {
	plan := samplePlan(plainIDs())
	s := choosePlan(t, plan, Options{})
	if diff := cmp.Diff(outcome(plan), after(s)); diff != "" {
		t.Errorf("-plan +changes:\n%s", diff)
	}
	if len(s.warnings) > 0 {
		t.Errorf("warnings: %q", s.warnings)
	}
	if s.rules != 12 {
		t.Errorf("%d rules are changed, want 12", s.rules)
	}
}

func TestOnlyWhatWasChosen(t *testing.T) {
	ids := plainIDs()
	for _, c := range []struct {
		opt   Options
		rules int
	}{
		{Options{Actions: []suggest.Action{suggest.Remove}}, 6},
		{Options{Actions: []suggest.Action{suggest.Replace}}, 6},
		{Options{Groups: []string{ids.db}}, 3},
		{Options{Groups: []string{ids.db}, Actions: []suggest.Action{suggest.Remove}}, 2},
	} {
		if s := choosePlan(t, samplePlan(ids), c.opt); s.rules != c.rules {
			t.Errorf("%v: %d rules, want %d", c.opt, s.rules, c.rules)
		}
	}
	_, err := choose(samplePlan(ids), Options{Groups: []string{"sg-0"}})
	if unknown := new(UnknownGroupError); !errors.As(err, &unknown) {
		t.Errorf("a group that is not in the plan: %v", err)
	}
}

func TestRuleForms(t *testing.T) {
	port := func(n int32) *int32 { return &n }
	peer := schema.Peer{Kind: schema.PeerIPv4, Value: "10.0.0.0/8"}
	for _, c := range []struct {
		name     string
		protocol string
		from, to *int32
		peer     schema.Peer
		want     string // key, "" for an error
	}{
		{"tcp", "tcp", port(22), port(23), peer, "ingress tcp 22 23 10.0.0.0/8"},
		{"all", "all", nil, nil, peer, "ingress -1 -1 -1 10.0.0.0/8"},
		{"a number", "50", nil, nil, peer, "ingress 50 -1 -1 10.0.0.0/8"},
		{"ports of a protocol without", "50", port(1), port(2), peer, "ingress 50 -1 -1 10.0.0.0/8"},
		{"any ICMP", "icmp", nil, nil, peer, "ingress icmp -1 -1 10.0.0.0/8"},
		{"an ICMP type", "icmp", port(8), port(-1), peer, "ingress icmp 8 -1 10.0.0.0/8"},
		{"no ports", "tcp", nil, nil, peer, ""},
		{"ports the wrong way", "tcp", port(2), port(1), peer, ""},
		{"a port too high", "udp", port(2), port(65536), peer, ""},
		{"a protocol's name", "tcp; rm -rf /", port(1), port(1), peer, ""},
		{"host bits", "all", nil, nil, schema.Peer{Kind: schema.PeerIPv4, Value: "10.0.0.1/8"}, ""},
		{"the other family", "all", nil, nil, schema.Peer{Kind: schema.PeerIPv6, Value: "10.0.0.0/8"}, ""},
		{"a group", "all", nil, nil, schema.Peer{Kind: schema.PeerGroup, Value: "sg-0a\n"}, ""},
		{"a list", "all", nil, nil, schema.Peer{Kind: schema.PeerPrefixList, Value: "pl-$(id)"}, ""},
		{"an unknown kind", "all", nil, nil, schema.Peer{Kind: "host", Value: "a"}, ""},
	} {
		r, err := makeRule(schema.Ingress, c.protocol, c.from, c.to, c.peer, "")
		if (err != nil) != (c.want == "") || err == nil && r.key() != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, r.key(), err, c.want)
		}
	}
}

func TestDescriptionsAreThoseThatEC2Accepts(t *testing.T) {
	for in, want := range map[string]string{
		"Office (HQ): a-z, [1]=2; {3}!$4*": "Office (HQ): a-z, [1]=2; {3}!$4*",
		"`id` $(id) \"q\" 'q' <b> | \\":    "_id_ $(id) _q_ _q_ _b_ _ _",
		"a\tb\nc\x00d":                     "a b c d",
		"Größe 東京":                         "Gr__e __",
		"a & b":                            "a & b",
		strings.Repeat("x", 300):           strings.Repeat("x", 255),
		"  ":                               "",
	} {
		if got := describe(in, schema.PeerIPv4); got != want {
			t.Errorf("describe(%q) = %q, want %q", in, got, want)
		}
	}
	if got := describe("a & b", schema.PeerGroup); got != "a + b" {
		t.Errorf("with a group: %q", got)
	}
}

// In a plan that people decided on, a rule that another one's traffic was to go on through may be removed too: that is said.
func TestRemovedRulesThatOthersRelyOn(t *testing.T) {
	for _, action := range []suggest.Action{suggest.Keep, suggest.Remove} {
		plan := samplePlan(plainIDs())
		plan.Groups[1].Rules[0].Action = action
		for name, render := range map[string]func(suggest.Plan, Options) (Export, error){"cli": CLI, "terraform": Terraform, "cloudformation": CloudFormation} {
			e, err := render(plan, Options{})
			if err != nil {
				t.Fatal(err)
			}
			said := slices.ContainsFunc(e.Warnings, func(w string) bool { return strings.Contains(w, "removed as well") })
			if said != (action == suggest.Remove) {
				t.Errorf("%s, %s: said %t: %q", name, action, said, e.Warnings)
			}
		}
	}
}
