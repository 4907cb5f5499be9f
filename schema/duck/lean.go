package duck

import "fmt"

// leanBytes is what DuckDB may hold while batches are stored: what it has written it needs no more, but would keep up to
// its limit.
const leanBytes = 256 << 20

// lean has DuckDB store a batch with one thread and little memory, until the returned function is called. One appender has
// nothing to share out, and threads that look for work took as much time as the work.
func (db *DB) lean() (restore func() error, err error) {
	if err := db.exec("SET threads = 1"); err != nil {
		return nil, fmt.Errorf("use one thread: %w", err)
	}
	if db.options.MemoryBytes == 0 || db.options.MemoryBytes > leanBytes {
		_ = db.exec(fmt.Sprintf("SET memory_limit = '%dMiB'", leanBytes>>20)) // where it cannot be, the old limit stands
	}
	return func() error {
		if err := db.exec(db.options.limits()); err != nil {
			return fmt.Errorf("use all threads and memory again: %w", err)
		}
		return nil
	}, nil
}

// limits sets threads and memory as the options say.
func (o Options) limits() string {
	threads, memory := "RESET threads; ", "RESET memory_limit"
	set := o.settings()
	if n, ok := set["threads"]; ok {
		threads = "SET threads = " + n + "; "
	}
	if n, ok := set["memory_limit"]; ok {
		memory = "SET memory_limit = '" + n + "'"
	}
	return threads + memory
}
