package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// crafted makes a file of one column and one row group from pages as they are: headers and what stands behind them.
type crafted struct {
	kind     format.Type
	optional bool
	codec    format.CompressionCodec
	rows     int64
	pages    []craftedPage
	change   func(*format.FileMetaData)
}

type craftedPage struct {
	header format.PageHeader
	body   []byte
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	var p thrift.CompactProtocol
	b, err := thrift.Marshal(&p, v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (c crafted) file(t testing.TB) []byte {
	t.Helper()
	b := []byte("PAR1")
	for _, p := range c.pages {
		b = append(append(b, encoded(t, p.header)...), p.body...)
	}
	repetition := format.Required
	if c.optional {
		repetition = format.Optional
	}
	meta := format.FileMetaData{
		Version: 1, NumRows: c.rows,
		Schema: []format.SchemaElement{
			{Name: "root", NumChildren: thrift.New[int32](1)},
			{Name: "c", Type: thrift.New(c.kind), RepetitionType: thrift.New(repetition)},
		},
		RowGroups: []format.RowGroup{{NumRows: c.rows, Columns: []format.ColumnChunk{{MetaData: format.ColumnMetaData{
			Type: c.kind, Codec: c.codec, NumValues: c.rows, DataPageOffset: 4, TotalCompressedSize: int64(len(b) - 4),
		}}}}},
	}
	if c.change != nil {
		c.change(&meta)
	}
	footer := encoded(t, meta)
	b = append(b, footer...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(footer)))
	return append(b, "PAR1"...)
}

func dataPage(values, size int32, e format.Encoding, body []byte) craftedPage {
	return craftedPage{format.PageHeader{
		Type: format.DataPage, UncompressedPageSize: size, CompressedPageSize: int32(len(body)),
		DataPageHeader: thrift.New(format.DataPageHeader{NumValues: values, Encoding: e, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE}),
	}, body}
}

func dictionaryPage(values, size int32, body []byte) craftedPage {
	return craftedPage{format.PageHeader{
		Type: format.DictionaryPage, UncompressedPageSize: size, CompressedPageSize: int32(len(body)),
		DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: values, Encoding: format.Plain}),
	}, body}
}

