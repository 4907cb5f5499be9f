package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"sgfit/ingest"
	"sgfit/schema"
)

// Options of a load, and of Timeline, which looks at AssumeUnchanged alone. The zero value is good.
type Options struct {
	// Workers decode objects at the same time; each holds what is new in one object. 0 means 2.
	Workers  int
	Progress ingest.Progress // nil for none
	// AssumeUnchanged takes each resource to have been since its creation, or since ever where that is unknown, what it
	// was when first seen. It is for logs that are older than the first snapshot, and it is a guess.
	AssumeUnchanged bool
	// Captured is the time of saved answers of EC2, which do not say it themselves; zero means each object's
	// modification time. What AWS Config wrote has its own times.
	Captured time.Time
}

// Summary says what a load did, and what is known after it.
type Summary struct {
	// This load.
	Objects  int // read now, those with a problem included
	Known    int // in the manifest already
	Problems int // objects refused, or broken off
	Unread   []schema.Rejected
	// Items of the objects read now: Records = OK + Malformed + the sum of Skipped.
	Records, OK, Malformed int64
	Skipped                map[string]int64 // resource types that sgfit does not read
	Rejected               int64            // pieces set aside

	// Everything loaded so far. Interfaces read off instances count as interfaces.
	Items             map[schema.ItemType]int64
	Accounts, Regions []string // sorted
	First, Last       time.Time
	Snapshots         int
	Versions          int // intervals made
	Trail             TrailSummary
}

// LoadConfig loads AWS Config objects that the sink does not have yet, each whole and in one transaction, and makes the
// inventory anew from all that was ever loaded. An object that cannot be fetched is in Summary.Unread and is tried again
// by the next load; the error is for a source or a sink that fails, or an ended context.
func LoadConfig(ctx context.Context, source ingest.Source, sink ingest.InventorySink, opts Options) (Summary, error) {
	var sum Summary
	refs, unread, err := source.List(ctx)
	if err != nil {
		return sum, fmt.Errorf("list config objects: %w", err)
	}
	loaded, err := sink.Loaded(ctx, refs)
	if err != nil {
		return sum, fmt.Errorf("look up loaded config objects: %w", err)
	}
	sum.Unread, sum.Skipped = unread, map[string]int64{}
	todo := slices.DeleteFunc(slices.Clone(refs), func(r ingest.Ref) bool { return loaded[r.Place] })
	sum.Known = len(refs) - len(todo)
	if err := load(ctx, source, sink, todo, opts, &sum); err != nil {
		return sum, err
	}
	return sum, rebuild(ctx, sink, opts, &sum)
}

// outcome is one object read, or the reason why it could not be.
type outcome struct {
	object   Object
	readings []*reading
	err      error
}

// load decodes in workers and stores in this goroutine, so that at most Workers+1 objects are held.
func load(ctx context.Context, source ingest.Source, sink ingest.InventorySink, refs []ingest.Ref, opts Options, sum *Summary) error {
	plan(opts.Progress, refs)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var failed error
	for o := range decodeAll(ctx, source, refs, opts) {
		if failed != nil || ctx.Err() != nil {
			continue // let the workers end
		}
		if failed = store(ctx, sink, o, sum); failed != nil {
			cancel()
			continue
		}
		if opts.Progress != nil {
			opts.Progress.Add(1, o.object.Object.Size, o.object.Object.Records)
		}
	}
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}

func plan(p ingest.Progress, refs []ingest.Ref) {
	if p == nil {
		return
	}
	var bytes int64
	for _, r := range refs {
		bytes += r.Size
	}
	p.Plan(len(refs), bytes)
}

// decodeAll returns the outcomes in the order in which they are done. The first object is read alone: what it teaches the
// memo, the others need not read and hold at the same time.
func decodeAll(ctx context.Context, source ingest.Source, refs []ingest.Ref, opts Options) <-chan outcome {
	workers := opts.Workers
	if workers <= 0 {
		workers = 2
	}
	todo, done, known := make(chan ingest.Ref), make(chan outcome), newMemo(memoSize)
	taught := make(chan struct{})
	go func() {
		defer close(todo)
		for i, ref := range refs {
			if i == 1 {
				<-taught
			}
			select {
			case todo <- ref:
			case <-ctx.Done():
				return
			}
		}
	}()
	var wg sync.WaitGroup
	var first sync.Once
	for range workers {
		wg.Go(func() {
			for ref := range todo {
				o, readings, err := read(ctx, source, ref, opts.Captured, known)
				done <- outcome{o, readings, err}
				first.Do(func() { close(taught) })
			}
		})
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	return done
}

func store(ctx context.Context, sink ingest.InventorySink, o outcome, sum *Summary) error {
	place := o.object.Object.Place
	if o.err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		sum.Unread = append(sum.Unread, schema.Rejected{Place: place, Reason: clip(strings.TrimPrefix(o.err.Error(), "read "+place+": "), 500)})
		return nil
	}
	fresh := o.object.share(o.readings)
	if err := sink.AddObservations(ctx, &o.object.Observations); err != nil {
		return fmt.Errorf("store %s: %w", place, err)
	}
	learnNumbers(fresh, o.object.Items)
	sum.add(&o.object)
	return nil
}

func (s *Summary) add(o *Object) {
	s.Objects++
	line := &o.Object
	if line.Problem != "" {
		s.Problems++
	}
	s.Records, s.OK, s.Malformed = s.Records+line.Records, s.OK+line.OK, s.Malformed+line.Malformed
	s.Rejected += schema.SetAside(o.Rejected)
	for typ, n := range o.Skipped {
		s.Skipped[typ] += n
	}
}

// rebuild makes the inventory even if nothing was new: the load before may have been killed on its way here, and the
// options may differ. It goes from the items to the intervals resource by resource, so that neither is held whole.
func rebuild(ctx context.Context, sink ingest.InventorySink, opts Options, sum *Summary) error {
	snapshots, err := sink.Snapshots(ctx)
	if err != nil {
		return fmt.Errorf("read config snapshots back: %w", err)
	}
	detached, err := detachments(sink.Listings(ctx))
	if err != nil {
		return fmt.Errorf("read back what instances listed: %w", err)
	}
	remarks, err := takeRemarks(sink.Remarks(ctx))
	if err != nil {
		return fmt.Errorf("read back what was said of single rules: %w", err)
	}
	trail, err := readTrail(ctx, sink)
	if err != nil {
		return err
	}
	defer trail.stop()
	b := builder{census: takeCensus(snapshots), detached: detached, remarks: remarks, trail: trail, opts: opts}
	s := newSurvey(snapshots)
	if err := sink.ReplaceInventory(ctx, s.versions(b.parts(s.items(sink.Items(ctx))))); err != nil {
		return fmt.Errorf("store the inventory: %w", err)
	}
	s.tell(sum)
	sum.Trail = trail.sum
	return nil
}
