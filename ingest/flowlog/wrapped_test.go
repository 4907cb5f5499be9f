package flowlog

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"
)

// wrappedCase is an object whose records are those of a text.
type wrappedCase struct {
	objectCase
	as string // the text
}

func (c wrappedCase) check(t *testing.T) {
	c.noConversations = !strings.Contains(c.as, "ACCEPT")
	c.objectCase.check(t)
	if d := diff.Diff(drained(t, c.as), drained(t, c.stored), addrs, sameRecords); d != "" {
		t.Errorf("not as the text (-text +this):\n%s", d)
	}
}

// sameRecords leaves out what batches say of their objects.
var sameRecords = diff.FilterPath(func(p diff.Path) bool {
	return p.Last().String() == ".Objects" || p.Last().String() == ".Rejected"
}, diff.Ignore())

// delivery is a document as CloudWatch Logs sends it to a subscriber.
func delivery(lines ...string) string {
	type event struct {
		ID        string `json:"id"`
		Timestamp int64  `json:"timestamp"`
		Message   string `json:"message"`
	}
	var events []event
	for i, l := range lines {
		events = append(events, event{fmt.Sprintf("3560123456789012345678901234567890123456789012345678%04d", i), 1767225600000, strings.TrimSuffix(l, "\n")})
	}
	return quoted(struct {
		MessageType         string   `json:"messageType"`
		Owner               string   `json:"owner"`
		LogGroup            string   `json:"logGroup"`
		LogStream           string   `json:"logStream"`
		SubscriptionFilters []string `json:"subscriptionFilters"`
		LogEvents           []event  `json:"logEvents"`
	}{"DATA_MESSAGE", "111122223333", "/vpc/flow-logs", "eni-1-all", []string{"all"}, events})
}

const control = `{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],` +
	`"logEvents":[{"id":"","timestamp":1767225600000,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}`