// TestHostile: files of some hundred bytes that declare gigabytes are refused with a reason, and take next to nothing.
func TestHostile(t *testing.T) {
	run := binary.AppendUvarint(nil, 1<<40)    // half as many of one value
	bits := binary.AppendUvarint(nil, 1<<40|1) // groups of eight
	levels := append(binary.LittleEndian.AppendUint32(nil, uint32(len(run)+1)), append(run, 1)...)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write(make([]byte, 64<<20))
	z.Close()
	delta := func(count uint64) []byte {
		return binary.AppendVarint(binary.AppendUvarint(binary.AppendUvarint(binary.AppendUvarint(nil, 128), 4), count), 7)
	}
	for _, c := range []struct {
		name, want string
		file       crafted
	}{
		{"page larger than a page is", "declared to have", crafted{kind: format.ByteArray, rows: 5, pages: []craftedPage{dataPage(5, math.MaxInt32, format.Plain, make([]byte, 40))}}},
		{"snappy of much from little", "declared to unpack", crafted{kind: format.ByteArray, codec: format.Snappy, rows: 5, pages: []craftedPage{dataPage(5, 90<<20, format.Plain, make([]byte, 40))}}},
		{"snappy that declares another length", "SNAPPY", crafted{kind: format.ByteArray, codec: format.Snappy, rows: 5, pages: []craftedPage{dataPage(5, 40, format.Plain, binary.AppendUvarint(nil, 1<<32-1))}}},
		{"snappy of less", "where 80 are declared", crafted{kind: format.Int64, codec: format.Snappy, rows: 10, pages: []craftedPage{dataPage(10, 80, format.Plain, snappy.Encode(nil, make([]byte, 72)))}}},
		{"gzip of more than declared", "GZIP", crafted{kind: format.Int64, codec: format.Gzip, rows: 5, pages: []craftedPage{dataPage(5, 40, format.Plain, bomb.Bytes())}}},
		{"a billion values of one run", "MiB", crafted{kind: format.Int64, optional: true, rows: 1 << 30, pages: []craftedPage{dataPage(1<<30, 40, format.Plain, levels)}}},
		{"run of a trillion levels", "values are declared", crafted{kind: format.Int64, optional: true, rows: 5, pages: []craftedPage{dataPage(5, int32(len(levels)), format.Plain, levels)}}},
		{"run of a trillion indexes", "value 1 of a dictionary of 1", crafted{kind: format.Int64, rows: 5, pages: []craftedPage{dictionaryPage(1, 8, make([]byte, 8)), dataPage(5, int32(len(run)+2), format.RLEDictionary, append(append([]byte{1}, run...), 1))}}},
		{"groups of a trillion indexes", "cut off", crafted{kind: format.Int64, rows: 50, pages: []craftedPage{dictionaryPage(1, 8, make([]byte, 8)), dataPage(50, int32(len(bits)+2), format.RLEDictionary, append(append([]byte{8}, bits...), 1))}}},
		{"indexes without a dictionary", "not there", crafted{kind: format.Int64, rows: 5, pages: []craftedPage{dataPage(5, 3, format.RLEDictionary, []byte{1, 10, 0})}}},
		{"dictionary of a billion", "MiB", crafted{kind: format.ByteArray, rows: 5, pages: []craftedPage{dictionaryPage(1<<30, 8, make([]byte, 8))}}},
		{"more values than rows", "left", crafted{kind: format.Int64, rows: 5, pages: []craftedPage{dataPage(6, 48, format.Plain, make([]byte, 48))}}},
		{"fewer pages than rows", "cut off", crafted{kind: format.Int64, rows: 50, pages: []craftedPage{dataPage(5, 40, format.Plain, make([]byte, 40))}}},
		{"a billion differences", "differences", crafted{kind: format.Int64, rows: 5, pages: []craftedPage{dataPage(5, 12, format.DeltaBinaryPacked, append(delta(1<<40), make([]byte, 2)...)[:12])}}},
		{"text beyond the page", "left", crafted{kind: format.ByteArray, rows: 1, pages: []craftedPage{dataPage(1, 4, format.Plain, []byte{255, 255, 255, 255})}}},
		{"a trillion rows", "declares", crafted{kind: format.Int64, rows: 1 << 50}},
		{"two numbers of rows", "declares 9 rows", crafted{kind: format.Int64, rows: 5, change: func(m *format.FileMetaData) { m.NumRows = 9 }}},
		{"column outside of the file", "outside", crafted{kind: format.Int64, rows: 5, change: func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].MetaData.DataPageOffset = 1 << 60 }}},
		{"another number of columns", "columns", crafted{kind: format.Int64, rows: 5, change: func(m *format.FileMetaData) {
			m.RowGroups[0].Columns = append(m.RowGroups[0].Columns, m.RowGroups[0].Columns[0])
		}}},
		{"children that are not there", "lacks", crafted{kind: format.Int64, change: func(m *format.FileMetaData) { m.Schema[0].NumChildren.V = math.MaxInt32 }}},
		{"BROTLI", "BROTLI", crafted{kind: format.Int64, codec: format.Brotli, rows: 1, pages: []craftedPage{dataPage(1, 8, format.Plain, make([]byte, 8))}}},
		{"BIT_PACKED", "BIT_PACKED", crafted{kind: format.Int64, rows: 1, pages: []craftedPage{dataPage(1, 8, format.BitPacked, make([]byte, 8))}}},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, c.file.file(t), c.want) })
	}
	t.Run("footer with a list of two billion", func(t *testing.T) {
		list := append([]byte{0x15, 2, 0x19, 0xfc}, binary.AppendUvarint(nil, 1<<31-1)...) // version, schema
		b := append([]byte("PAR1"), append(list, make([]byte, 100)...)...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(b)-4))
		refused(t, append(b, "PAR1"...), "list of 2147483647 elements")
	})
}

// refused wants an error with a part of the reason, and little memory taken on the way to it.
func refused(t *testing.T, b []byte, want string) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f, err := Open(bytes.NewReader(b), int64(len(b)))
	if err == nil {
		_, err = ours(f, 0)
	}
	runtime.ReadMemStats(&after)
	if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "runtime error") {
		t.Errorf("error is %v, want one of %q", err, want)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
		t.Errorf("%d bytes were taken for it", took)
	}
}

// TestPrefixes: texts that each begin as all of the one before would take the square of what the page has.
func TestPrefixes(t *testing.T) {
	const n = 1 << 17
	block := func(first int64, width byte, rest []byte) []byte { // n numbers: the first, then differences of 1 each
		b := binary.AppendVarint(binary.AppendUvarint(binary.AppendUvarint(binary.AppendUvarint(nil, n), 1), n), first)
		return append(append(binary.AppendVarint(b, int64(width)), 0), rest...)
	}
	body := block(0, 1, nil)                 // kept: 0, 1, 2, …
	body = append(body, block(1, 0, nil)...) // own: one byte each
	body = append(body, bytes.Repeat([]byte("x"), n)...)
	refused(t, crafted{kind: format.ByteArray, rows: n, pages: []craftedPage{dataPage(n, int32(len(body)), format.DeltaByteArray, body)}}.file(t), "texts of more than")
}
