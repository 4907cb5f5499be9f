package flowlog

import (
	"fmt"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"
)

// ocsfObject reads one event by itself.
func ocsfObject(raw []byte) (r record, f fault) {
	v, err := eventOf(raw)
	if err != nil {
		return r, fault{kind: unreadable}
	}
	f = v.record(&r)
	return r, f
}

// said is a record in words.
func said(r *record) string {
	if r.status != ok {
		return fmt.Sprintf("status %d of %s at %d to %d", r.status, r.iface, r.start, r.end)
	}
	way := "?"
	if r.has.has(flowDirection) {
		way = map[bool]string{true: "out", false: "in"}[r.egress]
	}
	return fmt.Sprintf("%s %s %s %s>%s (%s>%s) %d>%d %d %d/%d flags %d accepted %v %d-%d",
		r.account, r.iface, way, r.pktSrc.netip(), r.pktDst.netip(), r.src.netip(), r.dst.netip(), r.srcPort, r.dstPort, r.protocol,
		r.packets, r.octets, r.flags, r.accepted, r.start, r.end)
}

// Events of the versions that occur, in their shapes.
const (
	event039 = `{"class_uid":4001,"activity_id":5,"activity_name":"Refuse","metadata":{"version":"0.39.0","profiles":["cloud"],"product":{"name":"Amazon VPC","feature":{"name":"Flowlogs"}}},
		"cloud":{"account_uid":"111122223333"},"connection_info":{"protocol_num":6,"tcp_flags":2,"direction":"ingress","direction_id":1},
		"src_endpoint":{"ip":"198.51.100.7","port":50000},"dst_endpoint":{"ip":"10.0.0.4","port":22,"interface_uid":"eni-1"},
		"traffic":{"bytes":40,"packets":1},"time":1767225600000,"start_time":1767225600000,"end_time":1767225660000,"unmapped":[{"key":"log_status","value":"OK"}]}`
	eventRC2 = `{"class_uid":4001,"activity_id":6,"activity_name":"Traffic","disposition":"Allowed","disposition_id":1,"status_code":"OK",
		"metadata":{"version":"1.0.0-rc.2","product":{"name":"Amazon VPC","feature":{"name":"Flowlogs"},"vendor_name":"AWS"}},
		"cloud":{"account_uid":"111122223333"},"connection_info":{"protocol_num":6,"tcp_flags":19,"direction":"Outbound","direction_id":2},
		"src_endpoint":{"ip":"10.0.0.4","port":443,"interface_uid":"eni-1","intermediate_ips":["10.0.0.9"]},"dst_endpoint":{"ip":"198.51.100.7","port":50000,"interface_uid":null,"intermediate_ips":null},
		"traffic":{"bytes":400,"packets":3},"time":1767225600000,"start_time":1767225600000,"end_time":1767225660000,"unmapped":{"sublocation_id":"-"}}`
	event11 = `{"class_uid":4001,"activity_id":6,"action":"REJECT","action_id":2,"disposition":"Blocked","status_code":"OK","metadata":{"version":"1.1.0","product":{"name":"Amazon VPC"}},
		"cloud":{"account":{"uid":"111122223333"}},"connection_info":{"protocol_num":17,"direction_id":1},
		"src_endpoint":{"ip":"2001:db8::7","port":50000},"dst_endpoint":{"ip":"2001:db8::4","port":53,"interface_uid":"eni-1"},
		"traffic":{"bytes":40,"packets":1},"time":1767225600,"start_time_dt":"2026-01-01T00:00:00Z","end_time_dt":"2026-01-01T00:01:00.000Z"}`
	event15 = `{"class_uid":4001,"activity_id":6,"activity_name":"Traffic","action":"Denied","action_id":2,"disposition":"Blocked","status_code":"OK","metadata":{"version":"1.5.0","product":{"name":"Amazon VPC","feature":{"name":"Flowlogs"}}},
		"cloud":{"account":{"uid":"111122223333"}},"connection_info":{"protocol_num":6,"tcp_flags":2,"direction":"Inbound","direction_id":1},
		"src_endpoint":{"ip":"198.51.100.7","port":50000},"dst_endpoint":{"ip":"10.0.0.4","port":22,"interface_uid":"eni-1","intermediate_ips":["10.0.0.1"]},
		"traffic":{"bytes":40,"packets":1},"time":1767225600000,"time_dt":"2026-01-01 00:00:00+00:00","start_time_dt":"2026-01-01 00:00:00+00:00","unmapped":{"reject_reason":"BPA"}}`
)

