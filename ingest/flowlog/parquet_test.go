package flowlog

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
)

// tableForm says how lines are stored as Parquet. The zero value is what AWS writes: INT32 and INT64 columns,
// dictionaries of strings, snappy, one row group; "-" is no value in numbers.
type tableForm struct {
	codec     compress.Codec    // nil: snappy
	version   int               // of the data pages; 0: 1
	groupRows int64             // 0: all in one
	pageBytes int               // 0: the library's
	plain     bool              // no dictionaries
	types     map[string]string // of columns: "INT32", "INT64", "DOUBLE", "STRING", "MILLIS"; underscored names
	missing   string            // what stands for "-" in strings, "NULL" for no value; "": "-"
	delta     bool              // delta encodings
}

func (f tableForm) typeOf(name string) string {
	if t := f.types[name]; t != "" {
		return t
	}
	switch name {
	case "version", "srcport", "dstport", "protocol", "tcp_flags", "traffic_path":
		return "INT32"
	case "packets", "bytes", "start", "end":
		return "INT64"
	}
	return "STRING"
}

func (f tableForm) node(name string) parquet.Node {
	var n parquet.Node
	t := f.typeOf(name)
	switch t {
	case "INT32":
		n = parquet.Int(32)
	case "INT64":
		n = parquet.Int(64)
	case "DOUBLE":
		n = parquet.Leaf(parquet.DoubleType)
	case "MILLIS":
		n = parquet.Timestamp(parquet.Millisecond)
	default:
		n = parquet.String()
	}
	switch {
	case f.delta && t == "STRING":
		n = parquet.Encoded(n, &parquet.DeltaByteArray)
	case f.delta && t != "DOUBLE":
		n = parquet.Encoded(n, &parquet.DeltaBinaryPacked)
	case !f.plain:
		n = parquet.Encoded(n, &parquet.RLEDictionary)
	}
	return parquet.Compressed(parquet.Optional(n), f.compression())
}

func (f tableForm) compression() compress.Codec {
	if f.codec == nil {
		return &parquet.Snappy
	}
	return f.codec
}

// value makes a value of a word.
func (f tableForm) value(name, word string) (v parquet.Value) {
	number, err := strconv.ParseInt(word, 10, 64)
	switch t := f.typeOf(name); {
	case t == "STRING" && word != "-":
		return parquet.ValueOf(word)
	case t == "STRING" && f.missing == "NULL":
		return parquet.NullValue()
	case t == "STRING" && f.missing != "":
		return parquet.ValueOf(f.missing)
	case t == "STRING":
		return parquet.ValueOf("-")
	case err != nil:
		return parquet.NullValue()
	case t == "INT32":
		return parquet.ValueOf(int32(number))
	case t == "DOUBLE":
		return parquet.ValueOf(float64(number))
	case t == "MILLIS":
		return parquet.ValueOf(number * 1000)
	}
	return parquet.ValueOf(number)
}

// table stores lines, the first of which names the fields, as Parquet. Columns are in the order of the alphabet.
func (f tableForm) table(t testing.TB, text []byte) []byte {
	t.Helper()
	header, rest, _ := strings.Cut(string(text), "\n")
	names := strings.Fields(strings.ReplaceAll(header, "-", "_"))
	group := parquet.Group{}
	for _, name := range names {
		group[name] = f.node(name)
	}
	schema := parquet.NewSchema("flows", group)
	place := map[string]int{}
	for i, path := range schema.Columns() {
		place[path[0]] = i
	}
	var b bytes.Buffer
	opts := []parquet.WriterOption{schema, parquet.DataPageVersion(max(f.version, 1))}
	if f.pageBytes > 0 {
		opts = append(opts, parquet.PageBufferSize(f.pageBytes))
	}
	w := parquet.NewWriter(&b, opts...)
	n := int64(0)
	for line := range strings.Lines(rest) {
		row := make(parquet.Row, len(names))
		for i, word := range strings.Fields(line) {
			at := place[names[i]]
			v := f.value(names[i], word)
			def := 1
			if v.IsNull() {
				def = 0
			}
			row[at] = v.Level(0, def, at)
		}
		if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
			t.Fatal(err)
		}
		if n++; f.groupRows > 0 && n%f.groupRows == 0 {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
