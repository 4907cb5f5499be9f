package gunzip

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
)

// needLibrary skips where the machine lacks what the package is about.
func needLibrary(t testing.TB) {
	t.Helper()
	if !Available() {
		t.Skip("this machine has no libdeflate (Debian: libdeflate0); objects are unzipped as streams")
	}
}

func zipped(t testing.TB, text []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// someText is n bytes, some of which repeat.
func someText(random *rand.Rand, n int) []byte {
	text := make([]byte, 0, n)
	for len(text) < n {
		if len(text) > 100 && random.IntN(3) > 0 {
			from := random.IntN(len(text) - 50)
			text = append(text, text[from:from+50]...)
			continue
		}
		text = append(text, byte(random.IntN(256)))
	}
	return text[:n]
}

func TestWhole(t *testing.T) {
	needLibrary(t)
	random := rand.New(rand.NewPCG(1, 2))
	var room []byte
	for _, n := range []int{1, 2, 100, 4095, 70_000, 1 << 20} {
		for _, level := range []int{gzip.NoCompression, gzip.BestSpeed, gzip.BestCompression, gzip.HuffmanOnly} {
			text := someText(random, n)
			got, ok := Whole(room, zipped(t, text, level))
			if !ok || !bytes.Equal(got, text) {
				t.Fatalf("%d bytes, level %d: %t, %d bytes", n, level, ok, len(got))
			}
			room = got
		}
	}
}

// TestWholeLeavesToOthers: whatever is not one sound member, of a size that may be held, is not unpacked.
func TestWholeLeavesToOthers(t *testing.T) {
	needLibrary(t)
	text := bytes.Repeat([]byte("2 123456789012 eni-0a "), 1000)
	sound := zipped(t, text, gzip.DefaultCompression)
	changed := func(at int, by byte) []byte {
		b := bytes.Clone(sound)
		b[(at+len(b))%len(b)] ^= by
		return b
	}
	for name, packed := range map[string][]byte{
		"nothing":             nil,
		"no content":          zipped(t, nil, gzip.DefaultCompression),
		"no gzip":             text,
		"cut off":             sound[:len(sound)-9],
		"two members":         append(bytes.Clone(sound), sound...),
		"something behind":    append(bytes.Clone(sound), "behind"...),
		"zeros behind":        append(bytes.Clone(sound), make([]byte, 512)...),
		"another checksum":    changed(-5, 1),
		"one byte more":       changed(-4, 1),
		"gigabytes more":      changed(-1, 0x7f),
		"another byte inside": changed(len(sound)/2, 0x10),
		"too large":           zipped(t, make([]byte, mostText+1), gzip.DefaultCompression),
	} {
		if got, ok := Whole(nil, packed); ok {
			t.Errorf("%s: unpacked to %d bytes", name, len(got))
		}
	}
	if _, ok := Whole(nil, sound); !ok {
		t.Error("the sound one was not unpacked")
	}
}

func TestWholeConcurrently(t *testing.T) {
	needLibrary(t)
	var all sync.WaitGroup
	for seed := range uint64(4) {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, 3))
			var room []byte
			for range 50 {
				text := someText(random, 1+random.IntN(50_000))
				got, ok := Whole(room, zipped(t, text, gzip.BestSpeed))
				if !ok || !bytes.Equal(got, text) {
					t.Errorf("seed %d: %t, %d bytes for %d", seed, ok, len(got), len(text))
					return
				}
				room = got
			}
		})
	}
	all.Wait()
}

// FuzzWhole: what is unpacked is what the standard library unpacks.
func FuzzWhole(f *testing.F) {
	needLibrary(f)
	f.Add(zipped(f, []byte("2 123456789012 eni-0a"), gzip.DefaultCompression))
	f.Add(zipped(f, bytes.Repeat([]byte{7}, 5000), gzip.HuffmanOnly))
	f.Fuzz(func(t *testing.T, packed []byte) {
		got, ok := Whole(nil, packed)
		if !ok {
			return
		}
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		want, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%q and %q (%v)", got, want, err)
		}
	})
}
