package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// SavePlan stores a plan (the bytes of plan.json) behind the earlier ones; the same plan again is not stored twice. It is
// appended: as the parameter of a statement a plan of 100 MB takes many minutes, since DuckDB spells constants in names.
func (db *DB) SavePlan(ctx context.Context, body []byte) error {
	known, err := db.isLatestPlan(ctx, body)
	if err != nil || known {
		return err
	}
	err = db.write(func() error {
		next, err := db.numbers(`SELECT (coalesce(max(plan_no), 0) + 1)::UINTEGER FROM plan`)
		if err != nil {
			return err
		}
		return db.appendRows("plan", 1, func(p *appender, _ int) {
			put(p, int32(next[0]))
			p.bytes(body)
		})
	})
	if err != nil {
		return fmt.Errorf("store the plan: %w", err)
	}
	return nil
}

// isLatestPlan says whether a plan is the one that was stored last; of another length it is not read for that.
func (db *DB) isLatestPlan(ctx context.Context, body []byte) (bool, error) {
	const query = `SELECT CASE WHEN strlen(body) = ? THEN body END FROM plan WHERE plan_no = (SELECT max(plan_no) FROM plan)`
	var latest sql.NullString
	err := db.sql.QueryRowContext(ctx, query, len(body)).Scan(&latest)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return latest.Valid && latest.String == string(body), err
}

// ErrNoPlan says that no plan was stored yet.
var ErrNoPlan = errors.New("the database holds no plan")

// ErrNoEarlierPlan says that only one plan was stored.
var ErrNoEarlierPlan = errors.New("the database holds one plan alone")

// LatestPlan returns the plan that was stored last.
func (db *DB) LatestPlan(ctx context.Context) ([]byte, error) { return db.plan(ctx, 0, ErrNoPlan) }

// EarlierPlan returns the plan that was stored before the last.
func (db *DB) EarlierPlan(ctx context.Context) ([]byte, error) {
	return db.plan(ctx, 1, ErrNoEarlierPlan)
}

// plan returns the plan after which so many were stored; none is the error where there is no such plan.
func (db *DB) plan(ctx context.Context, later int, none error) ([]byte, error) {
	// The number is found first: sorting would copy the plans, which are large.
	const latest = `
		SELECT body FROM plan
		WHERE plan_no = (SELECT plan_no FROM plan ORDER BY plan_no DESC LIMIT 1 OFFSET ?)`
	var body string
	err := db.sql.QueryRowContext(ctx, latest, later).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, none
	}
	if err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	return []byte(body), nil
}
