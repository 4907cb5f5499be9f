package duck

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

// TestPageNamesEveryTable: the page for people with questions of their own says what each table and view holds.
func TestPageNamesEveryTable(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := open(t).SQL().QueryContext(context.Background(), `SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(page, []byte("`"+name+"`")) {
			t.Errorf("schema/README.md does not name %s", name)
		}
	}
	if err := rows.Err(); err != nil || n < 30 {
		t.Errorf("%d tables and views, %v", n, err)
	}
}
