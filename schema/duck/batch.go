package duck

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"strings"

	"sgfit/schema"
)

// forgetAnalysis notes that edges and accounting no longer fit what is loaded.
const forgetAnalysis = "DELETE FROM meta WHERE key = 'analyzed'"

//go:embed merge_days.sql
var mergeDaysSQL string

// AddBatch stores conversations, coverage, manifest lines and rejected input in one transaction. Rows of days that
// already had rows wait apart; MergeDays folds them in.
func (db *DB) AddBatch(ctx context.Context, b *schema.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := db.write(func() error {
		if err := db.exec(forgetAnalysis); err != nil {
			return err
		}
		ids, err := db.interfaceIDs(ctx, b.Interfaces)
		if err != nil {
			return err
		}
		late, err := db.loadedDays(ctx)
		if err != nil {
			return err
		}
		if err := db.appendConversations(b.Conversations, ids, late); err != nil {
			return err
		}
		if err := db.appendCoverage(b.Coverage, ids, late); err != nil {
			return err
		}
		if err := db.appendObjects(b.Objects); err != nil {
			return err
		}
		return db.appendRejected(b.Rejected)
	})
	if err != nil {
		return fmt.Errorf("store %d objects: %w", len(b.Objects), err)
	}
	return nil
}

// interfaceIDs maps the batch's dictionary to the database's, adding interfaces that are new.
func (db *DB) interfaceIDs(ctx context.Context, refs []schema.InterfaceRef) ([]uint32, error) {
	known := map[string]uint32{}
	err := db.each(ctx, `SELECT interface_id, iface FROM logged_interface`, func(rows *sql.Rows) error {
		var id string
		var n uint32
		err := rows.Scan(&id, &n)
		known[id] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read interfaces: %w", err)
	}
	ids := make([]uint32, len(refs))
	var added []schema.InterfaceRef
	for i, ref := range refs {
		n, ok := known[ref.InterfaceID]
		if !ok {
			n = uint32(len(known) + 1)
			known[ref.InterfaceID] = n
			added = append(added, ref)
		}
		ids[i] = n
	}
	return ids, db.appendRows("logged_interface", len(added), func(p *appender, i int) {
		put(p, known[added[i].InterfaceID])
		p.text(added[i].InterfaceID)
		p.text(added[i].AccountID)
	})
}

// loadedDays returns the days that have rows.
func (db *DB) loadedDays(ctx context.Context) (map[int32]bool, error) {
	days := map[int32]bool{}
	err := db.each(ctx, `SELECT DISTINCT day - DATE '1970-01-01' FROM coverage`, func(rows *sql.Rows) error {
		var d int32
		err := rows.Scan(&d)
		days[d] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read days: %w", err)
	}
	return days, nil
}

// appendBoth appends n rows to a table, but those that are late to the table for such.
func (db *DB) appendBoth(table string, n int, isLate func(i int) bool, row func(p *appender, i int)) error {
	var punctual, late []int
	for i := range n {
		if isLate(i) {
			late = append(late, i)
		} else {
			punctual = append(punctual, i)
		}
	}
	if err := db.appendRows(table, len(punctual), func(p *appender, i int) { row(p, punctual[i]) }); err != nil {
		return err
	}
	return db.appendRows("late_"+table, len(late), func(p *appender, i int) { row(p, late[i]) })
}

func (db *DB) appendConversations(cs []schema.Conversation, ids []uint32, late map[int32]bool) error {
	isLate := func(i int) bool { return late[cs[i].Day] }
	return db.appendBoth("conversation", len(cs), isLate, func(p *appender, i int) {
		c := &cs[i]
		put(p, c.Day)
		put(p, ids[c.Interface])
		put(p, c.Protocol)
		put(p, uint8(c.LocalBy))
		put(p, c.HasFlags)
		p.addr(c.Local)
		put(p, c.LocalPort)
		p.addr(c.Remote)
		put(p, c.RemotePort)
		putTraffic(p, &c.In)
		putTraffic(p, &c.Out)
		put(p, c.Last)
		put(p, c.Hours)
	})
}

func putTraffic(p *appender, t *schema.Traffic) {
	put(p, t.Records)
	put(p, t.Rejected)
	put(p, t.Packets)
	put(p, t.Bytes)
	put(p, uint8(t.Flags))
	put(p, t.First)
}

func (db *DB) appendCoverage(cs []schema.Coverage, ids []uint32, late map[int32]bool) error {
	isLate := func(i int) bool { return late[cs[i].Day] }
	return db.appendBoth("coverage", len(cs), isLate, func(p *appender, i int) {
		c := &cs[i]
		put(p, c.Day)
		put(p, ids[c.Interface])
		put(p, c.Accepted)
		put(p, c.Rejected)
		put(p, c.NoData)
		put(p, c.SkipData)
		put(p, c.Hours)
		put(p, c.SkipHours)
		put(p, c.FirstSecond)
		put(p, c.LastSecond)
	})
}

// MergeDays folds late rows in, so that each conversation and each day of an interface has one row again. It does nothing when there is nothing to fold.
func (db *DB) MergeDays(ctx context.Context) error {
	var n int
	if err := db.sql.QueryRowContext(ctx, `SELECT count(*) FROM late_coverage`).Scan(&n); err != nil {
		return fmt.Errorf("merge days: %w", err)
	}
	if n == 0 {
		return nil
	}
	err := db.write(func() error {
		for _, script := range strings.Split(mergeDaysSQL, ";\n") {
			if strings.TrimSpace(script) == "" {
				continue
			}
			if err := db.exec(script); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("merge days: %w", err)
	}
	return nil
}
