package duck

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestShrinkingKeepsThePlace: a file that is shrunk stays where a symbolic link says it is, is read by nobody who could not
// read it before, leaves nothing beside it, and takes no other file's name.
func TestShrinkingKeepsThePlace(t *testing.T) {
	ctx, folder := context.Background(), t.TempDir()
	kept := filepath.Join(folder, "kept")
	if err := os.Mkdir(kept, 0o755); err != nil {
		t.Fatal(err)
	}
	real, link, others := filepath.Join(kept, "it's.db"), filepath.Join(folder, "link.db"), filepath.Join(kept, "it's.db.shrunk")
	if err := errors.Join(os.Symlink(filepath.Join("kept", "it's.db"), link), os.WriteFile(others, []byte("precious"), 0o600)); err != nil {
		t.Fatal(err)
	}
	db, err := Open(ctx, link, Options{}) // the file that the link leads to is made
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.AddBatch(ctx, batch("a", 5)), os.Chmod(real, 0o600)); err != nil {
		t.Fatal(err)
	}
	killed := filepath.Join(kept, "it's.db.shrinking") // what a killed one leaves
	err = errors.Join(os.Mkdir(killed, 0o700), os.WriteFile(filepath.Join(killed, "fresh.db"), []byte("half"), 0o600),
		os.WriteFile(filepath.Join(killed, "fresh.db.wal"), []byte("a bit"), 0o600))
	if err := errors.Join(err, db.DropConversations(ctx), db.Close()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is no link any more: %v %v", info, err)
	}
	if info, err := os.Stat(real); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file may be read by others: %v %v", info, err)
	}
	if text, err := os.ReadFile(others); string(text) != "precious" {
		t.Errorf("another file of the folder: %q %v", text, err)
	}
	if entries, err := os.ReadDir(kept); err != nil || len(entries) != 2 {
		t.Errorf("left over beside the file: %v %v", entries, err)
	}
	db, err = Open(ctx, link, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if only, err := db.KeepsEdgesOnly(ctx); err != nil || !only {
		t.Errorf("keeps edges only: %v %v", only, err)
	}
}
