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
	case tooFewFields:
		return fmt.Sprintf("%d fields where the format has %d", f.column, len(l.columns))
	case tooManyFields:
		return fmt.Sprintf("%d fields where the format has %d", len(bytes.FieldsFunc(line, isBlank)), len(l.columns))
	case unreadable:
		return l.reasonOf(f, bytes.FieldsFunc(line, isBlank)[f.column])
	}
	return l.reasonOf(f, nil)
}

// reasonOf is the reason for a fault of values; field is the text of the one that is meant, where it is unreadable.
func (l *layout) reasonOf(f fault, field []byte) string {
	switch f.kind {
	case unreadable:
		return fmt.Sprintf("%s is %q, %s", l.names[f.column], sample(field), wanted(l.columns[f.column]))
	case absent:
		return fmt.Sprintf(`%s is "-" in a record that is neither NODATA nor SKIPDATA`, l.names[f.column])
	case mixedFamilies:
		return "source and destination address are of different families"
	case endBeforeStart:
		return "end lies before start"
	}
	return ""
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
