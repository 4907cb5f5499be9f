package flowlog

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"sgfit/schema"
)

// Options says how to fold. The zero value is what a load wants.
type Options struct {
	// KeepDuplicates counts a record again each time it is delivered. It saves eight bytes and some time a record.
	KeepDuplicates bool
	// Format names the fields of lines without a header, with blanks between, as a header would; "" is AWS's default order.
	Format string
	// Known are the interfaces of earlier loads with their own addresses, as earlier batches told them: a load that goes
	// on where another stopped tells ends apart as that one would have.
	Known []schema.InterfaceRef
	// Unzip unpacks one gzip member that is all of packed, in room where that suffices, and is false for what it cannot; objects
	// in one piece go to it before the streaming inflate. It may be nil, and must be safe for concurrent use.
	Unzip func(room, packed []byte) (text []byte, ok bool)
}

// Fold gathers the records of many objects to conversations. Its methods may be called from several goroutines, Drain
// and Reset only while no Read is going on.
type Fold struct {
	opts    Options
	seen    *seen // nil when duplicates are kept
	mu      sync.Mutex
	readers []*reader // all
	idle    []*reader
	done    []finished
	held    int64                  // bytes of the readers' tables
	own     map[ownedBy]netip.Addr // what earlier drains found out
	room    []schema.Conversation  // of a batch that was given back
}

// finished is one object that was read.
type finished struct {
	order    int
	object   schema.Object
	rejected []schema.Rejected
}

// New returns an empty fold.
func New(opts Options) *Fold {
	f := &Fold{opts: opts, own: ownAddresses(opts.Known)}
	if !opts.KeepDuplicates {
		f.seen = newSeen()
	}
	return f
}

// Read folds one object: text, CSV or JSON, plain or gzip, or Parquet. order is the object's place among those of this drain; it
// decides which of two objects with one record has the duplicate, so that the outcome does not hang on the order of
// reading. What cannot be used is in the object's Problem and among the rejected; the error is for bytes that could
// not be had, and leaves the fold fit for Reset only.
//
// The object's counts are final but for duplicates of objects before it that are read later: those of Drain count.
func (f *Fold) Read(r schema.Content, place string, order int) (schema.Object, []schema.Rejected, error) {
	rd := f.take()
	before := rd.table.bytes()
	s := rd.read(r, place, f.seen, uint16(min(order, lastOrder)), false)
	rejected := s.listed()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held += rd.table.bytes() - before + int64(len(rejected))*rejectedBytes
	f.idle = append(f.idle, rd)
	if s.failed != nil {
		return s.object, rejected, fmt.Errorf("read %s: %w", place, s.failed)
	}
	f.done = append(f.done, finished{order, s.object, rejected})
	rd.stolen = append(rd.stolen, s.stolen...)
	rd.silenced = append(rd.silenced, s.silenced...)
	return s.object, rejected, nil
}

// Remember reads an object of an earlier load, so that its records are known until the next drain: one that is read
// again counts as a duplicate. Nothing of the object itself is counted.
func (f *Fold) Remember(r schema.Content, place string) error {
	if f.seen == nil {
		return nil
	}
	rd := f.take()
	s := rd.read(r, place, f.seen, 0, true)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.idle = append(f.idle, rd)
	if s.failed != nil {
		return fmt.Errorf("read %s: %w", place, s.failed)
	}
	return nil
}

// rejectedBytes is roughly what one rejected line takes.
const rejectedBytes = 300

func (f *Fold) take() *reader {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.idle); n > 0 {
		rd := f.idle[n-1]
		f.idle = f.idle[:n-1]
		return rd
	}
	rd := newReader(&f.opts)
	f.readers = append(f.readers, rd)
	return rd
}

// Bytes is roughly the memory that the fold holds.
func (f *Fold) Bytes() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen == nil {
		return f.held
	}
	return f.held + f.seen.bytes()
}

// Reset drops all that was read since the last drain.
func (f *Fold) Reset() {
	for _, rd := range f.readers {
		rd.table.reset()
		rd.stolen, rd.silenced = rd.stolen[:0], rd.silenced[:0]
	}
	if f.seen != nil {
		f.seen.reset()
	}
	f.done, f.held = nil, 0
}

// Drain returns what the objects that were read since the last drain fold to, and empties the fold. All of it is
// sorted: objects by their order, interfaces by id, conversations and coverage by day, interface and the rest of what
// they are unique by. It does not depend on which goroutine read what, nor when.
func (f *Fold) Drain() *schema.Batch {
	b := &schema.Batch{}
	f.drainObjects(b)
	d := newDrain(f.tables(), f.own)
	b.Interfaces = d.refs()
	b.Coverage = d.coverage()
	b.Conversations = d.conversations(f.room)
	f.room = nil
	b.Services = d.services()
	f.Reset()
	return b
}

// Reuse takes back a batch that nobody needs any more: the next drain writes its conversations where those of it stand.
func (f *Fold) Reuse(b *schema.Batch) { f.room, b.Conversations = b.Conversations, nil }

func (f *Fold) tables() []*table {
	ts := make([]*table, len(f.readers))
	for i, rd := range f.readers {
		ts[i] = rd.table
	}
	return ts
}

// drainObjects lists the objects with their final counts.
func (f *Fold) drainObjects(b *schema.Batch) {
	slices.SortStableFunc(f.done, func(x, y finished) int {
		return cmp.Or(cmp.Compare(x.order, y.order), cmp.Compare(x.object.Place, y.object.Place))
	})
	lost := map[silenced]int64{}
	for _, rd := range f.readers {
		for _, order := range rd.stolen {
			lost[silenced{order, ok}]++
		}
		for _, s := range rd.silenced {
			lost[s]++
		}
	}
	for _, d := range f.done {
		order, o := uint16(min(d.order, lastOrder)), &d.object
		for status, count := range map[status]*int64{ok: &o.OK, noData: &o.NoData, skipData: &o.SkipData} {
			was := silenced{order, status}
			n := min(lost[was], *count) // several objects can share the last order
			lost[was] -= n
			*count -= n
			o.Duplicates += n
		}
		b.Objects = append(b.Objects, d.object)
		b.Rejected = append(b.Rejected, d.rejected...)
	}
}
