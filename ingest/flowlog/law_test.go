package flowlog

import (
	"bytes"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/iotest"

	diff "github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// at is an object's bytes at random.
type at interface {
	io.ReaderAt
	Size() int64
}

// content is an object that is read in a way of its own.
type content struct {
	io.Reader
	at
}

// keepsLaw reads an object, and checks what is true of each: its records are all in one class, and each reason is said.
func keepsLaw(t *testing.T, f *Fold, stored []byte, byteByByte bool) (schema.Object, []schema.Rejected) {
	t.Helper()
	from := content{iotest.DataErrReader(bytes.NewReader(stored)), bytes.NewReader(stored)}
	if byteByByte {
		from.Reader = iotest.OneByteReader(from.Reader)
	}
	o, rejected, err := f.Read(from, "place", 0)
	if err != nil {
		t.Fatal(err)
	}
	if o.Records != o.OK+o.Malformed+o.NoData+o.SkipData+o.Duplicates || o.OK < 0 || o.Malformed < 0 {
		t.Fatalf("%q: the classes do not add up: %s", stored, countsOf(o))
	}
	if o.Format == "" || o.Malformed > 0 && o.Malformed <= mostRejected && len(rejected) == 0 {
		t.Fatalf("%q: format %q, %d malformed and no reason", stored, o.Format, o.Malformed)
	}
	for _, r := range rejected {
		if r.Reason == "" || r.Line < 0 || len(r.Sample) > sampleBytes {
			t.Fatalf("%q: rejected %+v", stored, r)
		}
	}
	return o, rejected
}

// FuzzObject reads any bytes: at once, byte by byte, and zipped, with the same outcome.
func FuzzObject(f *testing.F) {
	for _, s := range []string{
		header + line1 + silent, delivery(line1, line2) + control + delivery(silent), delivery(line1)[:300] + delivery(line2),
		message(line1) + "\n" + message(custom) + message(customLine) + `{"message":"` + "\n" + message(line2),
		`{"records":[{"data":"` + encoded(line1) + `"},{"kinesis":{"data":"` + encoded(delivery(line2)) + `"}}]}`,
		`{"results":[[` + pairs("interfaceId eni-1 srcAddr 10.0.0.1 @message x") + `]],"events":{}}`,
		`[{"aws":{"vpc":{"interface-id":"eni-1","srcaddr":"10.0.0.1","dstaddr":"::1","start":5,"action":"x","protocol":null}}}]`,
		"interface_id,srcaddr,dstaddr,srcport,dstport,protocol,start,action\n\"eni-1\",10.0.0.7,10.0.0.9,1,2,6,1767225600,\"ACC\"\"EPT\"\n\"",
		"interface_id\tsrcaddr\tdstaddr\n\t\t\n", "@timestamp,@message\nx," + line1, `{"class_uid":4001,"src_endpoint":{}}`, "\ufeff[", "{{{{\n[[[",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, stored []byte) {
		fold := New(Options{})
		want, wantRejected := keepsLaw(t, fold, stored, false)
		wantBatch := fold.Drain()
		got, gotRejected := keepsLaw(t, fold, stored, true)
		if d := diff.Diff(want, got) + diff.Diff(wantRejected, gotRejected) + diff.Diff(wantBatch, fold.Drain(), addrs); d != "" {
			t.Fatalf("%q: not the same byte by byte (-at once +byte by byte):\n%s", stored, d)
		}
		if isGzip(stored) {
			return
		}
		got, _ = keepsLaw(t, fold, []byte(zipped(t, string(stored))), false)
		got.Size, got.Hash = want.Size, want.Hash
		if d := diff.Diff(want, got); d != "" {
			t.Fatalf("%q: not the same zipped (-plain +zipped):\n%s", stored, d)
		}
	})
}

// wrapper wraps lines in one of the ways there are, seeded.
type wrapper struct{ *rand.Rand }

func (w wrapper) wrap(t *testing.T, lines []string) string {
	var b strings.Builder
	for len(lines) > 0 {
		n := min(len(lines), 1+w.IntN(5))
		b.WriteString(w.document(t, lines[:n], 3))
		b.WriteString([]string{"", "\n", "\r\n", "  "}[w.IntN(4)])
		lines = lines[n:]
	}
	return b.String()
}

// document wraps lines, and that again.
func (w wrapper) document(t *testing.T, lines []string, depth int) string {
	var text string
	switch w.IntN(5) {
	case 0:
		var all []string
		for _, l := range lines {
			all = append(all, message(l))
		}
		text = "[" + strings.Join(all, ",\n") + "]"
	case 1:
		text = `{"level":1,"message":` + quoted(strings.Join(lines, "")) + `}`
	case 2:
		text = `{"records":[{"recordId":"1","data":"` + encoded(strings.Join(lines, "")) + `"}]}`
	default:
		text = delivery(lines...)
	}
	if depth == 0 {
		return text
	}
	switch w.IntN(8) {
	case 0:
		return `{"message":` + quoted(text) + `,"tags":["a",{"b":"c"}]}`
	case 1:
		return `{"Records":[{"kinesis":{"data":"` + encoded(zipped(t, text)) + `"}},{"kinesis":{"data":"` + encoded(zipped(t, control)) + `"}}]}`
	case 2:
		return `[` + w.document(t, lines[:len(lines)/2], depth-1) + `,` + w.document(t, lines[len(lines)/2:], depth-1) + `]`
	case 3:
		return indented(t, text)
	}
	return text
}

