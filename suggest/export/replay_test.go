package export

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sgfit/analyze"
	"sgfit/schema"
	"sgfit/suggest"
)

// plainState is a group's rules as the script's tables write them.
type plainState map[string]bool

// counts are those of each direction and family; a list counts as 3.
func (s plainState) counts() map[string]int {
	out := map[string]int{}
	for r := range s {
		f := strings.Fields(r)
		n := 1
		if strings.HasPrefix(f[4], "pl-") {
			n = 3
		}
		isCIDR, is6 := strings.Contains(f[4], "/"), strings.Contains(f[4], ":")
		if !isCIDR || !is6 {
			out[f[0]+" 4"] += n
		}
		if !isCIDR || is6 {
			out[f[0]+" 6"] += n
		}
	}
	return out
}

// point is one thing that may be admitted.
type point struct {
	direction, protocol string
	port                int
	peer                string
	address             netip.Addr // of a peer that is one
}

func worldOfTests() (out []point) {
	peers := []string{"sg-0aa", "sg-0bb", "pl-0aa", "2001:db8::1", "2001:db8:0:1::1"}
	for a := range 32 {
		peers = append(peers, fmt.Sprintf("10.0.0.%d", a))
	}
	for _, peer := range peers {
		a, _ := netip.ParseAddr(peer)
		for port := 80; port < 84; port++ {
			for _, protocol := range []string{"tcp", "udp"} {
				for _, d := range []string{"ingress", "egress"} {
					out = append(out, point{d, protocol, port, peer, a})
				}
			}
		}
	}
	return out
}

// admitted is what of the world the rules admit.
func (s plainState) admitted(world []point) map[point]bool {
	out := map[point]bool{}
	for r := range s {
		f := strings.Fields(r)
		from, _ := strconv.Atoi(f[2])
		to, _ := strconv.Atoi(f[3])
		prefix, notCIDR := netip.ParsePrefix(f[4])
		for _, p := range world {
			if f[0] == p.direction && f[1] == p.protocol && from <= p.port && p.port <= to &&
				(f[4] == p.peer || notCIDR == nil && p.address.IsValid() && prefix.Contains(p.address)) {
				out[p] = true
			}
		}
	}
	return out
}

