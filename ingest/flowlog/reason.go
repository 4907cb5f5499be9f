package flowlog

import (
	"bytes"
	"fmt"
)

// sampleBytes is how much of a rejected line is kept.
const sampleBytes = 200

// reason puts a fault in words that a person can act on.
func (l *layout) reason(f fault, line []byte) string {
	switch f.kind {
	case tooFewFields, tooManyFields:
		return l.miscounted(line)
	case openQuote:
		return "a quoted field has no closing quote"
	case unreadable:
		return l.reasonOf(f, l.fields(line)[f.column])
	}
	return l.reasonOf(f, nil)
}

// reasonOf is the reason for a fault of values; field is the text of the one that is meant, where it is unreadable.
func (l *layout) reasonOf(f fault, field []byte) string {
	switch f.kind {
	case unreadable:
		return fmt.Sprintf("%s is %q, %s", l.names[f.column], sample(field), wanted(l.columns[f.column]))
	case absent:
		what := `"-"`
		if l.separator != 0 {
			what = "missing"
		}
		return fmt.Sprintf(`%s is %s in a record that is neither NODATA nor SKIPDATA`, l.names[f.column], what)
	case mixedFamilies:
		return "source and destination address are of different families"
	case endBeforeStart:
		return "end lies before start"
	}
	return ""
}

// miscounted is the reason of a line with too few fields, or too many.
func (l *layout) miscounted(line []byte) string {
	if l.header == nil && isTransitGatewayLine(line) {
		return transitGatewayRefusal
	}
	reason := fmt.Sprintf("%d fields where the format has %d", len(l.fields(line)), len(l.columns))
	if l.header == nil {
		reason += ", " + l.called() + ", and no header names another: put a line with the names of the fields before it, " +
			"name them with --log-format, or read the log group itself (cwl://REGION/LOG-GROUP), whose flow log knows them"
	}
	return reason
}

// called says which format lines without a header are read in.
func (l *layout) called() string {
	if l.standard {
		return "the default format"
	}
	return "the format given for lines without a header"
}

// fields cuts a line.
func (l *layout) fields(line []byte) [][]byte {
	if l.separator == 0 {
		return bytes.FieldsFunc(line, isBlank)
	}
	cells, _ := cellsOf(nil, line, l.separator)
	return cells
}

// wanted says what a field can hold.
func wanted(c column) string {
	switch c {
	case srcPort, dstPort:
		return "not a port from 0 to 65535"
	case protocol, tcpFlags:
		return "not a number from 0 to 255"
	case packets, octets:
		return "not a count up to 2^48"
	case start, end:
		return "not a time in Unix seconds"
	case srcAddr, dstAddr, pktSrcAddr, pktDstAddr:
		return "not an IP address"
	case action:
		return "neither ACCEPT nor REJECT"
	case flowDirection:
		return "neither ingress nor egress"
	case logStatus:
		return "neither OK, NODATA nor SKIPDATA"
	}
	return "not readable"
}

func sample(b []byte) string { return string(b[:min(len(b), sampleBytes)]) }