// quoted is a value as JSON.
func quoted(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// message is a record as Firehose and shippers of logs write it.
func message(line string) string {
	return quoted(map[string]string{"message": strings.TrimSuffix(line, "\n")})
}

// ocsfEvent is line1 as Security Lake has it.
const ocsfEvent = `{"class_uid":4001,"metadata":{"product":{"name":"Amazon VPC","feature":{"name":"Flowlogs"}}},"cloud":{"account":{"uid":"1"}},` +
	`"connection_info":{"protocol_num":6,"direction":"Inbound","direction_id":1},"src_endpoint":{"ip":"10.0.0.1","port":1000},` +
	`"dst_endpoint":{"ip":"10.0.0.7","port":443,"interface_uid":"eni-1"},"traffic":{"packets":3,"bytes":40},` +
	`"start_time":1767225600000,"end_time":1767225660000,"time":1767225600000,"action":"Allowed","action_id":1,"status_code":"OK"}`

const (
	custom     = "interface-id srcaddr dstaddr srcport dstport protocol start action\n"
	customLine = "eni-1 10.0.0.7 10.0.0.9 1 2 6 1767225600 ACCEPT\n"
)

func TestWrapped(t *testing.T) {
	both := delivery(line1, line2)
	for _, c := range []wrappedCase{
		{objectCase{name: "subscription", stored: both, counts: "2=2+0+0+0+0", format: subscription}, line1 + line2},
		{objectCase{name: "subscription, indented", stored: indented(t, both), counts: "2=2+0+0+0+0", format: subscription}, line1 + line2},
		{objectCase{name: "subscriptions without a separator", stored: delivery(line1, silent) + control + delivery(line2, skipped), counts: "4=2+0+1+1+0", format: subscription}, line1 + line2 + silent + skipped},
		{objectCase{name: "subscriptions, each zipped", stored: zipped(t, both, delivery(line1)), counts: "3=2+0+0+0+1", format: subscription}, line1 + line2 + line1},
		{objectCase{name: "subscriptions, zipped twice", stored: zipped(t, zipped(t, both, delivery(line1))), counts: "3=2+0+0+0+1", format: subscription}, line1 + line2 + line1},
		{objectCase{name: "only a test of the destination", stored: control, counts: "0=0+0+0+0+0", format: subscription}, ""},
		{objectCase{name: "a list of subscriptions", stored: "[" + both + "," + control + "]", counts: "2=2+0+0+0+0", format: subscription}, line1 + line2},
		{objectCase{name: "byte order mark", stored: "\ufeff\r\n " + both, counts: "2=2+0+0+0+0", format: subscription}, line1 + line2},
		{objectCase{name: "many blanks before JSON", stored: strings.Repeat(" \n", 1900) + both, counts: "2=2+0+0+0+0", format: subscription}, line1 + line2},
		{objectCase{name: "filter-log-events", stored: `{"searchedLogStreams": [], "events": [{"logStreamName": "eni-1-all", "timestamp": 1767225600000, "message": ` + quoted(line1) + `, "ingestionTime": 1, "eventId": "1"}, {"message": ` + quoted(silent) + `}], "nextToken": "x"}`,
			counts: "2=1+0+1+0+0", format: eventsJSON}, line1 + silent},
		{objectCase{name: "filter-log-events, page after page", stored: `{"events": [], "nextToken": "x"}` + "\n" + `{"events": [{"message": ` + quoted(line1) + `}]}`, counts: "1=1+0+0+0+0", format: eventsJSON}, line1},
		{objectCase{name: "get-query-results of messages", stored: `{"queryLanguage": "CWLI", "results": [[{"field": "@timestamp", "value": "2026-01-01 00:00:00.000"}, {"field": "@message", "value": ` + quoted(line1) + `}, {"field": "@ptr", "value": "Cm0="}]], "status": "Complete"}`,
			counts: "1=1+0+0+0+0", format: insights}, line1},
		{objectCase{name: "get-query-results of fields", stored: `{"results": [[` + pairs("accountId 1 interfaceId eni-1 srcAddr 10.0.0.1 dstAddr 10.0.0.7 srcPort 1000 dstPort 443 protocol 6 packets 3 bytes 40 start 1767225600 end 1767225660 action ACCEPT logStatus OK") + `]]}`,
			counts: "1=1+0+0+0+0", format: insights}, line1},
		{objectCase{name: "Lambda's event of a subscription", stored: `{"awslogs": {"data": "` + encoded(zipped(t, both)) + `"}}`, counts: "2=2+0+0+0+0", format: lambdaEvent}, line1 + line2},
		{objectCase{name: "Lambda's event of a Kinesis stream", stored: `{"Records": [{"kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "x", "data": "` + encoded(zipped(t, both)) + `"}, "eventSource": "aws:kinesis", "eventVersion": "1.0"}, {"kinesis": {"data": "` + encoded(zipped(t, control)) + `"}}]}`,
			counts: "2=2+0+0+0+0", format: kinesisEvent}, line1 + line2},
		{objectCase{name: "Firehose's event", stored: `{"invocationId": "1", "records": [{"recordId": "1", "data": "` + encoded(line1) + `"}, {"data": "` + encoded(zipped(t, delivery(line2))) + `"}, {"data": "` + encoded(both) + `"}]}`,
			counts: "4=2+0+0+0+2", format: firehose}, line1 + line2 + line1 + line2},
		{objectCase{name: "Firehose's failures", stored: `{"attemptsMade":4,"errorCode":"Splunk.InvalidToken","rawData":"` + encoded(line1+line2) + `"}` + "\n", counts: "2=2+0+0+0+0", format: firehose}, line1 + line2},
		{objectCase{name: "messages, one a line", stored: message(line1) + "\n" + message(silent) + "\r\n\n" + message(line2) + "\n", counts: "3=2+0+1+0+0", format: messages}, line1 + silent + line2},
		{objectCase{name: "messages without a separator", stored: message(line1) + message(line2), counts: "2=2+0+0+0+0", format: messages}, line1 + line2},
		{objectCase{name: "messages in a list", stored: "[" + message(line1) + ",\n" + message(line2) + "]", counts: "2=2+0+0+0+0", format: messages}, line1 + line2},
		{objectCase{name: "a list of lines", stored: "[" + quoted(line1) + "," + quoted(line2) + "]", counts: "2=2+0+0+0+0", format: messages}, line1 + line2},
		{objectCase{name: "several lines in a message", stored: message(line1 + "\n" + line2), counts: "2=2+0+0+0+0", format: messages}, line1 + line2},
		{objectCase{name: "escapes in a message", stored: `{"message":"` + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(line1), "10.", `\u0031\u0030.`), " ", `\t`) + `"}`, counts: "1=1+0+0+0+0", format: messages}, line1},
		{objectCase{name: "a document in a message", stored: message(both), counts: "2=2+0+0+0+0", format: messages}, line1 + line2},
		{objectCase{name: "a message with a header", stored: message(custom) + message(customLine) + message(custom) + message(customLine), counts: "2=1+0+0+0+1", format: messages + ", text custom (8 fields)"}, custom + customLine + customLine},
		{objectCase{name: "another order without a header", stored: delivery(line1, customLine), counts: "2=1+1+0+0+0", format: subscription, rejected: []string{"2: 8 fields where the format has 14, the default format, and no header names another: put a line with the names"}}, line1},
		{objectCase{name: "transit gateway's messages", stored: delivery("6 111122223333 tgw-1 tgw-attach-1 vpc-1", line1), counts: "2=1+1+0+0+0", format: subscription, rejected: []string{"1: transit gateway"}}, line1},
		{objectCase{name: "fields, underscored, numbers", stored: `{"version":2,"account_id":"1","interface_id":"eni-1","srcaddr":"10.0.0.1","dstaddr":"10.0.0.7","srcport":1000,"dstport":443,"protocol":6,"packets":3,"bytes":40,"start":1767225600,"end":1767225660,"action":"ACCEPT","log_status":"OK"}`,
			counts: "1=1+0+0+0+0", format: fieldsJSON, first: 1767225600, last: 1767225660}, line1},
		{objectCase{name: "fields, hyphenated, strings, in an object within, a message beside", stored: `[{"body":` + quoted(line2) + `,"aws":{"s3":{"key":"x"},"vpc":{"account-id":"1","interface-id":"eni-1","srcaddr":"10.0.0.1","dstaddr":"10.0.0.7","srcport":"1000","dstport":"443","protocol":"6","packets":"3","bytes":"40","start":"1767225600","end":"1767225660","action":"ACCEPT","log-status":"OK"}}}]`,
			counts: "1=1+0+0+0+0", format: fieldsJSON}, line1},
		{objectCase{name: "fields of silence", stored: `{"account_id":"1","interface_id":"eni-1","srcaddr":null,"start":1767225600,"end":1767225660,"log_status":"NODATA"}{"account_id":"1","interface_id":"eni-1","srcaddr":"-","srcport":"-","start":"1767225600","end":"1767225660","action":"","log_status":"SKIPDATA"}`,
			counts: "2=0+0+1+1+0", format: fieldsJSON}, silent + skipped},
		{objectCase{name: "faults of fields", stored: `{"interface_id":"eni-1","srcaddr":"10.0.0.1","dstaddr":"10.0.0.7","protocol":"tcp","start":1767225600,"action":"ACCEPT"}` + "\n" +
			`{"interface_id":"eni-1","srcaddr":"10.0.0.1","dstaddr":"10.0.0.7","protocol":6,"start":1767225600,"action":"ACCEPT","log_status":null}` + "\n" +
			`{"interface_id":"eni-1","srcaddr":"10.0.0.1","dstaddr":"10.0.0.7","srcport":1,"protocol":6,"start":1767225600,"action":"ACCEPT"}` + "\n" +
			`{"interface_id":"eni-1","srcaddr":"10.0.0.1","srcport":70000,"protocol":6}` + "\n" + message(line1),
			counts: "5=1+4+0+0+0", format: "JSON, several formats", rejected: []string{`1: protocol is "tcp"`, "2: log-status is missing", "3: dstport is missing", `4: srcport is "70000"`}}, line1},
		{objectCase{name: "a record of a transit gateway", stored: `{"resource-type":"TransitGateway","tgw-id":"tgw-1","srcaddr":"10.0.0.1"}` + message(line1), counts: "2=1+1+0+0+0", format: "JSON, several formats", rejected: []string{"1: transit gateway"}}, line1},
		{objectCase{name: "an OCSF event, bare and in a list", stored: ocsfEvent + "\n" + `{"Records":[` + ocsfEvent + `]}`, counts: "2=1+0+0+0+1", format: "ocsf JSON"},
			strings.TrimSpace(header) + " flow-direction\n" + strings.Repeat(strings.TrimSpace(line1)+" ingress\n", 2)},
		{objectCase{name: "an OCSF event of another class", stored: `{"class_uid":3002,"metadata":{},"src_endpoint":{}}` + "\n" + message(line1), counts: "2=1+1+0+0+0", format: "JSON, several formats", problem: "of class", rejected: []string{"1: of class \"3002\""}}, line1},
		{objectCase{name: "payloads with faults", stored: `{"records":[{"data":"&"},{"data":"` + encoded("PAR1") + `"},{"data":"` + encoded("\x1f\x8bxx") + `"},{"data":"` + encoded(line1) + `"},{"data":5},{"data":"` + encoded(`{"message":`) + `"}]}`,
			counts: "6=1+5+0+0+0", format: firehose, rejected: []string{"1: not base64", "2: looks like Parquet", "3: gzip in data", "5: nothing in it", "6: breaks off"}}, line1},
	} {
		t.Run(c.name, c.check)
	}
}

