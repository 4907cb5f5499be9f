// Package duck keeps sgfit's data in a DuckDB file: it opens and migrates it, appends in bulk by column, and hands out
// connections for questions. It is the only importer of the DuckDB driver. Start at Open.
//
// A DB serves one process; DuckDB locks its file. Writes of one batch land in one transaction or not at all.
package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	duckdb "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"sgfit/schema"
)

// Options of a database. The zero value leaves DuckDB's own defaults.
type Options struct {
	MemoryBytes int64 // upper limit for DuckDB; beyond it, it spills to disk
	Threads     int   // worker threads
	ReadOnly    bool  // the file must exist; it is written to only to bring an earlier version to the current one
}

// NewerError says that a database was made by a later sgfit.
type NewerError struct {
	Path       string
	Have, Know int // versions of the file and of this program
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("open %s: the database has version %d, this sgfit knows up to %d", e.Path, e.Have, e.Know)
}

// ErrNotOurs is returned for a DuckDB file that sgfit did not make.
var ErrNotOurs = errors.New("the file is a DuckDB database, but not one of sgfit's")

// ErrPath is returned for a path that the driver would take for something else: it reads what follows a question mark as
// settings, and a name with a colon in front as another kind of database.
var ErrPath = errors.New("the path of a database must not hold ? # % or control characters, nor begin with a name and a colon")

var otherKind = regexp.MustCompile(`^[A-Za-z_]{2,}:|^:`)

func checkPath(path string) error {
	odd := strings.ContainsFunc(path, func(r rune) bool { return strings.ContainsRune("?#%", r) || unicode.IsControl(r) })
	if odd || otherKind.MatchString(path) || !utf8.ValidString(path) {
		return fmt.Errorf("open database %q: %w", path, ErrPath)
	}
	return nil
}

// DB is an open database.
type DB struct {
	path string // as it was given, for people
	file string // where that leads
	sql  *sql.DB
	raw  mapping.Database   // the same database, for appends by whole vectors
	conn mapping.Connection // the one connection that writes batches
	mu   sync.Mutex         // guards conn

	options  Options
	isLean   bool
	shrink   bool   // when it is closed
	logged   logged // nil when it is to be read; used by AddBatch alone
	contents contents
}

// Open opens the file, makes it if it is not there (unless read-only), and brings it to the current version.
func Open(ctx context.Context, path string, opt Options) (*DB, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	if opt.ReadOnly {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("open database: %w", err)
		}
	}
	db, err := openOnce(ctx, path, opt)
	if !errors.Is(err, errOlder) {
		return db, err
	}
	writing := opt
	writing.ReadOnly = false
	if db, err = openOnce(ctx, path, writing); err != nil {
		return nil, fmt.Errorf("bring an earlier sgfit's database to the current version: %w", err)
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return openOnce(ctx, path, opt)
}

// errOlder is for a database that must be migrated, and is opened to be read.
var errOlder = errors.New("the database has an earlier version")

