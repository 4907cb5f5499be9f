package parquet

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// Limits of what lies in memory. Writers cut pages and dictionaries at about a megabyte; some make one page of a row
// group's column.
const (
	largestPage = 96 << 20
	// mostHeld is what the pages and dictionaries of all columns of a file may take at a time.
	mostHeld = 160 << 20
	// dictionaryRoom is what a caller is thought to make of each value of a dictionary, which counts as held too.
	dictionaryRoom = 48
)

// Reader reads one column, a row group and a page at a time. What its fields point to holds until the next call.
type Reader struct {
	Column *Column
	// Levels is how many places the page has: values, and places without one.
	Levels int
	// Def and Rep are the levels of the places. Rep is nil where the highest is 0; Def is nil where every place has a
	// value, unless the column is of lists.
	Def, Rep []uint8
	// Dict holds the distinct values of the row group's column, once a dictionary was read; NewDict says that it
	// was read since the page before.
	Dict    Values
	NewDict bool
	// Indexed says that the page's values are those of Dict that Index names; else they are in Values.
	Indexed bool
	Index   []uint32
	Values  Values

	file    *File
	place   int // among the columns
	codec   format.CompressionCodec
	window  window
	left    int64 // places of the chunk that were not read
	hasDict bool
	codecs  codecs
	plain   []byte // a page, unpacked
	dict    []byte // a dictionary, unpacked
	levels  [2][]uint8
	held    int64
	number  []uint64 // room for deltas
}

// keptBuffers is how large the buffers of a reader can be for another reader to use them again.
const keptBuffers = 2 << 20

// Reader returns a reader of the column of that place in Columns. It starts behind the last group: Start comes first.
// used, which may be nil, is a reader that is done with, perhaps of another file: its buffers are used again.
func (f *File) Reader(column int, used *Reader) *Reader {
	r := &Reader{}
	if used != nil && used.held <= keptBuffers {
		*r = *used
	}
	r.Column, r.file, r.place, r.left, r.Levels, r.held = &f.Columns[column], f, column, 0, 0, 0
	r.codecs.whole = f.Unzip
	return r
}

// Start goes to the front of the column in a row group.
func (r *Reader) Start(group int) error {
	chunk := &r.file.Groups[group].chunks[r.place]
	m := &chunk.MetaData
	switch {
	case chunk.FilePath != "":
		return foreign("column %s lies in another file, %q", r.name(), chunk.FilePath)
	case chunk.CryptoMetadata.Value != nil:
		return foreign("column %s is encrypted", r.name())
	case r.Column.Kind == Boolean:
		return foreign("column %s is of type BOOLEAN", r.name())
	case m.Type != r.Column.stored:
		return damaged("column %s is of two types", r.name())
	}
	from := m.DataPageOffset
	if d := m.DictionaryPageOffset; d > 0 && d < from {
		from = d
	}
	if from < 4 || m.TotalCompressedSize < 0 || from > r.file.size-8 || m.TotalCompressedSize > r.file.size-8-from {
		return damaged("column %s lies outside of the file", r.name())
	}
	if m.NumValues < 0 || m.NumValues > mostRows {
		return damaged("column %s declares %d values", r.name(), m.NumValues)
	}
	r.window.start(r.file.from, from, from+m.TotalCompressedSize)
	r.codec, r.left, r.hasDict, r.Levels = m.Codec, m.NumValues, false, 0
	r.Dict.clear()
	return nil
}

// Places is how many places the column has in the row group that Start went to, less those that were read.
func (r *Reader) Places() int64 { return r.left }

func (r *Reader) name() string {
	name := ""
	for i, part := range r.Column.Path {
		if i > 0 {
			name += "."
		}
		name += part
	}
	return name
}

// Next reads the next page with values; io.EOF comes behind the last of the row group.
func (r *Reader) Next() (err error) {
	defer recovered(&err)
	r.NewDict = false
	for r.left > 0 {
		h, err := r.header()
		if err != nil {
			return err
		}
		if err := r.page(h); err != nil {
			return err
		}
		if r.Levels > 0 {
			r.left -= int64(r.Levels)
			return nil
		}
	}
	r.Levels = 0
	return io.EOF
}

// longestHeader is the longest header of a page: it can hold the least and the greatest value.
const longestHeader = 4 << 20

// header reads the header of the next page.
func (r *Reader) header() (*format.PageHeader, error) {
	for ask := 1 << 10; ; ask *= 8 {
		b, err := r.window.peek(ask)
		if err != nil {
			return nil, err
		}
		var x extent
		n, err := x.of(b, 0)
		if err == errTruncated && len(b) == ask && ask < longestHeader {
			continue
		}
		if err != nil {
			return nil, damaged("header of a page of column %s: %w", r.name(), err)
		}
		h, protocol := new(format.PageHeader), thrift.CompactProtocol{}
		if err := thrift.NewDecoder(protocol.NewReaderFromBytes(b[:n])).Decode(h); err != nil {
			return nil, damaged("header of a page of column %s: %w", r.name(), err)
		}
		r.window.skip(n)
		return h, nil
	}
}

// page reads what comes behind a header. Levels stays 0 when that is no page of values.
func (r *Reader) page(h *format.PageHeader) error {
	size := int(h.UncompressedPageSize)
	if h.CompressedPageSize < 0 || size < 0 || size > largestPage || int64(h.CompressedPageSize) > r.window.left() {
		return damaged("a page of column %s is declared to have %d bytes, %d unpacked", r.name(), h.CompressedPageSize, size)
	}
	if err := r.room(int64(max(size-cap(r.plain), 0)) + int64(max(int(h.CompressedPageSize)-cap(r.window.buf), 0))); err != nil {
		return err
	}
	packed, err := r.window.peek(int(h.CompressedPageSize))
	if err != nil {
		return err
	}
	r.window.skip(len(packed))
	r.Levels = 0
	switch {
	case h.Type == format.DictionaryPage && h.DictionaryPageHeader.Valid:
		err = r.dictionary(&h.DictionaryPageHeader.V, packed, size)
	case h.Type == format.DataPage && h.DataPageHeader.Valid:
		err = r.first(&h.DataPageHeader.V, packed, size)
	case h.Type == format.DataPageV2 && h.DataPageHeaderV2.Valid:
		err = r.second(&h.DataPageHeaderV2.V, packed, size)
	case h.Type == format.IndexPage:
	default:
		err = damaged("a page of the unknown type %d", h.Type)
	}
	if err != nil {
		return fmt.Errorf("column %s: %w", r.name(), err)
	}
	return nil
}

// hold counts what lies in memory for this column.
func (r *Reader) hold() error {
	now := int64(cap(r.window.buf)+cap(r.plain)+cap(r.dict)+cap(r.levels[0])+cap(r.levels[1])) +
		4*int64(cap(r.Index)) + r.Values.bytes() + r.Dict.bytes() + int64(r.Dict.Len())*dictionaryRoom + 8*int64(cap(r.number))
	r.file.held += now - r.held
	r.held = now
	return r.room(0)
}

// room wants that many bytes more to be within the limit.
func (r *Reader) room(n int64) error {
	if r.file.held+n > mostHeld {
		return damaged("its pages take more than %d MiB at a time", mostHeld>>20)
	}
	return nil
}
