package flowlog

import (
	"bytes"
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
