package duck

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"sgfit/schema"
)

// forgetAnalysis notes that edges and accounting no longer fit what is loaded.
const forgetAnalysis = "DELETE FROM meta WHERE key = 'analyzed'"

//go:embed merge_days.sql
var mergeDaysSQL string

// AddBatch stores conversations, coverage, manifest lines and rejected input in one transaction. Days that already had
// rows are noted in unmerged_day; MergeDays folds them to one row a key.
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
		if err := db.noteDays(ctx, b); err != nil {
			return err
		}
		if err := db.appendConversations(b.Conversations, ids); err != nil {
			return err
		}
		if err := db.appendCoverage(b.Coverage, ids); err != nil {
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
	rows, err := db.sql.QueryContext(ctx, `SELECT interface_id, iface FROM logged_interface`)
	if err != nil {
		return nil, fmt.Errorf("read interfaces: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var n uint32
		if err := rows.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("read interfaces: %w", err)
		}
		known[id] = n
	}
	if err := rows.Err(); err != nil {
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

// noteDays marks the days of the batch that have rows already, or that the batch itself holds twice under two
// spellings of one interface's account.
func (db *DB) noteDays(ctx context.Context, b *schema.Batch) error {
	have := map[int32]bool{}
	rows, err := db.sql.QueryContext(ctx, `SELECT DISTINCT day - DATE '1970-01-01' FROM coverage`)
	if err != nil {
		return fmt.Errorf("read days: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var d int32
		if err := rows.Scan(&d); err != nil {
			return fmt.Errorf("read days: %w", err)
		}
		have[d] = true
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read days: %w", err)
	}
	twice := hasTwoSpellings(b.Interfaces)
	var mark []int32
	seen := map[int32]bool{}
	for _, c := range b.Coverage {
		if (have[c.Day] || twice) && !seen[c.Day] {
			mark = append(mark, c.Day)
		}
		seen[c.Day] = true
	}
	return db.appendRows("unmerged_day", len(mark), func(p *appender, i int) { put(p, mark[i]) })
}

func hasTwoSpellings(refs []schema.InterfaceRef) bool {
	seen := make(map[string]bool, len(refs))
	for _, r := range refs {
		if seen[r.InterfaceID] {
			return true
		}
		seen[r.InterfaceID] = true
	}
	return false
}

func (db *DB) appendConversations(cs []schema.Conversation, ids []uint32) error {
	return db.appendRows("conversation", len(cs), func(p *appender, i int) {
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

func (db *DB) appendCoverage(cs []schema.Coverage, ids []uint32) error {
	return db.appendRows("coverage", len(cs), func(p *appender, i int) {
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

// MergeDays folds the rows of days that several batches touched, so that each conversation and each day of an
// interface has one row again. It does nothing when there is nothing to fold.
func (db *DB) MergeDays(ctx context.Context) error {
	var n int
	if err := db.sql.QueryRowContext(ctx, `SELECT count(*) FROM unmerged_day`).Scan(&n); err != nil {
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
