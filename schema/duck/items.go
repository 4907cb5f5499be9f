package duck

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
)

// AddObservations stores what one object says: its items, its snapshot, its manifest line. An item that is there already
// keeps one row, with the later SeenUntil.
func (db *DB) AddObservations(ctx context.Context, o *schema.Observations) error {
	object, items := o.Object, o.Items
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
		if o.Snapshot != nil {
			if err := db.appendSnapshot(o.Snapshot); err != nil {
				return err
			}
		}
		if err := db.exec("DELETE FROM object WHERE kind = 'config' AND place = " + quote(object.Place)); err != nil { // a changed file is read anew
			return err
		}
		if err := db.appendObjects([]schema.Object{object}); err != nil {
			return err
		}
		return db.appendRejected(o.Rejected)
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
