package suggest

import (
	"net/netip"
	"slices"

	"sgfit/analyze"
)

// commonGroup finds the group that every source wore whenever it was seen, and that a rule may refer to without
// admitting more than today's rule does: it is of the same VPC, all that its members can be lies in the rule's CIDR, and
// at least half of its members are among the sources. The one with the fewest members wins.
func (f *fitting) commonGroup(uses []*analyze.Use) (string, bool) {
	var common []string
	peers := map[netip.Addr]bool{}
	for i := range uses {
		worn := wornAlways(uses[i])
		if i == 0 {
			common = slices.Clone(worn)
		} else {
			common = slices.DeleteFunc(common, func(g string) bool { return !slices.Contains(worn, g) })
		}
		if len(common) == 0 {
			return "", false
		}
		peers[uses[i].Peer] = true
	}
	best := ""
	for _, g := range common {
		if !f.reachable(g, peers) {
			continue
		}
		if best == "" || len(f.m.estate.inv.Members[g]) < len(f.m.estate.inv.Members[best]) {
			best = g
		}
	}
	return best, best != ""
}

// wornAlways returns the groups that every owner of the peer's address wore; none when some owner is not known.
func wornAlways(u *analyze.Use) []string {
	if len(u.Owners) == 0 {
		return nil
	}
	common := slices.Clone(u.Owners[0].Groups)
	for _, o := range u.Owners[1:] {
		common = slices.DeleteFunc(common, func(g string) bool { return !slices.Contains(o.Groups, g) })
	}
	return common
}

func (f *fitting) reachable(group string, peers map[netip.Addr]bool) bool {
	e := f.m.estate
	members := e.inv.Members[group]
	vpc := e.inv.GroupVPC[group]
	if len(members) == 0 || vpc == "" || vpc != f.s.group.VPCID {
		return false
	}
	for a := range peers {
		if now, there := e.inv.Addresses[a]; there && !slices.Contains(now, group) && !e.isForeign(vpc, a) {
			return false // it has left the group since
		}
	}
	limit, _ := f.s.Peer.Prefix()
	used := 0
	for _, a := range members {
		if !limit.Contains(a) && !f.forgiven(a) { // a reference admits members by both families
			return false
		}
		if peers[a] {
			used++
		}
	}
	for _, p := range e.vpcs[vpc] { // future members have any address of the VPC
		if !inside(p, limit) && !f.forgiven(p.Addr()) {
			return false
		}
	}
	return float64(used) >= groupShare*float64(len(members)) || allGone(peers, members)
}

// forgiven says that an address is of the other family, and that this does not matter.
func (f *fitting) forgiven(a netip.Addr) bool {
	limit, _ := f.s.Peer.Prefix()
	return f.eitherFamily && a.Is4() != limit.Addr().Is4()
}

// allGone is true for groups whose members come and go: none of the sources is there any more.
func allGone(peers map[netip.Addr]bool, members []netip.Addr) bool {
	return len(members) > 0 && len(peers) >= 2*len(members)
}
