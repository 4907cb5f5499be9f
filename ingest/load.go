package ingest

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"sgfit/schema"
)

// FlowLogFold reads flow-log objects and gathers what they say. Read and Bytes must be safe for concurrent use;
// Drain and Reset are called only while no Read is going on. ingest/flowlog.Fold is one.
type FlowLogFold interface {
	// Read folds one object. order is its place in the batch and settles what would otherwise hang on the order of
	// reading. The error is for bytes that could not be had; after it the fold is only Reset.
	Read(r schema.Content, place string, order int) (schema.Object, []schema.Rejected, error)
	// Remember reads an object of an earlier load: its records, when they are read again before the next Drain, are
	// duplicates.
	Remember(r schema.Content, place string) error
	// Bytes is roughly the memory that the fold holds.
	Bytes() int64
	// Drain hands over what was read since the last drain, sorted, objects and rejected input included.
	Drain() *schema.Batch
	Reset()
}

// Options says how to load flow logs.
type Options struct {
	// Fold is needed; it must be empty.
	Fold FlowLogFold
	// Workers is how many objects are read at a time; 0 means GOMAXPROCS.
	Workers int
	// FoldBytes is how much memory the fold may hold before its batch is stored early; 0 means 96 MiB. A batch in
	// the making takes more than as much again. One object is never split, so a single huge file can pass it.
	FoldBytes int64
	// BatchBytes is how many stored bytes a planned batch has at most; 0 means 256 MiB. Batches also end with the day
	// of their slots. Conversations of two batches are added up by the sink; duplicates are found within a batch, and
	// against objects of earlier loads whose names tell the same slot and another flow log.
	BatchBytes int64
	// Temp is the folder for objects of more than 16 MiB that cannot be read at random where they are, one file for
	// each worker at most; "" is the system's for temporary files.
	Temp string
	// Progress may be nil.
	Progress Progress
}

const (
	defaultFoldBytes  = 96 << 20
	defaultBatchBytes = 256 << 20
	batchObjects      = 50_000
)

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.FoldBytes <= 0 {
		o.FoldBytes = defaultFoldBytes
	}
	if o.BatchBytes <= 0 {
		o.BatchBytes = defaultBatchBytes
	}
	if o.Progress == nil {
		o.Progress = silent{}
	}
	return o
}

type silent struct{}

func (silent) Plan(int, int64)       {}
func (silent) Add(int, int64, int64) {}

// LoadFlowLogs brings every object of the source that the manifest does not have into the sink. It lists them, reads
// them in batches (a day of slots, or what fits the options), and stores each batch with its manifest lines in one
// step. The same source gives the same batches whatever the number of workers, unless memory forces one out early.
//
// When the context ends, or the sink fails, the batch at hand is dropped and the batches before it stay: a later call
// goes on from there. The summary tells what was stored also when there is an error.
func LoadFlowLogs(ctx context.Context, source Source, sink FlowLogSink, options Options) (Summary, error) {
	l := &load{source: source, sink: sink, Options: options.withDefaults()}
	refs, rejected, err := source.List(ctx)
	if err != nil {
		return l.sum, fmt.Errorf("list flow logs: %w", err)
	}
	l.pending = rejected
	fresh, err := l.fresh(ctx, refs)
	if err != nil {
		return l.sum, err
	}
	if err := l.findEarlier(ctx, fresh); err != nil {
		return l.sum, err
	}
	for _, refs := range plan(fresh, l.BatchBytes) {
		if err := l.batch(ctx, refs); err != nil {
			l.Fold.Reset()
			return l.sum, err
		}
	}
	if len(l.pending) > 0 {
		return l.sum, l.store(ctx, &schema.Batch{})
	}
	return l.sum, nil
}

// load is one run of LoadFlowLogs.
type load struct {
	source Source
	sink   FlowLogSink
	Options
	sum     Summary
	known   map[string]bool   // places in the manifest; false where size or time are others
	pending []schema.Rejected // places that could not be listed; they go with the next batch
	earlier earlier           // objects that were stored before and may hold the same records
}

// fresh leaves out what the manifest has.
func (l *load) fresh(ctx context.Context, refs []Ref) ([]Ref, error) {
	loaded, err := l.sink.Loaded(ctx, refs)
	if err != nil {
		return nil, fmt.Errorf("look up what is loaded: %w", err)
	}
	var fresh []Ref
	var size int64
	for _, r := range refs {
		if !loaded[r.Place] {
			fresh = append(fresh, r)
			size += r.Size
		}
	}
	l.known = loaded
	l.sum.Listed, l.sum.Skipped = len(refs), len(refs)-len(fresh)
	l.Progress.Plan(len(fresh), size)
	return fresh, nil
}

// plan cuts the objects into batches: where the day of the slots changes, and, between two slots if it can, where a
// batch has bytes enough.
func plan(refs []Ref, most int64) [][]Ref {
	var batches [][]Ref
	from, size := 0, int64(0)
	for i, r := range refs {
		if i > from && endsBatch(refs[i-1], r, i-from, size, most) {
			batches = append(batches, refs[from:i])
			from, size = i, 0
		}
		size += r.Size
	}
	if from < len(refs) {
		batches = append(batches, refs[from:])
	}
	return batches
}

func endsBatch(last, next Ref, objects int, size, most int64) bool {
	day := func(t time.Time) int64 { return t.Unix() / 86400 }
	switch {
	case day(last.Slot) != day(next.Slot), objects >= batchObjects:
		return true
	case size < most:
		return false
	}
	// One slot holds what was logged twice: it is kept together up to twice the size.
	return next.Slot.IsZero() || !next.Slot.Equal(last.Slot) || size >= 2*most
}

// batch reads and stores a planned batch, in several steps when the fold grows too large.
func (l *load) batch(ctx context.Context, refs []Ref) error {
	for len(refs) > 0 {
		r := &round{load: l, refs: refs, claims: map[string]string{}, recalled: map[time.Time]*sync.Once{}}
		r.turn.L = &r.mu
		if err := r.run(ctx); err != nil {
			return err
		}
		stored := r.collect()
		if err := l.store(ctx, stored); err != nil {
			return err
		}
		l.earlier.add(stored.Objects)
		l.sum.add(r)
		refs = refs[r.next:]
	}
	return nil
}

// store hands a batch over.
func (l *load) store(ctx context.Context, b *schema.Batch) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("load flow logs: %w", err)
	}
	b.Rejected = append(l.pending, b.Rejected...)
	if err := l.sink.AddBatch(ctx, b); err != nil {
		return fmt.Errorf("store a batch of flow logs: %w", err)
	}
	l.pending = nil
	l.sum.Batches++
	l.sum.Conversations += int64(len(b.Conversations))
	l.sum.Rejected += int64(len(b.Rejected))
	for i := range b.Objects {
		l.sum.addObject(&b.Objects[i])
	}
	return nil
}
