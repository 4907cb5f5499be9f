package simulate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
)

// small is an account that tests can afford twenty times.
func small(seed uint64, format Format) Options {
	return Options{Seed: seed, Days: 15, Scale: 0.05, Format: format}
}

// files writes an account into memory.
func files(t *testing.T, opts Options) (map[string][]byte, *Truth) {
	t.Helper()
	found := map[string][]byte{}
	truth, err := New(opts).Write(func(path string, content []byte) error {
		if found[path] != nil {
			return fmt.Errorf("%s is written twice", path)
		}
		found[path] = bytes.Clone(content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, truth
}

func unpack(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// digest is one hash over every file's path and content.
func digest(found map[string][]byte) string {
	h := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(h, "%s %d\n", path, len(found[path]))
		h.Write(found[path])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestSameSeedSameBytes(t *testing.T) {
	seen := map[string]string{}
	for _, opts := range []Options{small(1, V2), small(2, V2), small(1, V5), small(1, Shuffled), small(2, Shuffled)} {
		first, _ := files(t, opts)
		second, _ := files(t, opts)
		if a, b := digest(first), digest(second); a != b {
			t.Errorf("%+v: two runs differ", opts)
		} else if other, ok := seen[a]; ok {
			t.Errorf("%+v gives the same files as %s", opts, other)
		} else {
			seen[a] = fmt.Sprintf("%+v", opts)
		}
	}
}

func TestTruthIsThatOfWrite(t *testing.T) {
	opts := small(3, V5)
	opts.Overlap, opts.Malformed = true, 2
	_, written := files(t, opts)
	if diff := cmp.Diff(written, New(opts).Truth(), cmp.Comparer(sameAddr)); diff != "" {
		t.Errorf("Write and Truth tell different truths (-write +truth):\n%s", diff)
	}
}

// Formats show the same traffic.
func TestFormatsShareTheTraffic(t *testing.T) {
	want := New(small(4, V5)).Truth()
	for _, format := range []Format{V2, Shuffled} {
		got := New(small(4, format)).Truth()
		if diff := cmp.Diff(want.Rules, got.Rules, cmp.Comparer(sameAddr)); diff != "" {
			t.Errorf("format %d: rules differ:\n%s", format, diff)
		}
		if got.Records != want.Records {
			t.Errorf("format %d: %+v, want %+v", format, got.Records, want.Records)
		}
	}
}

func TestWriteDir(t *testing.T) {
	dir := t.TempDir()
	opts := small(5, V2)
	if _, err := New(opts).WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	onDisk := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		onDisk[filepath.ToSlash(rel)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	inMemory, _ := files(t, opts)
	if digest(onDisk) != digest(inMemory) {
		t.Errorf("the folder holds %d files that differ from the %d handed over", len(onDisk), len(inMemory))
	}
}

func TestWriteStopsWherePutFails(t *testing.T) {
	full := errors.New("disk full")
	for _, after := range []int{0, 1, 40, 70} {
		n := 0
		_, err := New(small(6, V2)).Write(func(string, []byte) error {
			if n++; n > after {
				return full
			}
			return nil
		})
		if !errors.Is(err, full) || n != after+1 {
			t.Errorf("after %d files: error %v, %d calls", after, err, n)
		}
	}
}

func BenchmarkTruth(b *testing.B) {
	a := New(Options{Scale: 0.1})
	for b.Loop() {
		a.Truth()
	}
}

func BenchmarkWrite(b *testing.B) {
	a := New(Options{Scale: 0.1, Format: V5})
	for b.Loop() {
		if _, err := a.Write(func(string, []byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
