package flowlog

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

const samples = "../../testdata/flowlogs"

func sampleText(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(samples, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Why a sample does not load as its project expects.
const (
	noInterface = "a record without interface and action says nothing of a security group; the format is named"
	gateway     = "a transit gateway has no security group"
	noHeader    = "four fields without a header: which is which would be a guess, and a rule needs more of them"
	strict      = "a record with fields too few or too many is never padded or cut; OpenTelemetry's test of 2025 refuses it too"
	bogus       = "the project skips its line of prose, which is told here"
	twice       = "the same two records eleven times: they count once"
	silence     = "NODATA of the same interface and time comes more than once: it counts once"
	noSkips     = "the project lists records with data only; the line of NODATA and that of SKIPDATA are counted"
)

// TestSamples reads real files. Their counts are those of the projects that they come from (their tests and expected
// files), or of grep; where they differ, differs says why.
func TestSamples(t *testing.T) {
	for _, c := range []struct {
		file, counts, format, problem string
		conversations                 int
		first                         uint32
		differs                       string
	}{
		{"flowlogs-reader/v2_records.log", "5=3+0+1+1+0", "text v2 default", "", 2, 1439387263, noSkips},
		{"flowlogs-reader/v3_file.log", "2=0+2+0+0+0", "text custom (18 fields)", "lacks interface-id, action", 0, 0, noInterface},
		{"flowlogs-reader/v3_file.log.gz", "2=0+2+0+0+0", "text custom (18 fields)", "lacks interface-id, action", 0, 0, noInterface},
		{"flowlogs-reader/v4_file.log", "2=0+2+0+0+0", "text custom (22 fields)", "lacks interface-id, action", 0, 0, noInterface},
		{"flowlogs-reader/v4_file.log.gz", "2=0+2+0+0+0", "text custom (22 fields)", "lacks interface-id, action", 0, 0, noInterface},
		{"flowlogs-reader/v5_file.log", "3=2+1+0+0+0", "text custom (29 fields)", "", 2, 1614866493, bogus},
		{"flowlogs-reader/v5_file.log.gz", "3=2+1+0+0+0", "text custom (29 fields)", "", 2, 1614866493, bogus},
		{"flowlogs-reader/v6_file.log", "1=0+1+0+0+0", "text transit gateway (18 fields)", "transit gateway", 0, 0, gateway},
		{"flowlogs-reader/v6_file.log.gz", "1=0+1+0+0+0", "text transit gateway (18 fields)", "transit gateway", 0, 0, gateway},
		{"flowlogs-reader/flows.parquet.rows.ndjson", "3=1+0+1+0+1", "fields JSON", "", 1, 1439387263, silence},
		{"otel/valid_tgw_flow_log.log", "1=0+1+0+0+0", "text transit gateway (31 fields)", "transit gateway", 0, 0, gateway},
		{"otel/valid_tgw_flow_cw.json", "1=0+1+0+0+0", "cloudwatch subscription JSON", "transit gateway", 0, 0, gateway},
		{"otel/valid_vpc_flow_cw_custom.json", "2=0+2+0+0+0", "cloudwatch subscription JSON", "no header names another", 0, 0, noHeader},
		{"otel/valid_vpc_flow_log.log", "1=0+0+1+0+0", "text v2 default", "", 0, 0, ""},
		{"otel/valid_vpc_flow_log_ecs.log", "1=1+0+0+0+0", "text custom (24 fields)", "", 1, 1700000000, ""},
		{"otel/valid_vpc_flow_log_multi.log", "2=2+0+0+0+0", "text v2 default", "", 2, 1418530010, ""},
		{"otel/vpc_flow_log_too_few_fields.log", "1=0+1+0+0+0", "text v2 default", "", 0, 0, strict},
		{"otel/vpc_flow_log_too_many_fields.log", "1=0+1+0+0+0", "text v2 default", "", 0, 0, strict},
		{"vpc-flow-log-appender/event.log", "2=2+0+0+0+0", "text v2 default", "", 2, 1418530010, ""},
		{"vpc-flow-log-appender/event.json", "2=2+0+0+0+0", "firehose event JSON", "", 2, 1418530010, ""},
		{"opensearch-catalog/raw.log", "775=371+0+366+0+38", "text v2 default", "", 245, 1679389499, silence},
		{"opensearch-catalog/sample.json", "22=2+0+0+0+20", "fields JSON", "", 1, 1674898496, twice},
	} {
		t.Run(c.file, func(t *testing.T) {
			f := New(Options{})
			o, _, err := f.Read(strings.NewReader(sampleText(t, c.file)), c.file, 0)
			if err != nil {
				t.Fatal(err)
			}
			if countsOf(o) != c.counts || o.Format != c.format || !strings.Contains(o.Problem, c.problem) || (c.problem == "") != (o.Problem == "") || o.First != c.first {
				t.Errorf("got %s %q from %d, problem %q", countsOf(o), o.Format, o.First, o.Problem)
			}
			if o.Malformed+o.Duplicates > 0 && c.differs == "" {
				t.Errorf("%d malformed, %d duplicates, and the table does not say why", o.Malformed, o.Duplicates)
			}
			if b := f.Drain(); len(b.Conversations) != c.conversations {
				t.Errorf("%d conversations, want %d", len(b.Conversations), c.conversations)
			}
		})
	}
}

// TestSampleWrapped: the one large real file says the same as CloudWatch Logs would export it, and as it and Firehose
// would wrap it.
func TestSampleWrapped(t *testing.T) {
	text := sampleText(t, "opensearch-catalog/raw.log")
	lines := strings.SplitAfter(strings.TrimSpace(text)+"\n", "\n")
	lines = lines[:len(lines)-1]
	var export, direct, concatenated strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&export, "2023-03-21T09:05:02.000Z %s", l)
		fmt.Fprintf(&direct, "%s\n", message(l))
		concatenated.WriteString(delivery(l))
	}
	want := drained(t, text)
	for name, stored := range map[string]string{
		"export": export.String(), "direct": direct.String(), "concatenated": concatenated.String(),
		"event": `{"Records":[{"kinesis":{"data":"` + encoded(zipped(t, delivery(lines...))) + `"}}]}`,
	} {
		if d := diff.Diff(want, drained(t, stored), addrs, sameRecords); d != "" {
			t.Errorf("%s (-raw +wrapped):\n%.2000s", name, d)
		}
	}
}