func TestEvents(t *testing.T) {
	with := func(event string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(event) }
	for _, c := range []struct{ name, event, want, fault string }{
		{"0.39.0", event039, "111122223333 eni-1 in 198.51.100.7>10.0.0.4 (198.51.100.7>10.0.0.4) 50000>22 6 1/40 flags 2 accepted false 1767225600-1767225660", ""},
		{"0.39.0, established", with(event039, `"Refuse"`, `"Established"`), "111122223333 eni-1 in 198.51.100.7>10.0.0.4 (198.51.100.7>10.0.0.4) 50000>22 6 1/40 flags 2 accepted true 1767225600-1767225660", ""},
		{"0.39.0, NODATA among the unmapped", with(event039, `"value":"OK"`, `"value":"NODATA"`, `"ip":"198.51.100.7"`, `"ip":"-"`), "status 1 of eni-1 at 1767225600 to 1767225660", ""},
		{"1.0.0-rc.2", eventRC2, "111122223333 eni-1 out 10.0.0.4>198.51.100.7 (10.0.0.9>198.51.100.7) 443>50000 6 3/400 flags 19 accepted true 1767225600-1767225660", ""},
		{"1.0.0-rc.2, SKIPDATA without a direction", with(eventRC2, `"status_code":"OK"`, `"status_code":"SKIPDATA"`, `"Outbound"`, `"-"`, `"direction_id":2`, `"direction_id":99`, `"protocol_num":6`, `"protocol_num":null`), "status 2 of eni-1 at 1767225600 to 1767225660", ""},
		{"1.1.0", event11, "111122223333 eni-1 in 2001:db8::7>2001:db8::4 (2001:db8::7>2001:db8::4) 50000>53 17 1/40 flags 0 accepted false 1767225600-1767225660", ""},
		{"1.1.0, only time, in seconds", with(event11, `"start_time_dt":"2026-01-01T00:00:00Z",`, "", `"end_time_dt":"2026-01-01T00:01:00.000Z"`, `"end_time":null`), "111122223333 eni-1 in 2001:db8::7>2001:db8::4 (2001:db8::7>2001:db8::4) 50000>53 17 1/40 flags 0 accepted false 1767225600-1767225600", ""},
		{"1.5.0, no end", event15, "111122223333 eni-1 in 198.51.100.7>10.0.0.4 (198.51.100.7>10.0.0.1) 50000>22 6 1/40 flags 2 accepted false 1767225600-1767225600", ""},
		{"numbers with a fraction", with(eventRC2, "1767225600000", "1.7672256e12", `"port":443`, `"port":443.0`), "111122223333 eni-1 out 10.0.0.4>198.51.100.7 (10.0.0.9>198.51.100.7) 443>50000 6 3/400 flags 19 accepted true 1767225600-1767225660", ""},
		{"interface at the other end only", with(eventRC2, `"direction_id":2`, `"direction_id":1`), "111122223333 eni-1 in 10.0.0.4>198.51.100.7 (10.0.0.9>198.51.100.7) 443>50000 6 3/400 flags 19 accepted true 1767225600-1767225660", ""},
		{"another class", with(event11, "4001", "4003"), "", `OCSF event of class "4003"`},
		{"another product", with(event15, "Amazon VPC", "Firewall Nine", "Flowlogs", "Log"), "", "not of VPC flow logs"},
		{"neither allowed nor refused", with(eventRC2, `"disposition":"Allowed","disposition_id":1,`, ""), "", "action or disposition is"},
		{"both allowed and refused", with(eventRC2, `"disposition_id":1`, `"disposition_id":2`), "", "say different things"},
		{"two addresses between", with(eventRC2, `["10.0.0.9"]`, `["10.0.0.9","10.0.0.10"]`), "", "not one address"},
		{"an interface at both ends", with(eventRC2, `"interface_uid":null`, `"interface_uid":"eni-2"`, `"Outbound"`, `"-"`, `"direction_id":2`, `"direction_id":0`), "", "interface_uid is"},
		{"strange status", with(eventRC2, `"status_code":"OK"`, `"status_code":"FINE"`), "", `status_code is "FINE"`},
		{"bad port", with(eventRC2, `"port":443`, `"port":70000`), "", `src_endpoint.port is "70000"`},
		{"no address", with(event11, `"ip":"2001:db8::7",`, ""), "", `src_endpoint.ip is "-"`},
		{"no JSON", `{"class_uid":`, "", "not readable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, f := ocsfObject([]byte(c.event))
			if (f.kind == sound) != (c.fault == "") || f.kind == sound && said(&r) != c.want {
				t.Errorf("fault %+v\n got %s\nwant %s", f, said(&r), c.want)
			}
			g := gather{table: newTable(), items: make([]item, 0, batchSize)}
			g.keepEvent([]byte(c.event))
			g.fold()
			o := g.object
			if o.Records != 1 || o.Records != o.OK+o.Malformed+o.NoData+o.SkipData || (o.Malformed == 1) != (c.fault != "") {
				t.Errorf("counted %+v", o)
			}
			if c.fault != "" && !strings.Contains(g.rejected[0].Reason, c.fault) {
				t.Errorf("reason %q, want %q", g.rejected[0].Reason, c.fault)
			}
		})
	}
}

