package duck

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"sgfit/schema"
)

// forgetAnalysis notes that edges and accounting no longer fit what is loaded.
const forgetAnalysis = "DELETE FROM meta WHERE key = 'analyzed'"

//go:embed merge_days.sql
var mergeDaysSQL string

// AddBatch stores conversations, coverage, manifest lines and rejected input in one transaction. A day that comes in
// several batches has rows of each, until MergeDays folds them.
func (db *DB) AddBatch(ctx context.Context, b *schema.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	giveWay, err := db.checkNew(ctx, b.Objects)
	if err != nil {
		return err
	}
	if edges, err := db.KeepsEdgesOnly(ctx); err != nil || edges {
		return errors.Join(err, ErrEdgesOnly)
	}
	if err := db.lean(ctx); err != nil {
		return fmt.Errorf("store %d objects: %w", len(b.Objects), err)
	}
	err = db.write(func() error {
		if err := errors.Join(db.exec(forgetAnalysis), db.forget(giveWay)); err != nil {
			return err
		}
		ids, err := db.interfaceIDs(ctx, b.Interfaces)
		if err != nil {
			return err
		}
		batch, err := db.nextBatch(ctx)
		if err != nil {
			return err
		}
		if err := db.appendConversations(b.Conversations, ids, batch); err != nil {
			return err
		}
		if err := db.appendCoverage(b.Coverage, ids, batch); err != nil {
			return err
		}
		if err := db.appendServices(b.Services); err != nil {
			return err
		}
		if err := db.appendObjects(b.Objects); err != nil {
			return err
		}
		return db.appendRejected(b.Rejected)
	})
	if err != nil {
		db.logged = nil // what was noted may not have landed
		return fmt.Errorf("store %d objects: %w", len(b.Objects), err)
	}
	db.addContents(b.Objects)
	return nil
}

// nextBatch numbers a batch.
func (db *DB) nextBatch(ctx context.Context) (n uint32, err error) {
	err = db.sql.QueryRowContext(ctx, `SELECT coalesce(max(batch), 0) + 1 FROM coverage`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("number the batch: %w", err)
	}
	return n, nil
}

func (db *DB) appendConversations(cs []schema.Conversation, ids []uint32, batch uint32) error {
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
		put(p, batch)
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

func (db *DB) appendCoverage(cs []schema.Coverage, ids []uint32, batch uint32) error {
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
		put(p, batch)
	})
}

// appendServices adds what is not known yet.
func (db *DB) appendServices(told []schema.AddressService) error {
	if len(told) == 0 {
		return nil
	}
	if err := db.exec(`CREATE OR REPLACE TEMP TABLE told_service (address UHUGEINT, service VARCHAR)`); err != nil {
		return err
	}
	err := db.appendRows("told_service", len(told), func(p *appender, i int) {
		p.addr(told[i].Address)
		p.text(told[i].Service)
	})
	if err != nil {
		return err
	}
	return db.exec(`INSERT INTO address_service SELECT * FROM told_service ANTI JOIN address_service USING (address, service)`)
}

// MergeDays folds the days that came in several batches, so that each conversation and each day of an interface has one row again. It does nothing when there is nothing to fold.
func (db *DB) MergeDays(ctx context.Context) error {
	if err := db.ample(); err != nil {
		return fmt.Errorf("merge days: %w", err)
	}
	var n int
	if err := db.sql.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT day FROM coverage GROUP BY day HAVING count(DISTINCT batch) > 1)`).Scan(&n); err != nil {
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
