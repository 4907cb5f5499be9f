package flowlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"

	"sgfit/ingest/jsontext"
)

const (
	// maxNesting bounds objects, texts and payloads within each other: a subscription's event in a payload in a
	// Kinesis event in a list is seven.
	maxNesting = 12
	// mostUnknown is how many objects are looked at before the JSON is taken for something else than flow logs.
	mostUnknown = 100
)

// documents reads flow logs in all the JSON that AWS, and those who ship its logs, wrap them in:
//
//	{"messageType": …, "logEvents": [{"message": "line"}]}     CloudWatch Logs subscription, as Firehose or Lambda get it
//	{"events": [{"message": "line"}]}                          aws logs filter-log-events, get-log-events
//	{"results": [[{"field": …, "value": …}]]}                  aws logs get-query-results
//	{"awslogs": {"data": "base64 of gzip"}}                    Lambda's event of a subscription
//	{"Records": [{"kinesis": {"data": "base64"}}]}             Lambda's event of a Kinesis stream
//	{"records": [{"data": "base64"}]}                          Firehose's event for a transformation
//	{"message": "line"}                                        one record, as Firehose and shippers of logs write it
//	{"interface_id": …, "srcaddr": …}                          one record, field by field
//	[ … ], and one document after the other                    of any of these
//
// What a document holds goes to the scan as soon as it is cut out; no more than one element of a list is held. A
// document with a fault costs what is left of it, and the next is read again.
type documents struct {
	*scan
	layers  [maxNesting + 1]layer
	fields  *layout
	columns map[string]column // by the names of members
	zip     gzip.Reader
	keys    []string // of what was not recognised
	shape   string   // what the document at hand was recognised as
	source  *jsontext.Stream
	inside  bool // a document was begun and is not at its end
}

// layer is what one level of nesting needs.
type layer struct {
	stream  jsontext.Stream
	found   found
	payload bytes.Buffer
}

func newDocuments() *documents {
	d := &documents{fields: namedLayout(), columns: map[string]column{}}
	for i := range d.layers {
		d.layers[i].stream.Torn = true
	}
	return d
}

// read reads one object's JSON to its end. The error is errForeign, or that of from.
func (d *documents) read(s *scan, from io.Reader) error {
	d.scan, d.source, d.keys, d.inside = s, jsontext.New(from), d.keys[:0], false
	d.source.Torn = true
	d.layout = headerlessLayout(s.format)
	err := d.all(d.source, 0)
	if d.source.Failed() != nil {
		err = d.source.Failed()
	}
	d.source = nil // its buffer may have grown
	if err == nil && d.object.Format == "" && d.object.Records > 0 {
		err = d.foreign()
	}
	return err
}

// all reads one document after the other until the end.
func (d *documents) all(s *jsontext.Stream, depth int) error {
	torn := false
	for {
		c, err := s.Peek()
		if err != nil {
			return clean(err)
		}
		if torn && (c == ',' || c == ']' || c == '}') {
			s.Pass() // what closes a document whose beginning was passed over
			continue
		}
		d.inside = depth == 0 || d.inside
		if err := d.document(s, c, depth); err != nil {
			if d.source.Failed() != nil || !isFault(err) {
				return err
			}
			d.broken(err)
			if errors.Is(err, io.ErrUnexpectedEOF) {
				err = io.EOF
			} else {
				err = s.Resume()
			}
			if err != nil {
				d.inside = d.inside && depth > 0
				return clean(err)
			}
			torn = true
		}
		d.inside = d.inside && depth > 0
	}
}

// clean is no error for a text that is at its end.
func clean(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// isFault tells faults of the text from decisions and from bytes that could not be had.
func isFault(err error) bool {
	var syntax *jsontext.SyntaxError
	return errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, jsontext.ErrTooLong)
}

// broken counts what is left of a document with a fault as one malformed record.
func (d *documents) broken(err error) {
	reason := fmt.Sprintf("%v; what is left of this document is passed over", err)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		reason = "the JSON breaks off; what comes after it is missing"
	}
	d.setAside(nil, reason)
}

// setAside counts a piece of JSON as a malformed record.
func (d *documents) setAside(piece []byte, reason string) {
	d.object.Records++
	d.line = d.object.Records
	d.reject(piece, reason)
}

// document reads what begins with c.
func (d *documents) document(s *jsontext.Stream, c byte, depth int) error {
	if depth == 0 {
		d.shape = ""
	}
	switch c {
	case '[':
		return s.Elements(func() error { return d.element(s, depth+1) })
	case '{':
		s.Hold()
		return d.members(s, nil, depth)
	}
	return s.Wrong("an object or a list")
}

// element takes one element of a list.
func (d *documents) element(s *jsontext.Stream, depth int) error {
	raw, err := d.value(s)
	if err != nil || raw == nil {
		return err
	}
	return d.piece(raw, depth)
}

// value takes the next value; one that is too long is passed over, with nil for it.
func (d *documents) value(s *jsontext.Stream) ([]byte, error) {
	raw, err := s.Value()
	if errors.Is(err, jsontext.ErrTooLong) {
		d.setAside(nil, err.Error())
		return nil, s.Skip()
	}
	return raw, err
}

// piece reads a value that was cut out: a fault in it is a loss, but not to what stands around it.
func (d *documents) piece(raw []byte, depth int) error {
	if depth > maxNesting {
		d.setAside(raw, "JSON within JSON, too deep")
		return nil
	}
	var err error
	switch s := &d.layers[depth].stream; raw[0] {
	case '{':
		s.Reset(raw)
		err = d.members(s, raw, depth)
	case '[':
		s.Reset(raw)
		if d.shape == insights {
			err = d.row(s, depth)
		} else {
			err = s.Elements(func() error { return d.element(s, depth+1) })
		}
	case '"':
		err = d.text(raw, depth)
	default:
		err = d.unknown(raw, nil)
	}
	if err != nil && isFault(err) {
		d.setAside(raw, "not JSON: "+strings.TrimPrefix(err.Error(), "not JSON "))
		return nil
	}
	return err
}

func (d *documents) pieces(raws [][]byte, depth int) error {
	for _, raw := range raws {
		if err := d.piece(raw, depth); err != nil {
			return err
		}
	}
	return nil
}

// row reads a row of Logs Insights, whose members stand in a list: [{"field": "srcAddr", "value": "10.0.0.7"}].
func (d *documents) row(s *jsontext.Stream, depth int) error {
	object := []byte{'{'}
	err := s.Elements(func() error {
		var pair [2][]byte
		err := s.Members(func(key string) error {
			raw, err := s.Value()
			if i := slices.Index([]string{"field", "value"}, key); i >= 0 {
				pair[i] = raw
			}
			return err
		})
		if err != nil || pair[0] == nil || pair[1] == nil {
			return err
		}
		if len(object) > 1 {
			object = append(object, ',')
		}
		object = append(append(append(object, pair[0]...), ':'), pair[1]...)
		return nil
	})
	if err != nil {
		return err
	}
	return d.piece(append(object, '}'), depth+1)
}
