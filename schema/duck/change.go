package duck

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"sgfit/schema"
)

// appendChanges stores changes as they come. One that several objects tell is read back once.
func (db *DB) appendChanges(changes []schema.Change) error {
	bodies := make([]string, len(changes))
	for i := range changes {
		body, err := json.Marshal(changes[i].ChangeBody)
		if err != nil {
			return fmt.Errorf("encode change %s: %w", changes[i].EventID, err)
		}
		bodies[i] = string(body)
	}
	return db.appendRows("change", len(changes), func(p *appender, i int) {
		c := &changes[i]
		p.texts(c.EventID)
		p.time(c.At, unknown)
		p.texts(c.Author, c.Name, c.AccountID, c.Region, string(c.Type), c.ID, bodies[i])
	})
}

// Changes yields every change of resources of some types once, sorted by type, id and time. It ends after the first
// error.
func (db *DB) Changes(ctx context.Context, types ...schema.ItemType) iter.Seq2[*schema.Change, error] {
	return func(yield func(*schema.Change, error) bool) {
		err := db.eachChange(ctx, types, func(c *schema.Change) bool { return yield(c, nil) })
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, fmt.Errorf("read changes: %w", err))
		}
	}
}

// eachChange goes page by page: the driver holds a whole answer in memory.
func (db *DB) eachChange(ctx context.Context, types []schema.ItemType, yield func(*schema.Change) bool) error {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = quote(string(t))
	}
	arrange := `
		CREATE OR REPLACE TEMP TABLE arranged_change AS
		SELECT row_number() OVER (ORDER BY type, id, changed_at, event_id) AS place, *
		FROM (SELECT event_id, epoch_us(changed_at) AS changed_at, max(author) AS author, max(name) AS name,
		             max(account_id) AS account_id, max(region) AS region, type, id, max(body) AS body
		      FROM change WHERE type IN (` + strings.Join(names, ", ") + `) GROUP BY event_id, change.changed_at, type, id)`
	if _, err := conn.ExecContext(ctx, arrange); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `DROP TABLE IF EXISTS arranged_change`)
	for from := int64(1); ; from += itemPage {
		n, err := readChanges(ctx, conn, from, yield)
		if err != nil || n < itemPage {
			return err
		}
	}
}

func readChanges(ctx context.Context, conn *sql.Conn, from int64, yield func(*schema.Change) bool) (n int, err error) {
	const query = `
		SELECT event_id, changed_at, author, name, account_id, region, type, id, body
		FROM arranged_change WHERE place BETWEEN ? AND ? ORDER BY place`
	rows, err := conn.QueryContext(ctx, query, from, from+itemPage-1)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		var c schema.Change
		var at int64
		var body sql.RawBytes
		err := rows.Scan(&c.EventID, &at, &c.Author, &c.Name, &c.AccountID, &c.Region, &c.Type, &c.ID, &body)
		if err != nil {
			return n, err
		}
		c.At = micro(at)
		if err := json.Unmarshal(body, &c.ChangeBody); err != nil {
			return n, fmt.Errorf("change %s: %w", c.EventID, err)
		}
		if !yield(&c) {
			return n, errEnough
		}
	}
	return n, rows.Err()
}
