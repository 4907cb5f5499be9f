package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/ingest"
	"sgfit/ingest/flowlog"
	"sgfit/schema"
)

// plainLines are of the default format, which does not tell the interface's own end: the first objects of an interface have
// several peers and settle it, later ones have one.
func plainLines(object int) string {
	var b strings.Builder
	for i := range 300 {
		peer, iface := i%5, i%7
		if object >= 3 {
			peer = 0
		}
		start := time.Date(2026, 1, 1+object/4, 0, 0, 0, 0, time.UTC).Unix() + int64(i)
		fmt.Fprintf(&b, "2 111122223333 eni-%04d 10.0.0.%d 9.1.0.%d %d 443 6 %d 100 %d %d ACCEPT OK\n", iface, iface, peer, 1024+i, 1+object, start, start+59)
	}
	return b.String()
}

// TestStoppedKnowsAsMuch stops a load at each object and goes on in a new one that knows only what was stored: the batches
// are those of a load that was never stopped, one by one, what was told of own ends included.
func TestStoppedKnowsAsMuch(t *testing.T) {
	source := func() *objects {
		src := newObjects()
		for i := range 12 {
			src.put(fmt.Sprintf("o%02d", i), 1+i/4, i%4, plainLines(i))
		}
		return src
	}
	options := func(sink *memory) ingest.Options {
		known := map[string]schema.InterfaceRef{}
		for _, b := range sink.batches {
			for _, r := range b.Interfaces {
				known[r.InterfaceID] = r
			}
		}
		var refs []schema.InterfaceRef
		for _, r := range known {
			refs = append(refs, r)
		}
		return ingest.Options{Workers: 2, BatchRecords: 700, Fold: flowlog.New(flowlog.Options{Known: refs})}
	}
	want := newMemory()
	if _, err := ingest.LoadFlowLogs(context.Background(), source(), want, options(want)); err != nil {
		t.Fatal(err)
	}
	guesses := 0
	for _, b := range want.batches {
		for _, c := range b.Conversations {
			if c.LocalBy == schema.LocalByGuess {
				guesses++
			}
		}
	}
	if len(want.batches) < 4 || guesses > 0 {
		t.Fatalf("%d batches, %d guesses: nothing to forget", len(want.batches), guesses)
	}
	for n := int64(1); n <= 12; n++ {
		src, sink := source(), newMemory()
		ctx, cancel := context.WithCancel(context.Background())
		src.onOpen = func(opened int64) error {
			if opened == n {
				cancel()
			}
			return nil
		}
		_, err := ingest.LoadFlowLogs(ctx, src, sink, options(sink))
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped at object %d: error is %v", n, err)
		}
		src.onOpen = nil
		if _, err := ingest.LoadFlowLogs(context.Background(), src, sink, options(sink)); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.batches, sink.batches, addrs); d != "" {
			t.Errorf("stopped at object %d (-never stopped +stopped):\n%.2000s", n, d)
		}
	}
}
