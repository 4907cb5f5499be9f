package duck

import (
	"context"
	"fmt"
	"strings"
)

// Accounts says whose flow logs and whose inventory are loaded.
type Accounts struct {
	Logged, Known                     []string // account ids, sorted
	LoggedInterfaces, KnownInterfaces int      // interfaces in the logs; of them, those in the inventory
}

// Accounts reads them.
func (db *DB) Accounts(ctx context.Context) (Accounts, error) {
	const query = `
		SELECT (SELECT coalesce(string_agg(DISTINCT account_id, ',' ORDER BY account_id), '') FROM logged_interface WHERE account_id NOT IN ('', '-', 'unknown')),
		       (SELECT coalesce(string_agg(DISTINCT account_id, ',' ORDER BY account_id), '') FROM network_interface WHERE account_id <> ''),
		       (SELECT count(*) FROM logged_interface),
		       (SELECT count(*) FROM logged_interface WHERE interface_id IN (SELECT interface_id FROM network_interface))`
	var a Accounts
	var logged, known string
	err := db.sql.QueryRowContext(ctx, query).Scan(&logged, &known, &a.LoggedInterfaces, &a.KnownInterfaces)
	if err != nil {
		return a, fmt.Errorf("read accounts: %w", err)
	}
	a.Logged, a.Known = words(logged), words(known)
	return a, nil
}

func words(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}
