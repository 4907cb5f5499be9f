package duck

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"sgfit/schema"
)

// still stands for the open end of an interval, unknown for a time that is not known.
var (
	still   = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	unknown = time.Unix(0, 0).UTC()
)

// ReplaceInventory replaces every interval in one transaction.
func (db *DB) ReplaceInventory(ctx context.Context, inv *schema.Inventory) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := db.write(func() error {
		if err := db.exec(forgetAnalysis); err != nil {
			return err
		}
		for _, table := range []string{"security_group", "security_group_rule", "security_group_rule_range",
			"network_interface", "network_interface_group", "network_interface_address",
			"subnet", "vpc", "prefix_list", "prefix_list_entry"} {
			if err := db.exec("TRUNCATE " + table); err != nil {
				return err
			}
		}
		for _, write := range []func(*schema.Inventory) error{
			db.writeGroups, db.writeRules, db.writeInterfaces, db.writeSubnets, db.writeVPCs, db.writePrefixLists} {
			if err := write(inv); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the inventory: %w", err)
	}
	return nil
}

func (p *appender) interval(i schema.Interval) {
	p.time(i.From, unknown)
	p.time(i.To, still)
}

func (p *appender) texts(ss ...string) {
	for _, s := range ss {
		p.text(valid(s))
	}
}

func (db *DB) writeGroups(inv *schema.Inventory) error {
	return db.appendRows("security_group", len(inv.Groups), func(p *appender, i int) {
		g := &inv.Groups[i]
		p.texts(g.GroupID, g.AccountID, g.Region, g.VPCID, g.Name, g.Description)
		p.interval(g.Interval)
	})
}

func (db *DB) writeRules(inv *schema.Inventory) error {
	err := db.appendRows("security_group_rule", len(inv.Rules), func(p *appender, i int) {
		r := &inv.Rules[i]
		put(p, uint32(i+1))
		p.text(valid(r.GroupID))
		put(p, directionNumber(r.Direction))
		put(p, int16(r.Protocol))
		put(p, r.FromPort)
		put(p, r.ToPort)
		p.texts(string(r.Peer.Kind), r.Peer.Value, r.PeerOwner, r.PeerStatus, r.RuleID, r.Description)
		p.interval(r.Interval)
	})
	if err != nil {
		return err
	}
	type span struct {
		rule uint32
		r    schema.AddrRange
	}
	var spans []span
	for i := range inv.Rules {
		if prefix, ok := inv.Rules[i].Peer.Prefix(); ok {
			for _, r := range schema.MatchRanges(prefix) {
				spans = append(spans, span{uint32(i + 1), r})
			}
		}
	}
	return db.appendRows("security_group_rule_range", len(spans), func(p *appender, i int) {
		put(p, spans[i].rule)
		p.addr(spans[i].r.From)
		p.addr(spans[i].r.To)
	})
}

// directionNumber is the place of a direction in the enumeration of that name.
func directionNumber(d schema.Direction) uint8 {
	if d == schema.Egress {
		return 1
	}
	return 0
}

func (db *DB) writeInterfaces(inv *schema.Inventory) error {
	type groupRow struct {
		state uint32
		group string
	}
	type addressRow struct {
		state   uint32
		address netip.Addr
	}
	var groups []groupRow
	var addresses []addressRow
	err := db.appendRows("network_interface", len(inv.Interfaces), func(p *appender, i int) {
		n := &inv.Interfaces[i]
		state := uint32(i + 1)
		put(p, state)
		p.texts(n.InterfaceID, n.AccountID, n.Region, n.VPCID, n.SubnetID, n.InterfaceType, n.Description, n.InstanceID)
		put(p, n.Forwards)
		p.interval(n.Interval)
		for _, g := range n.Groups {
			groups = append(groups, groupRow{state, g})
		}
		for _, a := range n.AllAddresses() {
			addresses = append(addresses, addressRow{state, a})
		}
	})
	if err != nil {
		return err
	}
	err = db.appendRows("network_interface_group", len(groups), func(p *appender, i int) {
		put(p, groups[i].state)
		p.text(valid(groups[i].group))
	})
	if err != nil {
		return err
	}
	return db.appendRows("network_interface_address", len(addresses), func(p *appender, i int) {
		put(p, addresses[i].state)
		p.addr(addresses[i].address)
	})
}

func (db *DB) writeSubnets(inv *schema.Inventory) error {
	for i := range inv.Subnets {
		s := &inv.Subnets[i]
		err := db.appendRows("subnet", len(s.CIDRs), func(p *appender, j int) {
			p.texts(s.SubnetID, s.AccountID, s.Region, s.VPCID, s.Name, s.CIDRs[j].String())
			p.interval(s.Interval)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) writeVPCs(inv *schema.Inventory) error {
	for i := range inv.VPCs {
		v := &inv.VPCs[i]
		err := db.appendRows("vpc", len(v.CIDRs), func(p *appender, j int) {
			p.texts(v.VPCID, v.AccountID, v.Region, v.Name, v.CIDRs[j].String())
			p.interval(v.Interval)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) writePrefixLists(inv *schema.Inventory) error {
	err := db.appendRows("prefix_list", len(inv.PrefixLists), func(p *appender, i int) {
		l := &inv.PrefixLists[i]
		p.texts(l.PrefixListID, l.AccountID, l.Region, l.Name)
		put(p, int32(l.MaxEntries))
		p.interval(l.Interval)
	})
	if err != nil {
		return err
	}
	for i := range inv.PrefixLists {
		l := &inv.PrefixLists[i]
		err := db.appendRows("prefix_list_entry", len(l.Entries), func(p *appender, j int) {
			r := schema.MatchRanges(l.Entries[j])[0]
			p.texts(l.PrefixListID, l.Entries[j].String())
			p.addr(r.From)
			p.addr(r.To)
			p.interval(l.Interval)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
