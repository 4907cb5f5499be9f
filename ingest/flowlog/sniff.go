package flowlog

import (
	"bytes"
)

// foreignContent says what content that begins with this line looks like, when that is not text with blanks between
// the fields; "" when it may well be.
func foreignContent(line []byte) string {
	switch {
	case bytes.HasPrefix(line, []byte("PAR1")):
		return "looks like Parquet inside gzip (unpack it first)"
	case bytes.HasPrefix(line, []byte("\x1f\x8b")):
		return "looks like gzip inside gzip"
	case bytes.HasPrefix(line, []byte("PK\x03\x04")):
		return "looks like a zip archive"
	case bytes.HasPrefix(line, []byte("\x28\xb5\x2f\xfd")):
		return "looks like zstd"
	case bytes.HasPrefix(line, []byte("BZh")):
		return "looks like bzip2"
	case bytes.HasPrefix(line, []byte("\xff\xfe")), bytes.HasPrefix(line, []byte("\xfe\xff")):
		return "looks like UTF-16 text"
	case bytes.IndexByte(line, 0) >= 0:
		return "looks like binary data"
	case line[0] == '{', line[0] == '[':
		return "looks like JSON"
	case line[0] == '<':
		return "looks like HTML or XML"
	case isCommaHeader(line):
		return "looks like comma-separated text"
	}
	return ""
}

// isCommaHeader knows the header of a table exported from Athena or a spreadsheet.
func isCommaHeader(line []byte) bool {
	if bytes.IndexByte(line, ',') < 0 {
		return false
	}
	return isHeader(bytes.Map(func(r rune) rune {
		switch r {
		case ',':
			return ' '
		case '"':
			return -1
		}
		return r
	}, line))
}

// exportPrefix returns the length of what CloudWatch Logs puts before a line that it exports to S3, the blank behind
// it included: a time in ISO 8601, or, as some report, in milliseconds; 0 when the line begins with anything else
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html).
func exportPrefix(line []byte) int {
	n := endOfField(line, 0)
	word := line[:n]
	iso := n >= 20 && word[4] == '-' && word[10] == 'T' && word[n-1] == 'Z'
	_, _, state := number(word, 0)
	if !iso && (state != value || n != 13) {
		return 0
	}
	for n < len(line) && isBlank(rune(line[n])) {
		n++
	}
	return n
}

// isTransitGatewayLine knows a transit gateway's record where no header says so: its first or second field is the
// resource type.
func isTransitGatewayLine(line []byte) bool {
	for i := range 2 {
		n := endOfField(line, 0)
		if string(line[:n]) == "TransitGateway" {
			return true
		}
		if i == 0 {
			line = bytes.TrimLeft(line[n:], " \t")
		}
	}
	return false
}
