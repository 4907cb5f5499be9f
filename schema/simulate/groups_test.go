package simulate

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sgfit/schema"
)

func sameAddr(x, y netip.Addr) bool { return x == y }

// twin evaluates groups the stupid way: every interval of the inventory against every packet, addresses as strings of
// bits.
type twin struct {
	inv   *schema.Inventory
	rules map[string][]schema.RuleVersion
	hosts map[string][]schema.InterfaceVersion
	addrs map[netip.Addr][]schema.InterfaceVersion
}

func newTwin(inv *schema.Inventory) twin {
	w := twin{inv, map[string][]schema.RuleVersion{}, map[string][]schema.InterfaceVersion{}, map[netip.Addr][]schema.InterfaceVersion{}}
	for _, r := range inv.Rules {
		w.rules[r.GroupID] = append(w.rules[r.GroupID], r)
	}
	for _, v := range inv.Interfaces {
		w.hosts[v.InterfaceID] = append(w.hosts[v.InterfaceID], v)
		for _, a := range v.Addresses {
			w.addrs[a] = append(w.addrs[a], v)
		}
	}
	return w
}

// groups are those of an interface at t.
func (w twin) groups(id string, t time.Time) []string {
	for _, v := range w.hosts[id] {
		if v.Contains(t) {
			return v.Groups
		}
	}
	return nil
}

func bits(a netip.Addr) string {
	var b strings.Builder
	raw := a.AsSlice()
	for _, c := range raw {
		b.WriteString(strings.Repeat("0", 8-len(strconv.FormatUint(uint64(c), 2))) + strconv.FormatUint(uint64(c), 2))
	}
	return b.String()
}

func (w twin) inCIDR(cidr string, a netip.Addr) bool {
	base, length, _ := strings.Cut(cidr, "/")
	n, _ := strconv.Atoi(length)
	network := bits(netip.MustParseAddr(base))
	return len(network) == len(bits(a)) && network[:n] == bits(a)[:n]
}

func (w twin) peer(p schema.Peer, remote netip.Addr, via string, t time.Time) bool {
	switch p.Kind {
	case schema.PeerIPv4, schema.PeerIPv6:
		return w.inCIDR(p.Value, remote)
	case schema.PeerPrefixList:
		for _, l := range w.inv.PrefixLists {
			if l.PrefixListID == p.Value && l.Contains(t) {
				return slices.ContainsFunc(l.Entries, func(e netip.Prefix) bool { return w.inCIDR(e.String(), remote) })
			}
		}
		return false
	}
	for _, v := range w.addrs[remote] {
		if v.Contains(t) && slices.Contains(v.Groups, p.Value) {
			return true
		}
	}
	return via != "" && slices.Contains(w.groups(via, t), p.Value)
}

func (w twin) service(r schema.Rule, protocol uint8, port uint16) bool {
	name := map[uint8]string{1: "icmp", 6: "tcp", 17: "udp"}[protocol]
	switch {
	case r.Protocol.String() == "all":
		return true
	case r.Protocol.String() != name:
		return false
	case name == "icmp":
		return r.FromPort == -1 || r.FromPort == 8
	}
	return int(port) >= int(r.FromPort) && int(port) <= int(r.ToPort)
}

// admitting are the rules, as "group key", that admit a packet at one interface.
func (w twin) admitting(id string, d schema.Direction, c *connection, remote netip.Addr, at int64) (found []string, judged bool) {
	t := time.Unix(at, 0)
	via := ""
	if c.via != nil && d == schema.Ingress {
		via = c.via.id
	}
	groups := w.groups(id, t)
	for _, g := range groups {
		for _, r := range w.rules[g] {
			if r.Contains(t) && r.Direction == d && w.service(r.Rule, c.protocol, c.responder.port) && w.peer(r.Peer, remote, via, t) {
				found = append(found, name(g, r.Rule))
			}
		}
	}
	slices.Sort(found)
	return found, len(groups) > 0
}

func name(group string, r schema.Rule) string {
	return strings.Join([]string{group, string(r.Direction), r.Protocol.String(), strconv.Itoa(int(r.FromPort)), r.Peer.Value}, " ")
}

func names(rules []*rule) []string {
	var found []string
	for _, r := range rules {
		found = append(found, name(r.of.id, r.Rule))
	}
	slices.Sort(found)
	return found
}

// Every connection that was accepted is admitted by some rule in force for that interface then; every refused one by
// none; and the rules are the same ones.
func TestVerdictsAgreeWithTwin(t *testing.T) {
	for seed := range uint64(5) {
		a := New(small(seed, V5))
		w := newTwin(a.Inventory())
		var admitted, refused int
		for n := range a.opts.Days {
			taken := map[tuple]bool{}
			for i := range a.links {
				for _, c := range a.plan(&a.links[i], n, taken) {
					for _, end := range []struct {
						local, remote endpoint
						side
						d schema.Direction
					}{{c.opener, c.responder, c.opening, schema.Egress}, {c.responder, c.opener, c.receiving, schema.Ingress}} {
						if end.local.host == nil {
							continue
						}
						want, judged := w.admitting(end.local.host.id, end.d, c, end.remote.addr, c.start)
						if got := names(end.rules); !slices.Equal(got, want) || end.refused != (judged && len(want) == 0) {
							t.Fatalf("seed %d: %s %s at %d on %s: refused %v by %v, twin %v", seed, c.link.purpose, end.d, c.start, end.local.host.name, end.refused, got, want)
						}
						if end.refused {
							refused++
						} else if judged {
							admitted++
						}
					}
				}
			}
		}
		if admitted < 1000 || refused < 100 {
			t.Errorf("seed %d: only %d admitted and %d refused verdicts were compared", seed, admitted, refused)
		}
	}
}

