package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// ErrEdgesOnly says that conversations were dropped (--keep edges), so that nothing can be added.
var ErrEdgesOnly = errors.New("the database keeps edges only: its conversations were dropped, so no flow logs can be added")

// DropConversations keeps edges and lets conversations go, for good: edges of later loads could not be joined to them. The
// file shrinks when the database is closed.
func (db *DB) DropConversations(ctx context.Context) error {
	err := db.write(func() error { // both or neither, whenever it is killed: what is left must not pass for all
		return db.exec(`INSERT OR REPLACE INTO meta VALUES ('keep', 'edges'); TRUNCATE conversation`)
	})
	if err == nil {
		_, err = db.sql.ExecContext(ctx, `CHECKPOINT`)
	}
	if err != nil {
		return fmt.Errorf("drop conversations: %w", err)
	}
	db.shrink = true
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

// shrink copies a closed database into a new file, which takes the old one's place: DuckDB uses free space again, but does
// not give it back (https://duckdb.org/docs/stable/operations_manual/footprint_of_duckdb/reclaiming_space).
func shrink(path string) (err error) {
	fresh := path + ".shrunk"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("shrink %s: %w", path, err)
	}
	if err := copyDatabase(path, fresh); err != nil {
		return errors.Join(fmt.Errorf("shrink %s: %w", path, err), os.Remove(fresh))
	}
	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("shrink %s: %w", path, err)
	}
	return nil
}

func copyDatabase(from, to string) (err error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	for _, script := range []string{
		"SET autoinstall_known_extensions = false", "SET autoload_known_extensions = false",
		"ATTACH " + quoted(from) + " AS old (READ_ONLY)", "ATTACH " + quoted(to) + " AS fresh",
		"COPY FROM DATABASE old TO fresh", "DETACH fresh", "DETACH old",
	} {
		if _, err := db.Exec(script); err != nil {
			return err
		}
	}
	return nil
}

// quoted is a path as SQL text: ATTACH takes no parameters.
func quoted(path string) string { return "'" + strings.ReplaceAll(path, "'", "''") + "'" }
