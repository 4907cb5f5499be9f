package flowlog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"sgfit/schema"
)

// foldOf folds contents, one object each, and drains.
func foldOf(t testing.TB, contents ...[]byte) *schema.Batch {
	t.Helper()
	f := New(Options{})
	for i, content := range contents {
		if _, _, err := f.Read(bytes.NewReader(content), fmt.Sprintf("object-%d", i), i); err != nil {
			t.Fatal(err)
		}
	}
	return f.Drain()
}

// without takes out what an object's form decides: its size, hash and format, and how it spells samples.
func without(b *schema.Batch) *schema.Batch {
	for i := range b.Objects {
		b.Objects[i].Size, b.Objects[i].Hash, b.Objects[i].Format = 0, "", ""
	}
	for i := range b.Rejected {
		b.Rejected[i].Sample, b.Rejected[i].Line = "", 0
	}
	return b
}

// TestTableIsText: the same records, stored as text and as Parquet of every form, fold to the same.
func TestTableIsText(t *testing.T) {
	g := newTraffic(3, 40, 50)
	text := g.appendRecords([]byte(defaultFields+"\n"), 3000)
	text = append(text, "2 - eni-2 10.0.0.1 10.0.0.2 1 2 6 1 40 1767225600 1767225601 ACCEPT OK\n"+
		"2 1 eni-3 2001:db8::1 2001:db8::2 1 2 17 1 40 1767225600 1767225601 REJECT OK\n"+
		"2 1 eni-3 2001:db8::1 10.0.0.1 1 2 17 1 40 1767225600 1767225601 REJECT OK\n"+
		"2 1 eni-3 - - - - - - - 1767225600 1767225601 - SKIPDATA\n"+
		"2 1 eni-3 10.0.0.9 10.0.0.1 - 2 17 1 40 1767225600 1767225601 REJECT OK\n"+
		"2 1 eni-3 10.0.0.9 10.0.0.1 - - 47 1 40 1767225600 1767225601 REJECT OK\n"+
		"2 1 eni-3 10.0.0.9 10.0.0.1 1 2 17 1 40 1767225601 1767225600 REJECT OK\n"...)
	want := without(foldOf(t, text))
	all := func(typ string) map[string]string {
		m := map[string]string{}
		for _, name := range []string{"srcport", "dstport", "protocol", "packets", "bytes", "start", "end"} {
			m[name] = typ
		}
		return m
	}
	for name, form := range map[string]tableForm{
		"as AWS writes it":           {},
		"gzip":                       {codec: &parquet.Gzip},
		"zstd, pages of version 2":   {codec: &parquet.Zstd, version: 2},
		"lz4, small pages":           {codec: &parquet.Lz4Raw, pageBytes: 300},
		"not packed, several groups": {codec: &parquet.Uncompressed, groupRows: 700},
		"no dictionaries":            {plain: true, pageBytes: 500, groupRows: 1000},
		"differences":                {delta: true, version: 2},
		"INT64":                      {types: all("INT64")},
		"DOUBLE":                     {types: all("DOUBLE")},
		"strings":                    {types: all("STRING")},
		"strings, None":              {types: all("STRING"), missing: "None"},
		"strings, empty":             {types: all("STRING"), missing: ""},
		"strings, NULL":              {types: all("STRING"), missing: "NULL", plain: true},
		"strings, NaN":               {types: all("STRING"), missing: "NaN"},
		"times in milliseconds":      {types: map[string]string{"start": "MILLIS", "end": "MILLIS"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := diff.Diff(want, without(foldOf(t, form.table(t, text))), addrs); d != "" {
				t.Errorf("(-text +table):\n%.3000s", d)
			}
		})
	}
}

// TestTableFields: fields of later versions, in a table.
func TestTableFields(t *testing.T) {
	text := []byte("interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport dstport protocol start end action log-status tcp-flags flow-direction packets bytes ecs-service-name\n" +
		"eni-1 10.0.0.5 10.0.0.220 203.0.113.5 10.0.0.220 50000 443 6 1767225600 1767225660 ACCEPT OK 19 ingress 3 400 -\n" +
		"eni-1 10.0.0.220 203.0.113.5 10.0.0.220 203.0.113.5 443 50000 6 1767225600 1767225660 ACCEPT OK 18 egress 3 400 svc\n" +
		"eni-1 - - - - - - - 1767225600 1767225660 - NODATA - - - - -\n")
	if d := diff.Diff(without(foldOf(t, text)), without(foldOf(t, tableForm{}.table(t, text))), addrs); d != "" {
		t.Errorf("(-text +table):\n%s", d)
	}
}

