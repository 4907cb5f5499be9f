package s3

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"sgfit/ingest"
	"sgfit/schema"
)

// found is what the walks of a listing gather. It is safe for concurrent use.
type found struct {
	mu       sync.Mutex
	refs     []ingest.Ref
	rejected []schema.Rejected
	etags    map[string]string // by place
	skipped  Skipped
	outside  ingest.Outside
	requests int
}

// listing sorts what was gathered; what several URLs reached stands in it once.
func (f *found) listing() Listing {
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.SortFunc(f.refs, ingest.CompareRefs)
	refs := slices.CompactFunc(f.refs, func(a, b ingest.Ref) bool { return a.Place == b.Place })
	slices.SortFunc(f.rejected, func(a, b schema.Rejected) int { return cmp.Compare(a.Place, b.Place) })
	return Listing{Refs: refs, Rejected: slices.Compact(f.rejected), Skipped: f.skipped, Requests: f.requests}
}

// add keeps an object.
func (f *found) add(ref ingest.Ref, etag string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refs = append(f.refs, ref)
	f.etags[ref.Place] = etag
}

// reject keeps a place that cannot be read.
func (f *found) reject(place, reason string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rejected = append(f.rejected, schema.Rejected{Place: place, Reason: reason})
}

// skip counts what is passed over.
func (f *found) skip(which func(*Skipped) *int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*which(&f.skipped)++
}

// leave counts a folder or an object that the window does not want.
func (f *found) leave(which func(*Skipped) *int, from, to time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*which(&f.skipped)++
	f.outside.Add(from, to)
}

// reached counts what there is to load, in the window or outside.
func (f *found) reached() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.refs) + len(f.rejected) + f.skipped.Days + f.skipped.Slots
}

// asked counts a request.
func (f *found) asked() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests++
}

// What can be skipped.
func writeTests(s *Skipped) *int { return &s.WriteTests }
func digests(s *Skipped) *int    { return &s.Digests }
func markers(s *Skipped) *int    { return &s.Markers }
func services(s *Skipped) *int   { return &s.Services }
func days(s *Skipped) *int       { return &s.Days }
func slots(s *Skipped) *int      { return &s.Slots }
