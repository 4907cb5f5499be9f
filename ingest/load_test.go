package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"sgfit/ingest"
	"sgfit/ingest/flowlog"
	"sgfit/schema"
)

var addrs = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

// objects is a source in memory: places and what is stored there. The slot of "…@day-minute" is that of January 2026.
type objects struct {
	refs     []ingest.Ref
	content  map[string]string
	rejected []schema.Rejected
	opened   atomic.Int64
	onOpen   func(n int64) error
	openAs   func(place string) (io.ReadCloser, error)
}

func newObjects() *objects { return &objects{content: map[string]string{}} }

func (o *objects) put(place string, day, minute int, content string) {
	r := ingest.Ref{Place: place, Size: int64(len(content)), Modified: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
	if day > 0 {
		r.Slot = time.Date(2026, 1, day, 0, minute, 0, 0, time.UTC)
	}
	o.refs = append(o.refs, r)
	o.content[place] = content
}

func (o *objects) List(context.Context) ([]ingest.Ref, []schema.Rejected, error) {
	return slices.Clone(o.refs), o.rejected, nil
}

func (o *objects) Open(_ context.Context, ref ingest.Ref) (io.ReadCloser, error) {
	n := o.opened.Add(1)
	if o.onOpen != nil {
		if err := o.onOpen(n); err != nil {
			return nil, err
		}
	}
	if o.openAs != nil {
		return o.openAs(ref.Place)
	}
	content, ok := o.content[ref.Place]
	if !ok {
		return nil, errors.New("permission denied")
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

// memory is a sink that keeps batches as they come.
type memory struct {
	batches  []*schema.Batch
	manifest map[string]schema.Object
	hashes   map[string]string
	fail     error
	mu       sync.Mutex // one batch is stored while another is read
}

func newMemory() *memory {
	return &memory{manifest: map[string]schema.Object{}, hashes: map[string]string{}}
}

func (m *memory) Loaded(_ context.Context, refs []ingest.Ref) (map[string]bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	loaded := map[string]bool{}
	for _, r := range refs {
		if o, ok := m.manifest[r.Place]; ok {
			loaded[r.Place] = o.Size == r.Size && o.Modified.Equal(r.Modified)
		}
	}
	return loaded, nil
}

func (m *memory) Manifest(context.Context) (objects []schema.Object, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range m.manifest {
		objects = append(objects, o)
	}
	return objects, nil
}

func (m *memory) HashLoaded(_ context.Context, hash string) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	place, ok := m.hashes[hash]
	return place, ok, nil
}

func (m *memory) AddBatch(ctx context.Context, b *schema.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	for _, o := range b.Objects {
		if _, again := m.manifest[o.Place]; again {
			return fmt.Errorf("%s is loaded twice", o.Place)
		}
		m.manifest[o.Place] = o
		if !strings.HasPrefix(o.Problem, "same content") {
			m.hashes[o.Hash] = o.Place
		}
	}
	kept := *b
	kept.Conversations = slices.Clone(b.Conversations) // the next batch's may stand in their place
	m.batches = append(m.batches, &kept)
	return nil
}

// conversations adds up what all batches have, by name instead of number.
func (m *memory) conversations() map[string]schema.Conversation {
	sum := map[string]schema.Conversation{}
	for _, b := range m.batches {
		for _, c := range b.Conversations {
			key := fmt.Sprint(c.Day, b.Interfaces[c.Interface].InterfaceID, c.Protocol, c.Local, c.LocalPort, c.Remote, c.RemotePort)
			s, ok := sum[key]
			c.Interface = 0
			if !ok {
				sum[key] = c
				continue
			}
			s.Hours |= c.Hours
			s.Last = max(s.Last, c.Last)
			addTraffic(&s.In, c.In)
			addTraffic(&s.Out, c.Out)
			sum[key] = s
		}
	}
	return sum
}

func addTraffic(s *schema.Traffic, t schema.Traffic) {
	if s.First == 0 || t.First != 0 && t.First < s.First {
		s.First = t.First
	}
	s.Records += t.Records
	s.Packets += t.Packets
	s.Bytes += t.Bytes
}

const header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status flow-direction\n"

// lines makes n records of day, each of another conversation but for those that come again with from.
func lines(day, from, n int) string {
	var b strings.Builder
	for i := from; i < from+n; i++ {
		start := time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC).Unix() + int64(i%3600)
		fmt.Fprintf(&b, "2 111122223333 eni-%04d 10.0.0.%d 10.1.0.1 %d 443 6 %d 100 %d %d ACCEPT OK ingress\n", i%7, i%250, 1024+i/2%50000, 1+i%9, start, start+59)
	}
	return b.String()
}

func zipped(text string) string {
	var b strings.Builder
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

// estate is three days of objects with all that can be wrong: duplicates across objects, copies, lines and objects
// that are malformed, one that cannot be opened.
func estate() *objects {
	src := newObjects()
	src.rejected = []schema.Rejected{{Place: "locked/", Reason: "permission denied"}}
	src.put("a/copy-1", 0, 0, header+lines(1, 0, 50))
	for day := 1; day <= 3; day++ {
		for k := range 12 {
			text := header + lines(day, k*200, 240) // 40 of them again in the next
			if k == 3 {
				at := 1767225600 + 86400*(day-1)
				text += fmt.Sprintf("bogus line\n2 1 eni-0001 - - - - - - - %d %d - NODATA -\n2 1 eni-0001 - - - - - - - %[1]d %[2]d - SKIPDATA -\n", at, at+60)
			}
			src.put(fmt.Sprintf("d%d/o%02d.gz", day, k), day, 5*k, zipped(text))
		}
		src.put(fmt.Sprintf("d%d/z-json", day), day, 59, fmt.Sprintf("{\"day\": %d}", day))
		src.put(fmt.Sprintf("d%d/z-lost", day), day, 59, "x")
		delete(src.content, fmt.Sprintf("d%d/z-lost", day))
	}
	src.put("e/copy-2", 4, 0, header+lines(1, 0, 50))
	src.put("e/copy-3", 4, 0, src.content["d2/o05.gz"])
	return src
}

func load(t *testing.T, src ingest.Source, sink ingest.FlowLogSink, opts ingest.Options) ingest.Summary {
	t.Helper()
	opts.Fold = flowlog.New(flowlog.Options{})
	sum, err := ingest.LoadFlowLogs(context.Background(), src, sink, opts)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestLoadFlowLogs(t *testing.T) {
	sink := newMemory()
	got := load(t, estate(), sink, ingest.Options{Workers: 3})
	// A day: 12 objects of 240 records, 40 of each but the first in the one before, and three special lines. The 50 of
	// a/copy-1 are among those of the first day.
	want := ingest.Summary{
		Listed: 45, Read: 40, Refused: 3, Copies: 2, Failed: 3, Batches: 1,
		Records: 3*(12*240+3) + 50, OK: 3 * (2880 - 440), Malformed: 3, NoData: 3, SkipData: 3, Duplicates: 3*440 + 50,
		Conversations: got.Conversations, Rejected: 1 + 3 + 3 + 3,
		First: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Last: got.Last,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("summary (-want +got):\n%s", d)
	}
	if p := sink.manifest["e/copy-3"].Problem; !strings.Contains(p, "d2/o05.gz") {
		t.Errorf("the copy's problem is %q", p)
	}
	if o := sink.manifest["d1/o01.gz"]; o.Modified.IsZero() || o.Duplicates != 40 || o.OK != 200 {
		t.Errorf("manifest line %+v", o)
	}
	if _, ok := sink.manifest["d1/z-lost"]; ok {
		t.Error("an object that could not be read is in the manifest")
	}
	if r := sink.batches[0].Rejected[0]; r.Place != "locked/" {
		t.Errorf("first rejected is %+v", r)
	}
}

// TestAgain: a second load finds nothing to do but what failed, and a touched object is not counted again.
func TestAgain(t *testing.T) {
	src, sink := estate(), newMemory()
	load(t, src, sink, ingest.Options{})
	before := sink.conversations()
	src.rejected = nil
	for i := range src.refs {
		if src.refs[i].Place == "d1/o00.gz" {
			src.refs[i].Modified = src.refs[i].Modified.Add(time.Hour)
		}
	}
	src.content["d3/z-lost"] = header
	got := load(t, src, sink, ingest.Options{})
	if got.Read != 1 || got.Failed != 2 || got.Skipped != 42 || got.Records != 0 {
		t.Errorf("second load: %+v", got)
	}
	if d := cmp.Diff(before, sink.conversations(), addrs); d != "" {
		t.Errorf("a second load changed (-before +after):\n%.2000s", d)
	}
}

// TestWorkers: the batches are the same whatever the number of workers.
func TestWorkers(t *testing.T) {
	want := newMemory()
	sum := load(t, estate(), want, ingest.Options{Workers: 1, BatchBytes: 9000, BatchRecords: 1500})
	if sum.Batches < 6 {
		t.Fatalf("only %d batches", sum.Batches)
	}
	for _, workers := range []int{2, 3, 8, 0} {
		got := newMemory()
		if s := load(t, estate(), got, ingest.Options{Workers: workers, BatchBytes: 9000, BatchRecords: 1500}); s != sum {
			t.Errorf("%d workers: %+v, one: %+v", workers, s, sum)
		}
		if d := cmp.Diff(want.batches, got.batches, addrs); d != "" {
			t.Errorf("%d workers (-one +many):\n%.2000s", workers, d)
		}
	}
}

// TestLittleMemory: batches stored early change nothing but their number and the duplicates across them.
func TestLittleMemory(t *testing.T) {
	whole, pieces := newMemory(), newMemory()
	src := newObjects()
	for k := range 20 {
		src.put(fmt.Sprintf("o%02d", k), 1, 5*k/2, header+lines(1, k*150, 150))
	}
	load(t, src, whole, ingest.Options{})
	sum := load(t, src, pieces, ingest.Options{FoldBytes: 1, Workers: 2})
	if sum.Batches < 5 || len(whole.batches) != 1 {
		t.Errorf("%d batches, and %d", sum.Batches, len(whole.batches))
	}
	if d := cmp.Diff(whole.conversations(), pieces.conversations(), addrs); d != "" {
		t.Errorf("(-whole +pieces):\n%.2000s", d)
	}
}

// TestCancelled ends the context while the n-th object is opened, for many n: the sink has whole batches only, and a
// second load completes them to what one load would have stored.
func TestCancelled(t *testing.T) {
	want := newMemory()
	sum := load(t, estate(), want, ingest.Options{BatchRecords: 1000})
	if sum.Batches < 5 {
		t.Fatalf("only %d batches", sum.Batches)
	}
	for n := int64(1); n < 45; n += 4 {
		src, sink := estate(), newMemory()
		ctx, cancel := context.WithCancel(context.Background())
		src.onOpen = func(opened int64) error {
			if opened == n {
				cancel()
			}
			return nil
		}
		_, err := ingest.LoadFlowLogs(ctx, src, sink, ingest.Options{Workers: 2, BatchRecords: 1000, Fold: flowlog.New(flowlog.Options{})})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled at object %d: error is %v", n, err)
		}
		src.onOpen = nil
		load(t, src, sink, ingest.Options{BatchRecords: 1000})
		if d := cmp.Diff(want.conversations(), sink.conversations(), addrs); d != "" {
			t.Errorf("cancelled at object %d (-want +got):\n%.2000s", n, d)
		}
	}
}

// TestSinkFails: the error comes back, and the fold can be used again.
func TestSinkFails(t *testing.T) {
	sink, fold := newMemory(), flowlog.New(flowlog.Options{})
	sink.fail = errors.New("disk full")
	src := newObjects()
	src.put("o", 1, 0, header+lines(1, 0, 10))
	if _, err := ingest.LoadFlowLogs(context.Background(), src, sink, ingest.Options{Fold: fold}); !errors.Is(err, sink.fail) {
		t.Errorf("error is %v", err)
	}
	sink.fail = nil
	sum, err := ingest.LoadFlowLogs(context.Background(), src, sink, ingest.Options{Fold: fold})
	if err != nil || sum.OK != 10 {
		t.Errorf("after a failure: %v, %+v", err, sum)
	}
}

// TestLargeObject: an object beyond what is held in memory is opened once, read at random where that can be, else from
// a file that leaves nothing behind, and known by its content.
func TestLargeObject(t *testing.T) {
	text := header + lines(1, 0, 200_000)
	for name, open := range map[string]func() io.ReadCloser{
		"stream": func() io.ReadCloser { return io.NopCloser(onlyReader{strings.NewReader(text)}) },
		"file":   func() io.ReadCloser { return file{strings.NewReader(text)} },
	} {
		t.Run(name, func(t *testing.T) {
			src, sink, temp := newObjects(), newMemory(), t.TempDir()
			src.put("large", 1, 0, text)
			src.put("large copy", 1, 5, text)
			src.openAs = func(string) (io.ReadCloser, error) { return open(), nil }
			sum := load(t, src, sink, ingest.Options{Temp: temp})
			if src.opened.Load() != 2 || sum.Copies != 1 || sum.Read != 1 || sum.OK != 200_000 {
				t.Errorf("opened %d times, %+v", src.opened.Load(), sum)
			}
			wantEmpty(t, temp)
		})
	}
}

// onlyReader and file are what cannot, and what can, be read at random.
type onlyReader struct{ io.Reader }

type file struct{ *strings.Reader }

func (file) Close() error { return nil }

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestNoTemporary: a temporary file that cannot be written ends the load, and says where it should have been. What comes
// before it is stored, nothing behind it is, and the next load goes on from there.
func TestNoTemporary(t *testing.T) {
	for _, workers := range []int{1, 2, 8} {
		src, sink := newObjects(), newMemory()
		src.put("small", 1, 0, header+lines(1, 0, 10))
		src.put("small 2", 1, 5, header+lines(1, 10, 10))
		src.put("large", 2, 0, header+lines(2, 0, 200_000))
		src.put("small 3", 2, 5, header+lines(3, 0, 10))
		src.put("large 2", 2, 10, header+lines(4, 0, 200_000))
		src.openAs = func(place string) (io.ReadCloser, error) {
			return io.NopCloser(onlyReader{strings.NewReader(src.content[place])}), nil
		}
		nowhere := filepath.Join(t.TempDir(), "nowhere")
		opts := ingest.Options{Fold: flowlog.New(flowlog.Options{}), Temp: nowhere, Workers: workers}
		sum, err := ingest.LoadFlowLogs(context.Background(), src, sink, opts)
		var failed *ingest.TemporaryError
		if !errors.As(err, &failed) || failed.Place != "large" || !strings.Contains(err.Error(), nowhere) || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%d workers: error is %v", workers, err)
		}
		if sum.Batches != 1 || sum.OK != 20 || sum.Read != 2 || len(sink.manifest) != 2 {
			t.Errorf("%d workers, before it: %+v", workers, sum)
		}
		opts.Temp = t.TempDir()
		sum, err = ingest.LoadFlowLogs(context.Background(), src, sink, opts)
		if err != nil || sum.Skipped != 2 || sum.OK != 400_010 {
			t.Errorf("%d workers, again: %v, %+v", workers, err, sum)
		}
	}
}

// TestBrokenStream: an object that breaks off behind what is in memory leaves no file, and is tried again next time.
func TestBrokenStream(t *testing.T) {
	src, sink, temp := newObjects(), newMemory(), t.TempDir()
	text := header + lines(1, 0, 200_000)
	src.put("large", 1, 0, text)
	src.openAs = func(string) (io.ReadCloser, error) {
		cut := io.MultiReader(strings.NewReader(text[:len(text)-100]), iotest.ErrReader(errors.New("cable pulled")))
		return io.NopCloser(cut), nil
	}
	sum := load(t, src, sink, ingest.Options{Temp: temp})
	if sum.Failed != 1 || sum.Records != 0 || !strings.Contains(sink.batches[0].Rejected[0].Reason, "cable pulled") {
		t.Errorf("%+v", sum)
	}
	wantEmpty(t, temp)
	src.openAs = nil
	if sum := load(t, src, sink, ingest.Options{Temp: temp}); sum.OK != 200_000 {
		t.Errorf("second load: %+v", sum)
	}
}

// TestFirstOfCopies: of two objects with one content the first counts, even when the second was at hand earlier.
func TestFirstOfCopies(t *testing.T) {
	src, sink := newObjects(), newMemory()
	text := header + lines(1, 0, 10)
	src.put("o1", 1, 0, text)
	src.put("o2", 1, 0, text)
	src.put("o3", 1, 0, header+lines(1, 10, 10))
	second := make(chan struct{})
	src.openAs = func(place string) (io.ReadCloser, error) {
		switch place {
		case "o1":
			<-second
		case "o2":
			return closing{strings.NewReader(text), second}, nil
		}
		return io.NopCloser(strings.NewReader(src.content[place])), nil
	}
	sum := load(t, src, sink, ingest.Options{Workers: 2})
	if sum.Copies != 1 || sink.manifest["o1"].OK != 10 || !strings.Contains(sink.manifest["o2"].Problem, "same content as o1") {
		t.Errorf("%+v, manifest %+v", sum, sink.manifest)
	}
}

// closing is a reader that tells when it is closed.
type closing struct {
	io.Reader
	closed chan struct{}
}

func (c closing) Close() error {
	close(c.closed)
	return nil
}

// TestEmptyObjectsAreNoCopies: such as hours of a log group in which nothing happened.
func TestEmptyObjectsAreNoCopies(t *testing.T) {
	src, sink := newObjects(), newMemory()
	src.put("a@1-0", 1, 0, "")
	src.put("b@1-5", 1, 5, "")
	if sum := load(t, src, sink, ingest.Options{}); sum.Read != 2 || sum.Copies != 0 {
		t.Errorf("%+v", sum)
	}
	src.refs[1].Modified = src.refs[1].Modified.AddDate(0, 0, 1)
	if sum := load(t, src, sink, ingest.Options{}); sum.Read != 0 || sum.Skipped != 2 {
		t.Errorf("one touched: %+v", sum)
	}
}

// TestTouchedCopy has the manifest know a copy of another object, and a new time for it.
func TestTouchedCopy(t *testing.T) {
	src, sink := newObjects(), newMemory()
	src.put("a@1-0", 1, 0, "content")
	src.put("b@1-5", 1, 5, "content")
	if sum := load(t, src, sink, ingest.Options{}); sum.Read != 1 || sum.Copies != 1 {
		t.Errorf("%+v", sum)
	}
	src.refs[1].Modified = src.refs[1].Modified.AddDate(0, 0, 1)
	if sum := load(t, src, sink, ingest.Options{}); sum.Read != 0 || sum.Copies != 0 || sum.Skipped != 2 {
		t.Errorf("the copy touched: %+v", sum)
	}
}

// TestChangedObject: a large file that changes between the look at it and its reading ends the load, and nothing of it
// stays.
func TestChangedObject(t *testing.T) {
	src, sink, fold := newObjects(), newMemory(), flowlog.New(flowlog.Options{})
	text := header + lines(1, 0, 200_000)
	src.put("large", 1, 0, text)
	src.openAs = func(string) (io.ReadCloser, error) {
		changed := strings.Replace(text, "443", "444", 1)
		return changing{strings.NewReader(text), strings.NewReader(changed)}, nil
	}
	sum, err := ingest.LoadFlowLogs(context.Background(), src, sink, ingest.Options{Fold: fold})
	if err == nil || !strings.Contains(err.Error(), "large") || len(sink.batches) > 0 || sum.Records > 0 {
		t.Fatalf("error is %v; %d batches, %+v", err, len(sink.batches), sum)
	}
	other := newObjects()
	other.put("small", 1, 0, header+lines(1, 0, 10))
	sum, err = ingest.LoadFlowLogs(context.Background(), other, sink, ingest.Options{Fold: fold})
	if err != nil || sum.Conversations != 10 || sum.OK != 10 || len(sink.manifest) != 1 {
		t.Errorf("the next load: %v, %+v", err, sum)
	}
}

// changing is a file that says one thing when it is read in order, and another at random.
type changing struct {
	io.Reader
	io.ReaderAt
}

func (changing) Close() error { return nil }

// heard is a progress that adds up.
type heard struct {
	mu                    sync.Mutex
	planned, objects      int
	plannedBytes, b, recs int64
}

func (h *heard) Plan(objects int, bytes int64) { h.planned, h.plannedBytes = objects, bytes }

func (h *heard) Add(objects int, bytes, records int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.objects += objects
	h.b += bytes
	h.recs += records
}

func TestProgress(t *testing.T) {
	var h heard
	sum := load(t, estate(), newMemory(), ingest.Options{Progress: &h, Workers: 4})
	if h.planned != sum.Listed || h.objects != h.planned || h.b != h.plannedBytes || h.recs != sum.Records {
		t.Errorf("heard %d of %d objects, %d of %d bytes, %d of %d records", h.objects, h.planned, h.b, h.plannedBytes, h.recs, sum.Records)
	}
}
