package suggest

import (
	"net/netip"

	"sgfit/analyze"
	"sgfit/schema"
)

// cover says what is left in CIDRs: private sources and the internet's apart, each with its own density.
func (f *fitting) cover(uses []analyze.Use, budget int) ([]ReplacementRule, bool) {
	var private, internet []analyze.Use
	for _, u := range uses {
		if f.m.estate.isPrivate(u.Peer) {
			private = append(private, u)
		} else {
			internet = append(internet, u)
		}
	}
	var out []ReplacementRule
	for i, part := range [][]analyze.Use{private, internet} {
		if len(part) == 0 {
			continue
		}
		left := budget - len(out)
		if i == 0 && len(internet) > 0 {
			left-- // something must be left for the others
		}
		opt := f.coverOptions(part, i == 1)
		if opt.Budget = left; left < 1 {
			return nil, false
		}
		boxes, ok := Boxes(toBoxUses(part), opt)
		if !ok {
			return nil, false
		}
		for _, b := range boxes {
			for _, p := range b.Prefixes {
				out = append(out, f.replacement(b.Protocol, b.Ports, schema.CIDRPeer(p)))
			}
		}
	}
	return out, len(out) <= budget
}

func (f *fitting) coverOptions(uses []analyze.Use, internet bool) CoverOptions {
	limit, _ := f.s.Peer.Prefix()
	var opt CoverOptions
	if internet {
		opt = InternetCover(limit.Addr().Is6())
		opt.MinBits = min(max(opt.MinBits, limit.Bits()), limit.Addr().BitLen())
	}
	opt.Allowed = []netip.Prefix{limit}
	peers, groups, seen := []netip.Addr{}, map[string]bool{}, map[netip.Addr]bool{}
	for i := range uses {
		peers = append(peers, uses[i].Peer)
		seen[uses[i].Peer] = true
		for _, o := range uses[i].Owners {
			for _, g := range o.Groups {
				groups[g] = true
			}
		}
	}
	var loose []netip.Addr
	opt.Caps, loose = f.m.estate.caps(peers)
	within := opt.Caps
	if len(loose) > 0 && !internet {
		within = append([]netip.Prefix{enclosing(loose)}, within...)
	}
	opt.Forbidden = f.m.estate.strangers(within, groups, seen)
	return opt
}

// enclosing is the narrowest prefix around addresses of one family.
func enclosing(addrs []netip.Addr) netip.Prefix {
	p := netip.PrefixFrom(addrs[0], addrs[0].BitLen())
	for _, a := range addrs {
		for !p.Contains(a) {
			p = netip.PrefixFrom(p.Addr(), p.Bits()-1).Masked()
		}
	}
	return p
}

func toBoxUses(uses []analyze.Use) []BoxUse {
	out := make([]BoxUse, len(uses))
	for i, u := range uses {
		out[i] = BoxUse{u.Protocol, u.Port, u.Peer}
	}
	return out
}
