package flowlog

import (
	"bytes"
)

func isGzip(b []byte) bool { return len(b) >= 2 && b[0] == 0x1f && b[1] == 0x8b }

// beginsJSON says whether text that begins so is JSON: no line of a flow log begins with a bracket.
func beginsJSON(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

// foreignContent says what content that begins with this line looks like, when that is no text to be read line by
// line; "" when it may well be.
func foreignContent(line []byte) string {
	switch {
	case bytes.HasPrefix(line, []byte("PAR1")):
		return "looks like Parquet inside gzip (unpack it first)"
	case isGzip(line):
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
	case isBareTable(line):
		return "looks like comma-separated text without a header that names its fields"
	}
	return ""
}

// isBareTable knows comma-separated values that no header names: which is which would have to be guessed.
func isBareTable(line []byte) bool {
	return bytes.Count(line, []byte{','}) >= 7 && bytes.IndexByte(line, ' ') < 0 && !isCellHeader(line)
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

// isTransitGatewayLine knows a transit gateway's record where no header says so: one of its first fields is the
// resource type, or the gateway's id.
func isTransitGatewayLine(line []byte) bool {
	for range 3 {
		n := endOfField(line, 0)
		if word := line[:n]; string(word) == "TransitGateway" || bytes.HasPrefix(word, []byte("tgw-")) {
			return true
		}
		line = bytes.TrimLeft(line[n:], " \t")
	}
	return false
}
