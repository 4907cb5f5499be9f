package parquet

import (
	"bytes"
	"io"
	"syscall"
	"testing"
	"time"

	library "github.com/parquet-go/parquet-go"
)

// cpuSeconds is the processor time of this process so far.
func cpuSeconds(b *testing.B) float64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano()).Seconds()
}

// BenchmarkPages unpacks and decodes every page of a file, here and by the library, dictionaries apart in both.
func BenchmarkPages(b *testing.B) {
	file := written{&library.Snappy, 1, "dictionary", 50_000, 1 << 20, 1, 1}.file(b)
	b.Run("ours", func(b *testing.B) { benchPages(b, file, pagesOfOurs) })
	b.Run("library", func(b *testing.B) { benchPages(b, file, pagesOfTheirs) })
}

// benchPages gives each of the two what it keeps between files: the library has pools of its own.
func benchPages(b *testing.B, file []byte, read func(*testing.B, []byte, []*Reader) int) {
	used := make([]*Reader, 100)
	b.ReportAllocs()
	places, began := 0, cpuSeconds(b)
	for b.Loop() {
		places += read(b, file, used)
	}
	b.ReportMetric(float64(places)/(cpuSeconds(b)-began)/1e6, "Mplaces/cpu-s")
}

func pagesOfOurs(b *testing.B, file []byte, used []*Reader) (places int) {
	f, err := Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		b.Fatal(err)
	}
	for c := range f.Columns {
		r := f.Reader(c, used[c])
		used[c] = r
		if err := r.Start(0); err != nil {
			b.Fatal(err)
		}
		for err = r.Next(); err == nil; err = r.Next() {
			places += r.Levels
		}
		if err != io.EOF {
			b.Fatal(err)
		}
	}
	return places
}

func pagesOfTheirs(b *testing.B, file []byte, _ []*Reader) (places int) {
	f, err := library.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range f.RowGroups()[0].ColumnChunks() {
		pages := c.Pages()
		for {
			p, err := pages.ReadPage()
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			places += int(p.NumValues())
			library.Release(p)
		}
		if err := pages.Close(); err != nil {
			b.Fatal(err)
		}
	}
	return places
}