// TestWrappedRandom: whatever lines are wrapped in, they say the same as the lines alone, counts included.
func TestWrappedRandom(t *testing.T) {
	for seed := range uint64(100) {
		w := wrapper{rand.New(rand.NewPCG(seed, 3))}
		lines := strings.SplitAfter(string(newTraffic(seed, 5, 10).appendRecords(nil, 30)), "\n")
		lines = lines[:len(lines)-1]
		f := New(Options{})
		o, _ := keepsLaw(t, f, []byte(strings.Join(lines, "")), false)
		want := f.Drain()
		stored := w.wrap(t, lines)
		got, rejected := keepsLaw(t, f, []byte(stored), seed%2 == 0)
		if countsOf(got) != countsOf(o) || len(rejected) > 0 {
			t.Fatalf("seed %d: %s, want %s, %+v:\n%s", seed, countsOf(got), countsOf(o), rejected, stored)
		}
		if d := diff.Diff(want, f.Drain(), addrs, sameRecords); d != "" {
			t.Fatalf("seed %d (-text +wrapped):\n%s\n%s", seed, d, stored)
		}
	}
}

// TestTornRandom: a piece that goes missing from one of many documents costs no record of a document that is neither
// it nor the next.
func TestTornRandom(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 4))
		lines := strings.SplitAfter(string(newTraffic(seed, 5, 10).appendRecords(nil, 40)), "\n")
		var b strings.Builder
		torn := 3 + r.IntN(5)
		for i := range 10 {
			text := delivery(lines[4*i : 4*i+4]...)
			if i == torn {
				text = text[:1+r.IntN(len(text)-1)]
			}
			b.WriteString(text + []string{"", "\n"}[seed%2])
		}
		f := New(Options{KeepDuplicates: true})
		o, _ := keepsLaw(t, f, []byte(b.String()), r.IntN(2) == 0)
		if sound := o.Records - o.Malformed; o.Malformed == 0 || sound < 4*8 {
			t.Fatalf("seed %d: %s of 40 records, 4 of them torn:\n%s", seed, countsOf(o), b.String())
		}
	}
}

// TestCutWrapped cuts zipped JSON at many places: what was whole is kept, the rest is told, nothing is counted twice.
func TestCutWrapped(t *testing.T) {
	lines := strings.SplitAfter(string(newTraffic(9, 20, 10).appendRecords(nil, 200)), "\n")
	stored := zipped(t, delivery(lines[:100]...)+delivery(lines[100:200]...))
	best := int64(0)
	for cut := 2; cut < len(stored); cut += 23 {
		o, rejected := keepsLaw(t, New(Options{}), []byte(stored[:cut]), false)
		if o.Problem == "" || len(rejected) != 1 || o.Malformed > 1 || o.Records > 201 {
			t.Fatalf("cut at %d: problem %q, rejected %+v, counts %s", cut, o.Problem, rejected, countsOf(o))
		}
		best = max(best, o.Records-o.Malformed)
	}
	if best < 180 {
		t.Errorf("at best %d of 200 records were kept", best)
	}
}

// endless writes one document of very many elements, and watches the heap while it is read.
type endless struct {
	left  int64 // bytes
	most  uint64
	reads int
	parts []string // first, all others, last
	text  string
}

func (e *endless) Read(p []byte) (int, error) {
	if e.reads++; e.reads%64 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		e.most = max(e.most, m.HeapAlloc)
	}
	if e.text == "" {
		switch {
		case e.parts[0] != "":
			e.text, e.parts[0] = e.parts[0], ""
		case e.left > 0:
			e.text = e.parts[1]
			e.left -= int64(len(e.text))
		case e.parts[2] != "":
			e.text, e.parts[2] = e.parts[2], ""
		default:
			return 0, io.EOF
		}
	}
	n := copy(p, e.text)
	e.text = e.text[n:]
	return n, nil
}

// TestEndless: what a document holds is bounded by its elements, not by its length.
func TestEndless(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(30)) // what is garbage goes soon
	event := `{"message":` + quoted(line1) + `},`
	last := `{"message":` + quoted(line2) + `}`
	for name, parts := range map[string][]string{
		"subscription": {`{"messageType":"DATA_MESSAGE","logEvents":[`, event, last + "]}"},
		"list":         {"[", event, last + "]"},
		"documents":    {" ", strings.TrimSuffix(event, ","), last},
	} {
		parts[1] = strings.Repeat(parts[1], 100)
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		e := &endless{left: 48 << 20, parts: parts}
		o, _, err := New(Options{}).Read(content{e, strings.NewReader("")}, "place", 0)
		if err != nil || o.OK != 2 || o.Records < 100_000 || o.Records != o.OK+o.Duplicates {
			t.Errorf("%s: %v: %s", name, err, countsOf(o))
		}
		if grown := int64(e.most) - int64(before.HeapAlloc); grown > 40<<20 {
			t.Errorf("%s: the heap grew by %d MiB for 48 MiB of JSON", name, grown>>20)
		}
	}
}

// TestTooLongElement: an element that is too long to be held is passed over, and the next is read.
func TestTooLongElement(t *testing.T) {
	e := &endless{left: 65 << 20, parts: []string{`{"events":[{"message":"`, strings.Repeat("x", 1<<20), `"},` + message(line1) + "]}"}}
	o, rejected, err := New(Options{}).Read(content{e, strings.NewReader("")}, "place", 0)
	if err != nil || countsOf(o) != "2=1+1+0+0+0" || len(rejected) != 1 || !strings.Contains(rejected[0].Reason, "longer than 64 MiB") {
		t.Errorf("%v: %s, rejected %.300v", err, countsOf(o), rejected)
	}
}
