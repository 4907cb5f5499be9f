package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"sgfit/schema/duck"
	"sgfit/schema/simulate"
	"sgfit/suggest"
	"sgfit/suggest/judge"
)

// judgeAccount makes up one account in a temporary folder, does the whole job on its files, and judges the plan.
func judgeAccount(ctx context.Context, opt simulate.Options, memory string) (v judge.Verdict, err error) {
	if err := ctx.Err(); err != nil {
		return v, err
	}
	dir, err := os.MkdirTemp("", "sgfit-quality-")
	if err != nil {
		return v, fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	account := simulate.New(opt)
	truth, err := account.WriteDir(dir)
	if err != nil {
		return v, &outputError{fmt.Errorf("make up an account: %w", err)}
	}
	db := filepath.Join(dir, "sgfit.db")
	body, err := planOf(ctx, dir, db, memory)
	if err != nil {
		return v, err
	}
	return judgePlan(ctx, account, opt, truth, body, db)
}

// planOf does the whole job on an account's folder, as run does, and returns plan.json.
func planOf(ctx context.Context, dir, db, memory string) ([]byte, error) {
	opt := runOptions{flowLogs: []string{filepath.Join(dir, "flow-logs")}, config: []string{filepath.Join(dir, "config")},
		out: filepath.Join(dir, "report"), plan: defaultPlanOptions(), keep: keepOptions{"conversations"},
		database: databaseOptions{path: db, memory: memory, access: making}}
	var said bytes.Buffer
	if err := runRun(ctx, &terminal{out: io.Discard, err: &said, quiet: true}, opt); err != nil {
		return nil, err
	}
	body, err := os.ReadFile(filepath.Join(opt.out, "plan.json"))
	if err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	return body, nil
}

// judgePlan holds a plan, and the database that it was made from, to the truth.
func judgePlan(ctx context.Context, account *simulate.Account, opt simulate.Options, truth *simulate.Truth, body []byte, db string) (judge.Verdict, error) {
	plan, err := decodePlan(body)
	if err != nil {
		return judge.Verdict{}, err
	}
	services, err := servicesFound(ctx, db)
	if err != nil {
		return judge.Verdict{}, err
	}
	_, end := account.Window()
	return judge.Judge(ctx, judge.Case{Truth: truth, After: opt.After, Lists: listsAt(account, end), Plan: plan, Services: services})
}

// listsAt are the prefix lists as they stood at a time.
func listsAt(account *simulate.Account, at time.Time) suggest.PrefixLists {
	lists := suggest.PrefixLists{}
	for _, l := range account.Inventory().PrefixLists {
		if l.Contains(at) {
			lists[l.PrefixListID] = l.Entries
		}
	}
	return lists
}

// servicesFound reads from the database the services of which the program is sure who opened.
func servicesFound(ctx context.Context, path string) (found []judge.Service, err error) {
	db, err := duck.Open(ctx, path, duck.Options{ReadOnly: true})
	if err != nil {
		return nil, &openError{err}
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	const query = `SELECT DISTINCT interface_id, direction::VARCHAR, protocol, port FROM edge JOIN logged_interface USING (iface)
		WHERE confidence >= 0.8 AND conversations > 0 ORDER BY ALL`
	rows, err := db.SQL().QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read the openers found: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s judge.Service
		if err := rows.Scan(&s.InterfaceID, &s.Direction, &s.Protocol, &s.Port); err != nil {
			return nil, fmt.Errorf("read the openers found: %w", err)
		}
		found = append(found, s)
	}
	return found, rows.Err()
}
