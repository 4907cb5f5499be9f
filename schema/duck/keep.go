package duck

import (
	"context"
	"errors"
	"fmt"
)

// ErrEdgesOnly says that conversations were dropped (--keep edges), so that nothing can be added.
var ErrEdgesOnly = errors.New("the database keeps edges only: its conversations were dropped, so no flow logs can be added")

// DropConversations keeps edges and lets conversations go, for good: edges of later loads could not be joined to them.
func (db *DB) DropConversations(ctx context.Context) error {
	const script = `TRUNCATE conversation; INSERT OR REPLACE INTO meta VALUES ('keep', 'edges'); CHECKPOINT`
	if _, err := db.sql.ExecContext(ctx, script); err != nil {
		return fmt.Errorf("drop conversations: %w", err)
	}
	return nil
}

// KeepsEdgesOnly says whether conversations were dropped.
func (db *DB) KeepsEdgesOnly(ctx context.Context) (edges bool, err error) {
	const query = `SELECT count(*) > 0 FROM meta WHERE key = 'keep' AND value = 'edges'`
	if err := db.sql.QueryRowContext(ctx, query).Scan(&edges); err != nil {
		return false, fmt.Errorf("look at the database: %w", err)
	}
	return edges, nil
}
