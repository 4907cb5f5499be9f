package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// longestFooter is where a footer is taken for damage; that of a real flow log has some kilobytes.
const longestFooter = 32 << 20

// mostRows is the most rows of a file: sums of such cannot overflow.
const mostRows = 1 << 40

// ErrDamaged says that a file is not, or no longer, what its footer says. All errors but those of the reader
// underneath wrap it, or ErrForeign.
var ErrDamaged = errors.New("Parquet data is damaged")

// ErrForeign says that a file is sound as far as can be told, but of a kind that is not read.
var ErrForeign = errors.New("kind of Parquet that is not read")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrDamaged, fmt.Errorf(format, args...))
}

func foreign(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrForeign, fmt.Errorf(format, args...))
}

// File is a file whose footer was read. Its readers may not be used by several goroutines at a time.
type File struct {
	Columns []Column // leaves of the schema, in its order
	Groups  []Group
	Rows    int64
	// Unzip unpacks one gzip member that is all of packed, in room where that suffices, and is false for what it cannot. It may be
	// nil; pages that are packed by gzip then go through a streaming inflate.
	Unzip func(room, packed []byte) (text []byte, ok bool)
	from  io.ReaderAt
	size  int64
	held  int64 // bytes that the pages and dictionaries of all readers take
}

// Group is a row group.
type Group struct {
	Rows   int64
	chunks []format.ColumnChunk
}

// Open reads the footer of a file of that many bytes.
func Open(from io.ReaderAt, size int64) (f *File, err error) {
	defer recovered(&err)
	footer, err := readFooter(from, size)
	if err != nil {
		return nil, err
	}
	var x extent
	if _, err := x.of(footer, 0); err != nil {
		return nil, damaged("footer: %w", err)
	}
	var meta format.FileMetaData
	protocol := thrift.CompactProtocol{}
	if err := thrift.NewDecoder(protocol.NewReaderFromBytes(footer)).Decode(&meta); err != nil {
		return nil, damaged("footer: %w", err)
	}
	f = &File{from: from, size: size}
	if err := f.adopt(&meta); err != nil {
		return nil, err
	}
	return f, nil
}

// recovered makes an error of a panic: of what is decoded nothing is trusted, and a library may trust some of it.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = damaged("%v", p)
	}
}

// readFooter returns what lies before the last eight bytes, which are its length and the mark of the format.
func readFooter(from io.ReaderAt, size int64) ([]byte, error) {
	var tail [8]byte
	if size < 12 {
		return nil, damaged("%d bytes are no file", size)
	}
	if err := readFull(from, tail[:], size-8); err != nil {
		return nil, err
	}
	switch string(tail[4:]) {
	case "PAR1":
	case "PARE":
		return nil, foreign("its footer is encrypted")
	default:
		return nil, damaged("it does not end as a file of this format does; it may be cut off")
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if length > size-12 || length > longestFooter {
		return nil, damaged("a footer of %d bytes is declared in a file of %d", length, size)
	}
	footer := make([]byte, length)
	return footer, readFull(from, footer, size-8-length)
}

// readFull reads len(b) bytes. A file that is shorter than its size was is an error of the reader, not of the format.
func readFull(from io.ReaderAt, b []byte, at int64) error {
	n, err := from.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// adopt takes over what the footer says, as far as it agrees with itself.
func (f *File) adopt(meta *format.FileMetaData) error {
	if err := f.adoptSchema(meta.Schema); err != nil {
		return err
	}
	for i := range meta.RowGroups {
		g := &meta.RowGroups[i]
		if g.NumRows < 0 || g.NumRows > mostRows-f.Rows {
			return damaged("row group %d declares %d rows", i+1, g.NumRows)
		}
		if len(g.Columns) != len(f.Columns) {
			return damaged("row group %d has %d columns where the schema has %d", i+1, len(g.Columns), len(f.Columns))
		}
		f.Rows += g.NumRows
		f.Groups = append(f.Groups, Group{g.NumRows, g.Columns})
	}
	if meta.NumRows != f.Rows {
		return damaged("the footer declares %d rows, its row groups %d", meta.NumRows, f.Rows)
	}
	return nil
}