// TestSampleJSON: what stands in the JSON samples says the same as these lines.
func TestSampleJSON(t *testing.T) {
	for file, text := range map[string]string{
		"vpc-flow-log-appender/event.json": sampleText(t, "vpc-flow-log-appender/event.log"),
		"opensearch-catalog/sample.json": "account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes flow-direction start end action log-status\n" +
			"111111111111 eni-0e250409d410e1290 162.142.125.177 10.0.0.200 38471 12313 6 1 44 ingress 1674898496 1674898507 ACCEPT OK\n" +
			"111111111111 eni-0e250409d410e1290 10.0.0.200 162.142.125.177 12313 38471 6 1 440 egress 1674898496 1674898507 REJECT OK\n",
		"flowlogs-reader/flows.parquet.rows.ndjson": header + "2 123456789010 eni-102010ab 198.51.100.1 192.0.2.1 443 49152 6 10 840 1439387263 1439387264 ACCEPT OK\n" +
			strings.Repeat("2 123456789010 eni-202010ab - - - - - - - 1439387263 1439387264 - NODATA\n", 2),
	} {
		if d := diff.Diff(drained(t, text), drained(t, sampleText(t, file)), addrs, sameRecords); d != "" {
			t.Errorf("%s (-text +JSON):\n%s", file, d)
		}
	}
}

// expectedRecord is a record as a project's expected file has it. OpenTelemetry names the protocol.
func expectedRecord(t *testing.T, raw json.RawMessage) plain {
	t.Helper()
	var members map[string]any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		t.Fatal(err)
	}
	get := map[string]string{}
	for k, v := range members {
		get[strings.ReplaceAll(k, "_", "-")] = fmt.Sprint(v)
	}
	get["protocol"] = strings.ReplaceAll(get["protocol"], "tcp", "6")
	var p plain
	if !p.fill(get) {
		t.Fatalf("the expected record is none: %s", raw)
	}
	return p
}

// recordsOf reads every OK record of a text sample.
func recordsOf(t *testing.T, file string) (records []plain) {
	t.Helper()
	l := defaultLayout()
	for line := range strings.Lines(sampleText(t, file)) {
		line = strings.TrimSpace(line)
		if isHeader([]byte(line)) {
			l = layoutOf([]byte(line))
			continue
		}
		var r record
		if f := l.parse([]byte(line), &r); f.kind == sound && r.status == ok {
			records = append(records, plainOf(&r))
		}
	}
	return records
}

// TestExpected compares records with what the projects' own tests expect, value by value.
func TestExpected(t *testing.T) {
	list := func(file, name string) (records []plain) {
		var all map[string]json.RawMessage
		if err := json.Unmarshal([]byte(sampleText(t, file)), &all); err != nil {
			t.Fatal(err)
		}
		raws := []json.RawMessage{all[name]}
		if all[name][0] == '[' {
			if err := json.Unmarshal(all[name], &raws); err != nil {
				t.Fatal(err)
			}
		}
		for _, raw := range raws {
			records = append(records, expectedRecord(t, raw))
		}
		return records
	}
	for _, c := range []struct {
		file, expected string
		names          []string
		at             []int // which of the sample's records
	}{
		{"flowlogs-reader/v2_records.log", "flowlogs-reader/expected.json", []string{"v2_records[0]", "v2_records[2]"}, []int{0, 2}},
		{"flowlogs-reader/v5_file.log", "flowlogs-reader/expected.json", []string{"v5_file"}, []int{0, 1}},
		{"otel/valid_vpc_flow_log_multi.log", "otel/expected.json", []string{"valid_vpc_flow_log_multi.log"}, []int{0, 1}},
		{"otel/valid_vpc_flow_log_ecs.log", "otel/expected.json", []string{"valid_vpc_flow_log_ecs.log"}, []int{0}},
	} {
		var want, got []plain
		for _, name := range c.names {
			want = append(want, list(c.expected, name)...)
		}
		records := recordsOf(t, c.file)
		for _, i := range c.at {
			got = append(got, records[i])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.file, got, want)
		}
	}
}