// TestForeignEvents: events of another class are counted, and said once.
func TestForeignEvents(t *testing.T) {
	g := gather{table: newTable(), items: make([]item, 0, batchSize)}
	for range 50 {
		g.keepEvent([]byte(`{"class_uid":3001}`))
	}
	if len(g.rejected) != 1 || g.object.Malformed != 50 || !strings.Contains(g.object.Problem, "3001") {
		t.Errorf("%+v, rejected %+v", g.object, g.rejected)
	}
}

// lakeEnd and lakeEvent are events as Security Lake's tables of version 2 hold them, with lists of three levels.
type lakeEnd struct {
	IP           string   `parquet:"ip" json:"ip"`
	Port         *int32   `parquet:"port,optional" json:"port"`
	InterfaceUID *string  `parquet:"interface_uid,optional" json:"interface_uid"`
	Between      []string `parquet:"intermediate_ips,list" json:"intermediate_ips"`
}

type lakeEvent struct {
	ClassUID int32  `parquet:"class_uid" json:"class_uid"`
	Action   string `parquet:"action" json:"action"`
	ActionID int32  `parquet:"action_id" json:"action_id"`
	Status   string `parquet:"status_code" json:"status_code"`
	Time     int64  `parquet:"time" json:"time"`
	StartDT  int64  `parquet:"start_time_dt,timestamp(microsecond)" json:"-"`
	EndDT    int64  `parquet:"end_time_dt,timestamp(microsecond)" json:"-"`
	EndTime  int64  `parquet:"-" json:"end_time"`
	Cloud    struct {
		Account struct {
			UID string `parquet:"uid" json:"uid"`
		} `parquet:"account" json:"account"`
	} `parquet:"cloud" json:"cloud"`
	Info struct {
		Protocol  int32 `parquet:"protocol_num" json:"protocol_num"`
		Direction int32 `parquet:"direction_id" json:"direction_id"`
	} `parquet:"connection_info" json:"connection_info"`
	Src     *lakeEnd `parquet:"src_endpoint,optional" json:"src_endpoint"`
	Dst     lakeEnd  `parquet:"dst_endpoint" json:"dst_endpoint"`
	Traffic struct {
		Packets int64 `parquet:"packets" json:"packets"`
		Bytes   int64 `parquet:"bytes" json:"bytes"`
	} `parquet:"traffic" json:"traffic"`
	Unmapped map[string]string `parquet:"unmapped" json:"unmapped"`
}

