package flowlog

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestRemember: a record of an earlier load is a duplicate, whatever the two objects are stored as, and counts as nothing
// where it is remembered.
func TestRemember(t *testing.T) {
	const n = 500
	lines := newTraffic(3, 40, 50).appendRecords(nil, n)
	text := append([]byte(defaultFields+"\n"), lines...)
	forms := map[string][]byte{
		"text":    text,
		"gzip":    []byte(zipped(t, string(text))),
		"CSV":     []byte(strings.ReplaceAll(string(text), " ", ",")),
		"JSON":    []byte(delivery(strings.SplitAfter(strings.TrimSuffix(string(lines), "\n"), "\n")...)),
		"Parquet": tableForm{}.table(t, text),
	}
	for earlier, first := range forms {
		for later, second := range forms {
			f := New(Options{})
			if err := f.Remember(bytes.NewReader(first), "earlier"); err != nil {
				t.Fatal(err)
			}
			if _, _, err := f.Read(bytes.NewReader(second), "later", 0); err != nil {
				t.Fatal(err)
			}
			b := f.Drain()
			if o := b.Objects[0]; len(b.Objects) != 1 || o.Records != n || o.OK > 0 || o.Duplicates < n-10 || o.Duplicates+o.NoData+o.SkipData != n || len(b.Conversations)+len(b.Rejected) > 0 {
				t.Errorf("%s, then %s: %+v, %d conversations", earlier, later, o, len(b.Conversations))
			}
		}
	}
}

// TestSilenceTwice: NODATA and SKIPDATA that two flow logs deliver count once, for the object that comes first, whichever is
// read first, and also where the other one was loaded earlier.
func TestSilenceTwice(t *testing.T) {
	silent := func(iface, status string, at int) string {
		return fmt.Sprintf("2 1 %s - - - - - - - %d %d - %s\n", iface, at, at+60, status)
	}
	const at = 1767225600
	a := header + silent("eni-1", "NODATA", at) + silent("eni-1", "SKIPDATA", at) + silent("eni-1", "NODATA", at+60)
	b := header + silent("eni-1", "NODATA", at) + silent("eni-1", "SKIPDATA", at) + silent("eni-2", "NODATA", at) + silent("eni-1", "SKIPDATA", at+600)
	for _, order := range [][2]int{{0, 1}, {1, 0}} {
		f := New(Options{})
		for _, i := range order {
			if _, _, err := f.Read(strings.NewReader([]string{a, b}[i]), []string{"a", "b"}[i], i); err != nil {
				t.Fatal(err)
			}
		}
		got := f.Drain()
		if x, y := countsOf(got.Objects[0]), countsOf(got.Objects[1]); x != "3=0+0+2+1+0" || y != "4=0+0+1+1+2" {
			t.Errorf("read in the order %v: %s, %s", order, x, y)
		}
		var noData, skipData uint32
		for _, c := range got.Coverage {
			noData, skipData = noData+c.NoData, skipData+c.SkipData
		}
		if noData != 3 || skipData != 2 {
			t.Errorf("read in the order %v: coverage has %d NODATA and %d SKIPDATA", order, noData, skipData)
		}
	}
	f := New(Options{})
	if err := f.Remember(strings.NewReader(a), "a"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Read(strings.NewReader(b), "b", 0); err != nil {
		t.Fatal(err)
	}
	if got := f.Drain(); countsOf(got.Objects[0]) != "4=0+0+1+1+2" {
		t.Errorf("a was loaded earlier: %s", countsOf(got.Objects[0]))
	}
}
