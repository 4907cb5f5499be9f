package flowlog

import (
	"bytes"
	"io"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"sgfit/schema"
)

// unzipper unzips one member whole, and counts how often it could.
type unzipper struct{ done int }

func (u *unzipper) unzip(room, packed []byte) ([]byte, bool) {
	from := bytes.NewReader(packed)
	r, err := gzip.NewReader(from)
	if err != nil {
		return nil, false
	}
	r.Multistream(false)
	b := bytes.NewBuffer(room[:0])
	if _, err := io.Copy(b, r); err != nil || from.Len() > 0 || b.Len() == 0 {
		return nil, false
	}
	u.done++
	return b.Bytes(), true
}

// grown is content of which its size tells less than there is.
type grown struct {
	*strings.Reader
	size int64
}

func (g grown) Size() int64 { return g.size }

// TestUnzippedAtOnce: an object that is unzipped at once says what it says as a stream, also where it is not sound.
func TestUnzippedAtOnce(t *testing.T) {
	text := string(newTraffic(9, 20, 10).object(3000, false))
	sound := zipped(t, text)
	type object struct {
		name, stored string
		atOnce       bool
	}
	objects := []object{
		{"sound", sound, true},
		{"zipped twice", zipped(t, sound), true},
		{"JSON", zipped(t, delivery(line1, line2)+control+delivery(silent)), true},
		{"Parquet", zipped(t, "PAR1\x15\x04\n\nPAR1"), true},
		{"blank", zipped(t, strings.Repeat("\n", 10_000)+line1), true},
		{"empty", zipped(t, ""), false},
		{"two members", zipped(t, header+line1, header+line2), false},
		{"another content behind", sound + "something", false},
		{"plain", text, false},
	}
	for cut := 2; cut < len(sound); cut += 997 {
		objects = append(objects, object{"cut", sound[:cut], false})
		objects = append(objects, object{"changed", sound[:cut] + string([]byte{sound[cut] ^ 4}) + sound[cut+1:], false})
	}
	for _, o := range objects {
		u := &unzipper{}
		streamed, atOnce := New(Options{}), New(Options{Unzip: u.unzip})
		for i, f := range []*Fold{streamed, atOnce} {
			if _, _, err := f.Read(strings.NewReader(o.stored), "place", 0); err != nil {
				t.Fatalf("%s, %d: %v", o.name, i, err)
			}
		}
		if (u.done == 1) != o.atOnce {
			t.Errorf("%s: unzipped at once %d times", o.name, u.done)
		}
		if d := diff.Diff(streamed.Drain(), atOnce.Drain(), addrs); d != "" {
			t.Errorf("%s (-streamed +at once):\n%.3000s", o.name, d)
		}
	}
}

// TestUnzippedGrown: what stands behind an object's told size is read all the same.
func TestUnzippedGrown(t *testing.T) {
	first, second := zipped(t, header+line1), zipped(t, header+line2)
	f := New(Options{Unzip: new(unzipper).unzip})
	o, _, err := f.Read(schema.Content(grown{strings.NewReader(first + second), int64(len(first))}), "place", 0)
	if err != nil || countsOf(o) != "2=2+0+0+0+0" || o.Size != int64(len(first)+len(second)) {
		t.Errorf("%v: %s, %d bytes", err, countsOf(o), o.Size)
	}
}

// TestUnzippedReuse: the room of one object is used for the next, shorter and longer.
func TestUnzippedReuse(t *testing.T) {
	f := New(Options{Unzip: new(unzipper).unzip})
	var want []string
	for i := range 6 {
		text := string(newTraffic(uint64(i), 20, 10).object(10+700*(i%3), false))
		want = append(want, text)
		if _, _, err := f.Read(strings.NewReader(zipped(t, text)), "object", i); err != nil {
			t.Fatal(err)
		}
	}
	if d := diff.Diff(drained(t, want...), f.Drain(), addrs, sameRecords); d != "" {
		t.Errorf("(-plain +zipped):\n%.3000s", d)
	}
}
