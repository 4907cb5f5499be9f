package duck

import (
	"context"
	"fmt"
)

// A batch of conversations fills row groups of 122,880 rows, and a part of one more. Where a checkpoint merges that part with the
// full ones behind it, as DuckDB does by itself, nearly every row of a load is packed twice, and the file is left half as large
// again with free blocks. So merging is off (max_vacuum_tasks in Options.settings), but for loads into a database in
// which many small loads have left many small groups.
const (
	rowGroup      = 122_880 // rows
	manyRowGroups = 32      // more than the rows need, at three for each that is full
	vacuumTasks   = 100     // DuckDB's default
)

// crowded says whether conversations lie in many more row groups than they need.
func (db *DB) crowded(ctx context.Context) (bool, error) {
	const query = `SELECT count(*), coalesce(sum(n), 0)::BIGINT FROM (
		SELECT max(count) AS n FROM pragma_storage_info('conversation') WHERE column_name = 'day' AND segment_type <> 'VALIDITY' GROUP BY row_group_id)`
	var groups, rows int64
	if err := db.sql.QueryRowContext(ctx, query).Scan(&groups, &rows); err != nil {
		return false, fmt.Errorf("count row groups: %w", err)
	}
	return groups > manyRowGroups+3*(rows/rowGroup), nil
}
