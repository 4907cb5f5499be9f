package report

import (
	"net/netip"
	"strings"
	"testing"

	"sgfit/schema"
	"sgfit/suggest"
)

func spaceRule(cidr string, peers ...string) suggest.Rule {
	p := netip.MustParsePrefix(cidr)
	kind, class := schema.PeerIPv4, suggest.PrivateIPv4
	size := suggest.Count{Lo: 1 << max(0, 32-p.Bits())}
	if p.Addr().Is6() {
		kind, class, size = schema.PeerIPv6, suggest.InternetIPv6, suggest.Count{Lo: 1 << max(0, 64-p.Bits())}
	}
	r := suggest.Rule{Direction: schema.Ingress, Protocol: "tcp", FromPort: port(443), ToPort: port(443), Action: suggest.Replace, Peer: schema.Peer{Kind: kind, Value: cidr}}
	before := exposedTo(class, size, 1, 0)
	after := exposedTo(class, suggest.Count{Lo: uint64(len(peers))}, 1, 0)
	r.Exposure = &suggest.ExposureChange{Before: before, After: &after}
	for _, a := range peers {
		addr := netip.MustParseAddr(a)
		r.Evidence.TopPeers = append(r.Evidence.TopPeers, suggest.PeerUse{Address: a})
		r.Replacement = append(r.Replacement, suggest.ReplacementRule{Protocol: "tcp", FromPort: port(443), ToPort: port(443),
			Peer: schema.Peer{Kind: kind, Value: netip.PrefixFrom(addr, addr.BitLen()).String()}})
	}
	return r
}

// TestSpaceEnlargesWhatMatters: a part of less than an eighth is drawn anew, all of it in view; anything larger is not.
func TestSpaceEnlargesWhatMatters(t *testing.T) {
	for _, tt := range []struct {
		cidr  string
		peers []string
		part  string // "" where the whole is shown
	}{
		{"10.0.0.0/8", []string{"10.20.0.1", "10.20.200.9"}, "10.20.0.0/16"},
		{"10.0.0.0/8", []string{"10.20.0.1"}, "10.20.0.1/32"},
		{"10.0.0.0/8", []string{"10.0.0.1", "10.255.0.1"}, ""},
		{"10.0.0.0/8", []string{"10.0.0.1", "10.60.0.1"}, ""}, // a quarter
		{"2001:db8::/32", []string{"2001:db8:1:2::5", "2001:db8:1:3::6"}, "2001:db8:1:2::/63"},
		{"0.0.0.0/0", []string{"255.255.255.255", "255.255.255.254"}, "255.255.255.254/31"},
	} {
		s := space(spaceRule(tt.cidr, tt.peers...))
		if s == nil || s.Where == nil {
			t.Fatalf("%s: no picture of where", tt.cidr)
		}
		part := ""
		if s.Where.Part != nil {
			part = s.Where.Part.Text
		}
		if part != tt.part || (s.Where.Beam != "") != (part != "") || strings.Count(s.Where.After, "z") != len(tt.peers) || strings.Count(s.Where.Peers, "z") != len(tt.peers) {
			t.Errorf("%s %v: enlarged %q, want %q: %+v", tt.cidr, tt.peers, part, tt.part, s.Where)
		}
	}
}

// TestSpaceSizes: bars are on the scale of CIDR sizes, and words say the same.
func TestSpaceSizes(t *testing.T) {
	for _, tt := range []struct {
		rule   suggest.Rule
		widths [2]float64
		words  string
	}{
		{spaceRule("0.0.0.0/0", "1.2.3.4"), [2]float64{190, 2}, "today: 4.3 billion; after: 1; all of it lies in 1.2.3.4/32"},
		{spaceRule("10.0.0.0/16", "10.0.0.1", "10.0.0.2"), [2]float64{95, 5.9}, "today: 65,536; after: 2; all of it lies in 10.0.0.0/30"},
		{spaceRule("2001:db8::/32", "2001:db8::1"), [2]float64{95, 2}, "today: 4.3 billion /64; after: 1 /64; all of it lies in 2001:db8::1/128"},
		{spaceRule("10.0.0.7/32", "10.0.0.7"), [2]float64{2, 2}, "today: 1; after: 1"},
	} {
		s := space(tt.rule)
		if got := [2]float64{s.Bars[0].Width, s.Bars[1].Width}; got != tt.widths || s.Words != tt.words {
			t.Errorf("%s: bars of %v, want %v; %q, want %q", tt.rule.Peer.Value, got, tt.widths, s.Words, tt.words)
		}
	}
	if space(suggest.Rule{}) != nil {
		t.Error("a picture of what was not measured")
	}
	gone := spaceRule("10.0.0.0/8")
	gone.Action, gone.Exposure.After = suggest.Remove, &suggest.Exposed{}
	if s := space(gone); s.Where != nil || s.Words != "today: 16.8 million; after: none" || s.Bars[1].Width != 0 {
		t.Errorf("a rule that goes: %+v", s)
	}
	group := suggest.Rule{Action: suggest.Keep, Peer: schema.Peer{Kind: schema.PeerGroup, Value: "sg-a"}, Exposure: &suggest.ExposureChange{Before: suggest.Exposed{Unknown: 1}}}
	if s := space(group); s.Bars[0].Value != "unknown" || s.Where != nil {
		t.Errorf("a group whose members are unknown: %+v", s)
	}
}

// TestSpacePorts: the ports that stay are marked on the strip of all ports.
func TestSpacePorts(t *testing.T) {
	r := spaceRule("10.0.0.0/8", "10.0.0.1")
	r.FromPort, r.ToPort = port(0), port(32767)
	r.Exposure.Before.Ports, r.Exposure.After.Ports = 32768, 1
	s := space(r)
	if s.Ports == nil || s.Ports.Today != "M56.0 40h95.0v8h-95.0z" || s.Ports.Value != "32,768 → 1" || strings.Count(s.Ports.After, "z") != 1 {
		t.Errorf("%+v", s.Ports)
	}
}

// The picture of where draws and says no more than the plan knows: not that all lies where the busiest peers do, and nothing closed
// in which members of a group may lie.
func TestWhereSaysWhatIsKnown(t *testing.T) {
	r := spaceRule("10.0.0.0/8", "10.20.0.1", "10.20.200.9")
	r.Action, r.Replacement = suggest.Review, nil
	if s := space(r); s.Where == nil || !strings.Contains(s.Words, "the busiest peers lie in 10.20.0.0/16") || strings.Contains(s.Words, "all of it") {
		t.Errorf("of peers alone: %q", s.Words)
	}
	r = spaceRule("10.0.0.0/8", "10.20.0.1", "10.20.200.9")
	r.Replacement = append(r.Replacement, suggest.ReplacementRule{Protocol: "tcp", FromPort: port(443), ToPort: port(443), Peer: schema.Peer{Kind: schema.PeerGroup, Value: "sg-0b"}})
	if s := space(r); s.Where != nil || strings.Contains(s.Words, "lie") {
		t.Errorf("beside a group: %+v, %q", s.Where, s.Words)
	}
}
