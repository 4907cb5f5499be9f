package gunzip

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// zip packs at a level, with a name where there is one.
func zip(t testing.TB, level int, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Name = name
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// library unpacks with klauspost/compress.
func library(stream []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// ours unpacks with a Reader, handing over by WriteTo from the head on, or by Read.
func ours(z *Reader, stream []byte, head int, byRead bool) ([]byte, error) {
	if err := z.Reset(stream); err != nil {
		return nil, err
	}
	if byRead {
		return io.ReadAll(struct{ io.Reader }{z})
	}
	var b bytes.Buffer
	if _, err := io.CopyN(&b, z, int64(head)); err != nil {
		if err == io.EOF {
			err = nil
		}
		return b.Bytes(), err
	}
	_, err := z.WriteTo(&b)
	return b.Bytes(), err
}

// compare holds a Reader to the library.
func compare(t *testing.T, z *Reader, stream []byte) {
	t.Helper()
	want, wantErr := library(stream)
	for _, byRead := range []bool{false, true} {
		got, err := ours(z, stream, len(stream)%7, byRead)
		if !bytes.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("%d bytes, by Read %v: %d bytes and %v, the library has %d and %v", len(stream), byRead, len(got), err, len(want), wantErr)
		}
	}
}

// contents are of several kinds: text, noise, runs, few and many symbols, longer than a chunk.
func contents() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	for text.Len() < 700_000 {
		fmt.Fprintf(&text, "2 123456789012 eni-%016x 10.%d.%d.%d 10.0.0.%d %d 443 6 %d %d 1600000000 1600000060 ACCEPT OK\n",
			r.Uint64N(50), r.IntN(4), r.IntN(256), r.IntN(256), r.IntN(256), 1024+r.IntN(60000), r.IntN(100), r.IntN(100000))
	}
	noise := make([]byte, 300_000)
	skewed := make([]byte, 300_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
		for skewed[i] < 250 && r.IntN(2) == 0 { // codes of every length
			skewed[i]++
		}
	}
	return map[string][]byte{
		"none": nil, "one": {'x'}, "line": []byte("a line\n"), "text": []byte(text.String()), "noise": noise, "skewed": skewed,
		"run": bytes.Repeat([]byte("a"), 500_000), "short periods": bytes.Repeat([]byte("abcabcab"), 40_000), "zeros": make([]byte, 1000),
		"mixed": append(append([]byte(text.String()[:200_000]), noise...), bytes.Repeat([]byte("xyz"), 70_000)...),
	}
}

func TestReaderUnpacks(t *testing.T) {
	var z Reader
	for name, content := range contents() {
		for level := gzip.HuffmanOnly; level <= gzip.BestCompression; level++ {
			stream := zip(t, level, []string{"", "name"}[len(content)%2], content)
			got, err := ours(&z, stream, 0, false)
			if err != nil || !bytes.Equal(got, content) {
				t.Fatalf("%s, level %d: %d bytes and %v", name, level, len(got), err)
			}
			if z.slow {
				t.Errorf("%s, level %d: was left to the library", name, level)
			}
		}
	}
}

func TestReaderTakesMembers(t *testing.T) {
	var z Reader
	all := contents()
	stream := zip(t, 6, "", all["text"])
	stream = append(stream, zip(t, 1, "x", all["none"])...)
	stream = append(stream, zip(t, 9, "", all["line"])...)
	compare(t, &z, stream)
	if z.slow {
		t.Error("was left to the library")
	}
	compare(t, &z, append(stream, "something else"...))
	compare(t, &z, append(stream, 0, 0, 0))
}

// A match must not reach into the member before.
func TestReaderKeepsMembersApart(t *testing.T) {
	var z Reader
	first := zip(t, 6, "", []byte("abcdefgh"))
	// A fixed block: a match of three bytes one back, and the end.
	second := append(append([]byte{}, first[:10]...), 0x03, 0x02, 0x00, 0, 0, 0, 0, 0, 0, 0, 0)
	compare(t, &z, append(first, second...))
}

func TestReaderTellsDamage(t *testing.T) {
	var z Reader
	r := rand.New(rand.NewPCG(3, 4))
	for name, content := range contents() {
		content = content[:min(len(content), 200_000)]
		stream := zip(t, 6, "", content)
		for range 40 {
			compare(t, &z, stream[:r.IntN(len(stream))])
			bad := bytes.Clone(stream)
			bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
			compare(t, &z, bad)
			bad = bytes.Clone(stream)
			bad[r.IntN(min(len(bad), 200))] ^= 1 << r.IntN(8)
			compare(t, &z, bad)
		}
		t.Log(name)
	}
}

func FuzzReader(f *testing.F) {
	for _, content := range contents() {
		for _, level := range []int{gzip.HuffmanOnly, 0, 1, 6, 9} {
			f.Add(zip(f, level, "", content[:min(len(content), 3000)]))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		if h, _ := library(stream); len(h) > 4<<20 {
			t.Skip("a bomb")
		}
		compare(t, new(Reader), stream)
		// Most of what is made up fails at its checksum, so blocks are tried behind a sound one too.
		compare(t, new(Reader), append(zip(t, 1, "", []byte("x")), stream...))
	})
}

func BenchmarkReader(b *testing.B) {
	stream := zip(b, 6, "", contents()["text"])
	var z Reader
	run := func(name string, unpack func() (int64, error)) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				n, err := unpack()
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(n)
			}
		})
	}
	run("ours", func() (int64, error) {
		if err := z.Reset(stream); err != nil {
			return 0, err
		}
		return z.WriteTo(io.Discard)
	})
	var r gzip.Reader
	run("library", func() (int64, error) {
		if err := r.Reset(bytes.NewReader(stream)); err != nil {
			return 0, err
		}
		return r.WriteTo(io.Discard)
	})
}
