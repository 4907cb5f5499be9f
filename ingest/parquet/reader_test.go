package parquet

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	library "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
)

// written is a file of the library's: columns of all kinds of values that are read, with and without missing ones.
type written struct {
	codec   compress.Codec
	version int
	encode  string // of the values: "plain", "dictionary", "delta", "length", "split"
	rows    int
	page    int
	groups  int
	seed    uint64
}

// encodings are those that the library has for a column's type.
func (w written) encoding(kind string) (library.Node, bool) {
	nodes := map[string]library.Node{
		"int32": library.Int(32), "int64": library.Int(64), "double": library.Leaf(library.DoubleType), "float": library.Leaf(library.FloatType),
		"text": library.String(), "fixed": library.Leaf(library.FixedLenByteArrayType(5)), "unsigned": library.Uint(32),
	}
	n := nodes[kind]
	isInt := strings.HasPrefix(kind, "int") || kind == "unsigned"
	switch {
	case w.encode == "dictionary":
		return library.Encoded(n, &library.RLEDictionary), true
	case w.encode == "delta" && isInt:
		return library.Encoded(n, &library.DeltaBinaryPacked), true
	case w.encode == "delta" && (kind == "text" || kind == "fixed"):
		return library.Encoded(n, &library.DeltaByteArray), true
	case w.encode == "length" && kind == "text":
		return library.Encoded(n, &library.DeltaLengthByteArray), true
	case w.encode == "split" && kind != "text" && kind != "fixed" && kind != "unsigned":
		return library.Encoded(n, &library.ByteStreamSplit), true
	}
	return library.Encoded(n, &library.Plain), w.encode == "plain"
}

func (w written) value(rng *rand.Rand, kind string) library.Value {
	few := rng.Int64N(50)
	if rng.IntN(4) == 0 {
		few = int64(rng.Uint64() >> rng.IntN(64))
	}
	switch kind {
	case "int32", "unsigned":
		return library.ValueOf(int32(few))
	case "int64":
		return library.ValueOf(few)
	case "double":
		return library.ValueOf(float64(few) / 3)
	case "float":
		return library.ValueOf(float32(few) / 3)
	case "fixed":
		return library.ValueOf([]byte(fmt.Sprintf("%05d", uint64(few)%100000))).Level(0, 0, 0)
	}
	return library.ValueOf(strings.Repeat("a", rng.IntN(20)) + fmt.Sprint(few))
}

var testKinds = []string{"int32", "int64", "double", "float", "text", "fixed", "unsigned"}