func openOnce(ctx context.Context, path string, opt Options) (*DB, error) {
	file := followed(path)
	if err := checkPath(file); err != nil {
		return nil, err
	}
	connector, err := duckdb.NewConnector(file+opt.query(), nil)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	db := &DB{path: path, file: file, sql: sql.OpenDB(connector), options: opt}
	if err := db.prepare(ctx, opt); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// followed is where a symbolic link leads, also where there is no file yet: the two handles of a DB find each other by the
// path, and DuckDB follows a link to a file that is not there for the first of them only.
func followed(path string) string {
	for range 40 { // as many as Linux follows
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path
}

// settings renders the options as DuckDB's own names and values.
func (o Options) settings() map[string]string {
	set := map[string]string{
		"duckdb_api":                   "go", // what the driver sets; both handles must agree in everything
		"preserve_insertion_order":     "false",
		"autoinstall_known_extensions": "false", // nothing is downloaded
		"autoload_known_extensions":    "false",
		"max_vacuum_tasks":             "0",
	}
	if o.MemoryBytes > 0 {
		set["memory_limit"] = strconv.FormatInt(max(o.MemoryBytes>>20, 1), 10) + "MiB"
	}
	if o.Threads > 0 {
		set["threads"] = strconv.Itoa(o.Threads)
	}
	if o.ReadOnly {
		set["access_mode"] = "READ_ONLY"
	}
	return set
}

// query renders the settings as the driver takes them.
func (o Options) query() string {
	q := url.Values{}
	for name, value := range o.settings() {
		if name != "duckdb_api" {
			q.Set(name, value)
		}
	}
	return "?" + q.Encode()
}

func (db *DB) prepare(ctx context.Context, opt Options) error {
	if opt.ReadOnly {
		return db.current(ctx)
	}
	if err := db.migrate(ctx); err != nil {
		return err
	}
	return db.openRaw(opt)
}

// openRaw opens a second handle on the same database, through the driver's own cache of instances.
func (db *DB) openRaw(opt Options) error {
	var config mapping.Config
	if mapping.CreateConfig(&config) == mapping.StateError {
		return fmt.Errorf("open database %s: make a configuration", db.path)
	}
	defer mapping.DestroyConfig(&config)
	for name, value := range opt.settings() {
		if mapping.SetConfig(config, name, value) == mapping.StateError {
			return fmt.Errorf("open database %s: set %s to %s", db.path, name, value)
		}
	}
	var message string
	if mapping.GetOrCreateFromCache(duckdb.GetInstanceCache(), db.file, &db.raw, config, &message) == mapping.StateError {
		return fmt.Errorf("open database %s for appending: %s", db.path, message)
	}
	if mapping.Connect(db.raw, &db.conn) == mapping.StateError {
		return fmt.Errorf("open database %s for appending: no connection", db.path)
	}
	return nil
}

// version reads the file's version: 0 for an empty database.
func (db *DB) version(ctx context.Context) (int, error) {
	var tables, meta int
	const count = `SELECT count(*), count(*) FILTER (table_name = 'meta') FROM information_schema.tables`
	if err := db.sql.QueryRowContext(ctx, count).Scan(&tables, &meta); err != nil {
		return 0, fmt.Errorf("open database %s: %w", db.path, err)
	}
	if tables == 0 {
		return 0, nil
	}
	if meta == 0 {
		return 0, fmt.Errorf("open database %s: %w", db.path, ErrNotOurs)
	}
	var text string
	err := db.sql.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'version'`).Scan(&text)
	if err != nil {
		return 0, fmt.Errorf("open database %s: %w", db.path, ErrNotOurs)
	}
	have, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("open database %s: read its version: %w", db.path, err)
	}
	scripts, err := schema.Migrations()
	if err != nil {
		return 0, err
	}
	if have > len(scripts) {
		return 0, &NewerError{Path: filepath.Clean(db.path), Have: have, Know: len(scripts)}
	}
	return have, nil
}

// current refuses a database that must be migrated first.
func (db *DB) current(ctx context.Context) error {
	have, err := db.version(ctx)
	if err != nil {
		return err
	}
	scripts, err := schema.Migrations()
	if err == nil && have > 0 && have < len(scripts) {
		err = errOlder
	}
	return err
}

// migrate applies the scripts that the file lacks, each in a transaction of its own.
func (db *DB) migrate(ctx context.Context) error {
	have, err := db.version(ctx)
	if err != nil {
		return err
	}
	scripts, err := schema.Migrations()
	if err != nil {
		return err
	}
	for n := have; n < len(scripts); n++ {
		if err := db.apply(ctx, n+1, scripts[n]); err != nil {
			return fmt.Errorf("migrate %s to version %d: %w", db.path, n+1, err)
		}
	}
	return nil
}

func (db *DB) apply(ctx context.Context, version int, script string) error {
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, script); err != nil {
		return err
	}
	const set = `INSERT OR REPLACE INTO meta VALUES ('version', ?)`
	if _, err := tx.ExecContext(ctx, set, strconv.Itoa(version)); err != nil {
		return err
	}
	return tx.Commit()
}

// SQL hands out the database for questions.
func (db *DB) SQL() *sql.DB { return db.sql }

// Path is the file.
func (db *DB) Path() string { return db.path }

// Close writes what is pending to the file and lets go of it.
func (db *DB) Close() error {
	if db.conn.Ptr != nil {
		mapping.Disconnect(&db.conn)
	}
	if db.raw.Ptr != nil {
		mapping.Close(&db.raw)
	}
	if err := db.sql.Close(); err != nil || !db.shrink {
		return err
	}
	db.shrink = false
	return db.shrinkFile()
}
