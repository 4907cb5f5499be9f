package flowlog

import (
	"bytes"
	"errors"
	"fmt"

	"sgfit/schema"
)

// longestLine is where a line is taken for something else. The longest record, with every field of version 10, has
// less than 2,000 bytes.
const longestLine = 64 << 10

// errForeign ends the reading of an object whose content is no text.
var errForeign = errors.New("content is not flow log text")

// scan reads the text of one object: bytes come in through Write, records go to the table.
type scan struct {
	gather
	layout   *layout // nil before the first line
	carry    []byte  // the line that the next chunk goes on with
	tooLong  bool    // carry is the beginning of a line that is being passed over
	exported bool
	wrapping string // what JSON the lines come in, as in schema.Object.Format; "" for text
}

// Write takes the next chunk of text.
func (s *scan) Write(p []byte) (int, error) {
	size := len(p)
	for {
		n := bytes.IndexByte(p, '\n')
		if n < 0 {
			return size, s.keep(p)
		}
		line := p[:n]
		if len(s.carry) > 0 {
			if err := s.keep(line); err != nil {
				return 0, err
			}
			line = s.carry
		}
		if err := s.take(line); err != nil {
			return 0, err
		}
		s.carry, s.tooLong = s.carry[:0], false
		p = p[n+1:]
	}
}

// keep puts the beginning of a line aside, no more of it than longestLine.
func (s *scan) keep(p []byte) error {
	room := longestLine - len(s.carry)
	if len(p) > room {
		p, s.tooLong = p[:room], true
		if s.layout == nil && foreignContent(append(s.carry, p...)) != "" {
			return s.begin(append(s.carry, p...))
		}
	}
	s.carry = append(s.carry, p...)
	return nil
}

// finish takes a last line without a line end, and folds what is left.
func (s *scan) finish() error {
	var err error
	if len(s.carry) > 0 {
		err = s.take(s.carry)
		s.carry = s.carry[:0]
	}
	s.fold()
	return err
}

// take reads one line.
func (s *scan) take(line []byte) error {
	s.line++
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if s.line == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	if s.layout == nil || len(line) == 0 || isLetter(line[0]) || isBlank(rune(line[0])) || isNameQuoted(line) {
		if done, err := s.special(line); done || err != nil {
			return err
		}
	}
	if s.tooLong || len(line) > longestLine {
		s.object.Records++
		s.reject(line, lineTooLong())
		return nil
	}
	s.data(line)
	return nil
}

// isNameQuoted says whether a line may be a table's header: its first cell is no number.
func isNameQuoted(line []byte) bool {
	return line[0] == '@' || line[0] == '"' && len(line) > 1 && (isLetter(line[1]) || line[1] == '@')
}

func lineTooLong() string { return fmt.Sprintf("line longer than %d bytes", longestLine) }

// special takes lines that are no data: blank ones and headers. It runs for the first line and for lines that could be
// either.
func (s *scan) special(line []byte) (done bool, err error) {
	if len(bytes.TrimLeft(line, " \t")) == 0 && !s.tooLong { // of a long line only the beginning is known
		return true, nil
	}
	if s.layout == nil {
		return s.layoutFirst(line)
	}
	if bytes.Equal(line, s.layout.header) {
		return true, nil
	}
	if isHeader(line) {
		return s.header(line), nil
	}
	return false, nil
}

// header adopts a header, unless lines behind it hang on it by bare carriage returns: those would be lost with it.
func (s *scan) header(line []byte) (done bool) {
	if bytes.IndexByte(line, '\r') < 0 {
		l := layoutOf(line)
		if l.message > 0 {
			l.lines = headerlessLayout(s.format)
		}
		s.adopt(l)
		return true
	}
	if s.layout == nil {
		s.object.Format, s.object.Problem = "not recognised", bareReturns
	}
	s.object.Records++
	s.reject(line, bareReturns)
	return true
}

const bareReturns = "lines end in bare carriage returns, not in line feeds"

// layoutFirst finds out from the first line that is not blank what the object is.
func (s *scan) layoutFirst(line []byte) (done bool, err error) {
	if err := s.begin(line); err != nil {
		return true, err
	}
	if isHeader(line) {
		return s.header(line), nil
	}
	s.adopt(headerlessLayout(s.format))
	if n := exportPrefix(line); n > 0 {
		s.exported = true
		s.object.Format += ", CloudWatch export"
		line = line[n:]
	}
	if isTransitGatewayLine(line) {
		s.object.Format = "text transit gateway"
		s.layout.refusal = transitGatewayRefusal
		s.refuse(line)
	}
	return false, nil
}

// begin refuses content that is no text.
func (s *scan) begin(line []byte) error {
	what := foreignContent(line)
	if what == "" {
		return nil
	}
	s.rejectObject(what+", which is not read as flow log: text, CSV and JSON are, plain or gzip, and Parquet is", line)
	return errForeign
}

// adopt makes a layout the current one.
func (s *scan) adopt(l *layout) {
	switch {
	case s.wrapping != "":
		s.object.Format = s.wrapping + ", " + l.name
	case s.object.Format == "":
		s.object.Format = l.name
	case s.object.Format != l.name:
		s.object.Format = "text, several formats"
	}
	s.layout = l
	if l.refusal != "" {
		s.refuse(l.header)
	}
}

// refuse sets the rest of the object aside, until a header names a format that can be used.
func (s *scan) refuse(line []byte) {
	if s.object.Problem == "" {
		s.object.Problem = s.layout.refusal
	}
	s.rejected = append(s.rejected, schema.Rejected{
		Place: s.object.Place, Line: s.line, Reason: s.layout.refusal, Sample: sample(line),
	})
}

// data reads a line that must be a record.
func (s *scan) data(line []byte) {
	s.object.Records++
	if s.layout.refusal != "" {
		s.object.Malformed++
		return
	}
	whole := line
	if s.exported {
		line = line[exportPrefix(line):]
	}
	l, f := s.layout, fault{}
	if l.message > 0 {
		l, line, f = l.parseMessage(line, &s.record)
	} else {
		f = l.parse(line, &s.record)
	}
	if f.kind == sound {
		s.keepRecord()
		return
	}
	if s.crowded() {
		return
	}
	s.reject(whole, l.reason(f, line))
}
