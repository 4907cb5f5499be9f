package files

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/google/go-cmp/cmp"

	"sgfit/ingest"
)

const (
	key1 = "AWSLogs/1/vpcflowlogs/eu-west-1/2026/01/02/1_vpcflowlogs_eu-west-1_fl-1_20260102T0005Z_aa.log.gz"
	key2 = "AWSLogs/1/vpcflowlogs/eu-west-1/2026/01/01/1_vpcflowlogs_eu-west-1_fl-1_20260101T2355Z_bb.log.gz"
)

// tree makes files under a new folder; their content is their name. It returns the folder without symbolic links.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func scan(t *testing.T, paths ...string) Listing {
	t.Helper()
	l, err := New(paths...).Scan(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func places(dir string, l Listing) []string {
	var names []string
	for _, r := range l.Refs {
		names = append(names, strings.TrimPrefix(r.Place, dir+"/"))
	}
	return names
}

func TestScan(t *testing.T) {
	dir := tree(t, key1, key2, "b/two.log", "b/c/three.log", "a.log", "b/.hidden.log", ".git/x", "ConfigWritabilityCheckFile",
		"x/aws-logs-write-test", "AWSLogs/1/CloudTrail-Digest/eu-west-1/2026/01/01/d.json.gz", "[odd].log")
	for _, c := range []struct {
		name  string
		paths []string
		want  []string
	}{
		{"a folder", []string{""}, []string{"[odd].log", "a.log", "b/c/three.log", "b/two.log", key2, key1}},
		{"a file", []string{"a.log"}, []string{"a.log"}},
		{"a glob", []string{"*.log"}, []string{"[odd].log", "a.log"}},
		{"a deep glob", []string{"**/*.log"}, []string{"[odd].log", "a.log", "b/c/three.log", "b/two.log"}},
		{"alternatives", []string{"b/{two,c/three}.log"}, []string{"b/c/three.log", "b/two.log"}},
		{"a glob of folders", []string{"AWSLogs/*/vpcflowlogs"}, []string{key2, key1}},
		{"a name like a glob", []string{"[odd].log"}, []string{"[odd].log"}},
		{"the same again and again", []string{"b", "b/../b/two.log", "b/*.log", "b"}, []string{"b/c/three.log", "b/two.log"}},
		{"a hidden file, when asked for", []string{"b/.hidden.log"}, []string{"b/.hidden.log"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var paths []string
			for _, p := range c.paths {
				paths = append(paths, filepath.Join(dir, p))
			}
			l := scan(t, paths...)
			if d := cmp.Diff(c.want, places(dir, l)); d != "" || len(l.Rejected) > 0 {
				t.Errorf("(-want +got):\n%s\nrejected %v", d, l.Rejected)
			}
		})
	}
	want := Skipped{WriteTests: 2, Digests: 1, Hidden: 2}
	if got := scan(t, dir, filepath.Join(dir, "b"), dir).Skipped; got != want {
		t.Errorf("skipped %+v, want %+v", got, want)
	}
}

func TestLinks(t *testing.T) {
	dir := tree(t, "logs/a.log", "logs/deep/b.log", "other/c.log")
	for link, target := range map[string]string{
		"logs/deep/up": "..", "logs/self": ".", "other/back": "../logs", "logs/z.log": "a.log", "logs/gone.log": "nowhere",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	l := scan(t, filepath.Join(dir, "other"), filepath.Join(dir, "logs"))
	if d := cmp.Diff([]string{"other/back/a.log", "other/back/deep/b.log", "other/c.log"}, places(dir, l)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, r := range l.Rejected {
		if !strings.HasSuffix(r.Place, "gone.log") || !strings.Contains(r.Reason, "remove the link") {
			t.Errorf("rejected %+v", r)
		}
	}
	if len(l.Rejected) == 0 {
		t.Error("the link to nowhere is not rejected")
	}
}

func TestUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := tree(t, "a.log", "locked/b.log")
	locked := filepath.Join(dir, "locked")
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(locked, 0o755)
	l := scan(t, dir)
	if len(l.Refs) != 1 || len(l.Rejected) != 1 || l.Rejected[0].Place != locked || !strings.Contains(l.Rejected[0].Reason, "allow this user") {
		t.Errorf("%+v", l)
	}
}

func TestPathErrors(t *testing.T) {
	dir := tree(t, "empty/.keep", "full/a.log")
	if err := os.Mkdir(filepath.Join(dir, "circle"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(".", filepath.Join(dir, "circle/self")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		want error
	}{
		{"missing", ErrNotExist}, {"*.nothing", ErrNotExist}, {"empty", ErrNothing}, {"circle", ErrNothing}, {"[a-", doublestar.ErrBadPattern}, {"full/a.log/below", nil},
	} {
		path := filepath.Join(dir, c.path)
		_, _, err := New(filepath.Join(dir, "full"), path).List(context.Background())
		var p *PathError
		if !errors.As(err, &p) || p.Path != path || !strings.Contains(err.Error(), path) || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: error is %v, want %v", c.path, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := New(dir).List(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error is %v", err)
	}
}

// TestSource is what every source must do: list in order, the same twice, and open what it lists, with the size told.
func TestSource(t *testing.T) {
	dir := tree(t, key1, key2, "plain.log", "more/plain.log")
	src, ctx := New(dir), context.Background()
	refs, rejected, err := src.List(ctx)
	if err != nil || len(rejected) > 0 || len(refs) != 4 {
		t.Fatalf("%v, %v, %v", refs, rejected, err)
	}
	again, _, _ := src.List(ctx)
	if d := cmp.Diff(refs, again); d != "" {
		t.Errorf("listed twice (-first +second):\n%s", d)
	}
	for i, r := range refs {
		f, err := src.Open(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(f)
		if err = errors.Join(err, f.Close()); err != nil || int64(len(content)) != r.Size || r.Modified.IsZero() {
			t.Errorf("%+v: %d bytes, %v", r, len(content), err)
		}
		if i > 0 && (refs[i-1].Slot.After(r.Slot) || refs[i-1].Slot.Equal(r.Slot) && refs[i-1].Place >= r.Place) {
			t.Errorf("%+v stands behind %+v", r, refs[i-1])
		}
	}
	if _, err := src.Open(ctx, ingest.Ref{Place: filepath.Join(dir, "nothing")}); err == nil {
		t.Error("a missing file can be opened")
	}
}
