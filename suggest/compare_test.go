package suggest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/analyze"
	"sgfit/schema"
)

// comparedRule reads "in tcp 443 10.0.0.0/8", with an action and a replacement behind it: "remove", "replace -> tcp 443 10.0.0.1/32, …".
func comparedRule(t *testing.T, text string) Rule {
	t.Helper()
	text, instead, _ := strings.Cut(text, " -> ")
	words := strings.Fields(text)
	r := Rule{Direction: schema.Ingress, Action: Keep}
	if words[0] == "out" {
		r.Direction = schema.Egress
	}
	n := contentOf(t, words[1:])
	r.Protocol, r.FromPort, r.ToPort, r.Peer = n.Protocol, n.FromPort, n.ToPort, n.Peer
	for _, w := range words[1:] {
		switch w {
		case "keep", "remove", "replace", "review":
			r.Action = Action(w)
		default:
			if id, ok := strings.CutPrefix(w, "id="); ok {
				r.RuleID = &id
			}
		}
	}
	for part := range strings.SplitSeq(instead, ", ") {
		if part != "" {
			r.Replacement = append(r.Replacement, contentOf(t, strings.Fields(part)))
		}
	}
	return r
}

func contentOf(t *testing.T, words []string) ReplacementRule {
	t.Helper()
	out := ReplacementRule{Protocol: words[0]}
	peer := words[1]
	if out.Protocol == "tcp" || out.Protocol == "udp" {
		var from, to int32
		if _, err := fmt.Sscanf(words[1], "%d-%d", &from, &to); err != nil {
			if _, err := fmt.Sscanf(words[1], "%d", &from); err != nil {
				t.Fatal(err)
			}
			to = from
		}
		out.FromPort, out.ToPort, peer = &from, &to, words[2]
	}
	switch {
	case strings.HasPrefix(peer, "sg-"):
		out.Peer = schema.Peer{Kind: schema.PeerGroup, Value: peer}
	case strings.HasPrefix(peer, "pl-"):
		out.Peer = schema.Peer{Kind: schema.PeerPrefixList, Value: peer}
	default:
		out.Peer = schema.CIDRPeer(netip.MustParsePrefix(peer))
	}
	return out
}

func groupPlan(t *testing.T, rules ...string) Plan {
	t.Helper()
	g := Group{AccountID: "111122223333", Region: "eu-west-1", VPCID: "vpc-1", GroupID: "sg-1", GroupName: "web"}
	for _, text := range rules {
		g.Rules = append(g.Rules, comparedRule(t, text))
	}
	return Plan{Groups: []Group{g}}
}

