package s3

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/ingest"
	"sgfit/ingest/flowlog"
	"sgfit/schema"
)

// memory is a sink that keeps a manifest.
type memory struct {
	objects  map[string]schema.Object
	rejected []schema.Rejected
	mu       sync.Mutex
}

func (m *memory) Loaded(_ context.Context, refs []ingest.Ref) (map[string]bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	loaded := map[string]bool{}
	for _, r := range refs {
		if o, ok := m.objects[r.Place]; ok {
			loaded[r.Place] = o.Size == r.Size && o.Modified.Equal(r.Modified)
		}
	}
	return loaded, nil
}

func (m *memory) Manifest(context.Context) (objects []schema.Object, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range m.objects {
		objects = append(objects, o)
	}
	return objects, nil
}

func (m *memory) HashLoaded(_ context.Context, hash string) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for place, o := range m.objects {
		if o.Hash == hash {
			return place, true, nil
		}
	}
	return "", false, nil
}

func (m *memory) AddBatch(_ context.Context, b *schema.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range b.Objects {
		m.objects[o.Place] = o
	}
	m.rejected = append(m.rejected, b.Rejected...)
	return nil
}

// record is a flow log of one line; port tells it from others.
func record(port int) string {
	return "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n" +
		fmt.Sprintf("2 111122223333 eni-0aaaaaaaaaaaaaaa1 10.0.0.1 10.0.0.2 %d 443 6 3 180 1767744000 1767744060 ACCEPT OK\n", port)
}

// listThen lets something happen between listing and reading.
type listThen struct {
	*Source
	happens func()
}

func (l listThen) List(ctx context.Context) ([]ingest.Ref, []schema.Rejected, error) {
	refs, rejected, err := l.Source.List(ctx)
	l.happens()
	return refs, rejected, err
}

// TestLoad loads a day on which everything happens: each object is loaded whole and once, or set aside for the next load.
func TestLoad(t *testing.T) {
	f := newFake(t)
	for i := range 12 {
		f.put(flowKey("1", 7, i, 0), record(40_000+i))
	}
	vanishing, changing, denied, broken := flowKey("1", 7, 2, 0), flowKey("1", 7, 4, 0), flowKey("1", 7, 6, 0), flowKey("1", 7, 8, 0)
	bad := true
	f.fault = func(w http.ResponseWriter, r *http.Request, n int) bool {
		switch key := strings.TrimPrefix(r.URL.Path, "/logs/"); {
		case isList(r) || !bad:
		case key == denied:
			refuse(w, 403, "AccessDenied")
			return true
		case key == broken:
			w.Header().Set("ETag", r.Header.Get("If-Match"))
			cut(w, record(40_008), 0)
		case n%3 == 0:
			refuse(w, 503, "SlowDown")
			return true
		}
		return false
	}
	s, sink := f.source(Options{Services: []string{"vpcflowlogs"}, Since: at(7, 0, 0), Until: at(8, 0, 0)}, "s3://logs"), &memory{objects: map[string]schema.Object{}}
	load := func(happens func()) ingest.Summary {
		sum, err := ingest.LoadFlowLogs(context.Background(), listThen{s, happens}, sink, ingest.Options{Fold: flowlog.New(flowlog.Options{}), Workers: 4})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	sum := load(func() {
		f.remove(vanishing)
		f.put(changing, record(50_000)+record(50_001))
	})
	if sum.Listed != 12 || sum.Read != 8 || sum.Failed != 4 || sum.OK != 8 {
		t.Errorf("first load: %+v", sum)
	}
	var aside []string
	for _, r := range sink.rejected {
		aside = append(aside, strings.TrimPrefix(r.Place, "s3://logs/"))
		if !strings.HasPrefix(r.Reason, "object cannot be read: ") {
			t.Errorf("%+v", r)
		}
	}
	if d := cmp.Diff([]string{vanishing, changing, denied, broken}, aside); d != "" {
		t.Errorf("set aside (-want +got):\n%s", d)
	}
	bad = false
	if sum := load(func() {}); sum.Listed != 11 || sum.Skipped != 8 || sum.Read != 3 || sum.Failed != 0 || sum.OK != 4 {
		t.Errorf("second load: %+v", sum)
	}
	if sum := load(func() {}); sum.Skipped != 11 || sum.Read != 0 {
		t.Errorf("third load: %+v", sum)
	}
}

// TestLoadManyAtOnce has as many objects read at a time as the caller has workers, and no more.
func TestLoadManyAtOnce(t *testing.T) {
	const workers = 12
	f := newFake(t)
	for i := range 4 * workers {
		f.put(flowKey("1", 7, 0, i), record(40_000+i))
	}
	turns, gate := make(chan struct{}, workers), make(chan struct{}, 4*workers)
	f.fault = func(_ http.ResponseWriter, r *http.Request, n int) bool {
		if isList(r) {
			return false
		}
		select {
		case turns <- struct{}{}:
		default:
			t.Error("more objects at a time than workers")
			return false
		}
		if n == workers { // all are here: let them and the rest pass
			for range cap(gate) {
				gate <- struct{}{}
			}
		}
		select {
		case <-gate:
		case <-time.After(3 * time.Second):
			t.Errorf("request %d: fewer objects at a time than workers", n)
		}
		<-turns
		return false
	}
	sink := &memory{objects: map[string]schema.Object{}}
	sum, err := ingest.LoadFlowLogs(context.Background(), f.source(Options{}, "s3://logs"), sink, ingest.Options{Fold: flowlog.New(flowlog.Options{}), Workers: workers})
	if err != nil || sum.OK != 4*workers {
		t.Errorf("%+v, %v", sum, err)
	}
}
