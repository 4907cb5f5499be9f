package flowlog

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// whole is content that is in memory.
type whole struct {
	*bytes.Reader
	all []byte
}

func (w whole) Bytes() []byte { return w.all }

// TestObjectsInMemoryReadAsStreams: whatever an object is, or is cut to, or damaged at, what it says is the same whichever
// way its gzip is unpacked.
func TestObjectsInMemoryReadAsStreams(t *testing.T) {
	text := newTraffic(7, 50, 3000).object(3000, false)
	zipped := zip(text)
	objects := map[string][]byte{
		"text": text, "gzip": zipped, "gzip twice": zip(zipped), "members": append(slices.Clone(zipped), zip(text[:500])...),
		"behind it": append(slices.Clone(zipped), "and more"...), "nothing": {}, "nothing, zipped": zip(nil),
		"JSON": zip([]byte(delivery("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 1 1600000000 1600000001 ACCEPT OK"))),
	}
	for i := range 20 {
		at := len(zipped) * i / 20
		objects[fmt.Sprint("cut at ", at)] = zipped[:at]
		bad := slices.Clone(zipped)
		bad[at] ^= 4
		objects[fmt.Sprint("bad at ", at)] = bad
	}
	for name, stored := range objects {
		read := func(c schema.Content) *schema.Batch {
			f := New(Options{})
			if _, _, err := f.Read(c, name, 0); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return f.Drain()
		}
		want := read(bytes.NewReader(stored))
		if diff := cmp.Diff(want, read(whole{bytes.NewReader(stored), stored}), cmp.Comparer(func(a, b schema.Conversation) bool { return a == b }), cmp.Comparer(func(a, b schema.InterfaceRef) bool { return a == b })); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
