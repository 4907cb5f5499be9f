package suggest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"sgfit/analyze"
	"sgfit/schema"
)

// TestFoldAdmitsTheSame folds random rules: what they admit together must stay exactly what it was, none may be left that
// another contains, and every rule must be stood for by what admits all of it.
func TestFoldAdmitsTheSame(t *testing.T) {
	e := newEstate(&analyze.Evidence{})
	random := rand.New(rand.NewPCG(3, 5))
	folded := 0
	for round := range 400 {
		g := &Group{GroupID: "sg-a"}
		for n := range 1 + random.IntN(9) {
			from := int32(80 + random.IntN(3))
			to := from + int32(random.IntN(2))
			r := ReplacementRule{Protocol: []string{"tcp", "tcp", "udp", "all"}[random.IntN(4)],
				Peer: schema.Peer{Kind: schema.PeerIPv4, Value: fmt.Sprintf("10.0.0.%d/%d", 0, 24)}}
			if r.Protocol != "all" {
				r.FromPort, r.ToPort = &from, &to
			}
			bits := 30 + random.IntN(3)
			peer, _ := schema.ParseCIDR(fmt.Sprintf("10.0.0.%d/%d", random.IntN(8), bits))
			r.Peer = schema.CIDRPeer(peer)
			own := Rule{Direction: schema.Ingress, Protocol: r.Protocol, FromPort: r.FromPort, ToPort: r.ToPort, Peer: schema.Peer{Kind: schema.PeerIPv4, Value: fmt.Sprintf("10.%d.0.0/16", n)}}
			if random.IntN(4) == 0 {
				own.Peer, own.Action = r.Peer, Keep
			} else {
				own.Action, own.Replacement = Replace, []ReplacementRule{r}
			}
			g.Rules = append(g.Rules, own)
		}
		var before, after []ExposedRule
		for _, r := range g.Rules {
			for _, n := range r.Replacement {
				before = append(before, e.exposedReplacement(n))
			}
			if r.Action == Keep {
				own := e.exposedReplacement(ReplacementRule{r.Protocol, r.FromPort, r.ToPort, r.Peer, ""})
				before, after = append(before, own), append(after, own)
			}
		}
		suggested := g.suggested()
		stoodFor := map[string]bool{}
		for i, s := range suggested {
			after = append(after, e.exposedReplacement(s.ReplacementRule))
			for _, name := range s.StandsFor {
				stoodFor[name] = true
			}
			for j, o := range suggested {
				if i != j && !o.Kept && s.content(s.Direction).holds(o.content(o.Direction)) {
					t.Errorf("round %d: %s contains %s", round, s.name(), o.name())
				}
			}
		}
		both := BitsExposed(slices.Concat(before, after))
		if a, b := BitsExposed(before), BitsExposed(after); a != b || a != both {
			t.Errorf("round %d: %v bits became %v, together %v", round, a, b, both)
		}
		for _, r := range g.Rules {
			if name := RuleName("sg-a", r); r.Action == Replace && !stoodFor[name] {
				t.Errorf("round %d: nothing stands for %s", round, name)
			}
		}
		if len(suggested) < len(before) {
			folded++
		}
	}
	if folded < 100 {
		t.Errorf("only %d rounds folded anything", folded)
	}
}

func TestRecurringSets(t *testing.T) {
	in := map[string][]int{
		"a": {1, 2}, "b": {1, 2, 3}, "c": {1, 2, 4}, // three that 1 and 2 share, each with another company
		"d": {3, 4}, "e": {3, 4}, // two are too few
		"f": {5}, "g": {5}, "h": {5}, // one group is too few
	}
	got := recurringSets(in)
	if len(got) != 1 || !slices.Equal(got[0].groups, []int{1, 2}) || !slices.Equal(got[0].cidrs, []string{"a", "b", "c"}) {
		t.Errorf("got %v", got)
	}
}

