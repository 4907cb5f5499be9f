package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"sgfit/schema/simulate"
)

// faultyS3 is an S3 on loopback that holds a made-up account, with a door in front at which things go wrong.
type faultyS3 struct {
	url string
	mu  sync.Mutex
	// fault may answer a request for an object itself, and then returns true. n counts those requests from 1.
	fault func(w http.ResponseWriter, r *http.Request, n int) bool
	gets  int
}

func newFaultyS3(t *testing.T) *faultyS3 {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": "",
		"AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_S3": "", "AWS_MAX_ATTEMPTS": "2", "AWS_RETRY_MODE": "", "AWS_CA_BUNDLE": "",
		"HTTP_PROXY": "", "http_proxy": "", "NO_PROXY": "*",
	} {
		t.Setenv(name, value)
	}
	backend := s3mem.New(s3mem.WithTimeSource(gofakes3.FixedTimeSource(time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC))))
	if err := backend.CreateBucket("logs"); err != nil {
		t.Fatal(err)
	}
	_, err := simulate.New(simulate.Options{Seed: 7, Days: 4, Scale: 0.05, FileHours: 6}).Write(func(path string, content []byte) error {
		_, err := backend.PutObject("logs", path, map[string]string{}, bytes.NewReader(content), int64(len(content)), nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	f := &faultyS3{}
	s3 := gofakes3.New(backend, gofakes3.WithTimeSkewLimit(0)).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		fault := f.fault
		listing := r.URL.Query().Has("list-type")
		if !listing {
			f.gets++
		}
		n := f.gets
		f.mu.Unlock()
		if listing || fault == nil || !fault(w, r, n) {
			s3.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

// goesWrong sets what goes wrong from now on; nil for nothing.
func (f *faultyS3) goesWrong(fault func(w http.ResponseWriter, r *http.Request, n int) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.gets = fault, 0
}

// refuse answers as S3 does.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<Error><Code>" + code + "</Code><Message>made up</Message></Error>"))
}

// run does the whole job from the bucket, into a folder.
func (f *faultyS3) run(dir string, more ...string) (code int, stderr string) {
	var out, said bytes.Buffer
	args := append([]string{"run", "--quiet", "--flow-logs", "s3://logs/flow-logs", "--config", "s3://logs/config",
		"--endpoint-url", f.url, "--db", filepath.Join(dir, "a.db"), "--out", filepath.Join(dir, "out")}, more...)
	code = run(context.Background(), args, &out, &said)
	return code, said.String()
}

// named are tables in which an interface's name stands for its number, and batches are not told apart: what comes a load
// later comes in a batch of its own, and its interfaces get later numbers.
var named = map[string]string{
	"logged_interface": `SELECT interface_id, account_id FROM logged_interface`,
	"conversation":     `SELECT l.interface_id, c.* EXCLUDE (iface, local_by, batch) FROM conversation c JOIN logged_interface l ON l.iface = c.iface`,
	"coverage":         `SELECT l.interface_id, c.* EXCLUDE (iface, batch) FROM coverage c JOIN logged_interface l ON l.iface = c.iface`,
	"edge":             `SELECT l.interface_id, e.* EXCLUDE (edge_no, iface) FROM edge e JOIN logged_interface l ON l.iface = e.iface`,
	"edge_rule": `SELECT l.interface_id, e.* EXCLUDE (edge_no, iface), r.* EXCLUDE (edge_no)
		FROM edge_rule r JOIN edge e ON e.edge_no = r.edge_no JOIN logged_interface l ON l.iface = e.iface`,
}

// TestFaults has S3 fail while the whole job runs: what it ends with, what it says of it, and that the next run makes of
// the database what it would be if nothing had gone wrong.
func TestFaults(t *testing.T) {
	f := newFaultyS3(t)
	unharmed := t.TempDir()
	if code, said := f.run(unharmed); code != exitDone {
		t.Fatal(said)
	}
	want := readWhole(t, filepath.Join(unharmed, "a.db"), named)
	wantPlan, err := os.ReadFile(filepath.Join(unharmed, "out", "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	// One object of flow logs, and what Config took on that day.
	chosen := func(fault func(w http.ResponseWriter, r *http.Request)) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, r *http.Request, _ int) bool {
			hit := strings.Contains(r.URL.Path, "20260902T0600Z") || strings.Contains(r.URL.Path, "/config/") && strings.Contains(r.URL.Path, "_20260902T")
			if hit {
				fault(w, r)
			}
			return hit
		}
	}
	always := func(fault func(w http.ResponseWriter, r *http.Request)) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, r *http.Request, _ int) bool { fault(w, r); return true }
	}
	for _, c := range []struct {
		name  string
		fault func(http.ResponseWriter, *http.Request, int) bool
		more  []string
		code  int
		says  string // on standard error
		aside string // a reason in the database, "" for none
	}{
		{"vanished", chosen(func(w http.ResponseWriter, _ *http.Request) { refuse(w, 404, "NoSuchKey") }), nil, exitDone,
			"1 lines or objects of the flow logs were set aside", "it vanished since it was listed (NoSuchKey)"},
		{"vanished, strictly", chosen(func(w http.ResponseWriter, _ *http.Request) { refuse(w, 404, "NoSuchKey") }), []string{"--strict"}, exitRejected,
			"some input was set aside", "it vanished since it was listed (NoSuchKey)"},
		{"changed", chosen(func(w http.ResponseWriter, _ *http.Request) { refuse(w, 412, "PreconditionFailed") }), nil, exitDone,
			"1 lines or objects of the flow logs were set aside", "it changed since it was listed (PreconditionFailed)"},
		{"a storm over all that does not end", always(func(w http.ResponseWriter, _ *http.Request) { refuse(w, 503, "SlowDown") }), nil, exitFailed,
			"the database holds no", ""},
		{"a storm that passes", func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n%3 == 1 {
				refuse(w, 503, "SlowDown")
			}
			return n%3 == 1
		}, []string{"--workers", "1"}, exitDone, "", ""},
		{"a slow link", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			time.Sleep(time.Millisecond) // a delay is what is tested here
			return false
		}, nil, exitDone, "", ""},
		{"connections that break off for ever", chosen(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(1<<20))
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}), nil, exitDone, "1 lines or objects of the flow logs were set aside", "the connection broke off again and again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			f.goesWrong(c.fault)
			code, said := f.run(dir, c.more...)
			if code != c.code || !strings.Contains(said, c.says) {
				t.Errorf("exit code %d, want %d:\n%s", code, c.code, said)
			}
			if c.aside != "" {
				if all := strings.Join(readWhole(t, filepath.Join(dir, "a.db"), nil).tables["rejected"], "\n"); !strings.Contains(all, c.aside) {
					t.Errorf("set aside:\n%s", all)
				}
			}
			f.goesWrong(nil)
			if code, said := f.run(dir); code != exitDone {
				t.Errorf("the next run: exit code %d\n%s", code, said)
			}
			got := readWhole(t, filepath.Join(dir, "a.db"), named)
			got.tables["rejected"] = want.tables["rejected"] // it keeps what was once set aside
			got.tables["plan"] = want.tables["plan"]         // and the plan that was made without it
			plan, err := os.ReadFile(filepath.Join(dir, "out", "plan.json"))
			if err != nil || !bytes.Equal(plan, wantPlan) {
				t.Errorf("plan.json differs, %v", err)
			}
			if d := got.diff(want); d != "" {
				t.Error(d)
			}
		})
	}
}
