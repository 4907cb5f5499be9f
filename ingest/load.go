package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	Read(r io.Reader, place string, order int) (schema.Object, []schema.Rejected, error)
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
	// FoldBytes is how much memory the fold may hold before its batch is stored early; 0 means 160 MiB. A batch in
	// the making takes about as much again. One object is never split, so a single huge file can pass it.
	FoldBytes int64
	// BatchBytes is how many stored bytes a planned batch has at most; 0 means 256 MiB. Batches also end with the day
	// of their slots. Conversations of two batches are added up by the sink; duplicates are found within a batch only.
	BatchBytes int64
	// Progress may be nil.
	Progress Progress
}

const (
	defaultFoldBytes  = 160 << 20
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

// Summary says what a load did. Records = OK + Malformed + NoData + SkipData + Duplicates.
type Summary struct {
	Listed  int // objects that the source offered
	Skipped int // in the manifest already
	Copies  int // in the manifest already under another place, by content; noted there
	Read    int // read now
	Refused int // of those read: set aside, in whole or from some point on
	Failed  int // could not be read; not in the manifest, so the next load tries again
	Batches int

	Records, OK, Malformed, NoData, SkipData, Duplicates int64
	Conversations                                        int64 // rows stored; one conversation can be in two batches
	Rejected                                             int64 // pieces of input set aside, as stored
	First, Last                                          time.Time
}

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
	pending []schema.Rejected // places that could not be listed; they go with the next batch
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
		r := &round{load: l, refs: refs, claims: map[string]string{}}
		r.turn.L = &r.mu
		if err := r.run(ctx); err != nil {
			return err
		}
		if err := l.store(ctx, r.collect()); err != nil {
			return err
		}
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

func (s *Summary) add(r *round) {
	s.Skipped += r.unchanged
	s.Copies += len(r.copies)
	s.Failed += len(r.failed)
	s.Read += r.next - r.unchanged - len(r.copies) - len(r.failed)
}

func (s *Summary) addObject(o *schema.Object) {
	s.Records += o.Records
	s.OK += o.OK
	s.Malformed += o.Malformed
	s.NoData += o.NoData
	s.SkipData += o.SkipData
	s.Duplicates += o.Duplicates
	if o.Problem != "" && o.Format != "" {
		s.Refused++
	}
	if o.First != 0 {
		if first := time.Unix(int64(o.First), 0).UTC(); s.First.IsZero() || first.Before(s.First) {
			s.First = first
		}
		if last := time.Unix(int64(o.Last), 0).UTC(); last.After(s.Last) {
			s.Last = last
		}
	}
}

// round is one fold's filling: as many of the refs, from the first on, as memory allows.
type round struct {
	*load
	refs []Ref

	mu        sync.Mutex
	turn      sync.Cond // of claimed
	next      int       // refs handed out
	claimed   int       // refs whose content was compared; in order
	claims    map[string]string
	copies    []schema.Object
	failed    []schema.Rejected
	unchanged int
	err       error
}

// run reads with all workers until the refs, or the memory, are used up.
func (r *round) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { r.fail(fmt.Errorf("load flow logs: %w", ctx.Err())) })
	defer stop()
	var workers sync.WaitGroup
	for range min(r.Workers, len(r.refs)) {
		workers.Go(func() { r.work(ctx) })
	}
	workers.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil && ctx.Err() != nil {
		return fmt.Errorf("load flow logs: %w", ctx.Err())
	}
	return r.err
}

// fail ends the round.
func (r *round) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
	r.turn.Broadcast()
}

func (r *round) work(ctx context.Context) {
	var b buffer
	for {
		i, ok := r.take()
		if !ok {
			return
		}
		if err := r.read(ctx, i, &b); err != nil {
			r.fail(err)
			return
		}
	}
}

// take hands out the next ref. The first is always handed out, so that every round gets on.
func (r *round) take() (int, bool) {
	full := r.Fold.Bytes() >= r.FoldBytes
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil || r.next == len(r.refs) || full && r.next > 0 {
		return 0, false
	}
	r.next++
	return r.next - 1, true
}

// read brings one object into the fold, unless its content is known.
func (r *round) read(ctx context.Context, i int, b *buffer) error {
	ref := r.refs[i]
	hash, err := b.fetch(ctx, r.source, ref)
	known, failed := r.claim(ctx, i, hash, err)
	if failed != nil || known {
		return failed
	}
	stored, err := b.open(ctx, r.source, ref)
	if err != nil {
		return fmt.Errorf("read %s again: %w", ref.Place, err)
	}
	object, _, err := r.Fold.Read(stored, ref.Place, i)
	if err := errors.Join(err, stored.Close()); err != nil {
		return err
	}
	if object.Hash != hash {
		return fmt.Errorf("read %s: it changed meanwhile; load it again when nobody writes to it", ref.Place)
	}
	r.Progress.Add(1, ref.Size, object.Records)
	return nil
}

// claim waits for the objects before this one, and says whether another object has this content: so it is always the
// later of two that is the copy. An object that could not be fetched is set aside.
func (r *round) claim(ctx context.Context, i int, hash string, fetched error) (known bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.claimed != i && r.err == nil {
		r.turn.Wait()
	}
	defer r.turn.Broadcast()
	if r.err != nil {
		return true, nil
	}
	r.claimed++
	ref := r.refs[i]
	if fetched != nil {
		if ctx.Err() != nil {
			return true, fmt.Errorf("load flow logs: %w", ctx.Err())
		}
		r.failed = append(r.failed, schema.Rejected{Place: ref.Place, Reason: "object cannot be read: " + fetched.Error()})
		r.Progress.Add(1, ref.Size, 0)
		return true, nil
	}
	other, known := r.claims[hash]
	if !known {
		if other, known, err = r.sink.HashLoaded(ctx, hash); err != nil {
			return true, fmt.Errorf("look up the content of %s: %w", ref.Place, err)
		}
	}
	if !known {
		r.claims[hash] = ref.Place
		return false, nil
	}
	r.copy(ref, hash, other)
	return true, nil
}

// copy notes an object whose content is known. One that only has a new time, at the place where it was, needs no note.
func (r *round) copy(ref Ref, hash, other string) {
	r.Progress.Add(1, ref.Size, 0)
	if other == ref.Place {
		r.unchanged++
		return
	}
	r.copies = append(r.copies, schema.Object{
		Place: ref.Place, Kind: schema.FlowLogObject, Size: ref.Size, Modified: ref.Modified, Hash: hash,
		Problem: "same content as " + other + ", which is loaded; not counted again",
	})
}

// collect drains the fold and adds what it does not know.
func (r *round) collect() *schema.Batch {
	b := r.Fold.Drain()
	byPlace := make(map[string]*Ref, len(r.refs))
	for i := range r.refs[:r.next] {
		byPlace[r.refs[i].Place] = &r.refs[i]
	}
	for i := range b.Objects {
		o := &b.Objects[i]
		o.Modified, o.Size = byPlace[o.Place].Modified, byPlace[o.Place].Size
	}
	b.Objects = append(b.Objects, r.copies...)
	b.Rejected = append(b.Rejected, r.failed...)
	return b
}
