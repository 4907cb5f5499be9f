package schema

import (
	"fmt"
	"net/netip"
	"strings"
)

// PeerKind says how a rule names the other side.
type PeerKind string

// The four kinds of peer a rule can have; the values are those of plan.json.
const (
	PeerIPv4       PeerKind = "ipv4"
	PeerIPv6       PeerKind = "ipv6"
	PeerGroup      PeerKind = "security-group"
	PeerPrefixList PeerKind = "prefix-list"
)

// Peer is one source or destination of a rule: exactly one CIDR, security group (sg-…) or prefix list (pl-…).
type Peer struct {
	Kind  PeerKind `json:"kind"`
	Value string   `json:"value"`
}

// CIDRPeer names a prefix, with its host bits cleared as EC2 clears them.
func CIDRPeer(p netip.Prefix) Peer {
	p = p.Masked()
	if p.Addr().Is4() {
		return Peer{PeerIPv4, p.String()}
	}
	return Peer{PeerIPv6, p.String()}
}

// ParseCIDR reads a CIDR as AWS writes it: host bits are cleared, a bare address is a host prefix, surrounding blanks
// (which pasted files carry) are dropped.
func ParseCIDR(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, fmt.Errorf("read CIDR %q: %w", s, err)
		}
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("read CIDR %q: %w", s, err)
	}
	return p.Masked(), nil
}

// Prefix returns the CIDR of an ipv4 or ipv6 peer, and false for the other kinds.
func (p Peer) Prefix() (netip.Prefix, bool) {
	if p.Kind != PeerIPv4 && p.Kind != PeerIPv6 {
		return netip.Prefix{}, false
	}
	q, err := ParseCIDR(p.Value)
	return q, err == nil
}

// IsWildcard says whether the peer is every address of its family.
func (p Peer) IsWildcard() bool {
	q, ok := p.Prefix()
	return ok && q.Bits() == 0
}
