package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/ingest"
	"sgfit/ingest/flowlog"
)

// delivered puts an object of a flow log with records of a slot of one interface, named as AWS does.
func (o *objects) delivered(flowLog string, minute, from, records int, tail string) string {
	slot := time.Date(2026, 1, 5, 0, minute, 0, 0, time.UTC)
	place := fmt.Sprintf("/logs/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/05/111122223333_vpcflowlogs_eu-west-1_%s_%s_%08x.log.gz",
		flowLog, slot.Format("20060102T1504Z"), from)
	var b strings.Builder
	b.WriteString("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n")
	for i := range records {
		fmt.Fprintf(&b, "2 111122223333 eni-a 10.0.0.1 10.0.1.5 %d 443 6 3 180 %d %d ACCEPT OK\n", 40_000+from+i, slot.Unix()+int64(i%240), slot.Unix()+int64(i%240)+30)
	}
	o.put(place, 5, minute, b.String()+tail)
	return place
}

// TestTwiceInTwoLoads: what a second flow log repeats of an earlier load counts once.
func TestTwiceInTwoLoads(t *testing.T) {
	src, sink := newObjects(), newMemory()
	src.delivered("fl-0a", 0, 0, 30, "")
	src.delivered("fl-0a", 5, 100, 30, "")
	if sum := load(t, src, sink, ingest.Options{}); sum.OK != 60 {
		t.Fatalf("first load: %+v", sum)
	}
	alone := maps.Clone(sink.conversations())

	src.delivered("fl-0a", 10, 200, 30, "")           // goes on: nothing need be read again for it
	src.delivered("fl-0b", 5, 100, 30, "\n# another") // repeats
	src.delivered("fl-0b", 15, 300, 30, "")           // is new
	opened := src.opened.Load()
	sum := load(t, src, sink, ingest.Options{Workers: 2})
	if sum.OK != 60 || sum.Duplicates != 30 || sum.Rejected != 1 { // the tail is no record
		t.Errorf("second load: %+v", sum)
	}
	if n := src.opened.Load() - opened; n != 4 {
		t.Errorf("%d objects were opened, want the three new ones and one of the earlier", n)
	}
	for key, want := range alone {
		if d := cmp.Diff(want, sink.conversations()[key], addrs); d != "" {
			t.Errorf("%s (-alone +again)\n%s", key, d)
		}
	}
}

// TestEarlierObjectIsGone: nothing is guessed; the object that cannot be asked is named.
func TestEarlierObjectIsGone(t *testing.T) {
	src, sink := newObjects(), newMemory()
	gone := src.delivered("fl-0a", 0, 0, 30, "")
	changed := src.delivered("fl-0a", 5, 100, 30, "")
	load(t, src, sink, ingest.Options{})

	src = newObjects()
	src.delivered("fl-0b", 0, 0, 30, "\n")
	src.delivered("fl-0b", 5, 100, 30, "\n")
	src.content[changed] = "2 111122223333 eni-z 10.0.0.1 10.0.1.5 1 443 6 3 180 1767571200 1767571230 ACCEPT OK\n"
	sum := load(t, src, sink, ingest.Options{})
	if sum.OK != 60 || sum.Duplicates != 0 || sum.Rejected != 2 {
		t.Errorf("%+v", sum)
	}
	var aside []string
	for _, r := range sink.batches[len(sink.batches)-1].Rejected {
		aside = append(aside, r.Place)
	}
	if d := cmp.Diff([]string{gone, changed}, aside); d != "" {
		t.Errorf("named (-want +got)\n%s", d)
	}
}

// TestTwiceAcrossRounds: memory forces a batch out between two objects of one slot.
func TestTwiceAcrossRounds(t *testing.T) {
	src, sink := newObjects(), newMemory()
	src.delivered("fl-0a", 0, 0, 30, "")
	src.delivered("fl-0b", 0, 0, 30, "\n")
	sum := load(t, src, sink, ingest.Options{Workers: 1, FoldBytes: 1})
	if sum.Batches != 2 || sum.OK != 30 || sum.Duplicates != 30 {
		t.Errorf("%+v", sum)
	}
}

// broken is a source of which one object fails some times, as of a server that is busy.
type broken struct {
	*objects
	place string
	times int
}

func (b *broken) Open(ctx context.Context, ref ingest.Ref) (io.ReadCloser, error) {
	if ref.Place == b.place && b.times > 0 {
		b.times--
		return nil, &fs.PathError{Op: "open", Path: ref.Place, Err: syscall.EIO}
	}
	return b.objects.Open(ctx, ref)
}

// TestEarlierObjectFailsForNow: nothing counts twice for a failure that passes. It is tried again; if that is in vain the
// load fails, and the next one goes on from there.
func TestEarlierObjectFailsForNow(t *testing.T) {
	src, sink := newObjects(), newMemory()
	place := src.delivered("fl-0a", 5, 100, 30, "")
	load(t, src, sink, ingest.Options{})
	src.delivered("fl-0b", 5, 100, 30, "\n")
	options := func() ingest.Options { return ingest.Options{Fold: flowlog.New(flowlog.Options{})} }

	for _, times := range []int{1, 2} {
		again := newMemory()
		load(t, onlyOf(src, place), again, ingest.Options{})
		sum, err := ingest.LoadFlowLogs(context.Background(), &broken{src, place, times}, again, options())
		if err != nil || sum.OK != 0 || sum.Duplicates != 30 || sum.Rejected > 1 {
			t.Errorf("%d failures: %v, %+v", times, err, sum)
		}
	}
	sum, err := ingest.LoadFlowLogs(context.Background(), &broken{src, place, 1000}, sink, options())
	var earlier *ingest.EarlierError
	if !errors.As(err, &earlier) || earlier.Place != place || !errors.Is(err, syscall.EIO) || sum.Records != 0 || len(sink.batches) != 1 {
		t.Errorf("it stays: %v, %+v, %d batches", err, sum, len(sink.batches))
	}
	if sum := load(t, src, sink, ingest.Options{}); sum.Read != 1 || sum.OK != 0 || sum.Duplicates != 30 {
		t.Errorf("run again: %+v", sum)
	}
}

// onlyOf is a source of one of the objects.
func onlyOf(src *objects, place string) *objects {
	one := newObjects()
	for _, r := range src.refs {
		if r.Place == place {
			one.refs, one.content[place] = append(one.refs, r), src.content[place]
		}
	}
	return one
}
