package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sgfit/ingest"
	ingestaws "sgfit/ingest/aws"
)

// long is content of which any part can be told from any other.
func long(lines int) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "%07d\n", i)
	}
	return b.String()
}

// read lists, lets something happen, and reads the first object.
func (f *fakeS3) read(s *Source, happens func()) (string, error) {
	f.t.Helper()
	l := scan(f.t, s)
	if happens != nil {
		happens()
	}
	b, err := s.Open(context.Background(), l.Refs[0])
	if err != nil {
		return "", err
	}
	content, err := io.ReadAll(b)
	return string(content), errors.Join(err, b.Close())
}

// cutting breaks off each of the first answers after some bytes, and notes what was asked for.
func (f *fakeS3) cutting(content string, times, sent int, asked *[]string) {
	f.fault = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if isList(r) {
			return false
		}
		*asked = append(*asked, r.Header.Get("Range"))
		if n > times {
			return false
		}
		var from int
		w.Header().Set("ETag", r.Header.Get("If-Match"))
		if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
		}
		cut(w, content[from:], sent)
		return true
	}
}

func TestResume(t *testing.T) {
	content := long(40_000)
	for _, c := range []struct {
		times, resumes int
		asked          string
		want           error
	}{
		{0, 0, "[]", nil},
		{1, 0, "[ bytes=1000-]", nil},
		{3, 0, "[ bytes=1000- bytes=2000- bytes=3000-]", nil},
		{9, 0, "[ bytes=1000- bytes=2000- bytes=3000- bytes=4000- bytes=5000-]", ingestaws.ErrBroken},
		{9, 2, "[ bytes=1000- bytes=2000-]", ingestaws.ErrBroken},
	} {
		f := newFake(t)
		f.put("a.log", content)
		var asked []string
		f.cutting(content, c.times, 1000, &asked)
		got, err := f.read(f.source(Options{Resumes: c.resumes}, "s3://logs"), nil)
		if c.times == 0 {
			asked = asked[1:]
		}
		if fmt.Sprint(asked) != c.asked || !errors.Is(err, c.want) || c.want == nil && (got != content || err != nil) {
			t.Errorf("cut %d times: asked for %v, %d bytes, error is %v", c.times, asked, len(got), err)
		}
		if c.want != nil && got != content[:len(got)] {
			t.Errorf("cut %d times: the bytes before are wrong", c.times)
		}
	}
}

// TestResumeChanged has an object overwritten while its body breaks off: its parts must not be put together.
func TestResumeChanged(t *testing.T) {
	content := long(1000)
	f := newFake(t)
	f.put("a.log", content)
	f.fault = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if isList(r) || n > 1 {
			return false
		}
		f.put("a.log", strings.ToUpper("x"+content))
		w.Header().Set("ETag", r.Header.Get("If-Match"))
		cut(w, content, 100)
		return true
	}
	if got, err := f.read(f.source(Options{}, "s3://logs"), nil); !errors.Is(err, ErrChanged) || len(got) != 100 {
		t.Errorf("%d bytes, error is %v", len(got), err)
	}
}

