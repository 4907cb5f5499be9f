package suggest

import (
	"fmt"
	"math/rand/v2"
	"slices"
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
		suggested := e.suggested(g)
		stoodFor := map[string]bool{}
		for i, s := range suggested {
			after = append(after, e.exposedReplacement(s.ReplacementRule))
			for _, name := range s.StandsFor {
				stoodFor[name] = true
			}
			for j, o := range suggested {
				x, y := ruleOf(s), ruleOf(o)
				if i != j && !o.Kept && e.contains(&x, &y) {
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
