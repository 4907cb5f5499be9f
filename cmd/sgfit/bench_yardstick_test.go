package main

import (
	"bytes"
	stdgzip "compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"

	"sgfit/schema/duck"
)

// unzip is the floor: the same files, unpacked and thrown away.
func (e *estate) unzip(b *testing.B) {
	b.Run("compress-gzip", func(b *testing.B) {
		e.measure(b, func(string) {
			e.eachFile(b, func(f io.Reader) (io.Reader, error) { return stdgzip.NewReader(f) })
		})
	})
	b.Run("klauspost", func(b *testing.B) {
		e.measure(b, func(string) {
			e.eachFile(b, func(f io.Reader) (io.Reader, error) { return gzip.NewReader(f) })
		})
	})
	b.Run("libdeflate", func(b *testing.B) {
		tool, err := exec.LookPath("libdeflate-gunzip")
		if err != nil {
			b.Skip("libdeflate-gunzip is not installed (Debian: libdeflate-tools)")
		}
		args := append([]string{"-c"}, e.files(b)...)
		e.measure(b, func(string) {
			if err := exec.Command(tool, args...).Run(); err != nil { // without Stdout, what it unpacks goes nowhere
				b.Fatal(err)
			}
		})
	})
}

// eachFile unpacks one file after the other.
func (e *estate) eachFile(b *testing.B, unpack func(io.Reader) (io.Reader, error)) {
	for _, path := range e.files(b) {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		text, err := unpack(f)
		if err == nil {
			_, err = io.Copy(io.Discard, text)
		}
		if err := errors.Join(err, f.Close()); err != nil {
			b.Fatalf("unpack %s: %v", path, err)
		}
	}
}

// duckDB is what a person with DuckDB alone would do: its own reader of CSV, on the same files.
func (e *estate) duckDB(b *testing.B) {
	for _, way := range []struct {
		name    string
		scripts []string
	}{{"edges", []string{"edges.sql"}}, {"raw-then-edges", []string{"raw.sql", "raw_edges.sql"}}} {
		b.Run(way.name, func(b *testing.B) {
			e.measure(b, func(dir string) { e.byHand(b, filepath.Join(dir, "hand.db"), way.scripts) })
		})
	}
}

// byHand runs the scripts on a new database.
func (e *estate) byHand(b *testing.B, path string, scripts []string) {
	ctx := context.Background()
	db, err := duck.Open(ctx, path, duck.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range scripts {
		script, err := os.ReadFile(filepath.Join("testdata", "bench", name))
		if err != nil {
			b.Fatal(err)
		}
		var args []any
		if bytes.Contains(script, []byte("read_csv($1")) {
			args = append(args, filepath.Join(e.flowLogs, "**", "*.log.gz"))
		}
		if _, err := db.SQL().ExecContext(ctx, string(script), args...); err != nil {
			b.Fatalf("%s: %v", name, err)
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}