// file writes the rows, each column of all kinds that has the encoding: required, optional and a list.
func (w written) file(t testing.TB) []byte {
	t.Helper()
	rng := rand.New(rand.NewPCG(w.seed, 1))
	group := library.Group{}
	for _, kind := range testKinds {
		if n, ok := w.encoding(kind); ok {
			n = library.Compressed(n, w.codec)
			group["must_"+kind], group["may_"+kind], group["list_"+kind] = library.Required(n), library.Optional(n), library.Repeated(n)
		}
	}
	schema := library.NewSchema("rows", group)
	var b bytes.Buffer
	out := library.NewWriter(&b, schema, library.DataPageVersion(w.version), library.PageBufferSize(w.page))
	for i := range w.rows {
		var row library.Row
		for at, path := range schema.Columns() {
			shape, kind, _ := strings.Cut(path[0], "_")
			switch {
			case shape == "must":
				row = append(row, w.value(rng, kind).Level(0, 0, at))
			case shape == "list":
				for n := range rng.IntN(4) {
					row = append(row, w.value(rng, kind).Level(min(n, 1), 1, at))
				}
				if len(row) == 0 || row[len(row)-1].Column() != at {
					row = append(row, library.NullValue().Level(0, 0, at))
				}
			case rng.IntN(3) == 0:
				row = append(row, library.NullValue().Level(0, 0, at))
			default:
				row = append(row, w.value(rng, kind).Level(0, 1, at))
			}
		}
		if _, err := out.WriteRows([]library.Row{row}); err != nil {
			t.Fatal(err)
		}
		if w.groups > 1 && (i+1)%(w.rows/w.groups+1) == 0 {
			if err := out.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ours lists a column's places as text: levels and value.
func ours(f *File, column int) (places []string, err error) {
	r := f.Reader(column, nil)
	for g := range f.Groups {
		if err := r.Start(g); err != nil {
			return places, err
		}
		for err = r.Next(); err == nil; err = r.Next() {
			places = appendPage(places, r)
		}
		if err != io.EOF {
			return places, err
		}
	}
	return places, nil
}

func appendPage(places []string, r *Reader) []string {
	value := 0
	for i := range r.Levels {
		rep, def := 0, int(r.Column.MaxDef)
		if r.Rep != nil {
			rep = int(r.Rep[i])
		}
		if r.Def != nil {
			def = int(r.Def[i])
		}
		said := "none"
		if def == int(r.Column.MaxDef) {
			v, at := &r.Values, value
			if r.Indexed {
				v, at = &r.Dict, int(r.Index[value])
			}
			said = spelled(r.Column, v, at)
			value++
		}
		places = append(places, fmt.Sprint(rep, def, " ", said))
	}
	return places
}

func spelled(c *Column, v *Values, i int) string {
	switch c.Kind {
	case Integer:
		return fmt.Sprint(v.Ints[i])
	case Float:
		return fmt.Sprint(v.Floats[i])
	}
	return string(v.Text(i))
}

// theirs is the twin of ours: the library's reading.
func theirs(t *testing.T, b []byte, column int) (places []string) {
	t.Helper()
	f, err := library.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range f.RowGroups() {
		pages := g.ColumnChunks()[column].Pages()
		for {
			p, err := pages.ReadPage()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			vs := make([]library.Value, p.NumValues())
			if n, err := p.Values().ReadValues(vs); n < len(vs) && err != nil {
				t.Fatal(err)
			}
			for _, v := range vs {
				places = append(places, fmt.Sprint(v.RepetitionLevel(), v.DefinitionLevel(), " ", theirValue(f.Schema().Columns()[column][0], v)))
			}
		}
	}
	return places
}

func theirValue(name string, v library.Value) string {
	switch {
	case v.IsNull():
		return "none"
	case strings.HasSuffix(name, "unsigned"):
		return fmt.Sprint(v.Uint32())
	case strings.HasSuffix(name, "int32"):
		return fmt.Sprint(v.Int32())
	case strings.HasSuffix(name, "int64"):
		return fmt.Sprint(v.Int64())
	case strings.HasSuffix(name, "double"):
		return fmt.Sprint(v.Double())
	case strings.HasSuffix(name, "float"):
		return fmt.Sprint(float64(v.Float()))
	}
	return string(v.ByteArray())
}

// TestTwin reads files of all codecs, encodings and versions of pages, and compares with the library.
func TestTwin(t *testing.T) {
	codecs := []compress.Codec{&library.Uncompressed, &library.Snappy, &library.Gzip, &library.Zstd, &library.Lz4Raw}
	for i, codec := range codecs {
		for _, encode := range []string{"plain", "dictionary", "delta", "length", "split"} {
			for version := 1; version <= 2; version++ {
				w := written{codec, version, encode, 250, 500, 3, uint64(i)}
				t.Run(fmt.Sprintf("%s %s %d", codec, encode, version), func(t *testing.T) { compareWithTwin(t, w) })
			}
		}
	}
}

// compareWithTwin has the library read the same rows unpacked: what it reads of its own LZ4 pages is not what it wrote.
func compareWithTwin(t *testing.T, w written) {
	t.Helper()
	b := w.file(t)
	zipped := w.codec == compress.Codec(&library.Gzip)
	w.codec = &library.Uncompressed
	bare := w.file(t)
	compareColumns(t, b, bare, nil)
	if zipped {
		compareColumns(t, b, bare, &unzipper{})
	}
}

// unzipper unpacks a page at once, and counts how often.
type unzipper struct{ done int }

func (u *unzipper) unzip(room, packed []byte) ([]byte, bool) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, false
	}
	b := bytes.NewBuffer(room)
	if _, err := io.Copy(b, r); err != nil {
		return nil, false
	}
	u.done++
	return b.Bytes(), true
}

func compareColumns(t *testing.T, stored, bare []byte, u *unzipper) {
	t.Helper()
	f, err := Open(bytes.NewReader(stored), int64(len(stored)))
	if err != nil {
		t.Fatal(err)
	}
	if u != nil {
		f.Unzip = u.unzip
		defer func() {
			if u.done == 0 {
				t.Error("no page was unzipped at once")
			}
		}()
	}
	for c := range f.Columns {
		got, err := ours(f, c)
		if err != nil {
			t.Fatalf("%s: %v", f.Columns[c].Path, err)
		}
		want := theirs(t, bare, c)
		if len(got) != len(want) || len(got) == 0 {
			t.Fatalf("%s: %d places, want %d", f.Columns[c].Path, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%s, place %d: %q, want %q", f.Columns[c].Path, i, got[i], want[i])
			}
		}
	}
}

// TestCutOff reads each file that ends too early: an error of the format, whatever the place.
func TestCutOff(t *testing.T) {
	b := written{&library.Snappy, 1, "dictionary", 100, 500, 2, 1}.file(t)
	for n := range b {
		if f, err := Open(bytes.NewReader(b[:n]), int64(n)); !errors.Is(err, ErrDamaged) {
			t.Fatalf("%d of %d bytes: %v, %v", n, len(b), f, err)
		}
	}
}

// FuzzFile reads every column of what may be a file. It must end, with an error or without, and hold no more than it
// may.
func FuzzFile(f *testing.F) {
	for i, codec := range []compress.Codec{&library.Uncompressed, &library.Snappy, &library.Gzip, &library.Zstd, &library.Lz4Raw} {
		for _, encode := range []string{"plain", "dictionary", "delta", "length", "split"} {
			f.Add(written{codec, 1 + i%2, encode, 20, 200, 1, uint64(i)}.file(f))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) { readWhole(t, b) })
}

func readWhole(t *testing.T, b []byte) {
	t.Helper()
	f, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		wantKnown(t, err)
		return
	}
	const enough = 1 << 12 // a few bytes can stand for many rows
	for c := range min(len(f.Columns), 50) {
		r := f.Reader(c, nil)
		for g := range f.Groups {
			err := r.Start(g)
			for err == nil && r.Places() <= enough {
				if err = r.Next(); err == nil {
					appendPage(nil, r)
				}
			}
			if err != nil && err != io.EOF {
				wantKnown(t, err)
			}
			if f.held > mostHeld {
				t.Fatalf("%d bytes are held", f.held)
			}
		}
	}
}

func wantKnown(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrForeign) {
		t.Fatalf("error is %v", err)
	}
	if strings.Contains(err.Error(), "runtime error") {
		t.Fatalf("recovered from %v", err)
	}
}

// TestMutated changes bytes of sound files at random, as the fuzzer does, without waiting for it.
func TestMutated(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i, codec := range []compress.Codec{&library.Uncompressed, &library.Snappy, &library.Gzip, &library.Zstd, &library.Lz4Raw} {
		for _, encode := range []string{"plain", "dictionary", "delta", "length", "split"} {
			sound := written{codec, 1 + i%2, encode, 50, 300, 2, uint64(i)}.file(t)
			for range 100 {
				b := bytes.Clone(sound)
				for range 1 + rng.IntN(4) {
					b[rng.IntN(len(b))] = byte(rng.Uint32())
				}
				readWhole(t, b)
			}
		}
	}
}
