package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/ingest"
	ingestaws "sgfit/ingest/aws"
	"sgfit/schema"
)

func hour(h, minute int) time.Time { return time.Date(2026, 9, 1, h, minute, 0, 0, time.UTC) }

// TestWindows lists which hours there are. The group was made at 13:00, and now is 15:30.
func TestWindows(t *testing.T) {
	for _, c := range []struct {
		name    string
		options Options
		group   fakeGroup
		want    []string // hours
	}{
		{"from an hour before the creation, up to an hour ago", Options{}, fakeGroup{}, []string{"12", "13"}},
		{"which is when the hour lies behind as a whole", Options{Now: hour(16, 0)}, fakeGroup{}, []string{"12", "13", "14"}},
		{"deliveries are quicker", Options{Settle: 20 * time.Minute}, fakeGroup{}, []string{"12", "13", "14"}},
		{"since and until in the middle of an hour", Options{Since: hour(12, 59), Until: hour(13, 1)}, fakeGroup{}, []string{"12", "13"}},
		{"since and until between hours", Options{Since: hour(13, 0), Until: hour(14, 0)}, fakeGroup{}, []string{"13"}},
		{"until before the group", Options{Until: hour(1, 0)}, fakeGroup{}, nil},
		{"retention: the hour that it cuts into is gone", Options{Now: now.AddDate(0, 0, 1)}, fakeGroup{retention: 1}, []string{
			"16", "17", "18", "19", "20", "21", "22", "23", "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			c.group.created = hour(13, 0)
			f.groups["/aws/flow"] = c.group
			source := f.source(c.options, "cwl://eu-west-1/aws/flow")
			refs, rejected, err := source.List(context.Background())
			if err != nil || len(rejected) > 0 {
				t.Fatal(err, rejected)
			}
			var outside ingest.Outside
			if len(c.want) == 0 {
				outside = ingest.Outside{Objects: 1, First: hour(12, 0), Last: hour(14, 0)}
			}
			if d := cmp.Diff(outside, source.Outside()); d != "" {
				t.Errorf("what was left out (-want +got):\n%s", d)
			}
			var got []string
			for _, r := range refs {
				got = append(got, r.Slot.Format("15"))
				if want := "cwl://eu-west-1//aws/flow/" + r.Slot.Format("2006-01-02T15Z"); r.Place != want || r.Size != 0 || !r.Modified.Equal(r.Slot.Add(time.Hour)) {
					t.Errorf("%+v", r)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// TestContent has events of two streams over many pages, some of them empty; what comes out is sorted by stream and time.
func TestContent(t *testing.T) {
	for _, empty := range []bool{false, true} {
		f := newFake(t)
		f.emptyPage = empty
		want := schema.DefaultFields + "\n"
		for i := range 10 {
			f.put("/aws/flow", "eni-b", hour(13, 50-i), record(200-i))
			f.put("/aws/flow", "eni-a", hour(13, i), record(100+i)+"\n")
			f.put("/aws/flow", "eni-a", hour(12, i), record(1))
		}
		f.put("/aws/flow", "eni-a", hour(14, 0).Add(-time.Millisecond), record(110))
		f.put("/aws/flow", "eni-a", hour(14, 0), record(2))
		f.put("/aws/flow", "eni-b", hour(13, 41), record(190)) // a second of the same time, delivered later
		for port := 100; port <= 110; port++ {
			want += record(port) + "\n"
		}
		want += record(190) + "\n"
		for port := 191; port <= 200; port++ {
			want += record(port) + "\n"
		}
		s := f.source(Options{}, "cwl://eu-west-1//aws/flow", "cwl://eu-west-1/aws/flow")
		for range 2 {
			if d := cmp.Diff(want, content(t, s, "cwl://eu-west-1//aws/flow/2026-09-01T13Z")); d != "" {
				t.Errorf("empty pages %v (-want +got):\n%s", empty, d)
			}
		}
	}
}

// TestEmptyWindow has no bytes at all, so that no window without events is a copy of another.
func TestEmptyWindow(t *testing.T) {
	f := newFake(t)
	f.emptyPage = true
	if got := content(t, f.source(Options{}, "cwl://eu-west-1/aws/flow"), "cwl://eu-west-1//aws/flow/2026-09-01T13Z"); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestFormats(t *testing.T) {
	const custom = "interface-id srcaddr dstaddr action"
	for _, c := range []struct {
		name     string
		flowLogs []fakeFlowLog
		option   string
		want     string // of the header lines
		warned   bool
		kind     error
	}{
		{"default, not said", []fakeFlowLog{{group: "/aws/flow"}, {group: "other", format: "${a}"}}, "", schema.DefaultFields, false, nil},
		{"custom", []fakeFlowLog{{group: "/aws/flow", format: "${interface-id} ${srcaddr} ${dstaddr} ${action}"}}, "", custom, false, nil},
		{"by ARN", []fakeFlowLog{{arn: "arn:aws:logs:eu-west-1:1:log-group:/aws/flow:*", format: "${interface-id} ${srcaddr} ${dstaddr} ${action}"}}, "", custom, false, nil},
		{"the same twice", []fakeFlowLog{{group: "/aws/flow"}, {group: "/aws/flow", arn: "arn:aws:logs:eu-west-1:1:log-group:/aws/flow"}}, "", schema.DefaultFields, false, nil},
		{"none", nil, "", schema.DefaultFields, true, nil},
		{"alike", []fakeFlowLog{{group: "/aws/flow", format: "${srcaddr} ${dstaddr}"}, {group: "/aws/flow", format: "${dstaddr} ${srcaddr}"}}, "", "", false, ErrFormats},
		{"given", []fakeFlowLog{{group: "/aws/flow", format: "${srcaddr} ${dstaddr}"}, {group: "/aws/flow", format: "${dstaddr} ${srcaddr}"}},
			"${interface-id} srcaddr  dstaddr action", custom, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			f.flowLogs = c.flowLogs
			f.put("/aws/flow", "eni-a", hour(13, 0), "eni-0a 10.0.0.1 10.0.0.2 ACCEPT")
			f.put("/aws/flow", "eni-a", hour(13, 1), record(1))
			var warnings []string
			s := f.source(Options{LogFormat: c.option, Warn: func(s string) { warnings = append(warnings, s) }}, "cwl://eu-west-1/aws/flow")
			if c.kind != nil {
				if _, _, err := s.List(context.Background()); !errors.Is(err, c.kind) {
					t.Errorf("error is %v", err)
				}
				return
			}
			got := content(t, s, "cwl://eu-west-1//aws/flow/2026-09-01T13Z")
			if head, _, _ := strings.Cut(got, "\n"); head != c.want || strings.Count(got, "\n") != 3 {
				t.Errorf("got %q", got)
			}
			if (len(warnings) > 0) != c.warned || c.warned && !strings.Contains(warnings[0], "--log-format") {
				t.Errorf("warnings: %q", warnings)
			}
		})
	}
}

// TestSeveralFormats tells lines apart by their number of fields; what is of neither comes last.
func TestSeveralFormats(t *testing.T) {
	f := newFake(t)
	f.flowLogs = []fakeFlowLog{{group: "/aws/flow"}, {group: "/aws/flow", format: "${interface-id} ${action}"}}
	for i, message := range []string{"START of something", record(1), "eni-0a ACCEPT", record(2) + "\r\nlone", "eni-0b REJECT"} {
		f.put("/aws/flow", "eni-a", hour(13, i), message)
	}
	want := strings.Join([]string{"interface-id action", "eni-0a ACCEPT", "eni-0b REJECT", schema.DefaultFields, record(1), record(2), "START of something", "lone", ""}, "\n")
	if d := cmp.Diff(want, content(t, f.source(Options{}, "cwl://eu-west-1/aws/flow"), "cwl://eu-west-1//aws/flow/2026-09-01T13Z")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestErrors has each kind of refusal, at the request at which it comes.
func TestErrors(t *testing.T) {
	for _, c := range []struct {
		action, code string
		status       int
		want         error
		text         string
	}{
		{"DescribeLogGroups", "AccessDeniedException", 400, ingestaws.ErrDenied, "look up cwl://eu-west-1/aws/flow: access denied (logs:DescribeLogGroups)"},
		{"FilterLogEvents", "AccessDeniedException", 400, ingestaws.ErrDenied, "read cwl://eu-west-1//aws/flow: access denied (logs:FilterLogEvents)"},
		{"DescribeFlowLogs", "UnauthorizedOperation", 403, ingestaws.ErrDenied, "ask for the format of cwl://eu-west-1//aws/flow: access denied (ec2:DescribeFlowLogs)"},
		{"DescribeLogGroups", "UnrecognizedClientException", 400, ingestaws.ErrCredentials, "no credentials that AWS accepts (UnrecognizedClientException)"},
		{"FilterLogEvents", "ResourceNotFoundException", 400, ErrNoGroup, "no such log group"},
		{"FilterLogEvents", "ThrottlingException", 400, ingestaws.ErrBusy, "asks to slow down"},
		{"FilterLogEvents", "Odd", 500, ingestaws.ErrBusy, "(Odd)"},
		{"FilterLogEvents", "InvalidParameterException", 400, ingestaws.ErrRefused, "(InvalidParameterException)"},
	} {
		t.Run(c.action+" "+c.code, func(t *testing.T) {
			f := newFake(t)
			f.fault = func(w http.ResponseWriter, action string, _ int) bool {
				if action != c.action {
					return false
				}
				if action == "DescribeFlowLogs" {
					refuseQuery(w, c.status, c.code)
				} else {
					refuse(w, c.status, c.code)
				}
				return true
			}
			_, _, err := f.source(Options{}, "cwl://eu-west-1/aws/flow").List(context.Background())
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestNotThere(t *testing.T) {
	f := newFake(t)
	ctx := context.Background()
	if _, _, err := f.source(Options{}, "cwl://eu-west-1/aws/flo").List(ctx); !errors.Is(err, ErrNoGroup) {
		t.Errorf("no group: %v", err)
	}
	f.groups["young"] = fakeGroup{created: now}
	if _, _, err := f.source(Options{Now: now.Add(-time.Minute)}, "cwl://eu-west-1/young").List(ctx); !errors.Is(err, ErrNothing) {
		t.Errorf("nothing yet: %v", err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	if _, _, err := f.source(Options{}, "cwl://eu-west-1/aws/flow").List(ctx); !errors.Is(err, ingestaws.ErrCredentials) {
		t.Errorf("no credentials: %v", err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	s := f.source(Options{}, "cwl://eu-west-1/aws/flow")
	if _, err := s.Open(ctx, ingest.Ref{Place: "cwl://eu-west-1//aws/flow/2026-09-01T13Z"}); err == nil {
		t.Error("opened what was not listed")
	}
	for _, url := range []string{"cwl://", "cwl://eu-west-1", "cwl://eu-west-1/", "cwl://my-group/x", "cwl:///aws/flow", "s3://eu-west-1/x"} {
		if _, err := New(ctx, Options{Now: now}, url); !errors.Is(err, ErrURL) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestUnreachable is a port where nobody listens.
func TestUnreachable(t *testing.T) {
	f := newFake(t)
	f.url = "http://127.0.0.1:1"
	if _, _, err := f.source(Options{}, "cwl://eu-west-1/aws/flow").List(context.Background()); !errors.Is(err, ingestaws.ErrUnreachable) {
		t.Errorf("error is %v", err)
	}
}

// TestPatience throttles, fails and breaks answers off, but not for ever.
func TestPatience(t *testing.T) {
	f := newFake(t)
	want := schema.DefaultFields + "\n"
	for i := range 20 {
		f.put("/aws/flow", "eni-a", hour(13, i), record(i+1))
		want += record(i+1) + "\n"
	}
	f.fault = func(w http.ResponseWriter, action string, n int) bool {
		if action != "FilterLogEvents" || n%4 == 0 {
			return false
		}
		switch n % 4 {
		case 1:
			refuse(w, 400, "ThrottlingException")
		case 2:
			breakOff(w)
		case 3:
			return false
		}
		return true
	}
	if d := cmp.Diff(want, content(t, f.source(Options{}, "cwl://eu-west-1/aws/flow"), "cwl://eu-west-1//aws/flow/2026-09-01T13Z")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// breakOff sends half an answer.
func breakOff(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	fmt.Fprint(w, `{"events":[{"logStreamName":"eni-a",`)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// TestBrokenOff has a window of which a later page cannot be had: nothing of it is handed out.
func TestBrokenOff(t *testing.T) {
	for name, how := range map[string]func(http.ResponseWriter){"broken": breakOff, "refused": func(w http.ResponseWriter) { refuse(w, 500, "InternalFailure") }} {
		f := newFake(t)
		for i := range 20 {
			f.put("/aws/flow", "eni-a", hour(13, i), record(i+1))
		}
		s := f.source(Options{}, "cwl://eu-west-1/aws/flow")
		if _, _, err := s.List(context.Background()); err != nil {
			t.Fatal(err)
		}
		f.fault = func(w http.ResponseWriter, action string, n int) bool {
			if n >= 4 {
				how(w)
			}
			return n >= 4
		}
		_, err := s.Open(context.Background(), ingest.Ref{Place: "cwl://eu-west-1//aws/flow/2026-09-01T13Z"})
		if !errors.Is(err, ingestaws.ErrBroken) && !errors.Is(err, ingestaws.ErrBusy) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestReaders never has more windows at a time than asked for, whatever the loader does.
func TestReaders(t *testing.T) {
	f := newFake(t)
	f.groups["/aws/flow"] = fakeGroup{created: hour(1, 0)}
	s := f.source(Options{Readers: 2}, "cwl://eu-west-1/aws/flow")
	refs, _, err := s.List(context.Background())
	if err != nil || len(refs) < 10 {
		t.Fatal(err, len(refs))
	}
	turns := make(chan struct{}, 2)
	f.fault = func(http.ResponseWriter, string, int) bool {
		select {
		case turns <- struct{}{}:
			<-turns
		default:
			t.Error("more than two at a time")
		}
		return false
	}
	done := make(chan error)
	for _, r := range refs {
		go func() {
			_, err := s.Open(context.Background(), r)
			done <- err
		}()
	}
	for range refs {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestAtRandom: a window is in memory once, also a large one.
func TestAtRandom(t *testing.T) {
	f := newFake(t)
	f.put("/aws/flow", "eni-a", hour(13, 0), record(1))
	s := f.source(Options{}, "cwl://eu-west-1/aws/flow")
	const place = "cwl://eu-west-1//aws/flow/2026-09-01T13Z"
	want := content(t, s, place)
	r, err := s.Open(context.Background(), ingest.Ref{Place: place})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	at, ok := r.(io.ReaderAt)
	if !ok {
		t.Fatal("it cannot be read at random")
	}
	if b, err := io.ReadAll(io.NewSectionReader(at, 8, 100)); err != nil || string(b) != want[8:108] {
		t.Errorf("%q, %v", b, err)
	}
}