// TestExpectedMilliseconds is flowlogs-reader's line with times in milliseconds.
func TestExpectedMilliseconds(t *testing.T) {
	var all struct {
		Case struct {
			Line       string
			Start, End uint32
		} `json:"millisecond_timestamp"`
	}
	if err := json.Unmarshal([]byte(sampleText(t, "flowlogs-reader/expected.json")), &all); err != nil {
		t.Fatal(err)
	}
	var r record
	if f := defaultLayout().parse([]byte(all.Case.Line), &r); f.kind != sound || r.start != all.Case.Start || r.end != all.Case.End {
		t.Errorf("%+v: from %d to %d, want %d to %d", f, r.start, r.end, all.Case.Start, all.Case.End)
	}
}

// TestExpectedAddresses is OpenTelemetry's rule: the packet's addresses, where a record has them, are the ends.
func TestExpectedAddresses(t *testing.T) {
	var all struct {
		Handling struct {
			Cases []struct {
				Src, Dst, PktSrc, PktDst string
				Out                      struct{ Source, Destination string }
			}
		} `json:"address handling"`
	}
	if err := json.Unmarshal([]byte(sampleText(t, "otel/expected.json")), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Handling.Cases) != 4 {
		t.Fatalf("%d cases", len(all.Handling.Cases))
	}
	l := layoutOf([]byte("interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport dstport protocol start action"))
	for _, c := range all.Handling.Cases {
		dashed := func(s string) string {
			if s == "" {
				return "-"
			}
			return s
		}
		var r record
		line := fmt.Sprintf("eni-1 %s %s %s %s 1 2 6 1767225600 ACCEPT", c.Src, c.Dst, dashed(c.PktSrc), dashed(c.PktDst))
		if f := l.parse([]byte(line), &r); f.kind != sound || r.pktSrc.netip().String() != c.Out.Source || r.pktDst.netip().String() != c.Out.Destination {
			t.Errorf("%s: %+v, from %s to %s, want %+v", line, f, r.pktSrc.netip(), r.pktDst.netip(), c.Out)
		}
	}
}

// TestSampleTwin folds the one large real file with the slow twin of the fold, too.
func TestSampleTwin(t *testing.T) {
	got := drained(t, sampleText(t, "opensearch-catalog/raw.log"))
	own := map[string]string{}
	for _, c := range got.Conversations {
		id := got.Interfaces[c.Interface].InterfaceID
		if c.LocalBy != schema.LocalByAddress || own[id] != "" && own[id] != c.Local.String() {
			t.Errorf("%s has two own addresses, %s and %s, or is a guess (%d)", id, own[id], c.Local, c.LocalBy)
		}
		own[id] = c.Local.String()
	}
	// data-quirks: the NAT gateways' interfaces, by their own addresses.
	for id, addr := range map[string]string{"eni-0c44539c1e15cc490": "10.255.0.62", "eni-09fa45d8c1fbd58da": "10.255.1.83"} {
		if own[id] != addr {
			t.Errorf("%s has %s, want %s", id, own[id], addr)
		}
	}
}

// TestVersion5 is flowlogs-reader's v5 sample, value by value: packet addresses, flags, direction.
func TestVersion5(t *testing.T) {
	b := drained(t, sampleText(t, "flowlogs-reader/v5_file.log"))
	var got []string
	for _, c := range b.Conversations {
		r := b.Interfaces[c.Interface]
		got = append(got, fmt.Sprintf("{%s %s} %s:%d %s:%d in %+v out %+v by %d to %d", r.AccountID, r.InterfaceID, c.Local, c.LocalPort, c.Remote, c.RemotePort, c.In, c.Out, c.LocalBy, c.Last))
	}
	want := []string{
		"{999999999999 eni-00123456789abcdef} 192.0.2.156:50318 198.51.100.6:443 in {Records:1 Rejected:0 Packets:15 Bytes:4895 Flags:19 First:1614866493} out {Records:0 Rejected:0 Packets:0 Bytes:0 Flags:0 First:0} by 1 to 1614866511",
		"{999999999999 eni-00123456789abcdef} 192.0.2.156:50318 198.51.100.7:443 in {Records:0 Rejected:0 Packets:0 Bytes:0 Flags:0 First:0} out {Records:1 Rejected:0 Packets:16 Bytes:3015 Flags:7 First:1614866493} by 1 to 1614866511",
	}
	if d := diff.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
