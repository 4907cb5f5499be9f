package suggest

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sgfit/schema"
)

// flowsOf iterates over flows as a database would.
func flowsOf(flows ...Flow) iter.Seq2[Flow, error] {
	return func(yield func(Flow, error) bool) {
		for _, f := range flows {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// replayPeer reads "10.0.0.0/8", "sg-1" or "pl-1".
func replayPeer(s string) schema.Peer {
	switch {
	case strings.HasPrefix(s, "sg-"):
		return schema.Peer{Kind: schema.PeerGroup, Value: s}
	case strings.HasPrefix(s, "pl-"):
		return schema.Peer{Kind: schema.PeerPrefixList, Value: s}
	}
	return schema.CIDRPeer(netip.MustParsePrefix(s))
}

// replacement reads "tcp 443 10.0.0.0/8", "tcp 80-90 sg-1" or "all 10.0.0.0/8".
func replacement(s string) ReplacementRule {
	words := strings.Fields(s)
	r := ReplacementRule{Protocol: words[0], Peer: replayPeer(words[len(words)-1])}
	if len(words) == 3 {
		var from, to int32
		if n, _ := fmt.Sscanf(words[1], "%d-%d", &from, &to); n == 1 {
			to = from
		}
		r.FromPort, r.ToPort = &from, &to
	}
	return r
}

// planRule reads "keep: tcp 443 10.0.0.0/8" or "replace: tcp 443 0.0.0.0/0 => tcp 443 10.0.0.1/32, tcp 443 sg-1".
func planRule(s string) Rule {
	action, rest, _ := strings.Cut(s, ": ")
	before, after, replaced := strings.Cut(rest, " => ")
	b := replacement(before)
	r := Rule{Direction: schema.Ingress, Action: Action(action), Protocol: b.Protocol, FromPort: b.FromPort, ToPort: b.ToPort, Peer: b.Peer}
	if replaced && after != "" {
		for _, one := range strings.Split(after, ", ") {
			r.Replacement = append(r.Replacement, replacement(one))
		}
	}
	return r
}

// planOf makes a plan with one group, sg-a, of ingress rules.
func planOf(rules ...string) Plan {
	g := Group{GroupID: "sg-a"}
	for _, s := range rules {
		g.Rules = append(g.Rules, planRule(s))
	}
	return Plan{Groups: []Group{g}}
}

// flowTo reads "tcp 443 10.0.0.1": ingress to an interface that wears sg-a.
func flowTo(s string, peerGroups ...string) Flow {
	words := strings.Fields(s)
	protocol, err := schema.ParseProtocol(words[0])
	if err != nil {
		panic(err)
	}
	f := Flow{Groups: []string{"sg-a"}, Direction: schema.Ingress, Protocol: protocol, Peer: netip.MustParseAddr(words[len(words)-1]), PeerGroups: peerGroups, Conversations: 1}
	if len(words) == 3 {
		fmt.Sscanf(words[1], "%d", &f.Port)
	}
	return f
}

func TestReplay(t *testing.T) {
	lists := PrefixLists{"pl-known": parsePrefixes("10.9.0.0/16", "2001:db8::/32"), "pl-empty": nil}
	opaque := func(p schema.Peer) bool { return p.Value == "sg-nlb" }
	for _, tt := range []struct {
		name    string
		plan    Plan
		flow    Flow
		refused bool
	}{
		{"kept", planOf("keep: tcp 443 0.0.0.0/0"), flowTo("tcp 443 10.0.0.1"), false},
		{"under review, whatever would be suggested", planOf("review: tcp 443 0.0.0.0/0 => tcp 443 10.0.0.9/32"), flowTo("tcp 443 10.0.0.1"), false},
		{"removed", planOf("remove: tcp 443 0.0.0.0/0"), flowTo("tcp 443 10.0.0.1"), true},
		{"removed, but nothing of it", planOf("remove: tcp 443 0.0.0.0/0"), flowTo("tcp 444 10.0.0.1"), false},
		{"removed, but through another", planOf("remove: tcp 443 0.0.0.0/0", "keep: tcp 0-65535 10.0.0.0/8"), flowTo("tcp 443 10.0.0.1"), false},
		{"removed, and through another's replacement", planOf("remove: tcp 443 0.0.0.0/0", "replace: all 0.0.0.0/0 => tcp 443 10.0.0.1/32"), flowTo("tcp 443 10.0.0.1"), false},
		{"replaced by what holds it", planOf("replace: tcp 443 0.0.0.0/0 => tcp 443 10.0.0.1/32"), flowTo("tcp 443 10.0.0.1"), false},
		{"replaced by another address", planOf("replace: tcp 443 0.0.0.0/0 => tcp 443 10.0.0.2/32"), flowTo("tcp 443 10.0.0.1"), true},
		{"replaced by another port", planOf("replace: tcp 0-65535 0.0.0.0/0 => tcp 80-442 10.0.0.1/32"), flowTo("tcp 443 10.0.0.1"), true},
		{"last port of the range", planOf("replace: tcp 0-65535 0.0.0.0/0 => tcp 80-443 10.0.0.1/32"), flowTo("tcp 443 10.0.0.1"), false},
		{"first port of the range", planOf("replace: tcp 0-65535 0.0.0.0/0 => tcp 443-444 10.0.0.1/32"), flowTo("tcp 443 10.0.0.1"), false},
		{"replaced by another protocol", planOf("replace: all 0.0.0.0/0 => udp 443 10.0.0.1/32"), flowTo("tcp 443 10.0.0.1"), true},
		{"replaced by nothing", planOf("replace: all 0.0.0.0/0 => "), flowTo("tcp 443 10.0.0.1"), true},
		{"all protocols of before ignore ports", planOf("replace: all 0.0.0.0/0 => tcp 443 10.0.0.1/32"), flowTo("47 10.0.0.1"), true},
		{"ICMP type and code are not looked at", planOf("replace: icmp 8-0 0.0.0.0/0 => icmp 3-4 10.0.0.0/8"), flowTo("icmp 10.0.0.1"), false},
		{"ICMP from another peer", planOf("replace: icmp 8-0 0.0.0.0/0 => icmp 8-0 10.0.0.0/8"), flowTo("icmp 11.0.0.1"), true},
		{"0.0.0.0/0 is not IPv6", planOf("remove: tcp 443 0.0.0.0/0"), flowTo("tcp 443 2001:db8::1"), false},
		{"::/0 is", planOf("remove: tcp 443 ::/0"), flowTo("tcp 443 2001:db8::1"), true},
		{"IPv4-mapped peer is IPv4", planOf("remove: tcp 443 0.0.0.0/0"), flowTo("tcp 443 ::ffff:10.0.0.1"), true},
		{"by a group that the peer wore", planOf("replace: tcp 443 0.0.0.0/0 => tcp 443 sg-web"), flowTo("tcp 443 10.0.0.1", "sg-x", "sg-web"), false},
		{"by a group that it did not wear", planOf("replace: tcp 443 0.0.0.0/0 => tcp 443 sg-web"), flowTo("tcp 443 10.0.0.1", "sg-x"), true},
		{"removed group reference, peer wore it", planOf("remove: tcp 443 sg-web"), flowTo("tcp 443 10.0.0.1", "sg-web"), true},
		{"removed group reference, peer did not", planOf("remove: tcp 443 sg-web"), flowTo("tcp 443 10.0.0.1"), false},
		{"opaque group admits any peer before", planOf("remove: tcp 443 sg-nlb"), flowTo("tcp 443 203.0.113.9"), true},
		{"opaque group admits any peer after", planOf("remove: tcp 443 0.0.0.0/0", "keep: tcp 443 sg-nlb"), flowTo("tcp 443 203.0.113.9"), false},
		{"opaque group, other port", planOf("remove: tcp 443 0.0.0.0/0", "keep: tcp 444 sg-nlb"), flowTo("tcp 443 203.0.113.9"), true},
		{"known prefix list", planOf("replace: tcp 443 0.0.0.0/0 => tcp 443 pl-known"), flowTo("tcp 443 10.9.3.4"), false},
		{"known prefix list, other address", planOf("replace: tcp 443 0.0.0.0/0 => tcp 443 pl-known"), flowTo("tcp 443 10.8.3.4"), true},
		{"known prefix list without entries", planOf("replace: tcp 443 0.0.0.0/0 => tcp 443 pl-empty"), flowTo("tcp 443 10.8.3.4"), true},
		{"unknown prefix list", planOf("replace: tcp 443 0.0.0.0/0 => tcp 443 pl-else"), flowTo("tcp 443 10.8.3.4"), false},
		{"unknown prefix list removed", planOf("remove: tcp 443 pl-else"), flowTo("tcp 443 10.8.3.4"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, refusals, err := Replay(t.Context(), tt.plan, flowsOf(tt.flow), lists, opaque)
			want := Replayed{Edges: 1}
			if tt.refused {
				want.Refused = 1
			}
			if err != nil || got != want || len(refusals) != int(want.Refused) {
				t.Errorf("Replay = %+v, %v, %v, want %+v", got, refusals, err, want)
			}
			noise := tt.flow
			noise.Noise = true
			got, _, _ = Replay(t.Context(), tt.plan, flowsOf(noise), lists, opaque)
			if want := (Replayed{Edges: 1, NoiseRefused: want.Refused}); got != want {
				t.Errorf("as noise: Replay = %+v, want %+v", got, want)
			}
		})
	}
}

func TestReplaySides(t *testing.T) {
	plan := planOf("remove: tcp 443 0.0.0.0/0")
	plan.Groups = append(plan.Groups, Group{GroupID: "sg-b", Rules: []Rule{planRule("keep: tcp 443 10.0.0.0/8")}})
	egress := flowTo("tcp 443 10.0.0.1")
	egress.Direction = schema.Egress
	other := flowTo("tcp 443 10.0.0.1")
	other.Groups = []string{"sg-not-in-plan"}
	both := flowTo("tcp 443 10.0.0.1")
	both.Groups = []string{"sg-a", "sg-b"}
	got, _, err := Replay(t.Context(), plan, flowsOf(egress, other, both), nil, nil)
	if want := (Replayed{Edges: 3}); err != nil || got != want {
		t.Errorf("Replay = %+v, %v, want %+v", got, err, want)
	}
	both.Peer = netip.MustParseAddr("192.0.2.1")
	got, refusals, err := Replay(t.Context(), plan, flowsOf(both, both), nil, nil)
	if want := (Replayed{Edges: 2, Refused: 2}); err != nil || got != want {
		t.Errorf("Replay = %+v, %v, want %+v", got, err, want)
	}
	both.Conversations = 2
	want := []Refusal{{Flow: both, Edges: 2, Through: []string{"sg-a ingress tcp 443 0.0.0.0/0"}}}
	if diff := cmp.Diff(want, refusals, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
}

func TestReplayErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	flows := func(yield func(Flow, error) bool) { yield(Flow{}, broken) }
	if _, _, err := Replay(t.Context(), planOf(), flows, nil, nil); !errors.Is(err, broken) {
		t.Errorf("Replay says %v, want the error of the flows", err)
	}
	for _, rule := range []string{"drop: tcp 443 0.0.0.0/0", "keep: tpc 443 0.0.0.0/0"} {
		if _, _, err := Replay(t.Context(), planOf(rule), flowsOf(), nil, nil); err == nil {
			t.Errorf("a plan with the rule %q is replayed without an error", rule)
		}
	}
	for _, peer := range []schema.Peer{{Kind: schema.PeerIPv4, Value: "10.0.0.0/99"}, {Kind: "asn", Value: "64496"}} {
		plan := planOf("keep: tcp 443 0.0.0.0/0")
		plan.Groups[0].Rules[0].Peer = peer
		if _, _, err := Replay(t.Context(), plan, flowsOf(), nil, nil); err == nil {
			t.Errorf("a plan with the peer %v is replayed without an error", peer)
		}
	}
}

// TestReplayKeepsTheFirstRefusals sends more refusals than are returned, in random order, each twice.
func TestReplayKeepsTheFirstRefusals(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	var flows []Flow
	const ports = 5 * MaxRefusals
	for range 2 {
		for _, port := range r.Perm(ports) {
			f := flowTo("tcp 1 10.0.0.1")
			f.Port, f.Noise = uint16(port), port%10 == 0
			flows = append(flows, f)
		}
	}
	total, refusals, err := Replay(t.Context(), planOf("remove: all 0.0.0.0/0"), flowsOf(flows...), nil, nil)
	if want := (Replayed{Edges: 2 * ports, Refused: 2 * ports / 10 * 9, NoiseRefused: 2 * ports / 10}); err != nil || total != want {
		t.Fatalf("Replay = %+v, %v, want %+v", total, err, want)
	}
	if len(refusals) != MaxRefusals {
		t.Fatalf("%d refusals, want %d", len(refusals), MaxRefusals)
	}
	port := uint16(0)
	for _, got := range refusals {
		if port++; port%10 == 0 {
			port++
		}
		if got.Port != port || got.Edges != 2 || got.Conversations != 2 || got.Noise {
			t.Fatalf("refusal %+v, want port %d twice", got, port)
		}
	}
}

// replayUniverse is small enough to write down every flow that a rule admits.
type replayUniverse struct {
	protocols []schema.Protocol
	ports     int32
	peers     []netip.Addr
	worn      map[netip.Addr][]string
	lists     PrefixLists
}

func newReplayUniverse() replayUniverse {
	u := replayUniverse{protocols: []schema.Protocol{schema.TCP, schema.UDP, schema.ICMP, 47}, ports: 6, worn: map[netip.Addr][]string{}}
	for i := range 8 {
		a := netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})
		u.peers = append(u.peers, a, netip.MustParseAddr(fmt.Sprintf("2001:db8::%d", i)))
		if i < 3 {
			u.worn[a] = []string{"sg-web"}
		}
	}
	u.lists = PrefixLists{"pl-1": parsePrefixes("10.0.0.4/31", "2001:db8::/126")}
	return u
}

func (u replayUniverse) flows() []Flow {
	var out []Flow
	for _, protocol := range u.protocols {
		for port := range u.ports {
			for _, peer := range u.peers {
				for _, groups := range [][]string{{"sg-a"}, {"sg-b"}, {"sg-a", "sg-b"}} {
					out = append(out, Flow{Groups: groups, Direction: schema.Ingress, Protocol: protocol, Port: uint16(port), Peer: peer, PeerGroups: u.worn[peer], Conversations: 1})
				}
			}
		}
	}
	return out
}

func (u replayUniverse) randomRule(r *rand.Rand) ReplacementRule {
	protocol := []string{"tcp", "udp", "icmp", "47", "all"}[r.IntN(5)]
	peer := []string{"0.0.0.0/0", "::/0", "10.0.0.0/30", "10.0.0.4/31", "10.0.0.5/32", "2001:db8::4/126", "sg-web", "sg-away", "pl-1", "pl-away"}[r.IntN(10)]
	if protocol != "tcp" && protocol != "udp" {
		return replacement(protocol + " " + peer)
	}
	from := r.Int32N(u.ports)
	return replacement(fmt.Sprintf("%s %d-%d %s", protocol, from, from+r.Int32N(u.ports-from), peer))
}

func (u replayUniverse) randomPlan(r *rand.Rand) Plan {
	var p Plan
	for _, id := range []string{"sg-a", "sg-b"} {
		g := Group{GroupID: id}
		for range 1 + r.IntN(4) {
			b := u.randomRule(r)
			rule := Rule{Direction: schema.Ingress, Protocol: b.Protocol, FromPort: b.FromPort, ToPort: b.ToPort, Peer: b.Peer}
			rule.Action = []Action{Keep, Review, Remove, Replace}[r.IntN(4)]
			for range r.IntN(3) {
				rule.Replacement = append(rule.Replacement, u.randomRule(r))
			}
			g.Rules = append(g.Rules, rule)
		}
		p.Groups = append(p.Groups, g)
	}
	return p
}

// admitted writes down every flow that one rule of one group admits, by words instead of numbers.
func (u replayUniverse) admitted(r ReplacementRule) map[string]bool {
	out := map[string]bool{}
	for _, protocol := range u.protocols {
		for port := range u.ports {
			for _, peer := range u.peers {
				name := protocol.String()
				match := r.Protocol == "all" || r.Protocol == name
				if (name == "tcp" || name == "udp") && r.Protocol == name {
					match = *r.FromPort <= port && port <= *r.ToPort
				}
				var has bool
				switch v := r.Peer.Value; {
				case v == "sg-away" || v == "pl-away":
					has = true
				case v == "sg-web":
					has = u.worn[peer] != nil
				case v == "pl-1":
					has = slices.Contains([]string{"10.0.0.4", "10.0.0.5", "2001:db8::", "2001:db8::1", "2001:db8::2", "2001:db8::3"}, peer.String())
				case v == "0.0.0.0/0":
					has = peer.Is4()
				case v == "::/0":
					has = peer.Is6()
				case v == "10.0.0.0/30":
					has = slices.Contains([]string{"10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"}, peer.String())
				case v == "10.0.0.4/31":
					has = slices.Contains([]string{"10.0.0.4", "10.0.0.5"}, peer.String())
				case v == "10.0.0.5/32":
					has = peer.String() == "10.0.0.5"
				case v == "2001:db8::4/126":
					has = slices.Contains([]string{"2001:db8::4", "2001:db8::5", "2001:db8::6", "2001:db8::7"}, peer.String())
				}
				if match && has {
					out[fmt.Sprint(name, port, peer)] = true
				}
			}
		}
	}
	return out
}

// twinRefused counts the refused flows by lists of everything that is admitted before and after.
func (u replayUniverse) twinRefused(p Plan, flows []Flow) int64 {
	before, after := map[string]map[string]bool{}, map[string]map[string]bool{}
	for _, g := range p.Groups {
		before[g.GroupID], after[g.GroupID] = map[string]bool{}, map[string]bool{}
		for _, r := range g.Rules {
			now := u.admitted(ReplacementRule{Protocol: r.Protocol, FromPort: r.FromPort, ToPort: r.ToPort, Peer: r.Peer})
			then := []map[string]bool{now}
			if r.Action == Remove || r.Action == Replace {
				then = nil
			}
			if r.Action == Replace {
				for _, n := range r.Replacement {
					then = append(then, u.admitted(n))
				}
			}
			for f := range now {
				before[g.GroupID][f] = true
			}
			for _, one := range then {
				for f := range one {
					after[g.GroupID][f] = true
				}
			}
		}
	}
	var refused int64
	for _, f := range flows {
		name := fmt.Sprint(f.Protocol.String(), f.Port, f.Peer)
		was, is := false, false
		for _, g := range f.Groups {
			was, is = was || before[g][name], is || after[g][name]
		}
		if was && !is {
			refused++
		}
	}
	return refused
}

func TestReplayAgainstTwin(t *testing.T) {
	u := newReplayUniverse()
	r := rand.New(rand.NewPCG(5, 5))
	away := func(p schema.Peer) bool { return strings.HasSuffix(p.Value, "-away") }
	flows := u.flows()
	some, none := 0, 0
	for range 300 {
		plan := u.randomPlan(r)
		got, _, err := Replay(t.Context(), plan, flowsOf(flows...), u.lists, away)
		if err != nil {
			t.Fatal(err)
		}
		want := u.twinRefused(plan, flows)
		if got.Edges != int64(len(flows)) || got.Refused != want {
			t.Fatalf("Replay = %+v, want %d refused, of %+v", got, want, plan)
		}
		if want > 0 {
			some++
		} else {
			none++
		}
	}
	if some < 50 || none < 20 {
		t.Errorf("%d plans refuse something, %d nothing: the test does not test both", some, none)
	}
}

// TestReplayCatchesMutants drops or narrows, one at a time, every rule of a plan that holds exactly what its flows
// need. Replay must see each of them.
func TestReplayCatchesMutants(t *testing.T) {
	plan := planOf(
		"replace: tcp 0-65535 0.0.0.0/0 => tcp 443-444 10.0.0.0/31, tcp 8080 10.0.0.4/31",
		"replace: all ::/0 => udp 53-54 2001:db8::/127, icmpv6 2001:db8::2/127",
		"keep: udp 100-101 10.1.0.0/31",
	)
	var flows []Flow
	for _, s := range []string{"tcp 443 10.0.0.", "tcp 444 10.0.0.", "udp 100 10.1.0.", "udp 101 10.1.0.", "udp 53 2001:db8::", "udp 54 2001:db8::"} {
		flows = append(flows, flowTo(s+"0"), flowTo(s+"1"))
	}
	flows = append(flows, flowTo("tcp 8080 10.0.0.4"), flowTo("tcp 8080 10.0.0.5"), flowTo("icmpv6 2001:db8::2"), flowTo("icmpv6 2001:db8::3"))
	if got, refusals, err := Replay(t.Context(), plan, flowsOf(flows...), nil, nil); err != nil || got.Refused != 0 {
		t.Fatalf("the plan itself is refused: %+v, %v, %v", got, refusals, err)
	}
	mutants := 0
	for i, rule := range plan.Groups[0].Rules {
		for _, mutant := range mutantsOf(rule) {
			mutants++
			broken := planOf()
			broken.Groups[0].Rules = slices.Clone(plan.Groups[0].Rules)
			broken.Groups[0].Rules[i] = mutant
			if got, refusals, err := Replay(t.Context(), broken, flowsOf(flows...), nil, nil); err != nil || got.Refused == 0 || len(refusals) == 0 {
				t.Errorf("not caught (%v): %+v", err, mutant)
			}
		}
	}
	if mutants < 20 {
		t.Errorf("only %d mutants", mutants)
	}
}

// mutantsOf are the rule removed, and replaced with one replacement dropped or narrowed.
func mutantsOf(r Rule) []Rule {
	gone := r
	gone.Action = Remove
	out := []Rule{gone}
	exact := r.Replacement
	if r.Action == Keep {
		exact = []ReplacementRule{{Protocol: r.Protocol, FromPort: r.FromPort, ToPort: r.ToPort, Peer: r.Peer}}
	}
	for i := range exact {
		with := func(narrowed ...ReplacementRule) {
			m := r
			m.Action = Replace
			m.Replacement = slices.Concat(exact[:i], narrowed, exact[i+1:])
			out = append(out, m)
		}
		with()
		for _, n := range narrowings(exact[i]) {
			with(n)
		}
	}
	return out
}

func narrowings(r ReplacementRule) []ReplacementRule {
	var out []ReplacementRule
	half, _ := r.Peer.Prefix()
	low, high := netip.PrefixFrom(half.Addr(), half.Bits()+1), netip.PrefixFrom(half.Addr().Next(), half.Bits()+1)
	for _, p := range []netip.Prefix{low, high} {
		n := r
		n.Peer = schema.CIDRPeer(p)
		out = append(out, n)
	}
	if r.FromPort == nil || *r.FromPort == *r.ToPort {
		return out
	}
	first, last := r, r
	first.ToPort, last.FromPort = r.FromPort, r.ToPort
	return append(out, first, last)
}

func TestReplayNamesRules(t *testing.T) {
	names := []string{}
	for _, s := range []string{"remove: tcp 80-90 10.0.0.0/8", "remove: all 10.0.0.0/8", "remove: tcp 85 sg-web"} {
		_, refusals, err := Replay(t.Context(), planOf(s), flowsOf(flowTo("tcp 85 10.0.0.1", "sg-web")), nil, nil)
		if err != nil || len(refusals) != 1 {
			t.Fatalf("%q: %v, %v", s, refusals, err)
		}
		names = append(names, refusals[0].Through...)
	}
	want := []string{"sg-a ingress tcp 80-90 10.0.0.0/8", "sg-a ingress all 10.0.0.0/8", "sg-a ingress tcp 85 sg-web"}
	if !slices.Equal(names, want) {
		t.Errorf("names %q, want %q", names, want)
	}
}

func BenchmarkReplay(b *testing.B) {
	var rules []string
	for i := range 30 {
		rules = append(rules, fmt.Sprintf("keep: tcp %d 10.%d.0.0/16", 1000+i, i), fmt.Sprintf("replace: tcp %d 0.0.0.0/0 => tcp %d 10.0.%d.0/24", i, i, i))
	}
	plan := planOf(rules...)
	var flows []Flow
	for i := range 100000 {
		f := flowTo("tcp 1 10.0.0.1")
		f.Port, f.Peer = uint16(i%30), netip.AddrFrom4([4]byte{10, 0, byte(i % 30), byte(i)})
		flows = append(flows, f)
	}
	for b.Loop() {
		if got, _, err := Replay(b.Context(), plan, flowsOf(flows...), nil, nil); err != nil || got.Refused != 0 {
			b.Fatal(got, err)
		}
	}
}