// TestTableRows reads tables with rows, and whole tables, that cannot be used.
func TestTableRows(t *testing.T) {
	type (
		row struct {
			InterfaceID string   `parquet:"interface_id"`
			Account     int64    `parquet:"account_id"`
			Src         string   `parquet:"srcaddr"`
			Dst         string   `parquet:"dstaddr"`
			SrcPort     *float64 `parquet:"srcport,optional"`
			DstPort     int32    `parquet:"dstport"`
			Protocol    uint32   `parquet:"protocol"`
			Start       int64    `parquet:"start"`
			Action      string   `parquet:"action"`
			Status      string   `parquet:"log_status"`
		}
		short struct {
			InterfaceID string `parquet:"interface_id"`
			Src         string `parquet:"srcaddr"`
			Start       int64  `parquet:"start"`
		}
		transit struct {
			Type string `parquet:"resource_type"`
			ID   string `parquet:"tgw_id"`
		}
		nested struct {
			InterfaceID string   `parquet:"interface_id"`
			Src         []string `parquet:"srcaddr"`
			Dst         string   `parquet:"dstaddr"`
			SrcPort     int32    `parquet:"srcport"`
			DstPort     int32    `parquet:"dstport"`
			Protocol    int32    `parquet:"protocol"`
			Start       int64    `parquet:"start"`
			Action      string   `parquet:"action"`
		}
		truth struct {
			InterfaceID string `parquet:"interface_id"`
			Src         string `parquet:"srcaddr"`
			Dst         string `parquet:"dstaddr"`
			SrcPort     int32  `parquet:"srcport"`
			DstPort     bool   `parquet:"dstport"`
			Protocol    int32  `parquet:"protocol"`
			Start       int64  `parquet:"start"`
			Action      string `parquet:"action"`
		}
	)
	number := func(v float64) *float64 { return &v }
	good := row{"eni-1", 12345678901, "10.0.0.1", "10.0.0.2", number(1000), 443, 6, 1767225600, "ACCEPT", "OK"}
	with := func(change func(*row)) row {
		r := good
		change(&r)
		return r
	}
	for _, c := range []struct {
		name, counts, format, problem string
		table                         []byte
		rejected                      []string
	}{
		{"sound", "1=1+0+0+0+0", "parquet custom (10 fields)", "", written(t, good), nil},
		{"faults", "8=2+6+0+0+0", "parquet custom (10 fields)", "", written(t, good,
			with(func(r *row) { r.SrcPort = number(1.5) }),
			with(func(r *row) { r.DstPort = -1 }),
			with(func(r *row) { r.Src = "10.0.0.256" }),
			with(func(r *row) { r.SrcPort = nil }),
			with(func(r *row) { r.Start = 0 }),
			with(func(r *row) { r.Action = "None" }),
			with(func(r *row) { r.Src = "10.0.0.3" })),
			[]string{`2: srcport is "1.5"`, `3: dstport is "-1"`, `4: srcaddr is "10.0.0.256"`, `5: srcport is "-"`, `6: start is "0"`, `7: action is "-"`}},
		{"no rows", "0=0+0+0+0+0", "parquet custom (10 fields)", "", written[row](t), nil},
		{"missing columns", "2=0+2+0+0+0", "parquet custom (3 fields)", "lacks dstaddr", written(t, short{}, short{}), []string{"0: lacks dstaddr, srcport"}},
		{"list where a field should be", "1=0+1+0+0+0", "parquet custom (8 fields)", "lacks srcaddr", written(t, nested{Src: []string{"10.0.0.1"}}), []string{"0: lacks srcaddr"}},
		{"transit gateway", "1=0+1+0+0+0", "parquet transit gateway (2 fields)", "transit gateway", written(t, transit{}), []string{"0: transit gateway"}},
		{"truth where a number should be", "0=0+0+0+0+0", "parquet custom (8 fields)", "BOOLEAN", written(t, truth{}), []string{"1: row 1 of 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := New(Options{})
			o, rejected, err := f.Read(bytes.NewReader(c.table), "place", 0)
			if err != nil {
				t.Fatal(err)
			}
			if countsOf(o) != c.counts || o.Format != c.format || !strings.Contains(o.Problem, c.problem) || (c.problem == "") != (o.Problem == "") {
				t.Errorf("got %s %q, problem %q", countsOf(o), o.Format, o.Problem)
			}
			wantRejected(t, rejected, c.rejected)
			for _, ref := range f.Drain().Interfaces {
				if ref.AccountID != "012345678901" {
					t.Errorf("account %q: the number lost a zero", ref.AccountID)
				}
			}
		})
	}
}

