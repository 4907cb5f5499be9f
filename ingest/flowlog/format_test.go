package flowlog

import (
	"strings"
	"testing"
)

// TestFormatWithoutHeader: the caller knows the fields of lines that name none, in every wrapping.
func TestFormatWithoutHeader(t *testing.T) {
	const format = "interface-id action srcaddr dstaddr srcport dstport protocol start end"
	const line = "eni-a ACCEPT 10.0.0.1 10.0.1.5 40000 443 6 1767571200 1767571230"
	for name, text := range map[string]string{
		"text":         line + "\n",
		"export":       "2026-01-05T00:00:00.000Z " + line + "\n",
		"message":      `{"message":"` + line + `"}`,
		"subscription": `{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","logEvents":[{"id":"1","timestamp":1,"message":"` + line + `"}]}`,
		"csv":          "@timestamp,@message\n2026-01-05 00:00:00.000," + line + "\n",
	} {
		f := New(Options{Format: format})
		o, rejected, err := f.Read(strings.NewReader(text), name, 0)
		if err != nil || o.OK != 1 || o.Records != 1 || len(rejected) > 0 {
			t.Errorf("%s: %s, set aside %v, %v", name, countsOf(o), rejected, err)
		}
		if o, _, _ := New(Options{}).Read(strings.NewReader(text), name, 0); o.OK != 0 || o.Malformed != 1 {
			t.Errorf("%s in AWS's default order: %s", name, countsOf(o))
		}
	}
	f := New(Options{Format: format})
	o, _, err := f.Read(strings.NewReader(defaultFields+"\n2 1 eni-a 10.0.0.1 10.0.1.5 40000 443 6 1 40 1767571200 1767571230 ACCEPT OK\n"), "header", 0)
	if err != nil || o.OK != 1 {
		t.Errorf("a header comes first: %s, %v", countsOf(o), err)
	}
}