// The model has no untracked connection that a change would cut (a wildcard rule with everything allowed back).
func TestCarriedConnectionsAreTracked(t *testing.T) {
	for seed := range uint64(5) {
		a := New(small(seed, V5))
		carried := 0
		for n := range a.opts.Days {
			for i := range a.links {
				for _, c := range a.plan(&a.links[i], n, map[tuple]bool{}) {
					if c.responder.host == nil || c.receiving.refused || !a.changedBetween(c.start, min(c.end, a.window.to-1)) {
						continue
					}
					if !a.judge(c, c.responder, c.opener, schema.Ingress, min(c.end, a.window.to-1)).refused {
						continue
					}
					carried++
					for _, r := range c.receiving.rules {
						if r.Peer.IsWildcard() {
							t.Errorf("seed %d: %s lives on through wildcard rule %v", seed, c.link.purpose, r.Rule)
						}
					}
				}
			}
		}
		if carried == 0 {
			t.Errorf("seed %d: no connection outlives its rule", seed)
		}
	}
}

func TestEvaluation(t *testing.T) {
	a := New(small(1, V5))
	find := func(role string) *host { return a.hostOf(role) }
	addr := netip.MustParseAddr
	mid := a.at(0.5)
	tests := []struct {
		name   string
		host   *host
		packet packet
		want   int // rules that admit
	}{
		{"reference to members", find("web"), packet{in, 6, 8080, 0, find("alb").addrs[0], nil, mid}, 1},
		{"reference is not to public addresses", find("web"), packet{in, 6, 8080, 0, find("alb").public, nil, mid}, 0},
		{"reference to a member's IPv6", find("app"), packet{in, 6, 50051, 0, find("web").addr6, nil, mid}, 1},
		{"self reference", find("app"), packet{in, 6, 7800, 0, find("app").addrs[0], nil, mid}, 1},
		{"union of two groups", find("web"), packet{in, 6, 22, 0, find("bastion").addrs[0], nil, mid}, 2},
		{"port above a range", find("app"), packet{in, 6, 7810, 0, find("app").addrs[0], nil, mid}, 0},
		{"other protocol", find("app"), packet{in, 17, 7800, 0, find("app").addrs[0], nil, mid}, 0},
		{"IPv4 wildcard does not admit IPv6", find("alb"), packet{in, 6, 80, 0, addr("2a02::1"), nil, mid}, 0},
		{"IPv6 wildcard", find("alb"), packet{in, 6, 443, 0, addr("2a02::1"), nil, mid}, 1},
		{"echo request", find("db"), packet{in, 1, 8, 0, addr("10.20.51.200"), nil, mid}, 1},
		{"another ICMP type", find("db"), packet{in, 1, 13, 0, addr("10.20.51.200"), nil, mid}, 0},
		{"prefix list", find("mail"), packet{in, 6, 587, 0, addr("192.168.30.200"), nil, mid}, 1},
		{"prefix list entry before it came", find("mail"), packet{in, 6, 587, 0, addr("192.168.44.1"), nil, mid - 1}, 0},
		{"prefix list entry when it came", find("mail"), packet{in, 6, 587, 0, addr("192.168.44.1"), nil, mid}, 1},
		{"stranger", find("game"), packet{in, 6, 7777, 0, addr("8.8.8.8"), nil, mid}, 0},
		{"stranger through the balancer", find("game"), packet{in, 6, 7777, 0, addr("8.8.8.8"), find("nlb"), mid}, 1},
		{"rule before it came", find("app"), packet{in, 6, 8081, 0, find("monitoring").addrs[0], nil, a.at(0.35) - 1}, 0},
		{"rule when it came", find("app"), packet{in, 6, 8081, 0, find("monitoring").addrs[0], nil, a.at(0.35)}, 1},
		{"rule before it went", find("db"), packet{in, 6, 5432, 0, addr("10.40.8.1"), nil, a.at(0.6) - 1}, 1},
		{"rule when it went", find("db"), packet{in, 6, 5432, 0, addr("10.40.8.1"), nil, a.at(0.6)}, 0},
		{"groups before the change", find("wiki"), packet{in, 6, 8000, 0, addr("192.168.22.1"), nil, a.at(0.45) - 1}, 1},
		{"groups after the change", find("wiki"), packet{in, 6, 8000, 0, addr("192.168.22.1"), nil, a.at(0.45)}, 0},
		{"all protocols", find("web"), packet{out, 47, 0, 0, addr("8.8.8.8"), nil, mid}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := a.admitting(test.host, test.packet); len(got) != test.want {
				t.Errorf("%d rules admit it, want %d: %v", len(got), test.want, names(got))
			}
		})
	}
}

// Public addresses are never private, reserved or of the account.
func TestPublicAddresses(t *testing.T) {
	for i := range uint64(100_000) {
		a := public(i * 0x9e3779b97f4a7c15)
		b := a.As4()
		if n := binary.BigEndian.Uint32(b[:]); a.IsPrivate() || !a.IsGlobalUnicast() || n>>24 == 10 || n>>28 == 15 {
			t.Fatalf("%v is not public", a)
		}
	}
}
