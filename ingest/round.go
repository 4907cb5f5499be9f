package ingest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sgfit/schema"
)

// round is one fold's filling: as many of the refs, from the first on, as make a batch.
type round struct {
	*load
	refs   []Ref
	before map[string]string // claims of the round before, whose objects the manifest may not have yet

	mu        sync.Mutex
	turn      sync.Cond // of claimed and cut
	cut       *cut
	next      int // refs handed out
	end       int // refs that belong to this batch, as far as is known
	claimed   int // refs whose content was compared; in order
	claims    map[string]string
	copies    []schema.Object
	refused   []schema.Object // damaged ones, of which nothing is taken
	tainted   bool            // a damaged object is in the fold
	failed    []schema.Rejected
	unchanged int
	recalled  map[time.Time]*sync.Once // slots whose earlier objects are known to the fold
	unsure    []schema.Rejected        // earlier objects that could not be read again
	full      *TemporaryError          // ends the load behind this batch, which has what comes before
	err       error
}

func newRound(l *load, refs []Ref) *round {
	r := &round{load: l, refs: refs, end: len(refs), cut: newCut(refs, l.BatchRecords), claims: map[string]string{}, recalled: map[time.Time]*sync.Once{}}
	r.turn.L = &r.mu
	if l.sending.round != nil {
		r.before = l.sending.round.claims
	}
	return r
}

// run reads with all workers until the refs are used up, or the batch is full.
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
	b := buffer{temp: r.Temp}
	for {
		i, ok := r.take()
		if !ok {
			return
		}
		if err := r.read(ctx, i, &b); err != nil {
			r.fail(err)
			return
		}
		r.finish(i)
	}
}

// take hands out the next ref, if it belongs to this batch. The first is always handed out, so that every round gets on.
func (r *round) take() (int, bool) {
	full := r.Fold.Bytes() >= r.FoldBytes
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.err == nil && r.full == nil && r.next < r.end && !r.cut.ready(r.next) {
		r.turn.Wait()
	}
	if r.err != nil || r.full != nil || r.next == r.end || full && r.next > 0 {
		return 0, false
	}
	if r.cut.ends(r.next) {
		r.end = r.next
		return 0, false
	}
	r.next++
	return r.next - 1, true
}

// count notes how many records an object has.
func (r *round) count(i int, records int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut.records[i] = records
}

// finish notes that an object is done.
func (r *round) finish(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut.finish(i)
	r.turn.Broadcast()
}

// read brings one object into the fold, unless its content is known.
func (r *round) read(ctx context.Context, i int, b *buffer) (err error) {
	ref := r.refs[i]
	hash, err := b.fetch(ctx, r.source, ref)
	defer func() { err = errors.Join(err, b.release()) }()
	known, failed := r.claim(ctx, i, hash, err)
	if failed != nil || known {
		return failed
	}
	if err := r.recall(ctx, ref); err != nil {
		return err
	}
	object, _, err := r.Fold.Read(b.content, ref.Place, i)
	if err != nil {
		return err
	}
	if object.Hash != hash {
		return fmt.Errorf("read %s: it changed meanwhile; load it again when nobody writes to it", ref.Place)
	}
	if object.Damaged {
		r.taint(object)
	}
	r.count(i, object.Records)
	r.Progress.Add(1, ref.Size, object.Records)
	return nil
}

// claim waits for the objects before this one, and says whether another object has this content: so it is always the
// later of two that is the copy. An object that could not be fetched is set aside; one for which there was no room ends the
// batch before it.
func (r *round) claim(ctx context.Context, i int, hash string, fetched error) (known bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.claimed != i && r.err == nil && r.full == nil {
		r.turn.Wait()
	}
	defer r.turn.Broadcast()
	if r.err != nil || r.full != nil {
		return true, nil
	}
	r.claimed++
	ref := r.refs[i]
	if fetched != nil {
		if ctx.Err() != nil {
			return true, fmt.Errorf("load flow logs: %w", ctx.Err())
		}
		if errors.As(fetched, &r.full) {
			r.end, r.next = i, i // nobody behind has brought anything in yet: they wait for their turn here
			return true, nil
		}
		r.failed = append(r.failed, schema.Rejected{Place: ref.Place, Reason: "object cannot be read: " + fetched.Error()})
		r.Progress.Add(1, ref.Size, 0)
		return true, nil
	}
	other, known := r.claims[hash]
	_, before := r.load.known[ref.Place]
	if hash == emptyHash && !before {
		return false, nil // objects without content are alike, but no copies
	}
	if !known {
		other, known = r.before[hash]
	}
	if !known {
		if other, known, err = r.sink.HashLoaded(ctx, hash); err != nil {
			return true, fmt.Errorf("look up the content of %s: %w", ref.Place, err)
		}
	}
	if before && !known {
		r.failed = append(r.failed, schema.Rejected{Place: ref.Place, Reason: "changed since it was loaded: its records would " +
			"count twice, so it is not read again; put it back as it was, or load everything into a new database"})
		r.Progress.Add(1, ref.Size, 0)
		return true, nil
	}
	if problem, damaged := r.damaged[ref.Place]; damaged && !known {
		r.claims[hash] = ref.Place
		r.refuse(ref, hash, problem)
		return true, nil
	}
	if !known {
		r.claims[hash] = ref.Place
		return false, nil
	}
	if before {
		r.unchanged++ // it has a new time, and nothing that would have to be counted
		r.Progress.Add(1, ref.Size, 0)
		return true, nil
	}
	r.copy(ref, hash, other)
	return true, nil
}

// copy notes an object whose content is known.
func (r *round) copy(ref Ref, hash, other string) {
	r.Progress.Add(1, ref.Size, 0)
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
	b.Objects = append(append(b.Objects, r.copies...), r.refused...)
	b.Rejected = append(append(b.Rejected, r.failed...), r.unsure...)
	return b
}
