package flowlog

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/zeebo/xxh3"

	"sgfit/schema"
)

// reader is what one goroutine needs to read objects: a table to fold to, and buffers to be used again.
type reader struct {
	table  *table
	stored stored
	front  *bufio.Reader
	zip    gzip.Reader
	buffer []byte
	items  []item
	carry  []byte
	stolen []uint16
	// cursors are those of the last Parquet file.
	cursors []*cursor
}

const chunk = 256 << 10

func newReader() *reader {
	return &reader{
		table: newTable(), stored: stored{hash: xxh3.New128()}, front: bufio.NewReaderSize(nil, chunk),
		buffer: make([]byte, chunk), items: make([]item, 0, batchSize),
	}
}

// stored is an object's bytes as stored: hashed and counted on the way.
type stored struct {
	from   io.Reader
	hash   *xxh3.Hasher128
	size   int64
	failed error // other than its end
}

func (s *stored) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	s.size += int64(n)
	s.hash.Write(p[:n])
	if err != nil && err != io.EOF {
		s.failed = err
	}
	return n, err
}

// read is a scan with what became of its bytes.
type read struct {
	scan
	failed error
}

// read reads one object to its end.
func (rd *reader) read(r schema.Content, place string, seen *seen, order uint16, remembering bool) *read {
	rd.stored.from, rd.stored.size, rd.stored.failed = r, 0, nil
	rd.stored.hash.Reset()
	rd.front.Reset(&rd.stored)
	s := &read{scan: scan{carry: rd.carry[:0], gather: gather{
		object: schema.Object{Place: place, Kind: schema.FlowLogObject},
		table:  rd.table, seen: seen, order: order, items: rd.items[:0], remembering: remembering,
	}}}
	if magic, _ := rd.front.Peek(4); string(magic) == "PAR1" || string(magic) == "PARE" {
		s.end(rd.readRows(&s.gather, r))
	} else if bytes.HasPrefix(magic, []byte("\x1f\x8b")) {
		rd.unzip(s)
	} else if _, err := io.CopyBuffer(&s.scan, onlyReader{rd.front}, rd.buffer); err == nil {
		s.end(s.finish())
	} else {
		s.end(err)
	}
	rd.carry = s.carry[:0]
	rd.drainStored(s)
	return s
}

// onlyReader hides that bufio can write itself, which it does in chunks of its own.
type onlyReader struct{ io.Reader }

// end takes the outcome of a scan: its own error is told already, by Problem.
func (s *read) end(err error) {
	s.fold()
	if err != nil && !errors.Is(err, errForeign) {
		s.failed = err
	}
	s.judge()
}

// judge says what the object as a whole is when its lines did not.
func (s *read) judge() {
	o := &s.object
	switch {
	case o.Format == "":
		o.Format = "empty"
	case o.Problem == "" && o.Records > 0 && o.Records == o.Malformed && s.layout != nil && s.layout.header == nil:
		o.Problem = "not one line reads as a record of the default format, and there is no header that names another"
	}
}

// unzip reads gzip, of one member or of several. What was unpacked before it breaks off stays.
func (rd *reader) unzip(s *read) {
	err := rd.zip.Reset(rd.front)
	if err == nil {
		_, err = rd.zip.WriteTo(&s.scan)
	}
	if err == nil {
		s.end(s.finish())
		return
	}
	if errors.Is(err, errForeign) || rd.stored.failed != nil {
		s.end(err)
		return
	}
	s.broken(err)
	s.end(nil)
}

// broken sets the rest of a gzip stream aside. A line that it breaks off in is malformed.
func (s *read) broken(err error) {
	what := "is damaged"
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		what = "is cut off"
	}
	reason := fmt.Sprintf("gzip data %s after line %d: %v; what comes after it is missing", what, s.line, err)
	if s.object.Problem == "" {
		s.object.Problem = reason
	}
	s.line++
	if len(s.carry) > 0 {
		s.object.Records++
		s.object.Malformed++
	}
	s.rejected = append(s.rejected, schema.Rejected{
		Place: s.object.Place, Line: s.line, Reason: reason, Sample: sample(s.carry),
	})
	if s.object.Format == "" {
		s.object.Format = "gzip"
	}
}

// drainStored reads what the scan left over, so that hash and size are those of the whole object.
func (rd *reader) drainStored(s *read) {
	if s.failed == nil {
		_, s.failed = io.CopyBuffer(io.Discard, onlyReader{&rd.stored}, rd.buffer)
	}
	if rd.stored.failed != nil {
		s.failed = rd.stored.failed
	}
	sum := rd.stored.hash.Sum128().Bytes()
	s.object.Size, s.object.Hash = rd.stored.size, "xxh3:"+hex.EncodeToString(sum[:])
}
