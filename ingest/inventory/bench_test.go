package inventory

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/klauspost/compress/gzip"

	"sgfit/schema"
	"sgfit/schema/simulate"
)

// A whole load, with the database, is BenchmarkConfigYear of cmd/sgfit.

// benchSnapshot is the first snapshot of an estate: its gzip text, the length of its plain text, and its items.
func benchSnapshot(b *testing.B) (packed []byte, plain int64, items int) {
	b.Helper()
	estate := simulate.Estate{Interfaces: 20_000}
	r, err := estate.Snapshot(0)
	if err != nil {
		b.Fatal(err)
	}
	if packed, err = io.ReadAll(r); err != nil {
		b.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		b.Fatal(err)
	}
	if plain, err = io.Copy(io.Discard, z); err != nil {
		b.Fatal(err)
	}
	return packed, plain, estate.Items()
}

// Unpacking alone, to be compared with the others.
func BenchmarkUnpack(b *testing.B) {
	packed, plain, _ := benchSnapshot(b)
	b.SetBytes(plain)
	for b.Loop() {
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, z); err != nil {
			b.Fatal(err)
		}
	}
}

// One snapshot, read from gzip in memory, nothing known of it.
func BenchmarkDecode(b *testing.B) {
	packed, plain, items := benchSnapshot(b)
	b.SetBytes(plain)
	b.ReportAllocs()
	for b.Loop() {
		contents, err := Decode(bytes.NewReader(packed), "f", func(schema.Item) error { return nil })
		if err != nil || contents.OK != int64(items) {
			b.Fatalf("read %d: %v", contents.OK, err)
		}
	}
	b.ReportMetric(float64(b.N*items)/b.Elapsed().Seconds(), "items/s")
}

// The same, all of it known from the day before.
func BenchmarkDecodeKnown(b *testing.B) {
	packed, plain, items := benchSnapshot(b)
	known := newMemo(memoSize)
	read := func() {
		if _, err := decode(bytes.NewReader(packed), "f", times{}, known, func(*reading) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	read()
	b.SetBytes(plain)
	for b.Loop() {
		read()
	}
	b.ReportMetric(float64(b.N*items)/b.Elapsed().Seconds(), "items/s")
}

// Intervals of a month's items: 100,000 interfaces that changed now and then.
func BenchmarkTimeline(b *testing.B) {
	var items []schema.Item
	for i := range 100_000 {
		for d := range 4 {
			it := ifaceItem(1440*d+i%1440, fmt.Sprint("sg-", d), "")
			it.ID = fmt.Sprintf("eni-%d", i)
			it.Interface.InterfaceID = it.ID
			items = append(items, it)
		}
	}
	snapshots := []schema.Snapshot{snapshot(1440*3, schema.InterfaceItem), snapshot(1440*9, schema.InterfaceItem)}
	b.ReportAllocs()
	for b.Loop() {
		if inv := Timeline(items, snapshots, Options{}); len(inv.Interfaces) < 400_000 {
			b.Fatal(len(inv.Interfaces))
		}
	}
	b.ReportMetric(float64(b.N*len(items))/b.Elapsed().Seconds(), "items/s")
}
