package duck

import (
	"context"
	"fmt"
)

// leanBytes is what DuckDB may hold while flow logs are stored: what it has written it needs no more, but would keep up to
// its limit. Less made it no slower.
const leanBytes = 64 << 20

// lean has DuckDB store batches with one thread and little memory, until ample is called. One appender has nothing to share
// out, and threads that look for work took as much time as the work. Numbers are all stored as bitpacking does it, without
// a try how well the others would: it has modes for constants and runs, and the file came out as small. But a column that says in
// the schema how it is stored is stored so.
func (db *DB) lean(ctx context.Context) error {
	if db.isLean {
		return nil
	}
	crowded, err := db.crowded(ctx)
	if err != nil {
		return err
	}
	if crowded {
		if err := db.exec(fmt.Sprintf("SET max_vacuum_tasks = %d", vacuumTasks)); err != nil {
			return fmt.Errorf("merge row groups: %w", err)
		}
	}
	if err := db.exec("SET threads = 1; SET force_compression = 'bitpacking'"); err != nil {
		return fmt.Errorf("use one thread, and one compression: %w", err)
	}
	db.isLean = true
	if db.options.MemoryBytes == 0 || db.options.MemoryBytes > leanBytes {
		_ = db.exec(fmt.Sprintf("SET memory_limit = '%dMiB'", leanBytes>>20)) // where it cannot be, the old limit stands
	}
	return nil
}

// ample gives DuckDB all threads and memory again, for questions.
func (db *DB) ample() error {
	if !db.isLean {
		return nil
	}
	if err := db.exec(db.options.limits()); err != nil {
		return fmt.Errorf("use all threads and memory again: %w", err)
	}
	db.isLean = false
	return nil
}

// limits sets threads and memory as the options say, leaves the compression to DuckDB, and merges no row groups.
func (o Options) limits() string {
	threads, memory := "RESET threads; ", "RESET memory_limit"
	set := o.settings()
	if n, ok := set["threads"]; ok {
		threads = "SET threads = " + n + "; "
	}
	if n, ok := set["memory_limit"]; ok {
		memory = "SET memory_limit = '" + n + "'"
	}
	return "RESET force_compression; SET max_vacuum_tasks = 0; " + threads + memory
}