// TestAnswersThatDoNotFit has servers that know neither If-Match nor Range.
func TestAnswersThatDoNotFit(t *testing.T) {
	content := long(1000)
	for name, c := range map[string]struct {
		fault func(w http.ResponseWriter, r *http.Request, n int) bool
		want  error
	}{
		"another ETag": {func(w http.ResponseWriter, r *http.Request, _ int) bool {
			w.Header().Set("ETag", `"other"`)
			_, _ = io.WriteString(w, content)
			return true
		}, ErrChanged},
		"all instead of the rest": {func(w http.ResponseWriter, r *http.Request, n int) bool {
			w.Header().Set("ETag", r.Header.Get("If-Match"))
			if n == 1 {
				cut(w, content, 100)
			}
			_, _ = io.WriteString(w, content)
			return true
		}, ingestaws.ErrRefused},
	} {
		f := newFake(t)
		f.put("a.log", content)
		f.fault = func(w http.ResponseWriter, r *http.Request, n int) bool { return !isList(r) && c.fault(w, r, n) }
		if _, err := f.read(f.source(Options{}, "s3://logs"), nil); !errors.Is(err, c.want) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestBetweenListingAndReading(t *testing.T) {
	for _, c := range []struct {
		name    string
		happens func(f *fakeS3)
		want    error
	}{
		{"vanished", func(f *fakeS3) { f.remove("a.log") }, ErrVanished},
		{"changed", func(f *fakeS3) { f.put("a.log", "b.log") }, ErrChanged},
		{"written again as it was", func(f *fakeS3) { f.put("a.log", "a.log") }, nil},
	} {
		f := newFake(t, "a.log")
		got, err := f.read(f.source(Options{}, "s3://logs"), func() { c.happens(f) })
		if !errors.Is(err, c.want) || c.want == nil && (err != nil || got != "a.log") {
			t.Errorf("%s: %q, error is %v", c.name, got, err)
		}
		var e *Error
		if c.want != nil && (!errors.As(err, &e) || e.Place != "s3://logs/a.log" || e.Op != "open") {
			t.Errorf("%s: error is %#v", c.name, err)
		}
	}
}

// TestStall has a server that falls silent in the middle of a body: the rest is asked for anew.
func TestStall(t *testing.T) {
	content := long(1000)
	f := newFake(t)
	f.put("a.log", content)
	f.fault = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if isList(r) || n > 2 {
			return false
		}
		if n == 1 {
			w.Header().Set("ETag", r.Header.Get("If-Match"))
			w.Header().Set("Content-Length", fmt.Sprint(len(content)))
			_, _ = io.WriteString(w, content[:500])
			w.(http.Flusher).Flush()
		} // the second does not even begin to answer
		<-r.Context().Done()
		return true
	}
	got, err := f.read(f.source(Options{Stall: 100 * time.Millisecond}, "s3://logs"), nil)
	if _, gets := f.count(); err != nil || got != content || gets != 3 {
		t.Errorf("%d bytes in %d requests, error is %v", len(got), gets, err)
	}
}

// TestStallForever ends, and not as if somebody had stopped it.
func TestStallForever(t *testing.T) {
	f := newFake(t, "a.log")
	f.fault = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if isList(r) {
			return false
		}
		w.Header().Set("ETag", r.Header.Get("If-Match"))
		w.Header().Set("Content-Length", "1000")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	_, err := f.read(f.source(Options{Stall: 30 * time.Millisecond, Resumes: 2}, "s3://logs"), nil)
	if !errors.Is(err, ingestaws.ErrBroken) || errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

// TestSlowLink has a body that takes several times as long as a stall may, but never falls silent; and a reader that
// takes its time itself.
func TestSlowLink(t *testing.T) {
	content := long(10)
	f := newFake(t)
	f.put("a.log", content)
	f.fault = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if isList(r) {
			return false
		}
		w.Header().Set("ETag", r.Header.Get("If-Match"))
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		for i := 0; i < len(content); i += 8 {
			pause(r.Context(), 60*time.Millisecond)
			_, _ = io.WriteString(w, content[i:i+8])
			w.(http.Flusher).Flush()
		}
		return true
	}
	s := f.source(Options{Stall: 250 * time.Millisecond}, "s3://logs")
	b, err := s.Open(context.Background(), scan(t, s).Refs[0])
	if err != nil {
		t.Fatal(err)
	}
	pause(context.Background(), 400*time.Millisecond)
	got, err := io.ReadAll(b)
	if _, gets := f.count(); err != nil || string(got) != content || gets != 1 {
		t.Errorf("%q in %d requests, error is %v", got, gets, err)
	}
}

func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// TestStorm refuses most requests for a while.
func TestStorm(t *testing.T) {
	for _, c := range []struct {
		name            string
		options         Options
		lists, gets     int // refused at first
		listErr, getErr error
	}{
		{"it passes", Options{}, 5, 6, nil, nil},
		{"it passes too late for the reading", Options{}, 5, 8, nil, ingestaws.ErrBusy},
		{"it stays over the listing", Options{Attempts: 3}, 1000, 0, ingestaws.ErrBusy, nil},
		{"it stays over the reading", Options{Attempts: 3}, 2, 1000, nil, ingestaws.ErrBusy},
	} {
		f := newFake(t, "a.log")
		f.fault = func(w http.ResponseWriter, r *http.Request, n int) bool {
			if isList(r) && n <= c.lists || !isList(r) && n <= c.gets {
				refuse(w, http.StatusServiceUnavailable, "SlowDown")
				return true
			}
			return false
		}
		s := f.source(c.options, "s3://logs")
		refs, _, err := s.List(context.Background())
		if !errors.Is(err, c.listErr) || c.listErr == nil && err != nil {
			t.Errorf("%s: listing: error is %v", c.name, err)
		}
		if err != nil {
			continue
		}
		b, err := s.Open(context.Background(), refs[0])
		if !errors.Is(err, c.getErr) || c.getErr == nil && err != nil {
			t.Errorf("%s: reading: error is %v", c.name, err)
		}
		if err == nil {
			_ = b.Close()
		}
		if _, gets := f.count(); c.getErr != nil && gets != orDefault(c.options.Attempts, 8) {
			t.Errorf("%s: %d attempts", c.name, gets)
		}
	}
}

// TestStormOverMany has more retries in all than the SDK grants to a client by itself.
func TestStormOverMany(t *testing.T) {
	f := newFake(t, "a.log")
	f.fault = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if isList(r) || n%5 == 0 {
			return false
		}
		refuse(w, http.StatusServiceUnavailable, "SlowDown")
		return true
	}
	s := f.source(Options{Backoff: time.Microsecond}, "s3://logs")
	ref := scan(t, s).Refs[0]
	for i := range 60 {
		b, err := s.Open(context.Background(), ref)
		if err != nil {
			t.Fatalf("object %d: %v", i, err)
		}
		_ = b.Close()
	}
}