func TestCompare(t *testing.T) {
	tests := []struct {
		name     string
		old, now []string
		want     []string // of each rule: its name, the outcome, marks, the reason
		wider    bool
	}{
		{"nothing", []string{"in tcp 443 10.0.0.0/8"}, []string{"in tcp 443 10.0.0.0/8"}, nil, false},
		{"removed", []string{"in tcp 443 10.0.0.0/8 remove"}, nil,
			[]string{"ingress tcp 443 10.0.0.0/8: applied: it was to be removed, and is gone"}, false},
		{"not removed", []string{"in tcp 443 10.0.0.0/8 remove"}, []string{"in tcp 443 10.0.0.0/8 remove"},
			[]string{"ingress tcp 443 10.0.0.0/8: ignored: it was to be removed, and is still there"}, false},
		{"replaced", []string{"in tcp 22 0.0.0.0/0 replace -> tcp 22 10.0.0.1/32, tcp 22 sg-2"}, []string{"in tcp 22 10.0.0.1/32", "in tcp 22 sg-2"},
			[]string{"ingress tcp 22 0.0.0.0/0: applied: it was replaced by 2 suggested rules, as planned",
				"ingress tcp 22 10.0.0.1/32: it is as the old plan suggested for sg-1 ingress tcp 22 0.0.0.0/0",
				"ingress tcp 22 sg-2: it is as the old plan suggested for sg-1 ingress tcp 22 0.0.0.0/0"}, false},
		{"added, but not revoked", []string{"in tcp 22 0.0.0.0/0 replace -> tcp 22 10.0.0.1/32"}, []string{"in tcp 22 0.0.0.0/0 remove", "in tcp 22 10.0.0.1/32"},
			[]string{"ingress tcp 22 0.0.0.0/0: partly: 1 of 1 suggested rule came, but it is still there beside them; replace before, remove now",
				"ingress tcp 22 10.0.0.1/32: it is as the old plan suggested for sg-1 ingress tcp 22 0.0.0.0/0"}, false},
		{"a replacement that was there before is no progress",
			[]string{"in tcp 22 0.0.0.0/0 replace -> tcp 22 10.0.0.1/32", "in tcp 22 10.0.0.1/32"}, []string{"in tcp 22 0.0.0.0/0 replace", "in tcp 22 10.0.0.1/32"},
			[]string{"ingress tcp 22 0.0.0.0/0: ignored: it was to be replaced, and is still there"}, false},
		{"half of the replacement", []string{"in tcp 22 0.0.0.0/0 replace -> tcp 22 10.0.0.1/32, tcp 22 10.0.0.9/32"}, []string{"in tcp 22 10.0.0.1/32"},
			[]string{"ingress tcp 22 0.0.0.0/0: partly: it is gone, but 1 of 2 suggested rules did not come",
				"ingress tcp 22 10.0.0.1/32: it is as the old plan suggested for sg-1 ingress tcp 22 0.0.0.0/0"}, false},
		{"replaced by something wider than suggested", []string{"in tcp 22 0.0.0.0/0 replace -> tcp 22 10.0.0.1/32"}, []string{"in tcp 22 10.0.0.0/24"},
			[]string{"ingress tcp 22 0.0.0.0/0: otherwise: it is gone, and rules that are wider took the place of 1 of 1 suggested rule",
				"ingress tcp 22 10.0.0.0/24: it admits nothing that was not admitted before"}, false},
		{"gone without a replacement", []string{"in tcp 22 0.0.0.0/0 replace -> tcp 22 10.0.0.1/32"}, nil,
			[]string{"ingress tcp 22 0.0.0.0/0: otherwise: it is gone, but the suggested rule did not come"}, false},
		{"a kept rule went", []string{"in tcp 22 10.0.0.0/8"}, nil, []string{"ingress tcp 22 10.0.0.0/8: it is gone; the old plan would have left it"}, false},
		{"an administration port for the world", []string{"in tcp 443 0.0.0.0/0"}, []string{"in tcp 443 0.0.0.0/0", "in tcp 20-25 0.0.0.0/0"},
			[]string{"ingress tcp 20-25 0.0.0.0/0: wider: world: admin: it opens an administration port to the world"}, true},
		{"which was open before", []string{"in tcp 0-65535 0.0.0.0/0"}, []string{"in tcp 22 0.0.0.0/0"},
			[]string{"ingress tcp 0-65535 0.0.0.0/0: it is gone; the old plan would have left it",
				"ingress tcp 22 0.0.0.0/0: it admits nothing that was not admitted before"}, false},
		{"one more port beside an open administration port", []string{"in tcp 22 0.0.0.0/0"}, []string{"in tcp 22-24 0.0.0.0/0"},
			[]string{"ingress tcp 22 0.0.0.0/0: it is gone; the old plan would have left it",
				"ingress tcp 22-24 0.0.0.0/0: wider: world: admin: it opens an administration port to the world"}, true}, // 23
		{"two halves are the whole", []string{"in tcp 443 10.0.0.0/9", "in tcp 443 10.128.0.0/9"}, []string{"in tcp 443 10.0.0.0/8", "in tcp 443 10.0.0.0/9", "in tcp 443 10.128.0.0/9"},
			[]string{"ingress tcp 443 10.0.0.0/8: it admits nothing that was not admitted before"}, false},
		{"a group where the world was", []string{"in tcp 443 0.0.0.0/0"}, []string{"in tcp 443 sg-2"},
			[]string{"ingress tcp 443 0.0.0.0/0: it is gone; the old plan would have left it", "ingress tcp 443 sg-2: it admits nothing that was not admitted before"}, false},
		{"a group that was not there", []string{"in tcp 443 10.0.0.0/8"}, []string{"in tcp 443 10.0.0.0/8", "in tcp 443 sg-2"},
			[]string{"ingress tcp 443 sg-2: wider: it admits what nothing admitted before"}, true},
		{"a host more in a known IPv6 network", []string{"in tcp 443 2001:db8::1/128"}, []string{"in tcp 443 2001:db8::1/128", "in tcp 443 2001:db8::2/128"},
			[]string{"ingress tcp 443 2001:db8::2/128: wider: it admits what nothing admitted before"}, true},
		{"modified in its place", []string{"in tcp 443 10.0.0.0/8 id=sgr-1"}, []string{"in tcp 443 0.0.0.0/0 id=sgr-1"},
			[]string{"ingress tcp 443 0.0.0.0/0: wider: world: it opens something to the world that was not open before; it was sg-1 ingress tcp 443 10.0.0.0/8",
				"ingress tcp 443 10.0.0.0/8: it is gone; the old plan would have left it"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Compare(groupPlan(t, tt.old...), groupPlan(t, tt.now...))
			var got []string
			wider := false
			for _, g := range c.Groups {
				wider = g.Ingress != nil && g.Ingress.Wider
				for _, r := range g.Rules {
					words := strings.TrimPrefix(r.Name("sg-1"), "sg-1 ") + ": "
					for _, mark := range []struct {
						is   bool
						word string
					}{{r.Outcome != "", string(r.Outcome)}, {r.Wider, "wider"}, {r.OpensWorld, "world"}, {r.OpensAdmin, "admin"}} {
						if mark.is {
							words += mark.word + ": "
						}
					}
					got = append(got, words+r.Reason)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || wider != tt.wider {
				t.Errorf("wider %t, want %t\n%s", wider, tt.wider, diff)
			}
		})
	}
}

// What a group's rules come to together is as the old plan suggested, though no rule is replaced by just its own.
func TestCompareFoldedRules(t *testing.T) {
	old := groupPlan(t, "in tcp 22 10.0.0.0/8", "in tcp 443 10.1.0.0/16 replace -> tcp 443 10.1.0.0/25", "in tcp 443 10.1.0.0/17 replace -> tcp 443 10.1.0.128/25",
		"in tcp 22 10.9.0.0/16 replace -> tcp 22 10.9.0.1/32")
	old.observe(newEstate(&analyze.Evidence{}))
	outcomes := func(now ...string) (out []string) {
		for _, g := range Compare(old, groupPlan(t, now...)).Groups {
			for _, r := range g.Rules {
				out = append(out, strings.TrimPrefix(r.Name("sg-1"), "sg-1 ingress ")+" "+string(r.Outcome)+strings.Join(r.SuggestedFor, ","))
			}
		}
		return out
	}
	want := []string{"tcp 22 10.9.0.0/16 applied", "tcp 443 10.1.0.0/16 applied", "tcp 443 10.1.0.0/17 applied",
		"tcp 443 10.1.0.0/24 sg-1 ingress tcp 443 10.1.0.0/16,sg-1 ingress tcp 443 10.1.0.0/17"}
	if diff := cmp.Diff(want, outcomes("in tcp 22 10.0.0.0/8", "in tcp 443 10.1.0.0/24")); diff != "" {
		t.Error(diff)
	}
	want = []string{"tcp 22 10.9.0.0/16 ignored", "tcp 443 10.1.0.0/16 partly", "tcp 443 10.1.0.0/17 applied",
		"tcp 443 10.1.0.0/24 sg-1 ingress tcp 443 10.1.0.0/16,sg-1 ingress tcp 443 10.1.0.0/17"}
	if diff := cmp.Diff(want, outcomes("in tcp 22 10.0.0.0/8", "in tcp 22 10.9.0.0/16", "in tcp 443 10.1.0.0/16", "in tcp 443 10.1.0.0/24")); diff != "" {
		t.Error(diff)
	}
}

// Types of ICMP are no range: one does not hold those below it, and none of them holds all.
func TestCompareICMPTypes(t *testing.T) {
	typed := func(kind, code int32, peer string) Rule {
		r := comparedRule(t, "in icmp "+peer)
		r.FromPort, r.ToPort = &kind, &code
		return r
	}
	for _, c := range []struct {
		old, now Rule
		wider    bool
	}{
		{typed(3, 10, "0.0.0.0/0"), typed(8, 0, "0.0.0.0/0"), true},
		{typed(3, 5, "10.0.0.0/8"), typed(3, 4, "10.0.0.0/8"), true},
		{typed(8, 0, "0.0.0.0/0"), typed(-1, -1, "0.0.0.0/0"), true},
		{typed(3, -1, "10.0.0.0/8"), typed(3, 4, "10.1.0.0/16"), false},
		{typed(-1, -1, "10.0.0.0/8"), typed(8, 0, "10.1.0.0/16"), false},
	} {
		old, now := groupPlan(t), groupPlan(t)
		old.Groups[0].Rules, now.Groups[0].Rules = []Rule{c.old}, []Rule{c.now}
		got := Compare(old, now).Groups[0].Rules
		i := slices.IndexFunc(got, func(r RuleComparison) bool { return r.Was == nil })
		if i < 0 || got[i].Wider != c.wider {
			t.Errorf("%s after %s: got %+v, want wider %t", RuleName("", c.now), RuleName("", c.old), got, c.wider)
		}
	}
}

func TestCompareGroupsAndPlaces(t *testing.T) {
	old, now := groupPlan(t, "in tcp 443 10.0.0.0/8"), groupPlan(t, "in tcp 443 10.0.0.0/8")
	other := old.Groups[0]
	other.GroupID = "sg-0"
	elsewhere := old.Groups[0]
	elsewhere.Region = "us-east-1"
	old.Groups, now.Groups = append(old.Groups, other, elsewhere), append([]Group{{AccountID: "111122223333", Region: "eu-west-1", GroupID: "sg-2"}}, now.Groups...)
	c := Compare(old, now)
	var got []string
	for _, g := range c.Groups {
		got = append(got, g.GroupID+" "+g.Change)
	}
	if diff := cmp.Diff([]string{"sg-2 new", "sg-0 gone"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]UncomparedScope{{"111122223333", "us-east-1", "old", 1}}, c.Uncompared); diff != "" {
		t.Error(diff)
	}
	if c.Counts["new-group"] != 1 || c.Counts["gone-group"] != 1 || c.Counts["gone-rule"] != 1 {
		t.Errorf("counts: %v", c.Counts)
	}
}

func TestCompareMembersThatCame(t *testing.T) {
	measured := func(n uint64) Plan {
		p := groupPlan(t, "in tcp 443 sg-2")
		p.Groups[0].Exposure = &GroupExposure{Ingress: &ExposureChange{Before: Exposed{Combinations: Count{Lo: n}}}}
		return p
	}
	if c := Compare(measured(3), measured(5)); len(c.Groups) != 1 || !c.Groups[0].Ingress.Grown || c.Groups[0].Ingress.Wider || c.Counts["grown"] != 1 {
		t.Errorf("members came: %+v", c)
	}
	if c := Compare(measured(5), measured(3)); len(c.Groups) != 1 || c.Groups[0].Ingress.Grown {
		t.Errorf("members went: %+v", c)
	}
	if c := Compare(measured(5), measured(5)); len(c.Groups) != 0 {
		t.Errorf("nothing changed: %+v", c)
	}
}

// TestCompareAgainstTwin enumerates every address and port of a small world.
func TestCompareAgainstTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	rule := func() string {
		bits := 26 + rng.IntN(7)
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(rng.IntN(64))}), bits).Masked()
		from := 20 + rng.IntN(5)
		return fmt.Sprintf("tcp %d-%d %s", from, from+rng.IntN(3), p)
	}
	cells := func(rules []ReplacementRule) map[[2]int32]bool {
		out := map[[2]int32]bool{}
		for _, r := range rules {
			p, _ := r.Peer.Prefix()
			for a := range 64 {
				for port := *r.FromPort; port <= *r.ToPort; port++ {
					if p.Contains(netip.AddrFrom4([4]byte{10, 0, 0, byte(a)})) {
						out[[2]int32{int32(a), port}] = true
					}
				}
			}
		}
		return out
	}
	wider := 0
	for range 3000 {
		var old, now []string
		var before, suggested, after []ReplacementRule
		for range rng.IntN(6) {
			r, instead := rule(), rule()
			old = append(old, "in "+r+" replace -> "+instead)
			before = append(before, contentOf(t, strings.Fields(r)))
			suggested = append(suggested, contentOf(t, strings.Fields(instead)))
		}
		for range rng.IntN(4) {
			r := rule()
			now = append(now, "in "+r)
			after = append(after, contentOf(t, strings.Fields(r)))
		}
		was, known, is := cells(before), cells(append(suggested, before...)), cells(after)
		var opened, closed uint64
		for cell := range is {
			if !known[cell] {
				opened++
			}
		}
		for cell := range was {
			if !is[cell] {
				closed++
			}
		}
		var got DirectionComparison
		for _, g := range Compare(groupPlan(t, old...), groupPlan(t, now...)).Groups {
			if g.Ingress != nil {
				got = *g.Ingress
			}
		}
		if got.Opened != (Count{Lo: opened}) || got.Closed != (Count{Lo: closed}) || got.Wider != (opened > 0) {
			t.Fatalf("%q to %q: opened %s, closed %s, wider %t; want %d, %d", old, now, got.Opened, got.Closed, got.Wider, opened, closed)
		}
		if got.Wider {
			wider++
		}
	}
	if wider < 500 {
		t.Errorf("only %d of the comparisons got wider", wider)
	}
}

