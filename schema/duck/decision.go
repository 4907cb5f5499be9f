package duck

import (
	"context"
	"database/sql"
	"fmt"

	"sgfit/schema"
)

// AddDecisions adds entries to the log of decisions, all or none. When it returns, they are on the disk.
func (db *DB) AddDecisions(ctx context.Context, decisions []schema.Decision) (err error) {
	const insert = `INSERT INTO decision VALUES ($1, $2, $3, $4, $5, nullif($6, ''), nullif($7, ''), $8, $9, $10)`
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store decisions: %w", err)
	}
	defer tx.Rollback()
	statement, err := tx.PrepareContext(ctx, insert)
	if err != nil {
		return fmt.Errorf("store decisions: %w", err)
	}
	defer statement.Close()
	for _, d := range decisions {
		_, err := statement.ExecContext(ctx, d.No, d.Batch, d.GroupID, d.Rule, string(d.Action), d.Suggested, d.Replacement, d.Reason, d.Who, d.At.UTC())
		if err != nil {
			return fmt.Errorf("store decision %d: %w", d.No, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store decisions: %w", err)
	}
	return nil
}

// Decisions returns the log of decisions in order.
func (db *DB) Decisions(ctx context.Context) ([]schema.Decision, error) {
	const query = `
		SELECT decision_no, batch_no, group_id, rule, action, suggested, replacement, reason, who, decided
		FROM decision ORDER BY decision_no`
	rows, err := db.sql.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read decisions: %w", err)
	}
	defer rows.Close()
	var out []schema.Decision
	for rows.Next() {
		var d schema.Decision
		var suggested, replacement sql.NullString
		err := rows.Scan(&d.No, &d.Batch, &d.GroupID, &d.Rule, &d.Action, &suggested, &replacement, &d.Reason, &d.Who, &d.At)
		if err != nil {
			return nil, fmt.Errorf("read decisions: %w", err)
		}
		d.Suggested, d.Replacement, d.At = suggested.String, replacement.String, d.At.UTC()
		out = append(out, d)
	}
	return out, rows.Err()
}