func TestEndedContext(t *testing.T) {
	f := newFake(t, "a.log")
	s := f.source(Options{}, "s3://logs")
	ref := scan(t, s).Refs[0]
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := s.List(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("list: error is %v", err)
	}
	if _, err := s.Open(ended, ref); !errors.Is(err, context.Canceled) {
		t.Errorf("open: error is %v", err)
	}
	f.fault = func(w http.ResponseWriter, r *http.Request, n int) bool {
		w.Header().Set("Content-Length", "1000")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	ctx, cancel := context.WithCancel(context.Background())
	b, err := s.Open(ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	var e *Error
	if _, err := io.ReadAll(b); !errors.Is(err, context.Canceled) || errors.As(err, &e) {
		t.Errorf("read: error is %v", err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, _, err := s.List(ctx); !errors.Is(err, context.Canceled) || errors.As(err, &e) {
		t.Errorf("list: error is %v", err)
	}
}

// TestAsStored has an object with a Content-Encoding, which HTTP clients like to undo.
func TestAsStored(t *testing.T) {
	packed := []byte("\x1f\x8b\x08 not to be looked into")
	f := newFake(t)
	if _, err := f.backend.PutObject("logs", "a.gz", map[string]string{"Content-Encoding": "gzip"}, bytes.NewReader(packed), int64(len(packed)), nil); err != nil {
		t.Fatal(err)
	}
	if got, err := f.read(f.source(Options{}, "s3://logs"), nil); err != nil || got != string(packed) {
		t.Errorf("%q, %v", got, err)
	}
}

// TestNotListed opens what another source has listed, and closes before the end, twice, and reads on.
func TestNotListed(t *testing.T) {
	f := newFake(t)
	f.put("a.log", long(100_000))
	b, err := f.source(Options{}).Open(context.Background(), ingest.Ref{Place: "s3://logs/a.log"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(b, make([]byte, 10)); err != nil {
		t.Error(err)
	}
	if err := errors.Join(b.Close(), b.Close()); err != nil {
		t.Error(err)
	}
	if _, err := b.Read(make([]byte, 10)); err == nil || err == io.EOF {
		t.Errorf("read after close: %v", err)
	}
	if _, gets := f.count(); gets != 1 {
		t.Errorf("%d requests", gets)
	}
}
