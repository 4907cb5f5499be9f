package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// SavePlan stores a plan (the bytes of plan.json) behind the earlier ones; the same plan again is not stored twice.
func (db *DB) SavePlan(ctx context.Context, body []byte) error {
	const insert = `
		INSERT INTO plan
		SELECT coalesce((SELECT max(plan_no) FROM plan), 0) + 1, $1
		WHERE $1 IS DISTINCT FROM (SELECT arg_max(body, plan_no) FROM plan)`
	if _, err := db.sql.ExecContext(ctx, insert, string(body)); err != nil {
		return fmt.Errorf("store the plan: %w", err)
	}
	return nil
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
