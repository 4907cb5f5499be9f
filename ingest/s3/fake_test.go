package s3

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// fakeS3 is an S3 on loopback with the bucket "logs", and with a door in front at which things go wrong.
type fakeS3 struct {
	t       *testing.T
	backend *s3mem.Backend
	url     string

	mu       sync.Mutex
	requests []*http.Request
	// fault may answer a request itself, and then returns true. n counts the requests so far of the same kind, from 1.
	fault func(w http.ResponseWriter, r *http.Request, n int) bool
	// alter may change what a listing answers.
	alter func(answer string) string
}

// newFake starts a server with objects in it; their content is their key, unless a content is put behind them.
func newFake(t *testing.T, keys ...string) *fakeS3 {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": "",
		"AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_S3": "", "AWS_MAX_ATTEMPTS": "", "AWS_RETRY_MODE": "", "AWS_CA_BUNDLE": "",
		"HTTP_PROXY": "", "http_proxy": "", "NO_PROXY": "*",
	} {
		t.Setenv(name, value)
	}
	clock := gofakes3.FixedTimeSource(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC))
	f := &fakeS3{t: t, backend: s3mem.New(s3mem.WithTimeSource(clock))}
	if err := f.backend.CreateBucket("logs"); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		f.put(key, key)
	}
	s3 := gofakes3.New(f.backend, gofakes3.WithTimeSkewLimit(0)).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.serve(s3, w, r) }))
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *fakeS3) put(key, content string) {
	f.t.Helper()
	if _, err := f.backend.PutObject("logs", key, map[string]string{}, strings.NewReader(content), int64(len(content)), nil); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fakeS3) remove(key string) {
	f.t.Helper()
	if _, err := f.backend.DeleteObject("logs", key); err != nil {
		f.t.Fatal(err)
	}
}

// source has waits of milliseconds.
func (f *fakeS3) source(o Options, urls ...string) *Source {
	f.t.Helper()
	o.EndpointURL = f.url
	o.Backoff = orDefault(o.Backoff, 2*time.Millisecond)
	o.Stall = orDefault(o.Stall, 5*time.Second)
	s, err := New(context.Background(), o, urls...)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func isList(r *http.Request) bool { return r.URL.Query().Has("list-type") }

// serve knows If-Match, which the server behind it does not.
func (f *fakeS3) serve(s3 http.Handler, w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.requests = append(f.requests, r)
	n := 0
	for _, other := range f.requests {
		if isList(other) == isList(r) {
			n++
		}
	}
	fault, alter := f.fault, f.alter
	f.mu.Unlock()
	if fault != nil && fault(w, r, n) {
		return
	}
	answer := httptest.NewRecorder()
	s3.ServeHTTP(answer, r)
	if want := r.Header.Get("If-Match"); want != "" && answer.Code < 300 && answer.Header().Get("ETag") != want {
		refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	content := answer.Body.Bytes()
	if alter != nil && isList(r) {
		content = []byte(alter(string(content)))
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = io.Copy(w, bytes.NewReader(content))
}

// refuse answers as S3 does.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code><Message>made up</Message></Error>")
}

// cut sends part of an answer, and then the end of the connection.
func cut(w http.ResponseWriter, content string, sent int) {
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	if w.Header().Get("Content-Range") != "" {
		w.WriteHeader(http.StatusPartialContent)
	}
	_, _ = io.WriteString(w, content[:sent])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// listed returns the prefixes that were listed, sorted, each once; those without a delimiter end in "**". The first
// requests, which only look whether a folder is there, are left out.
func (f *fakeS3) listed() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var prefixes []string
	for _, r := range f.requests {
		q := r.URL.Query()
		if !isList(r) || q.Get("max-keys") == "1" {
			continue
		}
		prefix := q.Get("prefix")
		if q.Get("delimiter") == "" {
			prefix += "**"
		}
		prefixes = append(prefixes, prefix)
	}
	slices.Sort(prefixes)
	return slices.Compact(prefixes)
}

// count returns how many requests were listings, and how many were not.
func (f *fakeS3) count() (lists, gets int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.requests {
		if isList(r) {
			lists++
		} else {
			gets++
		}
	}
	return lists, gets
}
