package flowlog

import (
	"strings"
	"testing"
)

// TestNothingIsPassedOverUncounted: what looks like one header or one blank line may hide records.
func TestNothingIsPassedOverUncounted(t *testing.T) {
	const header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
	const record = "2 111122223333 eni-0aa 10.0.0.9 10.0.0.5 40000 443 6 9 900 1788307200 1788307260 ACCEPT OK"
	for _, c := range []struct {
		name, text           string
		records, ok, refused int64
	}{
		{"bare carriage returns", header + "\r" + record + "\r" + record + "\r", 1, 0, 1},
		{"many of them", header + "\r" + strings.Repeat(record+"\r", 2000), 1, 0, 1},
		{"in a later header", header + "\n" + record + "\n" + header + "\r" + record + "\n", 2, 1, 1},
		{"a record behind very many blanks", header + "\n" + strings.Repeat(" ", 80<<10) + record + "\n" + record + "\n", 2, 1, 1},
		{"the same at the beginning", strings.Repeat(" ", 80<<10) + record + "\n" + record + "\n", 2, 1, 1},
		{"line feeds after carriage returns", header + "\r\n" + record + "\r\n", 1, 1, 0},
		{"blank lines", header + "\n\n   \n" + record + "\n", 1, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, rejected, err := New(Options{}).Read(strings.NewReader(c.text), "x", 0)
			if err != nil {
				t.Fatal(err)
			}
			if o.Records != c.records || o.OK != c.ok || o.Malformed != c.refused || int64(len(rejected)) != c.refused {
				t.Errorf("got %+v and %d rejected; want %d records, %d ok, %d set aside", o, len(rejected), c.records, c.ok, c.refused)
			}
		})
	}
}
