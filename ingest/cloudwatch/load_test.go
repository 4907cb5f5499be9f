package cloudwatch

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/ingest"
	"sgfit/ingest/flowlog"
	"sgfit/schema"
)

// memory is a sink that keeps a manifest.
type memory struct{ objects map[string]schema.Object }

func (m *memory) Loaded(_ context.Context, refs []ingest.Ref) (map[string]bool, error) {
	loaded := map[string]bool{}
	for _, r := range refs {
		if o, ok := m.objects[r.Place]; ok {
			loaded[r.Place] = o.Size == r.Size && o.Modified.Equal(r.Modified)
		}
	}
	return loaded, nil
}

func (m *memory) HashLoaded(_ context.Context, hash string) (string, bool, error) {
	for place, o := range m.objects {
		if o.Hash == hash {
			return place, true, nil
		}
	}
	return "", false, nil
}

func (m *memory) Manifest(context.Context) ([]schema.Object, error) {
	return slices.Collect(maps.Values(m.objects)), nil
}

func (m *memory) AddBatch(_ context.Context, b *schema.Batch) error {
	for _, o := range b.Objects {
		m.objects[o.Place] = o
	}
	return nil
}

// TestLoad loads three hours, one of them empty, of which one breaks off at first: each is loaded whole and once.
func TestLoad(t *testing.T) {
	f := newFake(t)
	f.pageSize, f.emptyPage = 2, true
	for i := range 9 {
		f.put("/aws/flow", "eni-a", hour(12, 5*i), record(100+i))
		f.put("/aws/flow", "eni-b", hour(14, 5*i), record(200+i))
	}
	sink := &memory{map[string]schema.Object{}}
	load := func(o Options) ingest.Summary {
		t.Helper()
		sum, err := ingest.LoadFlowLogs(context.Background(), f.source(o, "cwl://eu-west-1/aws/flow"), sink,
			ingest.Options{Fold: flowlog.New(flowlog.Options{}), Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	const place = "cwl://eu-west-1//aws/flow/2026-09-01T"
	bad := true
	f.see = func(w http.ResponseWriter, action string, body []byte) bool {
		var in struct {
			StartTime int64
			NextToken string
		}
		_ = json.Unmarshal(body, &in)
		if bad && action == "FilterLogEvents" && in.StartTime == hour(14, 0).UnixMilli() && in.NextToken == "4" {
			breakOff(w)
		}
		return false
	}
	late := Options{Now: hour(16, 0)}
	if sum := load(late); sum.Listed != 3 || sum.Read != 2 || sum.Failed != 1 || sum.OK != 9 || sum.Copies != 0 {
		t.Errorf("first load: %+v", sum)
	}
	bad = false
	if sum := load(late); sum.Skipped != 2 || sum.Read != 1 || sum.Failed != 0 || sum.OK != 9 {
		t.Errorf("second load: %+v", sum)
	}
	asked := f.count("FilterLogEvents")
	if sum := load(late); sum.Skipped != 3 || sum.Read != 0 || f.count("FilterLogEvents") != asked+1 {
		t.Errorf("third load: %+v, %d requests", sum, f.count("FilterLogEvents")-asked)
	}
	want := map[string]int64{place + "12Z": 9, place + "13Z": 0, place + "14Z": 9}
	got := map[string]int64{}
	for p, o := range sink.objects {
		got[p] = o.Records
		if o.Problem != "" || !o.Modified.Equal(o.Modified.Truncate(windowLength)) {
			t.Errorf("%+v", o)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