// A group's members, and a prefix list's entries, may lie elsewhere tomorrow: no CIDR stands for them.
func TestOnlyContentsFold(t *testing.T) {
	plan := groupPlan(t, "in tcp 443 10.0.0.0/8", "in tcp 1-1024 sg-2 replace -> tcp 443 sg-2", "in tcp 1-1024 pl-2 replace -> tcp 443 pl-2",
		"in tcp 1-1024 10.0.0.0/16 replace -> tcp 443 10.0.7.0/24")
	ev := &analyze.Evidence{Inventory: analyze.Inventory{
		VPCs:        []schema.VPC{{VPCID: "vpc-1", CIDRs: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/16")}}},
		GroupVPC:    map[string]string{"sg-2": "vpc-1"},
		PrefixLists: []schema.PrefixList{{PrefixListID: "pl-2", Entries: []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16")}}},
	}}
	plan.observe(newEstate(ev))
	var got []string
	for _, s := range plan.Groups[0].Suggested {
		got = append(got, fmt.Sprintf("%s, kept %t, for %d", s.name(), s.Kept, len(s.StandsFor)))
	}
	want := []string{"ingress tcp 443 10.0.0.0/8, kept true, for 2", "ingress tcp 443 pl-2, kept false, for 1", "ingress tcp 443 sg-2, kept false, for 1"}
	slices.Sort(got)
	for i := range got {
		got[i] = strings.TrimSpace(got[i])
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Suggested rules that are not those of the replacements, narrower or wider, are not taken for them.
func TestFoldedIsHeldToTheReplacements(t *testing.T) {
	for _, hand := range []struct{ rules, by []string }{
		{[]string{"in tcp 443 10.0.0.0/8 replace -> tcp 443 10.0.0.0/24"}, []string{"tcp 443 10.0.0.5/32"}}, // narrowed by hand
		{[]string{"in tcp 443 10.0.0.0/8 replace -> tcp 443 10.0.0.5/32"}, []string{"tcp 443 10.0.0.0/24"}},
		{[]string{"in tcp 443 10.0.0.0/8 replace -> tcp 443 10.0.0.5/32"}, []string{"tcp 443 sg-2"}},
		{[]string{"in tcp 443 10.0.0.0/8 replace -> tcp 443 10.0.0.5/32"}, []string{"tcp 443 10.0.0.5/32", "tcp 443 pl-2"}},
		{[]string{"in icmp 10.0.0.0/8 replace -> icmp 10.0.0.5/32"}, []string{"tcp 443 10.0.0.5/32"}},
		{[]string{"in all 10.0.0.0/8 replace -> tcp 443-444 10.0.0.0/31"}, []string{"tcp 443 10.0.0.0/31"}},
	} {
		plan := groupPlan(t, hand.rules...)
		plan.observe(newEstate(&analyze.Evidence{}))
		g := &plan.Groups[0]
		if _, ok := g.Folded(); !ok {
			t.Errorf("%q: not taken as it was made", hand.rules)
		}
		g.Rules[0].Replacement = nil
		for _, text := range hand.by {
			g.Rules[0].Replacement = append(g.Rules[0].Replacement, contentOf(t, strings.Fields(text)))
		}
		if folded, ok := g.Folded(); ok {
			t.Errorf("%q, by hand %q: taken for %v", hand.rules, hand.by, folded)
		}
	}
}

// A large group is folded in a time that nobody notices.
func BenchmarkFold(b *testing.B) {
	random := rand.New(rand.NewPCG(8, 8))
	g := &Group{GroupID: "sg-a"}
	for n := range 1000 {
		r := Rule{Direction: schema.Ingress, Protocol: "tcp", Peer: schema.Peer{Kind: schema.PeerIPv4, Value: fmt.Sprintf("10.%d.%d.0/24", n/250, n%250)}, Action: Replace}
		from := int32(random.IntN(60000))
		r.FromPort, r.ToPort = &from, &from
		p, _ := schema.ParseCIDR(fmt.Sprintf("10.%d.%d.%d/32", n/250, n%250, random.IntN(256)))
		r.Replacement = []ReplacementRule{{Protocol: "tcp", FromPort: &from, ToPort: &from, Peer: schema.CIDRPeer(p)}}
		g.Rules = append(g.Rules, r)
	}
	for b.Loop() {
		g.suggested()
	}
}
