package simulate

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"sgfit/schema"
)

// Inventory is what existed, with the true times of every change: what a perfect reader of Config files without delay
// would make of them. It reaches back to the creation of each resource and leaves out the interfaces that Config never
// knew.
func (a *Account) Inventory() *schema.Inventory {
	inv := &schema.Inventory{}
	for _, g := range a.groups {
		a.addGroup(inv, g)
	}
	for _, h := range a.hosts {
		if h.known {
			a.addInterface(inv, h)
		}
	}
	old := schema.Interval{From: time.Unix(a.window.from-900*day, 0).UTC()}
	for _, s := range a.subnets {
		inv.Subnets = append(inv.Subnets, schema.SubnetVersion{Interval: old, Subnet: schema.Subnet{
			SubnetID: s.id, AccountID: a.id, Region: a.region, VPCID: a.vpc, Name: s.name, CIDRs: []netip.Prefix{s.cidr, s.cidr6}}})
	}
	inv.VPCs = []schema.VPCVersion{{Interval: old, VPC: schema.VPC{VPCID: a.vpc, AccountID: a.id, Region: a.region, Name: "main",
		CIDRs: []netip.Prefix{netip.MustParsePrefix(vpcCIDR), netip.MustParsePrefix(vpcCIDR6)}}}}
	for _, l := range a.lists {
		a.addList(inv, l)
	}
	sortInventory(inv)
	return inv
}

// interval spells a span; a far end is "still".
func interval(from, to int64) schema.Interval {
	i := schema.Interval{From: time.Unix(from, 0).UTC()}
	if to < always {
		i.To = time.Unix(to, 0).UTC()
	}
	return i
}

// until pairs each time with the next.
func until(times []int64, i int) int64 {
	if i+1 < len(times) {
		return times[i+1]
	}
	return always
}

func (a *Account) addGroup(inv *schema.Inventory, g *group) {
	var lives []span
	for _, r := range g.rules {
		lives = append(lives, r.life)
		inv.Rules = append(inv.Rules, schema.RuleVersion{Interval: interval(r.life.from, r.life.to), GroupID: g.id, Rule: r.Rule})
	}
	times := changeTimes(lives, g.created)
	for i, t := range times {
		v := schema.GroupVersion{Interval: interval(t, until(times, i)), Group: schema.Group{GroupID: g.id, AccountID: a.id,
			Region: a.region, VPCID: a.vpc, Name: g.name, Description: g.description}}
		for _, r := range g.rules {
			if r.life.holds(t) {
				v.Rules = append(v.Rules, r.Rule)
			}
		}
		slices.SortFunc(v.Rules, compareRule)
		inv.Groups = append(inv.Groups, v)
	}
}

func (a *Account) addInterface(inv *schema.Inventory, h *host) {
	for i, w := range h.wears {
		to := h.life.to
		if i+1 < len(h.wears) {
			to = h.wears[i+1].from
		}
		v := schema.InterfaceVersion{Interval: interval(w.from, to), Interface: schema.Interface{InterfaceID: h.id, AccountID: a.id,
			Region: a.region, VPCID: a.vpc, SubnetID: h.subnet.id, InterfaceType: h.kind, Description: h.description,
			RequesterID: h.requester, InstanceID: h.instance, Addresses: slices.Clone(h.addrs), Forwards: h.forwards}}
		if h.addr6.IsValid() {
			v.Addresses = append(v.Addresses, h.addr6)
		}
		if h.public.IsValid() {
			v.PublicIPs = []netip.Addr{h.public}
		}
		for _, g := range w.groups {
			v.Groups = append(v.Groups, g.id)
		}
		slices.Sort(v.Groups)
		inv.Interfaces = append(inv.Interfaces, v)
	}
}

func (a *Account) addList(inv *schema.Inventory, l *prefixList) {
	times := changeTimes(listLives(l), a.window.from-500*day)
	for i, t := range times {
		v := schema.PrefixListVersion{Interval: interval(t, until(times, i)), PrefixList: schema.PrefixList{PrefixListID: l.id,
			AccountID: a.id, Region: a.region, Name: l.name, MaxEntries: 10}}
		for _, e := range l.entries {
			if e.life.holds(t) {
				v.Entries = append(v.Entries, e.prefix)
			}
		}
		inv.PrefixLists = append(inv.PrefixLists, v)
	}
}

// sortInventory orders by id, then From.
func sortInventory(inv *schema.Inventory) {
	slices.SortFunc(inv.Groups, func(x, y schema.GroupVersion) int {
		return cmp.Or(cmp.Compare(x.GroupID, y.GroupID), x.From.Compare(y.From))
	})
	slices.SortFunc(inv.Rules, func(x, y schema.RuleVersion) int {
		return cmp.Or(cmp.Compare(x.GroupID, y.GroupID), x.From.Compare(y.From), compareRule(x.Rule, y.Rule))
	})
	slices.SortFunc(inv.Interfaces, func(x, y schema.InterfaceVersion) int {
		return cmp.Or(cmp.Compare(x.InterfaceID, y.InterfaceID), x.From.Compare(y.From))
	})
	slices.SortFunc(inv.Subnets, func(x, y schema.SubnetVersion) int { return cmp.Compare(x.SubnetID, y.SubnetID) })
	slices.SortFunc(inv.PrefixLists, func(x, y schema.PrefixListVersion) int {
		return cmp.Or(cmp.Compare(x.PrefixListID, y.PrefixListID), x.From.Compare(y.From))
	})
}