// pairs writes "name value …" as a row of Logs Insights.
func pairs(words string) string {
	var b strings.Builder
	for i, w := range strings.Fields(words) {
		switch {
		case i%2 == 1:
			fmt.Fprintf(&b, `"value": %q}`, w)
		case i > 0:
			b.WriteString(", ")
			fallthrough
		default:
			fmt.Fprintf(&b, `{"field": %q, `, w)
		}
	}
	return b.String()
}

func indented(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(v, "", "    ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTorn: what is whole before and behind a fault is read.
func TestTorn(t *testing.T) {
	one, two := delivery(line1, silent), delivery(line2)
	cut := len(one) - len(silent) // in the midst of the second message
	for _, c := range []wrappedCase{
		{objectCase{name: "cut in a string, the next follows at once", stored: one[:cut] + two + control, counts: "3=2+1+0+0+0", format: subscription, rejected: []string{"2: the end of a string"}}, line1 + line2},
		{objectCase{name: "cut in a string, the next on a line of its own", stored: one[:cut] + "\n" + two, counts: "3=2+1+0+0+0", format: subscription, rejected: []string{"2: the end of a string"}}, line1 + line2},
		{objectCase{name: "cut between two tokens", stored: one[:strings.Index(one, `"logEvents"`)] + two, counts: "2=1+1+0+0+0", format: subscription, rejected: []string{"1: a member's name"}}, line2},
		{objectCase{name: "cut at the end", stored: two + one[:cut], counts: "3=2+1+0+0+0", format: subscription, rejected: []string{"3: breaks off; what comes after it is missing"}}, line1 + line2},
		{objectCase{name: "an event with a fault", stored: strings.Replace(one, `"timestamp":`, `"timestamp" `, 1), counts: "2=0+1+1+0+0", format: subscription, rejected: []string{"1: want a colon"}}, silent},
		{objectCase{name: "a fault before the events", stored: strings.Replace(one, `"owner":`, `"owner" `, 1) + two, counts: "4=2+1+1+0+0", format: "JSON, several formats", rejected: []string{"1: want a colon"}}, line1 + silent + line2},
		{objectCase{name: "a line with a fault", stored: message(line1) + "\n" + `{"message":"2 1 eni` + "\n" + message(line2), counts: "3=2+1+0+0+0", format: messages, rejected: []string{"2: the end of a string"}}, line1 + line2},
		{objectCase{name: "text between", stored: message(line1) + "\nDear all,\n" + message(line2), counts: "3=2+1+0+0+0", format: messages, rejected: []string{"2: want an object or a list"}}, line1 + line2},
		{objectCase{name: "a bad escape", stored: `{"message":"\x"}` + message(line2), counts: "2=1+1+0+0+0", format: messages, rejected: []string{"1: a string with a fault"}}, line2},
		{objectCase{name: "an object that says nothing", stored: message(line1) + `{"level":"info"}` + message(line2), counts: "3=2+1+0+0+0", format: messages, rejected: []string{"2: nothing in it is a flow log record (its members: level)"}}, line1 + line2},
		{objectCase{name: "another kind of JSON", stored: `{"Records":[{"eventVersion":"1.08","eventSource":"ec2.amazonaws.com"},{"eventVersion":"1.08"}]}`, counts: "0=0+0+0+0+0", format: "not recognised", problem: "nothing in it is a flow log record (it has eventVersion, eventSource)", rejected: []string{"0: looks like JSON"}}, ""},
		{objectCase{name: "much of another kind", stored: strings.Repeat(`{"fileVersion":"1.0"}`, 300), counts: "0=0+0+0+0+0", format: "not recognised", problem: "(it has fileVersion)", rejected: []string{"0: looks like JSON"}}, ""},
		{objectCase{name: "not JSON at all", stored: "[Dear all]", counts: "0=0+0+0+0+0", format: "not recognised", problem: "looks like JSON", rejected: []string{"0: looks like JSON"}}, ""},
		{objectCase{name: "too deep", stored: message(line1) + strings.Repeat("[", 40) + strings.Repeat("]", 40), counts: "2=1+1+0+0+0", format: messages, rejected: []string{"2: too deep"}}, line1},
	} {
		t.Run(c.name, c.check)
	}
}

// TestTables reads what Athena and Logs Insights write.
func TestTables(t *testing.T) {
	athena := strings.ReplaceAll(strings.ReplaceAll(defaultFields, "-", "_"), " ", `","`)
	table := func(separator string, lines ...string) string {
		var b strings.Builder
		for _, l := range lines {
			b.WriteString(strings.ReplaceAll(l, " ", separator))
		}
		return b.String()
	}
	quotes := func(lines ...string) string {
		return strings.ReplaceAll(strings.ReplaceAll(`"`+table(`","`, lines...)+`"`, "\n", "\"\n\""), "\n\"\"", "\n")
	}
	empty := "2 1 eni-1        1767225600 1767225660  NODATA\n"
	for _, c := range []wrappedCase{
		{objectCase{name: "Athena", stored: `"` + athena + "\"\n" + quotes(line1, line2, silent), counts: "3=2+0+1+0+0", format: "csv (14 fields)"}, line1 + line2 + silent},
		{objectCase{name: "Athena, zipped, CRLF", stored: zipped(t, strings.ReplaceAll(`"`+athena+"\"\n"+quotes(line1, line2), "\n", "\r\n")), counts: "2=2+0+0+0+0", format: "csv (14 fields)"}, line1 + line2},
		{objectCase{name: "empty for missing", stored: `"` + athena + "\"\n" + quotes(empty) + table(",", empty), counts: "2=0+0+1+0+1", format: "csv (14 fields)"}, silent + silent},
		{objectCase{name: "without quotes, blanks around", stored: table(",", header) + table(" , ", line1), counts: "1=1+0+0+0+0", format: "csv (14 fields)"}, line1},
		{objectCase{name: "tabs", stored: table("\t", header, line1, empty), counts: "2=1+0+1+0+0", format: "tsv (14 fields)"}, line1 + silent},
		{objectCase{name: "other columns, in another order", stored: "note,action,az_id,interface_id,srcaddr,dstaddr,srcport,dstport,protocol,start\n" + `"a ""b"", c",ACCEPT,x,eni-1,10.0.0.7,10.0.0.9,1,2,6,1767225600` + "\n", counts: "1=1+0+0+0+0", format: "csv (10 fields)"}, custom + customLine},
		{objectCase{name: "header again, and another", stored: table(",", header, line1, header, line2) + "\n" + table(",", custom, customLine), counts: "3=3+0+0+0+0", format: "text, several formats"}, line1 + line2 + custom + customLine},
		{objectCase{name: "faults", stored: table(",", header) + "2,1,eni-1\n" + `"2,1,eni-1` + "\n" + table(",", strings.Replace(line1, "443", "x", 1), strings.Replace(line1, "443", "", 1), line1), counts: "5=1+4+0+0+0", format: "csv (14 fields)",
			rejected: []string{"2: 3 fields where the format has 14", "3: no closing quote", `4: dstport is "x"`, "5: dstport is missing"}}, line1},
		{objectCase{name: "messages", stored: "@timestamp,@message\n2026-01-01 00:00:00.000," + line1 + `2026-01-01 00:00:00.000,"` + strings.TrimSpace(silent) + "\"\n2026-01-01 00:00:00.000,2 1 eni-1\nx\n", counts: "4=1+2+1+0+0", format: "csv of messages",
			rejected: []string{"4: 3 fields where the format has 14", "5: 1 fields where the format has 2"}}, line1 + silent},
		{objectCase{name: "too few columns", stored: "version,account_id,interface_id\n2,1,eni-1\n", counts: "1=0+1+0+0+0", format: "csv (3 fields)", problem: "lacks srcaddr", rejected: []string{"1: lacks srcaddr"}}, ""},
		{objectCase{name: "transit gateway", stored: "version,resource_type,account_id,tgw_id\n6,TransitGateway,1,tgw-1\n", counts: "1=0+1+0+0+0", format: "csv transit gateway (4 fields)", problem: "transit gateway", rejected: []string{"1: transit gateway"}}, ""},
	} {
		t.Run(c.name, c.check)
	}
}
