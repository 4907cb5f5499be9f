package duck

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"

	"sgfit/schema"
)

// rowGroups counts those of the conversations.
func rowGroups(t *testing.T, db *DB) (n int) {
	t.Helper()
	const query = `SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('conversation')`
	if err := db.sql.QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestLargeBatchesAreNotMerged: each has its full row group and its part of one.
func TestLargeBatchesAreNotMerged(t *testing.T) {
	db, err := Open(context.Background(), filepath.Join(t.TempDir(), "a.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i := range 2 {
		b := batch(strconv.Itoa(i), 5)
		one := b.Conversations[0]
		b.Conversations = make([]schema.Conversation, rowGroup+20_000)
		for j := range b.Conversations {
			b.Conversations[j] = one
		}
		if err := db.AddBatch(context.Background(), b); err != nil {
			t.Fatal(err)
		}
	}
	if n := rowGroups(t, db); n != 4 {
		t.Errorf("%d row groups of two batches, want 4", n)
	}
}

// TestSmallLoadsAreMerged: they must not leave a row group for each for ever.
func TestSmallLoadsAreMerged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	most := 0
	for i := range manyRowGroups + 6 {
		db, err := Open(context.Background(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.AddBatch(context.Background(), batch(strconv.Itoa(i), 5)); err != nil {
			t.Fatal(err)
		}
		most = max(most, rowGroups(t, db))
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if most > manyRowGroups+2 {
		t.Errorf("%d row groups of small loads, want %d at most", most, manyRowGroups+2)
	}
}
