package flowlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"sgfit/schema"
)

// unzip unpacks one gzip member that is all of packed, in room where that suffices; false for whatever else packed may be.
type unzip func(room, packed []byte) (text []byte, ok bool)

const (
	// mostZipped is how often the content may be zipped: CloudWatch Logs zips what it sends to Firehose, which can zip
	// it again.
	mostZipped = 3
	// mostAtOnce is the largest object that is unzipped at once, in stored bytes: larger ones are streams.
	mostAtOnce = 16 << 20
)

// unpack peels gzip off, of one member or of several, and returns the head of what is in it, and the rest.
func (rd *reader) unpack(size int64) (head []byte, rest io.Reader, err error) {
	rest = rd.front
	head, _ = rd.front.Peek(2)
	for layer := 0; layer < mostZipped && isGzip(head); layer++ {
		var text io.Reader
		if layer == 0 {
			text, rest = rd.atOnce(size)
		} else {
			rest = io.MultiReader(bytes.NewReader(bytes.Clone(head)), rest)
		}
		if text == nil {
			zip := &rd.zips[layer]
			if err := zip.Reset(rest); err != nil {
				return nil, rest, err
			}
			text = zip
		}
		rest = text
		if head, err = rd.peek(rest); err != nil {
			return nil, rest, err
		}
	}
	if rest == io.Reader(rd.front) {
		head, err = rd.peek(rest)
	}
	return head, rest, err
}

// atOnce unzips an object of which nothing was read yet. Where that cannot be, text is nil, and packed is the object from its front on.
func (rd *reader) atOnce(size int64) (text, packed io.Reader) {
	if rd.unzip == nil || size > mostAtOnce {
		return nil, rd.front
	}
	if int64(cap(rd.packed)) < size {
		rd.packed = make([]byte, size)
	}
	n, err := io.ReadFull(rd.front, rd.packed[:size])
	whole := rd.packed[:n]
	if _, more := rd.front.Peek(1); err == nil && more == io.EOF {
		if unzipped, ok := rd.unzip(rd.unzipped[:0], whole); ok {
			rd.unzipped = unzipped
			return bytes.NewReader(unzipped), nil
		}
	}
	return nil, io.MultiReader(bytes.NewReader(whole), rd.front)
}

// broken sets the rest of a gzip stream aside. A line that it breaks off in is malformed.
func (s *read) broken(err error) {
	s.object.Damaged = contradicts(err)
	what := "is damaged"
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		what = "is cut off"
	}
	unit := "line"
	if s.wrapping != "" {
		unit = "record"
	}
	reason := fmt.Sprintf("gzip data %s after %s %d: %v; what comes after it is missing", what, unit, s.line, err)
	if s.object.Damaged {
		reason = "gzip data is damaged: " + err.Error()
	}
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

// contradicts says whether gzip's own bytes disagree. What was unpacked then may be wrong from anywhere on: a bit that falls
// over makes other digits of an address as readily as nonsense. A stream that is cut off, or has another kind of content
// behind its last member, is right as far as it goes.
func contradicts(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}
