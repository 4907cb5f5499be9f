package flowlog

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/zeebo/xxh3"

	"sgfit/schema"
)

func zipped(t *testing.T, texts ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, text := range texts {
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// outcome of one object in the tables below: counts as "records=ok+malformed+nodata+skipdata+duplicates".
func countsOf(o schema.Object) string {
	return fmt.Sprintf("%d=%d+%d+%d+%d+%d", o.Records, o.OK, o.Malformed, o.NoData, o.SkipData, o.Duplicates)
}

const (
	header  = defaultFields + "\n"
	line1   = "2 1 eni-1 10.0.0.1 10.0.0.7 1000 443 6 3 40 1767225600 1767225660 ACCEPT OK\n"
	line2   = "2 1 eni-1 10.0.0.7 10.0.0.2 53000 53 17 3 40 1767225601 1767225661 ACCEPT OK\n"
	silent  = "2 1 eni-1 - - - - - - - 1767225600 1767225660 - NODATA\n"
	skipped = "2 1 eni-1 - - - - - - - 1767225600 1767225660 - SKIPDATA\n"
)

// objectCase is an object, and what reading it comes to.
type objectCase struct {
	name, stored    string
	counts, format  string
	problem         string   // a part of it
	rejected        []string // "line: part of reason"
	first, last     uint32
	noConversations bool
}

func TestObjects(t *testing.T) {
	gz := zipped(t, header+line1+line2)
	long := strings.Repeat("x", longestLine+1)
	for _, c := range []objectCase{
		{name: "header", stored: header + line1 + line2, counts: "2=2+0+0+0+0", format: "text v2 default", first: 1767225600, last: 1767225661},
		{name: "no header", stored: line1 + line2, counts: "2=2+0+0+0+0", format: "text v2 default"},
		{name: "gzip", stored: gz, counts: "2=2+0+0+0+0", format: "text v2 default"},
		{name: "gzip of two members, each with a header", stored: zipped(t, header+line1, header+line2), counts: "2=2+0+0+0+0", format: "text v2 default"},
		{name: "CRLF, blank lines, runs of blanks, no last line end",
			stored: "\r\n" + strings.ReplaceAll(header, "\n", "\r\n") + "  \n" + strings.ReplaceAll(strings.TrimSpace(line1), " ", "  ") + "\r\n\n" + strings.TrimSpace(line2),
			counts: "2=2+0+0+0+0", format: "text v2 default"},
		{name: "byte order mark", stored: "\ufeff" + header + line1, counts: "1=1+0+0+0+0", format: "text v2 default"},
		{name: "all classes", stored: header + line1 + line1 + line2 + silent + silent + skipped + "2 1 eni-1\n", counts: "7=2+1+1+1+2", format: "text v2 default",
			rejected: []string{"8: 3 fields where the format has 14"}},
		{name: "header again", stored: header + line1 + "\n" + header + line2, counts: "2=2+0+0+0+0", format: "text v2 default"},
		{name: "another header", stored: header + line1 + "start interface-id srcaddr dstaddr srcport dstport protocol action new-field\n1767225600 eni-1 10.0.0.7 10.0.0.9 1 2 6 ACCEPT x\n",
			counts: "2=2+0+0+0+0", format: "text, several formats"},
		{name: "comments behind the fields", stored: header + strings.TrimSpace(line1) + " #Traffic from the source\n...\n" + line2, counts: "3=1+2+0+0+0", format: "text v2 default",
			rejected: []string{"2: 18 fields where the format has 14", "3: 1 fields where the format has 14"}},
		{name: "no log-status in the format", stored: "version interface-id srcaddr dstaddr srcport dstport protocol start action\n2 eni-1 10.0.0.1 10.0.0.7 1 2 6 1767225600 REJECT\n2 eni-1 - - - - - 1767225600 -\n",
			counts: "2=1+1+0+0+0", format: "text custom (9 fields)", rejected: []string{`3: protocol is "-"`}},
		{name: "bad fields", stored: header +
			"2 1 eni-1 10.0.0.1 10.0.0.256 1000 443 6 3 40 1767225600 1767225660 ACCEPT OK\n" +
			"2 1 eni-1 10.0.0.1 2001:db8::1 1000 443 6 3 40 1767225600 1767225660 ACCEPT OK\n" +
			"2 1 eni-1 10.0.0.1 10.0.0.7 65536 443 6 3 40 1767225600 1767225660 ACCEPT OK\n" +
			"2 1 eni-1 10.0.0.1 10.0.0.7 1000 443 6 3 40 1767225660 1767225600 ACCEPT OK\n" +
			"2 1 eni-1 10.0.0.1 10.0.0.7 1000 443 6 3 40 1767225600 1767225660 PASS OK\n" +
			"2 1 eni-1 10.0.0.1 10.0.0.7 1000 443 6 3 40 1767225600 1767225660 ACCEPT WELL\n" +
			"2 1 - 10.0.0.1 10.0.0.7 1000 443 6 3 40 1767225600 1767225660 ACCEPT OK\n" +
			"2 1 eni-1 10.0.0.1 10.0.0.7 - 443 6 3 40 1767225600 1767225660 ACCEPT OK\n",
			counts: "8=0+8+0+0+0", format: "text v2 default", noConversations: true, rejected: []string{
				`2: dstaddr is "10.0.0.256", not an IP address`, "3: different families", `4: srcport is "65536"`, "5: end lies before start",
				`6: action is "PASS"`, `7: log-status is "WELL"`, `8: interface-id is "-"`, `9: srcport is "-"`}},
		{name: "milliseconds", stored: "2 1 eni-1 10.0.0.1 10.0.0.7 1000 443 6 3 40 1512564058000 1512564059000 ACCEPT OK\n", counts: "1=1+0+0+0+0", format: "text v2 default", first: 1512564058, last: 1512564059},
		{name: "CloudWatch export", stored: "2026-01-01T00:00:00.000Z " + line1 + "2026-01-01T00:00:01.000Z " + line2, counts: "2=2+0+0+0+0", format: "text v2 default, CloudWatch export"},
		{name: "CloudWatch export in milliseconds", stored: "1767225600000 " + line1 + "1767225600000 " + silent, counts: "2=1+0+1+0+0", format: "text v2 default, CloudWatch export"},
		{name: "long line", stored: header + long + "\n" + line1, counts: "2=1+1+0+0+0", format: "text v2 default", rejected: []string{"2: line longer"}},
		{name: "empty", stored: "", counts: "0=0+0+0+0+0", format: "empty", noConversations: true},
		{name: "missing fields", stored: "version interface-id srcaddr dstaddr log-status\n2 eni-1 10.0.0.1 10.0.0.7 OK\n", counts: "1=0+1+0+0+0", format: "text custom (5 fields)",
			problem: "lacks srcport, dstport, protocol, start, action", rejected: []string{"1: lacks srcport"}, noConversations: true},
		{name: "a field twice", stored: strings.ReplaceAll(header, "dstaddr", "srcaddr") + line1, counts: "1=0+1+0+0+0", format: "text custom (14 fields)",
			problem: "srcaddr twice", rejected: []string{"1: srcaddr twice"}, noConversations: true},
		{name: "transit gateway without header", stored: "6 TransitGateway 1 tgw-1\n6 TransitGateway 1 tgw-1\n", counts: "2=0+2+0+0+0", format: "text transit gateway",
			problem: "transit gateway", rejected: []string{"1: transit gateway"}, noConversations: true},
		{name: "Parquet without an end", stored: "PAR1\x15\x04\n\n", counts: "0=0+0+0+0+0", format: "parquet", problem: "damaged", rejected: []string{"0: no file"}, noConversations: true},
		{name: "Parquet, zipped", stored: zipped(t, "PAR1\x15\x04\n\nPAR1"), counts: "0=0+0+0+0+0", format: "not recognised", problem: "Parquet inside gzip", rejected: []string{"0: Parquet"}, noConversations: true},
		{name: "binary without a line end", stored: strings.Repeat("\x00\x01\x02", longestLine), counts: "0=0+0+0+0+0", format: "not recognised", problem: "binary", rejected: []string{"0: binary"}, noConversations: true},
		{name: "CSV without header", stored: "2,1,eni-1,10.0.0.1,10.0.0.7,1000,443,6,3,40,1767225600,1767225660,ACCEPT,OK\n", counts: "0=0+0+0+0+0", format: "not recognised", problem: "without a header", rejected: []string{"0: comma"}, noConversations: true},
		{name: "another format without header", stored: line1 + "2 eni-1 10.0.0.1 10.0.0.7\n", counts: "2=1+1+0+0+0", format: "text v2 default", rejected: []string{"2: 4 fields where the format has 14, the default format, and no header names another"}},
		{name: "some other text", stored: "Dear all,\nplease find enclosed\n", counts: "2=0+2+0+0+0", format: "text v2 default", problem: "not one line", rejected: []string{"1: 2 fields", "2: 3 fields"}, noConversations: true},
		{name: "gzip with another content behind", stored: gz + "something that is no gzip", counts: "2=2+0+0+0+0", format: "text v2 default", problem: "gzip data is damaged after line 3", rejected: []string{"4: missing"}},
		{name: "gzip that only begins", stored: gz[:5], counts: "0=0+0+0+0+0", format: "gzip", problem: "gzip data is cut off after line 0", rejected: []string{"1: cut off"}, noConversations: true},
	} {
		t.Run(c.name, c.check)
	}
}

func (c objectCase) check(t *testing.T) {
	f := New(Options{})
	o, rejected, err := f.Read(strings.NewReader(c.stored), "place", 0)
	if err != nil {
		t.Fatal(err)
	}
	if countsOf(o) != c.counts || o.Format != c.format || !strings.Contains(o.Problem, c.problem) || (c.problem == "") != (o.Problem == "") {
		t.Errorf("got %s %q, problem %q; want %s %q, problem %q", countsOf(o), o.Format, o.Problem, c.counts, c.format, c.problem)
	}
	sum := xxh3.Hash128([]byte(c.stored)).Bytes()
	if want := fmt.Sprintf("xxh3:%x", sum); o.Hash != want || o.Size != int64(len(c.stored)) {
		t.Errorf("hash %s of %d bytes, want %s of %d", o.Hash, o.Size, want, len(c.stored))
	}
	if c.first != 0 && (o.First != c.first || o.Last != c.last) {
		t.Errorf("from %d to %d, want %d to %d", o.First, o.Last, c.first, c.last)
	}
	checkRejected(t, rejected, c.rejected)
	if b := f.Drain(); (len(b.Conversations) == 0) != c.noConversations {
		t.Errorf("%d conversations", len(b.Conversations))
	}
}

// checkRejected wants "line: part of reason" in this order.
func checkRejected(t *testing.T, got []schema.Rejected, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rejected, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		line, reason, _ := strings.Cut(w, ": ")
		if g := got[i]; fmt.Sprint(g.Line) != line || !strings.Contains(g.Reason, reason) || g.Place != "place" || len(g.Sample) > sampleBytes {
			t.Errorf("rejected %+v, want %q", g, w)
		}
	}
}

// TestCutGzip cuts a zipped object at every byte: what was whole is kept, the rest is told, nothing is counted twice.
func TestCutGzip(t *testing.T) {
	text := string(newTraffic(9, 20, 10).object(300, false))
	stored := zipped(t, text[:len(text)/2], text[len(text)/2:])
	whole := strings.Count(text, "\n") - 1
	best := int64(0)
	for cut := 2; cut < len(stored); cut += 7 {
		f := New(Options{})
		o, rejected, err := f.Read(strings.NewReader(stored[:cut]), "place", 0)
		if err != nil {
			t.Fatal(err)
		}
		if sum := o.OK + o.Malformed + o.NoData + o.SkipData + o.Duplicates; sum != o.Records || o.Records > int64(whole) {
			t.Fatalf("cut at %d: classes add up to %d, records %d of %d", cut, sum, o.Records, whole)
		}
		if o.Problem == "" || len(rejected) != 1 || o.Malformed > 1 {
			// Cut exactly between the members, the first is a sound object of its own.
			if cut != len(zipped(t, text[:len(text)/2])) {
				t.Fatalf("cut at %d: problem %q, rejected %+v, counts %s", cut, o.Problem, rejected, countsOf(o))
			}
		}
		best = max(best, o.OK)
	}
	if best < int64(whole)/2 {
		t.Errorf("at best %d of %d records were kept", best, whole)
	}
}

func TestManyRejected(t *testing.T) {
	f := New(Options{})
	o, rejected, err := f.Read(strings.NewReader(header+strings.Repeat("bogus line\n", mostRejected+500)), "place", 0)
	if err != nil || o.Malformed != mostRejected+500 || len(rejected) != mostRejected+1 || rejected[mostRejected].Pieces != 500 ||
		schema.SetAside(rejected) != o.Malformed {
		t.Errorf("%v: %d malformed, %d kept, of %d", err, o.Malformed, len(rejected), schema.SetAside(rejected))
	}
}

// TestChunks reads one text in chunks of every small size: lines across chunks are whole.
func TestChunks(t *testing.T) {
	text := string(newTraffic(4, 9, 10).object(40, false))
	want := drained(t, text)
	for size := 1; size < 200; size++ {
		f := New(Options{})
		rd := f.take()
		s := &scan{gather: gather{table: rd.table, seen: f.seen, items: rd.items[:0]}}
		for chunk := range slices.Chunk([]byte(text), size) {
			if _, err := s.Write(chunk); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.finish(); err != nil {
			t.Fatal(err)
		}
		got := f.Drain()
		if d := diff.Diff(want.Conversations, got.Conversations, addrs); d != "" || s.object.Records != 40 {
			t.Fatalf("in chunks of %d: %d records\n%.2000s", size, s.object.Records, d)
		}
	}
}

// TestLongLineInChunks: a line that is too long is one malformed line, and the next is read again.
func TestLongLineInChunks(t *testing.T) {
	f := New(Options{})
	s := &scan{gather: gather{table: f.take().table, seen: f.seen, items: make([]item, 0, batchSize)}}
	for chunk := range slices.Chunk([]byte(header+strings.Repeat("x ", longestLine)+"\n"+line1), 1000) {
		if _, err := s.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.finish(); err != nil || countsOf(s.object) != "2=1+1+0+0+0" || len(s.rejected) != 1 || s.rejected[0].Line != 2 {
		t.Errorf("%v: %s, rejected %.300v", err, countsOf(s.object), s.rejected)
	}
}
