package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/shirou/gopsutil/v4/mem"
	"github.com/spf13/cobra"

	"sgfit/schema/duck"
)

// access is what a command does to its database.
type access int

const (
	reading access = iota // the file must be there and is not changed
	working               // the file must be there
	making                // the file is made if it is not there
)

// defaultDatabase is what commands take that are not told another.
const defaultDatabase = "sgfit.db"

// databaseOptions say which database a command works on, how, and with how much memory.
type databaseOptions struct {
	path   string
	memory string
	access access
}

func (o *databaseOptions) addFlags(cmd *cobra.Command, access access) {
	o.access = access
	usage := "database `FILE` that 'sgfit run' or 'sgfit ingest' made"
	if access == making {
		usage = "database `FILE`, made if it is not there"
	}
	cmd.Flags().StringVar(&o.path, "db", defaultDatabase, usage)
	cmd.Flags().StringVar(&o.memory, "memory", "", "most memory for the database, a `SIZE` such as 2GiB; beyond it spills to disk (default a quarter of the machine's)")
	_ = cmd.MarkFlagFilename("db", "db", "duckdb") // completion only
}

// namedDatabase is how a person names a database to another command; "" for the one that it takes by itself.
func namedDatabase(path string) string {
	if path == defaultDatabase {
		return ""
	}
	return shellWord(path)
}

func (o *databaseOptions) open(ctx context.Context) (*duck.DB, error) {
	memory, err := memoryLimit(o.memory)
	if err != nil {
		return nil, &usageError{error: err}
	}
	if err := o.look(); err != nil {
		return nil, err
	}
	if o.access == making {
		if err := os.MkdirAll(filepath.Dir(o.path), 0o755); err != nil {
			return nil, fmt.Errorf("make the database's folder: %w", err)
		}
	}
	db, err := duck.Open(ctx, o.path, duck.Options{MemoryBytes: memory, ReadOnly: o.access == reading})
	if errors.Is(err, duck.ErrPath) {
		return nil, &usageError{error: err}
	}
	if err != nil {
		return nil, &openError{err}
	}
	return db, nil
}

// look tells apart beforehand what DuckDB reports in one way: a file that is not there, or is no database.
func (o *databaseOptions) look() error {
	f, err := os.Open(o.path)
	if errors.Is(err, fs.ErrNotExist) {
		if o.access == making {
			return nil
		}
		return &noDatabaseError{o.path}
	}
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer f.Close()
	var head [12]byte
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[8:]) != "DUCK" { // a checksum, then the magic
		return &foreignFileError{o.path}
	}
	return nil
}

// memoryLimit reads "2GiB", "512MB", "1073741824"; "" is a quarter of the machine.
func memoryLimit(s string) (int64, error) {
	if s == "" {
		v, err := mem.VirtualMemory()
		if err != nil {
			return 0, nil // DuckDB then uses its own default
		}
		return int64(v.Total / 4), nil
	}
	number := strings.TrimRight(s, "BKMGTikmgtb ")
	unit := strings.ToUpper(strings.TrimSpace(s[len(number):]))
	units := map[string]float64{"": 1, "B": 1, "K": 1 << 10, "KB": 1e3, "KIB": 1 << 10, "M": 1 << 20, "MB": 1e6, "MIB": 1 << 20,
		"G": 1 << 30, "GB": 1e9, "GIB": 1 << 30, "T": 1 << 40, "TB": 1e12, "TIB": 1 << 40}
	n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	factor, ok := units[unit]
	if err != nil || !ok || !(n*factor >= 256<<20 && n*factor < 1<<60) {
		return 0, fmt.Errorf("--memory %q: give a size of at least 256MiB, such as 2GiB", s)
	}
	return int64(n * factor), nil
}
