package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// shrinkFile copies a closed database into a new file, which takes the old one's place: DuckDB uses free space again, but does
// not give it back (https://duckdb.org/docs/stable/operations_manual/footprint_of_duckdb/reclaiming_space). A path that is a
// symbolic link stays one, and nobody may read the new file who could not read the old one.
//
// The copy is made in the folder FILE.shrinking beside the file. When the process is killed meanwhile, the old file is whole,
// and that folder is left over until the next time; whatever else somebody keeps in it is left alone.
func (db *DB) shrinkFile() (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("shrink %s: %w", db.path, err)
		}
	}()
	path, err := filepath.EvalSymlinks(db.file)
	if err != nil {
		return err
	}
	old, err := os.Stat(path)
	if err != nil {
		return err
	}
	dir := path + ".shrinking"
	fresh := filepath.Join(dir, "fresh.db")
	if err := removeCopy(dir, fresh); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, removeCopy(dir, fresh)) }()
	if err := copyDatabase(path, fresh, db.options); err != nil {
		return err
	}
	if err := os.Chmod(fresh, old.Mode().Perm()); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

// removeCopy removes the folder of a copy, finished or not, if nothing else is in it.
func removeCopy(dir, fresh string) error {
	err := errors.Join(os.RemoveAll(fresh+".tmp"), os.RemoveAll(fresh+".wal"), os.RemoveAll(fresh))
	if gone := os.Remove(dir); !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

func copyDatabase(from, to string, opt Options) (err error) {
	connector, err := duckdb.NewConnector(opt.query(), nil)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	for _, script := range []string{
		"SET temp_directory = " + quoted(to+".tmp"), // else it spills into the folder that sgfit was called in
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
