package duck

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"time"

	"sgfit/schema"
)

// still stands for the open end of an interval, unknown for a time that is not known.
var (
	still   = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	unknown = time.Unix(0, 0).UTC()
)

// ReplaceInventory replaces every interval in one transaction by those of the parts. An error among the parts, which it
// returns, leaves all as it was.
func (db *DB) ReplaceInventory(ctx context.Context, parts iter.Seq2[*schema.Inventory, error]) error {
	return db.replaceInventory(ctx, parts, false)
}

// ReplaceInventory is DB's, and notes what was assumed.
func (c Config) ReplaceInventory(ctx context.Context, parts iter.Seq2[*schema.Inventory, error]) error {
	return c.replaceInventory(ctx, parts, c.AssumeUnchanged)
}

func (db *DB) replaceInventory(ctx context.Context, parts iter.Seq2[*schema.Inventory, error], assumed bool) error {
	if err := errors.Join(ctx.Err(), db.ample()); err != nil {
		return err
	}
	err := db.write(func() error {
		if err := db.exec(forgetAnalysis); err != nil {
			return err
		}
		if err := db.exec(fmt.Sprintf("INSERT OR REPLACE INTO meta VALUES ('assume_unchanged', '%t')", assumed)); err != nil {
			return err
		}
		if err := db.foldSights(); err != nil {
			return err
		}
		for _, table := range []string{"security_group", "security_group_rule", "security_group_rule_range",
			"network_interface", "network_interface_group", "network_interface_address",
			"subnet", "vpc", "prefix_list", "prefix_list_entry", "flow_log"} {
			if err := db.exec("TRUNCATE " + table); err != nil {
				return err
			}
		}
		return db.writeParts(ctx, parts)
	})
	if err != nil {
		return fmt.Errorf("store the inventory: %w", err)
	}
	return nil
}

// inventoryWriter writes one part after the other; rules and states are numbered through all of them.
type inventoryWriter struct {
	*DB
	rules, states uint32 // written before this part
}

func (db *DB) writeParts(ctx context.Context, parts iter.Seq2[*schema.Inventory, error]) error {
	w := inventoryWriter{DB: db}
	for inv, err := range parts {
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		for _, write := range []func(*schema.Inventory) error{
			w.writeGroups, w.writeRules, w.writeInterfaces, w.writeSubnets, w.writeVPCs, w.writePrefixLists,
			w.writeFlowLogs} {
			if err := write(inv); err != nil {
				return err
			}
		}
		w.rules, w.states = w.rules+uint32(len(inv.Rules)), w.states+uint32(len(inv.Interfaces))
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

func (w *inventoryWriter) writeGroups(inv *schema.Inventory) error {
	return w.appendRows("security_group", len(inv.Groups), func(p *appender, i int) {
		g := &inv.Groups[i]
		p.texts(g.GroupID, g.AccountID, g.Region, g.VPCID, g.Name, g.Description)
		p.interval(g.Interval)
	})
}

func (w *inventoryWriter) writeRules(inv *schema.Inventory) error {
	err := w.appendRows("security_group_rule", len(inv.Rules), func(p *appender, i int) {
		r := &inv.Rules[i]
		put(p, w.rules+uint32(i+1))
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
				spans = append(spans, span{w.rules + uint32(i+1), r})
			}
		}
	}
	return w.appendRows("security_group_rule_range", len(spans), func(p *appender, i int) {
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

func (w *inventoryWriter) writeInterfaces(inv *schema.Inventory) error {
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
	err := w.appendRows("network_interface", len(inv.Interfaces), func(p *appender, i int) {
		n := &inv.Interfaces[i]
		state := w.states + uint32(i+1)
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
	err = w.appendRows("network_interface_group", len(groups), func(p *appender, i int) {
		put(p, groups[i].state)
		p.text(valid(groups[i].group))
	})
	if err != nil {
		return err
	}
	return w.appendRows("network_interface_address", len(addresses), func(p *appender, i int) {
		put(p, addresses[i].state)
		p.addr(addresses[i].address)
	})
}

func (w *inventoryWriter) writeSubnets(inv *schema.Inventory) error {
	return appendCIDRs(w.DB, "subnet", inv.Subnets, func(s *schema.SubnetVersion) []netip.Prefix { return s.CIDRs },
		func(p *appender, s *schema.SubnetVersion, cidr netip.Prefix) {
			p.texts(s.SubnetID, s.AccountID, s.Region, s.VPCID, s.Name, cidr.String())
			p.interval(s.Interval)
		})
}

func (w *inventoryWriter) writeVPCs(inv *schema.Inventory) error {
	return appendCIDRs(w.DB, "vpc", inv.VPCs, func(v *schema.VPCVersion) []netip.Prefix { return v.CIDRs },
		func(p *appender, v *schema.VPCVersion, cidr netip.Prefix) {
			p.texts(v.VPCID, v.AccountID, v.Region, v.Name, cidr.String())
			p.interval(v.Interval)
		})
}

func (w *inventoryWriter) writePrefixLists(inv *schema.Inventory) error {
	err := w.appendRows("prefix_list", len(inv.PrefixLists), func(p *appender, i int) {
		l := &inv.PrefixLists[i]
		p.texts(l.PrefixListID, l.AccountID, l.Region, l.Name)
		put(p, int32(l.MaxEntries))
		p.interval(l.Interval)
	})
	if err != nil {
		return err
	}
	return appendCIDRs(w.DB, "prefix_list_entry", inv.PrefixLists, func(l *schema.PrefixListVersion) []netip.Prefix { return l.Entries },
		func(p *appender, l *schema.PrefixListVersion, cidr netip.Prefix) {
			r := schema.MatchRanges(cidr)[0]
			p.texts(l.PrefixListID, cidr.String())
			p.addr(r.From)
			p.addr(r.To)
			p.interval(l.Interval)
		})
}

// appendCIDRs writes one row for each CIDR of each version.
func appendCIDRs[V any](db *DB, table string, versions []V, cidrs func(*V) []netip.Prefix, row func(*appender, *V, netip.Prefix)) error {
	type pair struct {
		v    *V
		cidr netip.Prefix
	}
	var all []pair
	for i := range versions {
		for _, cidr := range cidrs(&versions[i]) {
			all = append(all, pair{&versions[i], cidr})
		}
	}
	return db.appendRows(table, len(all), func(p *appender, i int) { row(p, all[i].v, all[i].cidr) })
}

func (w *inventoryWriter) writeFlowLogs(inv *schema.Inventory) error {
	return w.appendRows("flow_log", len(inv.FlowLogs), func(p *appender, i int) {
		f := &inv.FlowLogs[i]
		p.texts(f.FlowLogID, f.AccountID, f.Region, f.ResourceID, f.TrafficType, f.DestinationType, f.Destination, f.Format)
		put(p, int32(f.Aggregation))
		p.texts(f.Status, f.DeliveryError)
		p.interval(f.Interval)
	})
}