// lakeEvents makes events of all kinds.
func lakeEvents(n int) (events []lakeEvent) {
	for i := range n {
		var e lakeEvent
		port, eni := int32(1000+i), fmt.Sprintf("eni-%d", i%7)
		e.ClassUID, e.Action, e.ActionID, e.Status = 4001, "Allowed", 1, "OK"
		e.Time, e.EndTime = (1767225600+int64(i))*1000, (1767225660+int64(i))*1000
		e.StartDT, e.EndDT = e.Time*1000, e.EndTime*1000
		e.Cloud.Account.UID, e.Info.Protocol, e.Info.Direction = "111122223333", 6, int32(1+i%2)
		e.Src = &lakeEnd{IP: fmt.Sprintf("10.0.%d.%d", i%3, i%200), Port: &port}
		e.Dst = lakeEnd{IP: "10.9.0.1", Port: &port}
		end := &e.Dst
		if i%2 == 1 {
			end = e.Src
		}
		end.InterfaceUID = &eni
		e.Traffic.Packets, e.Traffic.Bytes = int64(i), int64(40*i)
		e.Unmapped = map[string]string{}
		switch i % 11 {
		case 3:
			e.Src.Between = []string{"10.8.0.1"}
		case 4:
			e.Unmapped = map[string]string{"sublocation_id": "-", "log_status": "NODATA", "x": "y"}
		case 5:
			e.Action, e.ActionID = "Denied", 2
		case 6:
			e.Src.Between = []string{"10.8.0.1", "10.8.0.2"}
		case 7:
			e.Dst.Between, e.Unmapped = []string{"10.8.0.3"}, map[string]string{"sublocation_type": "-"}
		case 8:
			e.Src = nil
		}
		events = append(events, e)
	}
	return events
}

// TestLakeTable: events mean the same in a table and as JSON.
func TestLakeTable(t *testing.T) {
	events := lakeEvents(1000)
	got := without(foldOf(t, written(t, events...)))
	f := New(Options{})
	rd := f.take()
	g := gather{table: rd.table, seen: f.seen, items: make([]item, 0, batchSize)}
	g.object.Place, g.object.Kind = "object-0", got.Objects[0].Kind
	for _, e := range events {
		g.keepEvent(jsonOf(t, e))
	}
	g.fold()
	f.done = append(f.done, finished{0, g.object, g.rejected})
	want := without(f.Drain())
	if d := diff.Diff(want, got, addrs); d != "" {
		t.Errorf("(-JSON +table):\n%.3000s", d)
	}
	if o := got.Objects[0]; o.OK < 700 || o.NoData != 91 || o.Malformed < 100 {
		t.Errorf("%+v", o)
	}
}

// FuzzEvent reads what may be an event: it is counted once, as one thing.
func FuzzEvent(f *testing.F) {
	for _, e := range []string{event039, eventRC2, event11, event15, `{"class_uid":[4001]}`, `{"unmapped":[{"key":{}}]}`, `{"class_uid":4001,"src_endpoint":[]}`} {
		f.Add([]byte(e))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		g := gather{table: newTable(), items: make([]item, 0, batchSize)}
		g.keepEvent(raw)
		g.fold()
		o := g.object
		if o.Records != 1 || o.OK+o.Malformed+o.NoData+o.SkipData != 1 || len(g.rejected) != int(o.Malformed) {
			t.Fatalf("%+v, %+v", o, g.rejected)
		}
		if len(g.rejected) > 0 && g.rejected[0].Reason == "" {
			t.Fatal("no reason")
		}
		if _, fault := ocsfObject(raw); (fault.kind == sound) != (o.Malformed == 0) {
			t.Fatal("two opinions")
		}
	})
}
