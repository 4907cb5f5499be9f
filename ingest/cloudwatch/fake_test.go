package cloudwatch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sgfit/ingest"
)

// fakeLogs is a CloudWatch Logs (JSON 1.1) and an EC2 (query) on loopback, with a door in front at which things go wrong.
type fakeLogs struct {
	t         *testing.T
	url       string
	groups    map[string]fakeGroup
	flowLogs  []fakeFlowLog
	pageSize  int  // events a page
	emptyPage bool // an empty page with a token comes before each that holds events

	mu       sync.Mutex
	requests []string // actions
	events   map[string][]fakeEvent
	// fault may answer a request itself, and then returns true. n counts the requests so far of the same action, from 1.
	fault func(w http.ResponseWriter, action string, n int) bool
	// see is the same with the request's body.
	see func(w http.ResponseWriter, action string, body []byte) bool
}

type fakeGroup struct {
	created   time.Time
	retention int
}

type fakeFlowLog struct{ group, arn, format string }

type fakeEvent struct {
	Stream  string `json:"logStreamName"`
	Millis  int64  `json:"timestamp"`
	ID      string `json:"eventId"`
	Message string `json:"message"`
}

// now is two hours and a half after the fake's group was made.
var now = time.Date(2026, 9, 1, 15, 30, 0, 0, time.UTC)

func newFake(t *testing.T) *fakeLogs {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": "",
		"AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ENDPOINT_URL": "", "AWS_MAX_ATTEMPTS": "", "AWS_RETRY_MODE": "", "AWS_CA_BUNDLE": "", "HTTP_PROXY": "", "http_proxy": "", "NO_PROXY": "*",
	} {
		t.Setenv(name, value)
	}
	f := &fakeLogs{t: t, groups: map[string]fakeGroup{"/aws/flow": {created: now.Add(-150 * time.Minute)}}, pageSize: 3,
		flowLogs: []fakeFlowLog{{group: "/aws/flow"}}, events: map[string][]fakeEvent{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

// put adds an event. Ids are given as AWS does: in the order of arrival, not of time.
func (f *fakeLogs) put(group, stream string, at time.Time, message string) {
	n := 0
	for _, events := range f.events {
		n += len(events)
	}
	f.events[group] = append(f.events[group], fakeEvent{stream, at.UnixMilli(), fmt.Sprintf("%056d", 1000-n), message})
}

// source has waits of milliseconds.
func (f *fakeLogs) source(o Options, urls ...string) *Source {
	f.t.Helper()
	o.EndpointURL = f.url
	o.Now = cmp.Or(o.Now, now)
	o.Backoff = cmp.Or(o.Backoff, 2*time.Millisecond)
	o.Attempts = cmp.Or(o.Attempts, 3)
	s, err := New(context.Background(), o, urls...)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// count returns how often an action was asked for.
func (f *fakeLogs) count(action string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.requests {
		if a == action {
			n++
		}
	}
	return n
}

func (f *fakeLogs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if action == "" {
		action = r.FormValue("Action")
	}
	f.mu.Lock()
	f.requests = append(f.requests, action)
	n, fault := 0, f.fault
	for _, a := range f.requests {
		if a == action {
			n++
		}
	}
	f.mu.Unlock()
	if fault != nil && fault(w, action, n) {
		return
	}
	if f.see != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			f.t.Error(err)
		}
		if f.see(w, action, body) {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	switch action {
	case "DescribeLogGroups":
		f.describeLogGroups(w, r)
	case "FilterLogEvents":
		f.filterLogEvents(w, r)
	case "DescribeFlowLogs":
		f.describeFlowLogs(w)
	default:
		refuse(w, 400, "UnknownOperationException")
	}
}

func (f *fakeLogs) describeLogGroups(w http.ResponseWriter, r *http.Request) {
	var in struct{ LogGroupNamePrefix, NextToken string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		f.t.Error(err)
	}
	var names []string
	for name := range f.groups {
		if strings.HasPrefix(name, in.LogGroupNamePrefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	from, _ := strconv.Atoi(in.NextToken)
	out := map[string]any{"logGroups": []any{}}
	if from < len(names) {
		g := f.groups[names[from]]
		one := map[string]any{"logGroupName": names[from], "creationTime": g.created.UnixMilli()}
		if g.retention > 0 {
			one["retentionInDays"] = g.retention
		}
		out["logGroups"] = []any{one}
	}
	if from+1 < len(names) {
		out["nextToken"] = strconv.Itoa(from + 1)
	}
	answer(w, out)
}

// filterLogEvents answers in the order of timestamps. Tokens are numbers of events, with a letter behind for empty pages.
func (f *fakeLogs) filterLogEvents(w http.ResponseWriter, r *http.Request) {
	var in struct {
		LogGroupName, NextToken   string
		StartTime, EndTime, Limit int64
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		f.t.Error(err)
	}
	events := slices.DeleteFunc(slices.Clone(f.events[in.LogGroupName]), func(e fakeEvent) bool { return e.Millis < in.StartTime || e.Millis > in.EndTime })
	slices.SortStableFunc(events, func(a, b fakeEvent) int { return cmp.Compare(a.Millis, b.Millis) })
	token, empty := strings.CutSuffix(in.NextToken, "e")
	from, _ := strconv.Atoi(token)
	if f.emptyPage && !empty {
		answer(w, map[string]any{"events": []any{}, "nextToken": strconv.Itoa(from) + "e"})
		return
	}
	to := min(from+f.pageSize, len(events))
	out := map[string]any{"events": events[from:to]}
	if to < len(events) {
		out["nextToken"] = strconv.Itoa(to)
	} else if in.NextToken != "" {
		out["nextToken"] = in.NextToken // the other way in which AWS ends a listing
	}
	answer(w, out)
}

func (f *fakeLogs) describeFlowLogs(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/xml")
	var b strings.Builder
	b.WriteString(`<DescribeFlowLogsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><flowLogSet>`)
	for i, l := range f.flowLogs {
		fmt.Fprintf(&b, "<item><flowLogId>fl-%d</flowLogId><logDestinationType>cloud-watch-logs</logDestinationType>", i)
		for name, value := range map[string]string{"logGroupName": l.group, "logDestination": l.arn, "logFormat": l.format} {
			if value != "" {
				fmt.Fprintf(&b, "<%s>%s</%s>", name, value, name)
			}
		}
		b.WriteString("</item>")
	}
	b.WriteString("</flowLogSet></DescribeFlowLogsResponse>")
	_, _ = io.WriteString(w, b.String())
}

func answer(w http.ResponseWriter, out any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(out)
}

// refuse answers as CloudWatch Logs does.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"__type":"`+code+`","message":"made up"}`)
}

// refuseQuery answers as EC2 does.
func refuseQuery(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<Response><Errors><Error><Code>"+code+"</Code><Message>made up</Message></Error></Errors><RequestID>r</RequestID></Response>")
}

// content lists a source, opens a window and reads it.
func content(t *testing.T, s *Source, place string) string {
	t.Helper()
	if _, _, err := s.List(context.Background()); err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(context.Background(), ingest.Ref{Place: place})
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// record is a line in AWS's default format.
func record(port int) string {
	return fmt.Sprintf("2 111122223333 eni-0aaaaaaaaaaaaaaa1 10.0.0.1 10.0.0.2 %d 443 6 3 180 1788267600 1788267660 ACCEPT OK", port)
}
