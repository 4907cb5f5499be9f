package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
)

// itemPage is about how many items are read at once. The driver holds a whole answer in memory, and DuckDB's sort all
// that it sorts: bodies are sorted by the page.
const itemPage = 50_000

// Items yields every item once, sorted by type, id, Captured, Order. Rows of one identity (those, Deleted and Indirect)
// that differ, since two kinds of object told of one state, become one item. It ends after the first error.
func (db *DB) Items(ctx context.Context) iter.Seq2[*schema.Item, error] {
	return func(yield func(*schema.Item, error) bool) {
		if err := db.eachItem(ctx, func(it *schema.Item) bool { return yield(it, nil) }); err != nil && !errors.Is(err, errEnough) {
			yield(nil, fmt.Errorf("read Config items: %w", err))
		}
	}
}

// errEnough ends the reading when the reader wants no more.
var errEnough = errors.New("enough")

func (db *DB) eachItem(ctx context.Context, yield func(*schema.Item) bool) error {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	const sights = `CREATE OR REPLACE TEMP TABLE last_seen AS SELECT item_no, max(taken) AS taken FROM config_seen GROUP BY item_no`
	if _, err := conn.ExecContext(ctx, sights); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `DROP TABLE IF EXISTS last_seen`)
	cuts, err := readCuts(ctx, conn)
	if err != nil {
		return err
	}
	m := itemMerger{yield: yield}
	for i := range cuts {
		var end [2]string
		if i+1 < len(cuts) {
			end = cuts[i+1]
		}
		if err := m.readPage(ctx, conn, cuts[i], end); err != nil {
			return err
		}
	}
	return m.flush()
}

// readCuts returns the type and the id with which each page begins. A resource is whole in one page.
func readCuts(ctx context.Context, conn *sql.Conn) (cuts [][2]string, err error) {
	const query = `
		SELECT DISTINCT type, id
		FROM (SELECT type, id, row_number() OVER (ORDER BY type, id) AS place FROM config_item)
		WHERE place % ? = 1 ORDER BY type, id`
	rows, err := conn.QueryContext(ctx, query, itemPage)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var cut [2]string
		if err := rows.Scan(&cut[0], &cut[1]); err != nil {
			return nil, err
		}
		cuts = append(cuts, cut)
	}
	return cuts, rows.Err()
}

// itemMerger makes items of rows, those of one identity together.
type itemMerger struct {
	yield func(*schema.Item) bool
	open  *schema.Item // the identity at hand
	body  sql.RawBytes // the greatest of its bodies
}

// readPage reads from one cut to the next, which has no type behind the last.
func (m *itemMerger) readPage(ctx context.Context, conn *sql.Conn, from, to [2]string) error {
	const query = `
		SELECT type, id, account_id, region, epoch_us(captured), state_order, deleted, found, epoch_us(created), indirect,
		       coalesce(epoch_us(taken), 0), body
		FROM config_item LEFT JOIN last_seen USING (item_no)
		WHERE (type > $1 OR type = $1 AND id >= $2) AND ($3 = '' OR type < $3 OR type = $3 AND id < $4)
		ORDER BY type, id, captured, state_order, deleted, indirect, item_no`
	rows, err := conn.QueryContext(ctx, query, from[0], from[1], to[0], to[1])
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var it schema.Item
		var captured, created, seen int64
		var body sql.RawBytes
		err := rows.Scan(&it.Type, &it.ID, &it.AccountID, &it.Region, &captured, &it.Order, &it.Deleted, &it.Found,
			&created, &it.Indirect, &seen, &body)
		if err != nil {
			return err
		}
		it.Captured, it.Created, it.SeenUntil = micro(captured), micro(created), micro(seen)
		if err := m.add(&it, body); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (m *itemMerger) add(it *schema.Item, body []byte) error {
	if m.open != nil && sameIdentity(m.open, it) {
		m.open.AccountID, m.open.Region = max(m.open.AccountID, it.AccountID), max(m.open.Region, it.Region)
		m.open.Found = m.open.Found || it.Found
		m.open.Created, m.open.SeenUntil = later(m.open.Created, it.Created), later(m.open.SeenUntil, it.SeenUntil)
		if string(body) > string(m.body) {
			m.body = append(m.body[:0], body...)
		}
		return nil
	}
	if err := m.flush(); err != nil {
		return err
	}
	m.open, m.body = it, append(m.body[:0], body...)
	return nil
}

// flush hands on the item at hand.
func (m *itemMerger) flush() error {
	it := m.open
	if it == nil {
		return nil
	}
	m.open = nil
	if err := decodeBody(it, m.body); err != nil {
		return fmt.Errorf("%s %s: %w", it.Type, it.ID, err)
	}
	if !m.yield(it) {
		return errEnough
	}
	return nil
}

func sameIdentity(a, b *schema.Item) bool {
	return a.ID == b.ID && a.Type == b.Type && a.Captured.Equal(b.Captured) && a.Order == b.Order && a.Deleted == b.Deleted && a.Indirect == b.Indirect
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// micro reads microseconds since 1970, 0 as the zero time.
func micro(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// Listings yields what instances said of their interfaces, sorted by instance, Captured, Order. It ends after the first
// error.
func (db *DB) Listings(ctx context.Context) iter.Seq2[schema.Listing, error] {
	const query = `
		SELECT instance_id, epoch_us(captured), state_order, id, max(account_id), max(region)
		FROM config_item WHERE indirect AND NOT deleted AND instance_id <> ''
		GROUP BY ALL
		UNION ALL
		SELECT id, epoch_us(captured), state_order, '', max(account_id), max(region)
		FROM config_item WHERE type = 'AWS::EC2::Instance'
		GROUP BY ALL
		ORDER BY ALL`
	return func(yield func(schema.Listing, error) bool) {
		err := db.each(ctx, query, func(rows *sql.Rows) error {
			var l schema.Listing
			var captured int64
			if err := rows.Scan(&l.InstanceID, &captured, &l.Order, &l.InterfaceID, &l.AccountID, &l.Region); err != nil {
				return err
			}
			l.Captured = micro(captured)
			if !yield(l, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(schema.Listing{}, fmt.Errorf("read what instances listed: %w", err))
		}
	}
}

// Snapshots returns every snapshot, sorted by Taken.
func (db *DB) Snapshots(ctx context.Context) ([]schema.Snapshot, error) {
	const query = `
		SELECT DISTINCT snapshot_id, account_id, region, epoch_us(taken), types FROM config_snapshot ORDER BY ALL`
	var out []schema.Snapshot
	err := db.each(ctx, query, func(rows *sql.Rows) error {
		var s schema.Snapshot
		var taken int64
		var types string
		if err := rows.Scan(&s.ID, &s.AccountID, &s.Region, &taken, &types); err != nil {
			return err
		}
		s.Taken = micro(taken)
		for t := range strings.SplitSeq(types, ",") {
			if t != "" {
				s.Types = append(s.Types, schema.ItemType(t))
			}
		}
		out = append(out, s)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read Config snapshots: %w", err)
	}
	slices.SortStableFunc(out, func(a, b schema.Snapshot) int { return a.Taken.Compare(b.Taken) })
	return out, nil
}
