package duck

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"

	"sgfit/schema"
)

// contents are the hashes of all flow-log objects of the manifest. A load asks for each of its objects, and asking the
// database took longer than reading a small one.
type contents struct {
	mu    sync.Mutex
	known map[[16]byte]struct{} // nil before it was asked for
}

// HashLoaded says whether flow logs of this content were counted, and where they were.
func (f FlowLogs) HashLoaded(ctx context.Context, hash string) (place string, ok bool, err error) {
	if err := f.readContents(ctx); err != nil {
		return "", false, err
	}
	if f.lacks(hash) {
		return "", false, nil
	}
	const find = `SELECT min(place) FROM object WHERE hash = ? AND hash <> '' AND kind = 'flow-log' AND NOT (` + nothingCounted + `)`
	var found sql.NullString
	if err := f.sql.QueryRowContext(ctx, find, hash).Scan(&found); err != nil {
		return "", false, fmt.Errorf("read the manifest: %w", err)
	}
	return found.String, found.Valid, nil
}

// readContents reads the manifest's hashes, once.
func (db *DB) readContents(ctx context.Context) error {
	db.contents.mu.Lock()
	defer db.contents.mu.Unlock()
	if db.contents.known != nil {
		return nil
	}
	known := map[[16]byte]struct{}{}
	err := db.each(ctx, `SELECT DISTINCT hash FROM object WHERE kind = 'flow-log' AND hash <> '' AND NOT (`+nothingCounted+`)`, func(rows *sql.Rows) error {
		var hash string
		err := rows.Scan(&hash)
		known[sum(hash)] = struct{}{}
		return err
	})
	if err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	db.contents.known = known
	return nil
}

// lacks says that no object has this content for certain.
func (db *DB) lacks(hash string) bool {
	db.contents.mu.Lock()
	defer db.contents.mu.Unlock()
	_, may := db.contents.known[sum(hash)]
	return !may
}

// addContents notes what was stored.
func (db *DB) addContents(objects []schema.Object) {
	db.contents.mu.Lock()
	defer db.contents.mu.Unlock()
	if db.contents.known == nil {
		return
	}
	for _, o := range objects {
		db.contents.known[sum(o.Hash)] = struct{}{}
	}
}

// sum is the number in a hash; zero for one that is spelt otherwise, which is then looked up.
func sum(hash string) (n [16]byte) {
	_, digits, _ := strings.Cut(hash, ":")
	if b, err := hex.DecodeString(digits); err == nil {
		copy(n[:], b)
	}
	return n
}