// wantRejected wants each as "line: part of the reason".
func wantRejected(t *testing.T, got []schema.Rejected, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("rejected %+v, want %q", got, want)
	}
	for i, w := range want {
		line, reason, _ := strings.Cut(w, ": ")
		if fmt.Sprint(got[i].Line) != line || !strings.Contains(got[i].Reason, reason) {
			t.Errorf("rejected %+v, want %q", got[i], w)
		}
	}
}

// written stores structures as Parquet.
func written[T any](t testing.TB, rows ...T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := parquet.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestTableSamples reads Parquet of other projects. The values of flows.parquet are those of its project's
// expected.json; of Security Lake's, each event says what the record beside it says.
func TestTableSamples(t *testing.T) {
	dir := "../../testdata/flowlogs/"
	b := foldOf(t, sampleFile(t, dir+"flowlogs-reader/flows.parquet"))
	if o := b.Objects[0]; countsOf(o) != "3=1+0+1+0+1" || o.Format != "parquet v2 default" || o.Problem != "" {
		t.Errorf("flows.parquet: %+v", o)
	}
	c := b.Conversations[0]
	r := b.Interfaces[c.Interface]
	got := fmt.Sprintf("{%s %s} %s:%d %s:%d %d %+v to %d", r.AccountID, r.InterfaceID, c.Local, c.LocalPort, c.Remote, c.RemotePort, c.Protocol, c.In, c.Last)
	if want := "{123456789010 eni-102010ab} 192.0.2.1:49152 198.51.100.1:443 6 {Records:1 Rejected:0 Packets:10 Bytes:840 Flags:0 First:1439387263} to 1439387264"; got != want {
		t.Errorf("flows.parquet:\n got %s\nwant %s", got, want)
	}
	inputs := []string{"input_vpc_flow-input0.json.parquet", "input_vpc_flow-input1.json.parquet", "input_vpc_flow-input2.json.parquet", "input_vpc_flow-input3.parquet"}
	for i, input := range inputs {
		event := sampleFile(t, fmt.Sprintf("%ssecurity-lake/example%d.gz.parquet", dir, i))
		record := sampleFile(t, dir+"security-lake/"+input)
		got, want := without(foldOf(t, event)), without(foldOf(t, record))
		if d := diff.Diff(want, got, addrs); d != "" || want.Objects[0].Problem != "" || want.Objects[0].Malformed > 0 {
			t.Errorf("example %d (-record +event), %+v:\n%s", i, want.Objects[0], d)
		}
		both := foldOf(t, event, record)
		if o := both.Objects[1]; o.Records != o.Duplicates+o.NoData {
			t.Errorf("example %d: the record is not known after the event: %+v", i, o)
		}
	}
}

// TestTelemetryRecords stores the records of OpenTelemetry's golden file for Parquet
// (valid_flow_log_parquet_expected.yaml) as AWS would, and wants its values back.
func TestTelemetryRecords(t *testing.T) {
	text := "version interface-id pkt-srcaddr srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status tcp-flags traffic-path\n" +
		"5 eni-0abc1234def567890 203.0.113.50 10.0.1.100 10.0.2.200 49152 22 6 15 3500 1700000000 1700000060 ACCEPT OK 2 1\n" +
		"5 eni-0abc1234def567890 - 10.0.1.100 10.0.3.53 55000 53 17 2 140 1700000010 1700000070 REJECT OK - 1\n" +
		"5 eni-0fff9999aaaa8888b 203.0.113.50 192.168.1.50 192.168.2.100 443 60000 6 100 50000 1700000020 1700000080 ACCEPT OK 19 2\n" +
		"5 eni-0fff9999aaaa8888b - - - - - - - - 1700000030 1700000090 - NODATA - -\n"
	b := foldOf(t, tableForm{}.table(t, []byte(text)))
	if o := b.Objects[0]; countsOf(o) != "4=3+0+1+0+0" || o.First != 1700000000 || o.Last != 1700000080 {
		t.Errorf("%+v", o)
	}
	var got []string
	for _, c := range b.Conversations {
		got = append(got, fmt.Sprintf("%s %s:%d %s:%d %d, in %d/%d/%d, out %d/%d/%d", b.Interfaces[c.Interface].InterfaceID, c.Local, c.LocalPort, c.Remote, c.RemotePort, c.Protocol,
			c.In.Packets, c.In.Bytes, c.In.Rejected, c.Out.Packets, c.Out.Bytes, c.Out.Rejected))
	}
	want := []string{ // the interface's own end first: srcaddr is its address, other than the packet's, where it sent
		"eni-0abc1234def567890 203.0.113.50:49152 10.0.2.200:22 6, in 0/0/0, out 15/3500/0",
		"eni-0abc1234def567890 10.0.1.100:55000 10.0.3.53:53 17, in 0/0/0, out 0/0/1",
		"eni-0fff9999aaaa8888b 203.0.113.50:443 192.168.2.100:60000 6, in 0/0/0, out 100/50000/0",
	}
	if d := diff.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func sampleFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestDamagedTable breaks a page of the second row group: what was read before it counts, and its reason says where.
func TestDamagedTable(t *testing.T) {
	text := newTraffic(5, 10, 50).appendRecords([]byte(defaultFields+"\n"), 1000)
	table := tableForm{groupRows: 400}.table(t, text)
	f, err := parquet.OpenFile(bytes.NewReader(table), int64(len(table)))
	if err != nil {
		t.Fatal(err)
	}
	m := f.Metadata().RowGroups[1].Columns[3].MetaData
	broken := bytes.Clone(table)
	for i := range m.TotalCompressedSize {
		broken[m.DataPageOffset+i] ^= 0x55
	}
	b := foldOf(t, broken)
	o := b.Objects[0]
	if o.Records < 400 || o.Records >= 800 || o.Records != o.OK+o.Malformed+o.NoData+o.SkipData+o.Duplicates {
		t.Errorf("%+v", o)
	}
	if want := fmt.Sprintf("row %d of 1000", o.Records+1); !strings.Contains(o.Problem, want) || !strings.Contains(o.Problem, "missing") || len(b.Rejected) != 1 {
		t.Errorf("problem %q, rejected %+v", o.Problem, b.Rejected)
	}
	if o.Hash == "" || o.Size != int64(len(table)) {
		t.Errorf("hash %q of %d bytes", o.Hash, o.Size)
	}
}

// FuzzTable changes tables: the counts add up whatever comes.
func FuzzTable(f *testing.F) {
	text := newTraffic(5, 3, 50).appendRecords([]byte(defaultFields+"\n"), 20)
	f.Add(tableForm{}.table(f, text))
	f.Add(tableForm{codec: &parquet.Uncompressed, plain: true, groupRows: 7}.table(f, text))
	for i := range 4 {
		f.Add(sampleFile(f, fmt.Sprintf("../../testdata/flowlogs/security-lake/example%d.gz.parquet", i)))
	}
	f.Add(sampleFile(f, "../../testdata/flowlogs/flowlogs-reader/flows.parquet"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if !bytes.HasPrefix(content, []byte("PAR1")) {
			return
		}
		b := foldOf(t, content)
		o := b.Objects[0]
		if o.Records != o.OK+o.Malformed+o.NoData+o.SkipData+o.Duplicates || o.Format == "" {
			t.Fatalf("%+v", o)
		}
		if strings.Contains(o.Problem, "runtime error") {
			t.Fatal(o.Problem)
		}
	})
}

// jsonOf writes an event as Security Lake's JSON.
func jsonOf(t testing.TB, event any) []byte {
	t.Helper()
	b, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
