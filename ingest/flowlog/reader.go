package flowlog

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
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
	zips   [mostZipped]gzip.Reader
	head   [headBytes]byte
	json   *documents // nil before the first JSON
	buffer []byte
	items  []item
	carry  []byte
	stolen []uint16
	// silenced is stolen for NODATA and SKIPDATA records.
	silenced []silenced
	// cursors are those of the last Parquet file.
	cursors []*cursor
	format  string // of lines without a header
	unzip   unzip  // may be nil
	// packed is the last object that was to be unzipped at once, unzipped what came of it.
	packed, unzipped []byte
}

const chunk = 256 << 10

func newReader(o *Options) *reader {
	return &reader{
		format: o.Format, unzip: o.Unzip,
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
		table:  rd.table, seen: seen, order: order, items: rd.items[:0], remembering: remembering, format: rd.format,
	}}}
	if magic, _ := rd.front.Peek(4); string(magic) == "PAR1" || string(magic) == "PARE" {
		s.end(rd.readRows(&s.gather, r))
	} else {
		rd.scan(s, r.Size())
	}
	rd.carry = s.carry[:0]
	rd.drainStored(s)
	return s
}

// headBytes is how much of the content is looked at to tell what it is.
const headBytes = 4 << 10

// scan reads the content, of whatever kind, size bytes as stored. What was unpacked before gzip breaks off stays.
func (rd *reader) scan(s *read, size int64) {
	head, rest, err := rd.unpack(size)
	switch {
	case err != nil:
	case beginsJSON(head):
		if rd.json == nil {
			rd.json = newDocuments()
		}
		err = rd.json.read(&s.scan, io.MultiReader(bytes.NewReader(bytes.TrimPrefix(head, []byte("\ufeff"))), rest))
		if rd.json.inside {
			s.carry = append(s.carry, '{') // counts as a piece that breaks off
		}
	default:
		err = rd.text(&s.scan, head, rest)
	}
	switch {
	case err == nil:
		s.end(s.finish())
	case errors.Is(err, errForeign), rd.stored.failed != nil:
		s.end(err)
	default:
		s.broken(err)
		s.end(nil)
	}
}

// peek reads the head of the content: enough of it to hold something that is not blank. An error behind it comes again
// when the rest is read.
func (rd *reader) peek(r io.Reader) ([]byte, error) {
	n := 0
	for n < headBytes {
		m, err := r.Read(rd.head[n:])
		if n += m; err != nil && (n == 0 && err != io.EOF) {
			return nil, err
		}
		if err != nil || n > 3 && len(bytes.TrimSpace(rd.head[:n])) > 0 {
			break
		}
	}
	return rd.head[:n], nil
}

// text scans text. What is unpacked is handed over without a copy.
func (rd *reader) text(s *scan, head []byte, rest io.Reader) error {
	if _, err := s.Write(head); err != nil {
		return err
	}
	switch rest := rest.(type) {
	case *gzip.Reader:
		_, err := rest.WriteTo(s)
		return err
	case *bytes.Reader:
		_, err := rest.WriteTo(s)
		return err
	}
	_, err := io.CopyBuffer(s, onlyReader{rest}, rd.buffer)
	return err
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
	case o.Problem == "" && o.Records > 0 && o.Records == o.Malformed && s.wrapping != "" && len(s.rejected) > 0:
		o.Problem = "not one record in it can be used; the first: " + s.rejected[0].Reason
	case o.Problem == "" && o.Records > 0 && o.Records == o.Malformed && s.layout != nil && s.layout.header == nil:
		o.Problem = "not one line reads as a record of " + s.layout.called() + ", and there is no header that names another"
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
