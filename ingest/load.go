package ingest

import (
	"cmp"
	"context"
	"fmt"
	"runtime"

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
	// Reuse takes back a batch that is stored: the next drain may write to its conversations.
	Reuse(*schema.Batch)
	Reset()
}

// Options says how to load flow logs.
type Options struct {
	// Fold is needed; it must be empty.
	Fold FlowLogFold
	// Workers is how many objects are read at a time; 0 means GOMAXPROCS.
	Workers int
	// BatchRecords is about how many records a batch has at most; 0 means 1.2 million. From half of it on a batch also ends
	// with the day of its slots. Conversations of two batches are added up by the sink; duplicates are found within a
	// batch, and against objects of earlier loads whose names tell the same slot and another flow log.
	BatchRecords int64
	// BatchBytes is how many stored bytes a batch has at most; 0 means 256 MiB.
	BatchBytes int64
	// FoldBytes is how much memory the fold may hold before its batch is stored early all the same, which records of very
	// many conversations can make it; 0 means 96 MiB. Where that cuts hangs on timing. A batch in the making takes as
	// much again. One object is never split, so a single huge file can pass it.
	FoldBytes int64
	// Temp is the folder for objects of more than 16 MiB that cannot be read at random where they are, one file for
	// each worker at most; "" is the system's for temporary files.
	Temp string
	// Progress may be nil.
	Progress Progress
}

const (
	defaultFoldBytes    = 96 << 20
	defaultBatchBytes   = 256 << 20
	defaultBatchRecords = 1_200_000
	batchObjects        = 50_000
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
	if o.BatchRecords <= 0 {
		o.BatchRecords = defaultBatchRecords
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
// them in batches, and stores each batch with its manifest lines in one step, while the next is read. The same source
// gives the same batches whatever the number of workers, unless memory forces one out early.
//
// When the context ends, or the sink fails, the batch at hand is dropped and the batches before it stay: a later call
// goes on from there. Where there is no room for a temporary file (TemporaryError), what comes before that object is stored.
// The summary tells what was stored also when there is an error.
func LoadFlowLogs(ctx context.Context, source Source, sink FlowLogSink, options Options) (Summary, error) {
	l := &load{source: source, sink: sink, Options: options.withDefaults(), damaged: map[string]string{}}
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
	if err := l.batches(ctx, fresh); err != nil {
		l.Fold.Reset()
		return l.sum, err
	}
	if len(l.pending) > 0 {
		l.send(ctx, &schema.Batch{}, &round{}, func() {})
		return l.sum, l.settle()
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
	sending sending           // the batch that is being stored
	damaged map[string]string // places of damaged objects, with what is wrong
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

// batches reads one batch after the other. Each begins where the one before ended, and hangs on nothing before that.
func (l *load) batches(ctx context.Context, refs []Ref) error {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	for len(refs) > 0 {
		r := newRound(l, refs[:planned(refs, l.BatchBytes)])
		err := r.run(reading)
		if refused := l.settle(); refused != nil {
			return refused
		}
		if err != nil {
			return err
		}
		if r.tainted {
			l.Fold.Reset()
			continue
		}
		if r.full != nil && r.next == 0 {
			return r.full
		}
		b := r.collect()
		l.earlier.add(b.Objects)
		l.send(ctx, b, r, stop)
		if r.full != nil {
			return cmp.Or[error](l.settle(), r.full)
		}
		refs = refs[r.next:]
	}
	return l.settle()
}

// planned says how many of the objects, from the first on, a batch has at most: up to where it has bytes enough, between
// two slots if it can.
func planned(refs []Ref, most int64) int {
	size := int64(0)
	for i, r := range refs {
		if i > 0 && endsBatch(refs[i-1], r, i, size, most) {
			return i
		}
		size += r.Size
	}
	return len(refs)
}

func endsBatch(last, next Ref, objects int, size, most int64) bool {
	switch {
	case objects >= batchObjects:
		return true
	case size < most:
		return false
	}
	// One slot holds what was logged twice: it is kept together up to twice the size.
	return next.Slot.IsZero() || !next.Slot.Equal(last.Slot) || size >= 2*most
}
