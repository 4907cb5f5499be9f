package analyze

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"sgfit/schema"
)

// loadInventory reads the estate as it is at the end of the window.
func (a *Analysis) loadInventory(ctx context.Context, ev *Evidence) error {
	inv := &ev.Inventory
	inv.Members, inv.Wearers = map[string][]netip.Addr{}, map[string]int{}
	inv.GroupVPC, inv.Addresses, inv.Homes = map[string]string{}, map[netip.Addr][]string{}, map[netip.Addr][]string{}
	inv.Services = map[netip.Addr][]string{}
	for _, load := range []func(context.Context, *Inventory) error{
		a.loadSubnets, a.loadVPCs, a.loadPrefixLists, a.loadMembers, a.loadWearers, a.loadServices} {
		if err := load(ctx, inv); err != nil {
			return err
		}
	}
	return nil
}

// atEnd is the condition that an interval holds at the end of the window.
const atEnd = ` epoch(valid_from) < (SELECT end_s FROM bounds) AND epoch(valid_to) >= (SELECT end_s FROM bounds) `

func (a *Analysis) loadSubnets(ctx context.Context, inv *Inventory) error {
	const query = `SELECT subnet_id, account_id, region, vpc_id, name, cidr FROM subnet WHERE` + atEnd + `ORDER BY subnet_id, cidr`
	return a.each(ctx, query, func(scan func(...any) error) error {
		var s schema.Subnet
		var cidr string
		if err := scan(&s.SubnetID, &s.AccountID, &s.Region, &s.VPCID, &s.Name, &cidr); err != nil {
			return err
		}
		p, err := schema.ParseCIDR(cidr)
		if err != nil {
			return err
		}
		if n := len(inv.Subnets); n > 0 && inv.Subnets[n-1].SubnetID == s.SubnetID {
			inv.Subnets[n-1].CIDRs = append(inv.Subnets[n-1].CIDRs, p)
			return nil
		}
		s.CIDRs = []netip.Prefix{p}
		inv.Subnets = append(inv.Subnets, s)
		return nil
	})
}

func (a *Analysis) loadVPCs(ctx context.Context, inv *Inventory) error {
	const query = `SELECT vpc_id, account_id, region, name, cidr FROM vpc WHERE` + atEnd + `ORDER BY vpc_id, cidr`
	return a.each(ctx, query, func(scan func(...any) error) error {
		var v schema.VPC
		var cidr string
		if err := scan(&v.VPCID, &v.AccountID, &v.Region, &v.Name, &cidr); err != nil {
			return err
		}
		p, err := schema.ParseCIDR(cidr)
		if err != nil {
			return err
		}
		if n := len(inv.VPCs); n > 0 && inv.VPCs[n-1].VPCID == v.VPCID {
			inv.VPCs[n-1].CIDRs = append(inv.VPCs[n-1].CIDRs, p)
			return nil
		}
		v.CIDRs = []netip.Prefix{p}
		inv.VPCs = append(inv.VPCs, v)
		return nil
	})
}

func (a *Analysis) loadPrefixLists(ctx context.Context, inv *Inventory) error {
	const query = `
		SELECT l.prefix_list_id, l.account_id, l.region, l.name, l.max_entries, e.cidr
		FROM (SELECT * FROM prefix_list WHERE` + atEnd + `) l
		JOIN (SELECT * FROM prefix_list_entry WHERE` + atEnd + `) e USING (prefix_list_id)
		ORDER BY l.prefix_list_id, e.lo, e.hi`
	return a.each(ctx, query, func(scan func(...any) error) error {
		var l schema.PrefixList
		var cidr string
		if err := scan(&l.PrefixListID, &l.AccountID, &l.Region, &l.Name, &l.MaxEntries, &cidr); err != nil {
			return err
		}
		p, err := schema.ParseCIDR(cidr)
		if err != nil {
			return err
		}
		if n := len(inv.PrefixLists); n > 0 && inv.PrefixLists[n-1].PrefixListID == l.PrefixListID {
			inv.PrefixLists[n-1].Entries = append(inv.PrefixLists[n-1].Entries, p)
			return nil
		}
		l.Entries = []netip.Prefix{p}
		inv.PrefixLists = append(inv.PrefixLists, l)
		return nil
	})
}

func (a *Analysis) loadMembers(ctx context.Context, inv *Inventory) error {
	query := `
		SELECT DISTINCT w.group_id, ` + hiLo("address") + `
		FROM worn w JOIN network_interface_address m USING (state_no)
		WHERE w.vf < (SELECT end_s FROM bounds) AND w.vt >= (SELECT end_s FROM bounds)
		ORDER BY ALL`
	err := a.addrList(ctx, query, func(group string, addr netip.Addr) {
		inv.Members[group] = append(inv.Members[group], addr)
		inv.Addresses[addr] = append(inv.Addresses[addr], group)
	})
	for _, groups := range inv.Addresses {
		slices.Sort(groups)
	}
	return errors.Join(err, a.loadHomes(ctx, inv))
}

func (a *Analysis) loadHomes(ctx context.Context, inv *Inventory) error {
	query := `
		SELECT DISTINCT s.vpc_id, ` + hiLo("address") + `
		FROM state s JOIN network_interface_address m USING (state_no)
		WHERE s.vf < (SELECT end_s FROM bounds) AND s.vt >= (SELECT end_s FROM bounds)
		ORDER BY ALL`
	return a.addrList(ctx, query, func(vpc string, addr netip.Addr) { inv.Homes[addr] = append(inv.Homes[addr], vpc) })
}

func (a *Analysis) loadServices(ctx context.Context, inv *Inventory) error {
	query := `SELECT service, ` + hiLo("address") + ` FROM address_service ORDER BY ALL`
	return a.addrList(ctx, query, func(service string, addr netip.Addr) { inv.Services[addr] = append(inv.Services[addr], service) })
}

func (a *Analysis) loadWearers(ctx context.Context, inv *Inventory) error {
	const wearers = `
		SELECT group_id, count(*) FROM worn
		WHERE vf < (SELECT end_s FROM bounds) AND vt >= (SELECT end_s FROM bounds) GROUP BY group_id`
	err := a.each(ctx, wearers, func(scan func(...any) error) error {
		var group string
		var n int
		err := scan(&group, &n)
		inv.Wearers[group] = n
		return err
	})
	if err != nil {
		return err
	}
	return a.each(ctx, `SELECT group_id, max(vpc_id) FROM security_group GROUP BY group_id`, func(scan func(...any) error) error {
		var group, vpc string
		err := scan(&group, &vpc)
		inv.GroupVPC[group] = vpc
		return err
	})
}