// replayed does what the script does with its tables, one call after the other, and looks after each of them.
func replayed(files []File, way string, state plainState, look func(when string)) {
	table := func(name string) [][]string {
		var out [][]string
		for _, f := range files {
			if f.Name == way+"/sg-0aa/"+name {
				for line := range strings.Lines(string(f.Content)) {
					out = append(out, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
				}
			}
		}
		return out
	}
	for step := 0; step < 20; step++ {
		for _, change := range []string{"add", "revoke"} {
			for _, d := range []string{"ingress", "egress"} {
				called := false
				for _, row := range table(change + ".tsv") {
					rule := row[len(row)-1]
					if row[0] != strconv.Itoa(step) || !strings.HasPrefix(rule, d) {
						continue
					}
					called = true
					if change == "add" {
						state[rule] = true
					} else {
						delete(state, rule)
					}
				}
				if !called {
					continue
				}
				look(fmt.Sprintf("%s, step %d, %s of %s", way, step, change, d))
			}
		}
	}
}

// randomPlan is a plan for one group whose rules are narrowed, removed, kept or for review at random.
func randomPlan(t *testing.T, random *rand.Rand) suggest.Plan {
	t.Helper()
	lists := []schema.PrefixList{{PrefixListID: "pl-0aa", MaxEntries: 3}}
	g := suggest.Group{AccountID: "111122223333", Region: "eu-west-1", GroupID: "sg-0aa", GroupName: "web"}
	seen := map[string]bool{}
	for range 2 + random.IntN(8) {
		from := int32(80 + random.IntN(3))
		to := min(from+int32(random.IntN(3)), 83)
		wide := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(random.IntN(32))}), 26+random.IntN(4)).Masked()
		r := suggest.Rule{Direction: schema.Ingress, Protocol: []string{"tcp", "tcp", "udp"}[random.IntN(3)], FromPort: &from, ToPort: &to, Peer: schema.CIDRPeer(wide),
			Action: []suggest.Action{suggest.Replace, suggest.Replace, suggest.Replace, suggest.Remove, suggest.Keep, suggest.Review}[random.IntN(6)]}
		if random.IntN(6) == 0 {
			r.Direction = schema.Egress
		}
		switch random.IntN(8) {
		case 0:
			r.Peer = schema.Peer{Kind: schema.PeerGroup, Value: "sg-0bb"}
		case 1:
			r.Peer = schema.Peer{Kind: schema.PeerPrefixList, Value: "pl-0aa"}
		case 2:
			r.Peer = schema.CIDRPeer(netip.MustParsePrefix("2001:db8::/48"))
		}
		if name := suggest.RuleName("", r); seen[name] {
			continue
		} else {
			seen[name] = true
		}
		for range 1 + random.IntN(3) {
			port := from + int32(random.IntN(int(to-from)+1))
			n := suggest.ReplacementRule{Protocol: r.Protocol, FromPort: &port, ToPort: &port, Peer: r.Peer}
			if p, isCIDR := r.Peer.Prefix(); isCIDR && p.Addr().Is4() {
				a := p.Addr().As4()
				a[3] += byte(random.IntN(1 << (32 - p.Bits())))
				n.Peer = schema.CIDRPeer(netip.PrefixFrom(netip.AddrFrom4(a), 31+random.IntN(2)).Masked())
			} else if isCIDR {
				n.Peer = schema.CIDRPeer(netip.MustParsePrefix([]string{"2001:db8::/64", "2001:db8:0:1::/64"}[random.IntN(2)]))
			}
			if r.Action == suggest.Replace {
				r.Replacement = append(r.Replacement, n)
			}
		}
		g.Rules = append(g.Rules, r)
	}
	plan := suggest.Plan{Groups: []suggest.Group{g}, Settings: &suggest.Settings{RulesQuota: 3 + random.IntN(14)}}
	plan, err := suggest.Prove(&analyze.Evidence{Inventory: analyze.Inventory{PrefixLists: lists}}, plan,
		func(suggest.Plan) (suggest.Replayed, []suggest.Refusal, error) { return suggest.Replayed{}, nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestScriptsKeepQuotaAndCoverage replays the tables of the scripts of random plans, there and back, with the rules together and
// rule by rule. At no moment are there more rules than the quota (or than there were), is anything shut out that is admitted before
// and after, or is anything admitted that was not.
func TestScriptsKeepQuotaAndCoverage(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 9))
	world := worldOfTests()
	inSteps, left, folded := 0, 0, 0
	for round := range 400 {
		plan := randomPlan(t, random)
		size := map[bool]int{}
		for _, perRule := range []bool{false, true} {
			e, err := CLI(plan, Options{PerRule: perRule})
			if err != nil {
				t.Fatal(err)
			}
			start, state, all := plainState{}, plainState{}, true
			for _, r := range plan.Groups[0].Rules {
				made, err := makeRule(r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer, "")
				if err != nil {
					t.Fatal(err)
				}
				start[made.key()], state[made.key()] = true, true
			}
			for _, w := range e.Warnings {
				if strings.Contains(w, "is left out") {
					all = false
				} else if !strings.Contains(w, "at once") {
					t.Fatalf("round %d warns: %s", round, w)
				}
			}
			before, most := start.admitted(world), start.counts()
			var after map[point]bool
			look := func(when string) {
				for k, n := range state.counts() {
					if n > max(plan.Settings.RulesQuota, most[k]) {
						t.Fatalf("round %d, per rule %t, %s: %d of %s; %v", round, perRule, when, n, k, state)
					}
				}
				now := state.admitted(world)
				for p := range now {
					if !before[p] {
						t.Fatalf("round %d, per rule %t, %s: %v is admitted, and was not", round, perRule, when, p)
					}
				}
				for p := range after {
					if before[p] && !now[p] {
						t.Fatalf("round %d, per rule %t, %s: %v is shut out", round, perRule, when, p)
					}
				}
			}
			end := plainState{}
			for r := range start {
				end[r] = true
			}
			replayed(e.Files, "apply", end, func(string) {})
			after = end.admitted(world)
			replayed(e.Files, "apply", state, look)
			if want := outcomeState(t, plan).admitted(world); all && !same(want, after) {
				t.Fatalf("round %d, per rule %t: the outcome is %v", round, perRule, end)
			}
			size[perRule] = len(end)
			replayed(e.Files, "undo", state, look)
			if !same(start, state) {
				t.Fatalf("round %d, per rule %t: taken back, there are %v, not %v", round, perRule, state, start)
			}
			if !all {
				left++
			}
			if strings.Contains(strings.Join(e.Warnings, " "), " steps") {
				inSteps++
			}
			if !all {
				size[perRule] = 0
			}
		}
		if size[true] > 0 && size[false] > size[true] {
			t.Errorf("round %d: together %d rules, one by one %d", round, size[false], size[true])
		}
		if size[false] > 0 && size[false] < size[true] {
			folded++
		}
	}
	t.Logf("%d scripts in steps, %d with something left out, %d plans smaller together", inSteps, left, folded)
	if inSteps < 30 || left < 30 || folded < 30 {
		t.Error("too few of a kind")
	}
}

