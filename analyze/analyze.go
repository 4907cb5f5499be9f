// Package analyze asks the questions: who opened each conversation, which rules admitted it, and what the window shows
// of every rule in force. Each question is one .sql file, run in order by Run; answers come as Evidence.
//
// It reads conversations and inventory, keeps edges, policies and the accounting in the database, and leaves judgement
// to package suggest. What it cannot tell: ICMP types, order of packets, traffic that AWS never logs.
package analyze

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

//go:embed sql/*.sql
var questions embed.FS

// ErrNoRecords says that the database holds no flow logs.
var ErrNoRecords = errors.New("the database holds no flow-log records")

// ErrNoInventory says that the database holds no security groups.
var ErrNoInventory = errors.New("the database holds no security groups")

// Options of an analysis. The zero value has no progress and the default threshold.
type Options struct {
	// WildcardSources is how many distinct real sources make a wildcard acceptable; 0 means DefaultWildcardSources.
	WildcardSources int
	// Step hears the name of each question before it is asked; nil for none.
	Step func(name string, n, of int)
}

// DefaultWildcardSources is the default of --wildcard-sources.
const DefaultWildcardSources = 100

// Analysis is one analysed database, on one connection: its working tables are temporary.
type Analysis struct {
	conn     *sql.Conn
	wildcard int
	// addresses are nil until they are asked for.
	addresses *addresses
	owners    map[uint32]Owner
}

// Run asks every question in order. Edges, policies, accounting and facts are replaced; what else the Analysis answers
// from stays on the connection, which the caller closes after it is done with the Analysis.
func Run(ctx context.Context, conn *sql.Conn, opt Options) (*Analysis, error) {
	return run(ctx, conn, opt, func(name string) bool { return name != recalled })
}

// Resume answers from the edges of an earlier Run, if nothing was loaded since; else it runs.
func Resume(ctx context.Context, conn *sql.Conn, opt Options) (*Analysis, error) {
	var fresh bool
	const query = `SELECT count(*) > 0 FROM meta WHERE key = 'analyzed'`
	if err := conn.QueryRowContext(ctx, query).Scan(&fresh); err != nil {
		return nil, fmt.Errorf("look at the database: %w", err)
	}
	if !fresh {
		return Run(ctx, conn, opt)
	}
	return run(ctx, conn, opt, func(name string) bool { return name == recalled || !madeOnce(name) })
}

// recalled is the question that stands for those between conversations and edges when their answers are kept.
const recalled = "10_recalled.sql"

// madeOnce says whether a question's answers are kept in the database: those between conversations and edges, which
// rules admit an edge, and the accounting.
func madeOnce(name string) bool {
	return "04" <= name && name < "11" || "12" <= name && name < "14"
}

func run(ctx context.Context, conn *sql.Conn, opt Options, wanted func(name string) bool) (*Analysis, error) {
	if err := checkInput(ctx, conn); err != nil {
		return nil, err
	}
	names, err := fs.Glob(questions, "sql/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list questions: %w", err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !wanted(path.Base(name)) })
	for i, name := range names { // sorted by name
		if opt.Step != nil {
			opt.Step(path.Base(name), i+1, len(names))
		}
		if err := ask(ctx, conn, name); err != nil {
			return nil, err
		}
	}
	a := &Analysis{conn: conn, wildcard: opt.WildcardSources}
	if a.wildcard == 0 {
		a.wildcard = DefaultWildcardSources
	}
	return a, a.loadOwners(ctx)
}

// ask runs one file; what it changes in the database is changed whole or not at all.
func ask(ctx context.Context, conn *sql.Conn, name string) error {
	script, err := questions.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read question %s: %w", name, err)
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", path.Base(name), err)
	}
	if _, err := tx.ExecContext(ctx, string(script)); err != nil {
		_, reset := conn.ExecContext(context.WithoutCancel(ctx), "RESET disabled_optimizers") // a question that fixes its join order may have failed in between
		return errors.Join(fmt.Errorf("ask %s: %w", path.Base(name), err), tx.Rollback(), reset)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("ask %s: %w", path.Base(name), err)
	}
	return nil
}

func checkInput(ctx context.Context, conn *sql.Conn) error {
	var days, groups int
	const count = `SELECT (SELECT count(*) FROM coverage), (SELECT count(*) FROM security_group)`
	if err := conn.QueryRowContext(ctx, count).Scan(&days, &groups); err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if days == 0 {
		return ErrNoRecords
	}
	if groups == 0 {
		return ErrNoInventory
	}
	return nil
}