func TestThresholds(t *testing.T) {
	names := PlanNames()
	got, err := ParseThresholds("admin-port-open, removable>10", names)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Threshold{{"admin-port-open", 0}, {"removable", 10}}, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"", "admin", "removable>", "removable>-1", "removable>x", "remove,"} {
		if got, err := ParseThresholds(bad, names); err == nil {
			t.Errorf("ParseThresholds(%q) = %v", bad, got)
		}
	}
	p := groupPlan(t, "in tcp 22 0.0.0.0/0 remove", "in tcp 23 0.0.0.0/0", "in tcp 24 0.0.0.0/0")
	p.Groups[0].Findings = []Finding{{Kind: DefaultGroup}}
	p.Groups[0].Rules[0].Findings = []Finding{{Kind: AdminPortOpen}, {Kind: AdminPortOpen}, {Kind: WildcardSource}}
	p.Groups[0].Rules[1].Findings = []Finding{{Kind: WildcardSource}} // accepted
	p.Exceptions = []ExceptionRecord{{State: InForce}, {State: Expired}, {State: Unmatched}, {State: Unmatched}}
	counts := p.Counts()
	for name, want := range map[string]int{"admin-port-open": 1, "wildcard-source": 1, "default-group": 1, "remove": 1, "removable": 1, "changes": 1, "keep": 2, "no-traffic": 0,
		"expired-exception": 1, "unmatched-exception": 2} {
		if counts[name] != want {
			t.Errorf("%s: %d, want %d", name, counts[name], want)
		}
	}
	exceeded := counts.Exceeded([]Threshold{{"keep", 2}, {"keep", 1}, {"no-traffic", 0}, {"remove", 0}})
	if diff := cmp.Diff([]Threshold{{"keep", 1}, {"remove", 0}}, exceeded); diff != "" {
		t.Error(diff)
	}
}

func TestCountsHaveEveryName(t *testing.T) {
	for name := range (Plan{}).Counts() {
		if !strings.Contains(" "+strings.Join(PlanNames(), " ")+" ", " "+name+" ") {
			t.Errorf("a plan counts %s, which is no name of a threshold", name)
		}
	}
	var doc any
	if err := json.Unmarshal(JSONSchema(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, kind := range enumWith(doc, string(NoTraffic)) {
		if !slices.Contains(PlanNames(), kind.(string)) {
			t.Errorf("the finding %s has no count", kind)
		}
	}
	if c := Compare(Plan{}, Plan{}); len(c.Counts) != len(ComparisonNames()) {
		t.Errorf("%d counts, %d names", len(c.Counts), len(ComparisonNames()))
	}
}

// enumWith finds the list of a JSON document that has a value.
func enumWith(doc any, value string) []any {
	switch d := doc.(type) {
	case map[string]any:
		for _, v := range d {
			if found := enumWith(v, value); found != nil {
				return found
			}
		}
	case []any:
		if slices.Contains(d, any(value)) {
			return d
		}
		for _, v := range d {
			if found := enumWith(v, value); found != nil {
				return found
			}
		}
	}
	return nil
}