// outcomeState is what the plan makes of its group, rule by rule.
func outcomeState(t *testing.T, plan suggest.Plan) plainState {
	t.Helper()
	out := plainState{}
	add := func(d schema.Direction, protocol string, from, to *int32, peer schema.Peer) {
		made, err := makeRule(d, protocol, from, to, peer, "")
		if err != nil {
			t.Fatal(err)
		}
		out[made.key()] = true
	}
	for _, r := range plan.Groups[0].Rules {
		if r.Action == suggest.Keep || r.Action == suggest.Review {
			add(r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer)
		}
		for _, n := range r.Replacement {
			add(r.Direction, n.Protocol, n.FromPort, n.ToPort, n.Peer)
		}
	}
	return out
}

func same[K comparable](a, b map[K]bool) bool {
	if len(a) != len(b) {
		return false
	}
	for k := range a {
		if !b[k] {
			return false
		}
	}
	return true
}

// A folded rule is not taken over from a plan whose replacements were changed by hand.
func TestPlansChangedByHandAreExportedRuleByRule(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	for round := range 50 {
		plan := randomPlan(t, random)
		g := &plan.Groups[0]
		i := slices.IndexFunc(g.Rules, func(r suggest.Rule) bool { return r.Action == suggest.Replace })
		if i < 0 || len(g.Suggested) == 0 {
			continue
		}
		g.Rules[i].Action = suggest.Review
		e, err := CLI(plan, Options{})
		if err != nil {
			t.Fatal(err)
		}
		state := plainState{}
		for _, r := range g.Rules {
			made, _ := makeRule(r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer, "")
			state[made.key()] = true
		}
		before := state.admitted(worldOfTests())
		replayed(e.Files, "apply", state, func(string) {})
		for p := range state.admitted(worldOfTests()) {
			if !before[p] {
				t.Fatalf("round %d: %v is admitted, and was not", round, p)
			}
		}
		if len(e.Files) > 2 && !slices.ContainsFunc(e.Warnings, func(w string) bool { return strings.Contains(w, "changed by hand") }) &&
			slices.ContainsFunc(g.Rules, func(r suggest.Rule) bool { return r.Action == suggest.Replace }) {
			t.Fatalf("round %d: no warning in %q", round, e.Warnings)
		}
	}
}
