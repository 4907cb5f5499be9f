package duck

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
)

// still stands for the open end of an interval, unknown for a time that is not known.
var (
	still   = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	unknown = time.Unix(0, 0).UTC()
)

// AddItems stores one Config object: its items, its snapshot, its manifest line. An item that is there already keeps
// one row, with the later SeenUntil.
func (db *DB) AddItems(ctx context.Context, object schema.Object, snapshot *schema.Snapshot, items []schema.Item, rejected []schema.Rejected) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	bodies := make([]string, len(items))
	for i := range items {
		body, err := encodeBody(&items[i])
		if err != nil {
			return fmt.Errorf("store %s: item %s: %w", object.Place, items[i].ID, err)
		}
		bodies[i] = body
	}
	err := db.write(func() error {
		if err := db.appendItems(items, bodies); err != nil {
			return err
		}
		if snapshot != nil {
			if err := db.appendSnapshot(snapshot); err != nil {
				return err
			}
		}
		if err := db.exec("DELETE FROM object WHERE place = " + quote(object.Place)); err != nil { // a changed file is read anew
			return err
		}
		if err := db.appendObjects([]schema.Object{object}); err != nil {
			return err
		}
		return db.appendRejected(rejected)
	})
	if err != nil {
		return fmt.Errorf("store %s: %w", object.Place, err)
	}
	return nil
}

func encodeBody(it *schema.Item) (string, error) {
	var v any
	switch {
	case it.Deleted:
		return "", nil
	case it.Group != nil:
		v = it.Group
	case it.Interface != nil:
		v = it.Interface
	case it.Subnet != nil:
		v = it.Subnet
	case it.VPC != nil:
		v = it.VPC
	case it.PrefixList != nil:
		v = it.PrefixList
	default:
		return "", fmt.Errorf("a %s item that is neither deleted nor has a body", it.Type)
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func (db *DB) appendItems(items []schema.Item, bodies []string) error {
	return db.appendRows("config_item", len(items), func(p *appender, i int) {
		it := &items[i]
		for _, s := range []string{string(it.Type), it.ID, it.AccountID, it.Region} {
			p.text(valid(s))
		}
		p.time(it.Captured, unknown)
		put(p, it.Order)
		put(p, it.Deleted)
		put(p, it.Found)
		p.time(it.Created, unknown)
		put(p, it.Indirect)
		p.time(it.SeenUntil, unknown)
		p.text(bodies[i])
	})
}

func (db *DB) appendSnapshot(s *schema.Snapshot) error {
	types := make([]string, len(s.Types))
	for i, t := range s.Types {
		types[i] = string(t)
	}
	return db.appendRows("config_snapshot", 1, func(p *appender, _ int) {
		p.text(valid(s.ID))
		p.text(valid(s.AccountID))
		p.text(valid(s.Region))
		p.time(s.Taken, unknown)
		p.text(strings.Join(types, ","))
	})
}

// Items returns every item once, sorted by type, id, Captured, Order, and every snapshot sorted by Taken.
func (db *DB) Items(ctx context.Context) ([]schema.Item, []schema.Snapshot, error) {
	items, err := db.readItems(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read Config items: %w", err)
	}
	snapshots, err := db.readSnapshots(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read Config snapshots: %w", err)
	}
	return items, snapshots, nil
}

func (db *DB) readItems(ctx context.Context) ([]schema.Item, error) {
	const query = `
		SELECT type, id, max(account_id), max(region), epoch_us(captured), state_order, deleted, bool_or(found),
		       epoch_us(max(created)), indirect, epoch_us(max(seen_until)), max(body)
		FROM config_item
		GROUP BY type, id, captured, state_order, deleted, indirect
		ORDER BY type, id, captured, state_order, deleted, indirect`
	rows, err := db.sql.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var items []schema.Item
	for rows.Next() {
		var it schema.Item
		var captured, created, seen int64
		var body string
		err := rows.Scan(&it.Type, &it.ID, &it.AccountID, &it.Region, &captured, &it.Order, &it.Deleted, &it.Found,
			&created, &it.Indirect, &seen, &body)
		if err != nil {
			return nil, err
		}
		it.Captured, it.Created, it.SeenUntil = micro(captured), micro(created), micro(seen)
		if err := decodeBody(&it, body); err != nil {
			return nil, fmt.Errorf("%s %s: %w", it.Type, it.ID, err)
		}
		items = append(items, it)
	}
	return items, rows.Err()
}

// micro reads microseconds since 1970, 0 as the zero time.
func micro(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func decodeBody(it *schema.Item, body string) error {
	if it.Deleted {
		return nil
	}
	var v any
	switch it.Type {
	case schema.GroupItem:
		it.Group = new(schema.Group)
		v = it.Group
	case schema.InterfaceItem:
		it.Interface = new(schema.Interface)
		v = it.Interface
	case schema.SubnetItem:
		it.Subnet = new(schema.Subnet)
		v = it.Subnet
	case schema.VPCItem:
		it.VPC = new(schema.VPC)
		v = it.VPC
	case schema.PrefixListItem:
		it.PrefixList = new(schema.PrefixList)
		v = it.PrefixList
	default:
		return fmt.Errorf("no such type of item")
	}
	return json.Unmarshal([]byte(body), v)
}

func (db *DB) readSnapshots(ctx context.Context) ([]schema.Snapshot, error) {
	const query = `
		SELECT DISTINCT snapshot_id, account_id, region, epoch_us(taken), types FROM config_snapshot ORDER BY ALL`
	rows, err := db.sql.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []schema.Snapshot
	for rows.Next() {
		var s schema.Snapshot
		var taken int64
		var types string
		if err := rows.Scan(&s.ID, &s.AccountID, &s.Region, &taken, &types); err != nil {
			return nil, err
		}
		s.Taken = micro(taken)
		for t := range strings.SplitSeq(types, ",") {
			if t != "" {
				s.Types = append(s.Types, schema.ItemType(t))
			}
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b schema.Snapshot) int { return a.Taken.Compare(b.Taken) })
	return out, rows.Err()
}

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
