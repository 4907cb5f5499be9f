package inventory

import (
	"reflect"
	"slices"

	"sgfit/schema"
)

// addVersions turns one resource's states into versions: neighbours that are equal become one.
func addVersions(inv *schema.Inventory, life []observation, ss []state, said remarks) {
	if len(ss) == 0 {
		return
	}
	switch life[0].Type {
	case schema.GroupItem:
		rules := ruleVersions(ss)
		said.lay(life[0].ID, rules, ss)
		inv.Rules = append(inv.Rules, rules...)
		for _, s := range runs(ss, sameGroup) {
			inv.Groups = append(inv.Groups, schema.GroupVersion{Interval: s.Interval, Group: *s.Group})
		}
	case schema.InterfaceItem:
		for _, s := range runs(ss, sameInterface) {
			inv.Interfaces = append(inv.Interfaces, schema.InterfaceVersion{Interval: s.Interval, Interface: *s.Interface})
		}
	case schema.SubnetItem:
		for _, s := range runs(ss, sameSubnet) {
			inv.Subnets = append(inv.Subnets, schema.SubnetVersion{Interval: s.Interval, Subnet: *s.Subnet})
		}
	case schema.VPCItem:
		for _, s := range runs(ss, sameVPC) {
			inv.VPCs = append(inv.VPCs, schema.VPCVersion{Interval: s.Interval, VPC: *s.VPC})
		}
	case schema.PrefixListItem:
		for _, s := range runs(ss, samePrefixList) {
			inv.PrefixLists = append(inv.PrefixLists, schema.PrefixListVersion{Interval: s.Interval, PrefixList: *s.PrefixList})
		}
	case schema.FlowLogItem:
		for _, s := range runs(ss, sameFlowLog) {
			inv.FlowLogs = append(inv.FlowLogs, schema.FlowLogVersion{Interval: s.Interval, FlowLog: *s.FlowLog})
		}
	}
}

// runs joins neighbours that touch and are the same; the latest body stands for all of them.
func runs(ss []state, same func(a, b *schema.Item) bool) []state {
	var out []state
	for _, s := range ss {
		if n := len(out); n > 0 && s.continues(out[n-1]) && same(out[n-1].Item, s.Item) {
			out[n-1].To, out[n-1].Item = s.To, s.Item
			continue
		}
		out = append(out, s)
	}
	return out
}

// ruleVersions follows each rule for as long as it stays. A changed description or owner is no break; the latest wins.
func ruleVersions(ss []state) []schema.RuleVersion {
	var out []schema.RuleVersion
	at := map[schema.Rule]int{} // the open version of each rule, in out
	for i, s := range ss {
		now := map[schema.Rule]int{}
		for _, r := range s.Group.Rules {
			n, stayed := at[r.Key()]
			if twice, ok := now[r.Key()]; ok {
				n = twice
			} else if !stayed || !s.continues(ss[i-1]) {
				n = len(out)
				out = append(out, schema.RuleVersion{Interval: s.Interval, GroupID: s.ID})
			}
			out[n].Rule, out[n].To = r, s.To
			now[r.Key()] = n
		}
		at = now
	}
	slices.SortFunc(out, func(a, b schema.RuleVersion) int {
		if c := a.From.Compare(b.From); c != 0 {
			return c
		}
		return compareRules(a.Rule, b.Rule)
	})
	return out
}

// sameGroup is blind to what is said of a rule rather than what it admits.
func sameGroup(a, b *schema.Item) bool {
	x, y := a.Group, b.Group
	return x.Name == y.Name && x.VPCID == y.VPCID && x.AccountID == y.AccountID && x.Region == y.Region &&
		slices.EqualFunc(x.Rules, y.Rules, func(r, s schema.Rule) bool { return r.Key() == s.Key() })
}

func sameInterface(a, b *schema.Item) bool {
	x, y := a.Interface, b.Interface
	return x.AccountID == y.AccountID && x.Region == y.Region && x.VPCID == y.VPCID && x.SubnetID == y.SubnetID &&
		x.InterfaceType == y.InterfaceType && x.Description == y.Description && x.RequesterID == y.RequesterID &&
		x.InstanceID == y.InstanceID && x.Forwards == y.Forwards && slices.Equal(x.Groups, y.Groups) &&
		slices.Equal(x.Addresses, y.Addresses) && slices.Equal(x.Prefixes, y.Prefixes) && slices.Equal(x.PublicIPs, y.PublicIPs)
}

func sameSubnet(a, b *schema.Item) bool     { return reflect.DeepEqual(a.Subnet, b.Subnet) }
func sameVPC(a, b *schema.Item) bool        { return reflect.DeepEqual(a.VPC, b.VPC) }
func samePrefixList(a, b *schema.Item) bool { return reflect.DeepEqual(a.PrefixList, b.PrefixList) }
func sameFlowLog(a, b *schema.Item) bool    { return *a.FlowLog == *b.FlowLog }
