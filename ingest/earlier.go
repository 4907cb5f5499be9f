package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"sgfit/schema"
)

// Two flow logs that overlap (a VPC's and a subnet's, say) deliver each record twice, in objects of one slot. Where both
// come in one load the fold finds the duplicates by itself. Where one of them was loaded earlier, its objects of the slots
// at hand are read once more, only to know their records again:
//
//	loaded earlier   fl-a 00:00   fl-a 00:05
//	new                           fl-b 00:05   fl-a 00:10      fl-a 00:05 is read again before fl-b 00:05

// earlier knows the objects that were stored before and may hold records of others to come, by slot.
type earlier struct {
	logs    map[time.Time][]string // flow logs of the new objects
	objects map[time.Time][]schema.Object
}

var errEarlierChanged = errors.New("it changed since")

// flowLogID is the flow log in a name that AWS gives
// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html).
var flowLogID = regexp.MustCompile(`_vpcflowlogs_[a-z0-9-]+_(fl-[0-9A-Za-z]+)_[^/]*$`)

func flowLogOf(place string) string {
	m := flowLogID.FindStringSubmatch(place)
	if m == nil {
		return ""
	}
	return m[1]
}

// findEarlier looks through the manifest, if the new objects' names tell flow logs at all.
func (l *load) findEarlier(ctx context.Context, fresh []Ref) error {
	l.earlier = earlier{map[time.Time][]string{}, map[time.Time][]schema.Object{}}
	for _, r := range fresh {
		if id := flowLogOf(r.Place); id != "" && !r.Slot.IsZero() && !slices.Contains(l.earlier.logs[r.Slot], id) {
			l.earlier.logs[r.Slot] = append(l.earlier.logs[r.Slot], id)
		}
	}
	if len(l.earlier.logs) == 0 {
		return nil
	}
	manifest, err := l.sink.Manifest(ctx)
	if err != nil {
		return fmt.Errorf("look up what is loaded: %w", err)
	}
	l.earlier.add(manifest)
	return nil
}

// add takes stored objects in: those of a slot for which another flow log has, or had, something new.
func (e *earlier) add(stored []schema.Object) {
	for _, o := range stored {
		slot, _ := SlotOf(o.Place)
		id := flowLogOf(o.Place)
		refused := o.Problem != "" && o.Records == 0
		if o.Hash != "" && !refused && id != "" && slices.ContainsFunc(e.logs[slot], func(other string) bool { return other != id }) {
			e.objects[slot] = append(e.objects[slot], o)
		}
	}
}

// recall makes the records of earlier objects of a slot known to the fold, once a round. One that is gone, or is no longer
// what it was, is noted: what is repeated of it counts twice then. One that fails for a reason that will pass fails the
// batch, so that a later load, which goes on from there, can tell.
func (r *round) recall(ctx context.Context, ref Ref) error {
	objects := r.earlier.objects[ref.Slot]
	if len(objects) == 0 {
		return nil
	}
	r.mu.Lock()
	once := r.recalled[ref.Slot]
	if once == nil {
		once = new(sync.Once)
		r.recalled[ref.Slot] = once
	}
	r.mu.Unlock()
	var failed error // the others learn it from the round, which ends
	once.Do(func() {
		failed = r.recallAll(ctx, ref, objects)
	})
	return cmp.Or(failed, ctx.Err())
}

// recallAll makes the records of objects known. No room for a temporary file is no fault of theirs.
func (r *round) recallAll(ctx context.Context, ref Ref, objects []schema.Object) error {
	b := buffer{temp: r.Temp}
	for _, o := range objects {
		err := r.rememberPatiently(ctx, o, &b)
		var full *TemporaryError
		switch {
		case errors.As(err, &full):
			return full
		case err != nil && ctx.Err() == nil && passing(err):
			return &EarlierError{o.Place, err}
		case err != nil && ctx.Err() == nil:
			r.mu.Lock()
			r.unsure = append(r.unsure, schema.Rejected{Place: o.Place, Reason: "was loaded earlier and cannot be read again, so records " +
				"of it that " + ref.Place + " and its like repeat count twice: " + err.Error()})
			r.mu.Unlock()
		}
	}
	return nil
}

// rememberPatiently tries again what may pass.
func (r *round) rememberPatiently(ctx context.Context, o schema.Object, b *buffer) (err error) {
	for range attempts {
		if err = r.remember(ctx, o, b); err == nil || ctx.Err() != nil || !passing(err) {
			return err
		}
	}
	return err
}

// remember reads one earlier object, if it is still what was loaded.
func (r *round) remember(ctx context.Context, o schema.Object, b *buffer) (err error) {
	hash, err := b.fetch(ctx, r.source, Ref{Place: o.Place, Size: o.Size, Modified: o.Modified})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.release()) }()
	if hash != o.Hash {
		return errEarlierChanged
	}
	return r.Fold.Remember(b.content, o.Place)
}
