package ingest

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"sgfit/schema"
)

// Join returns the source that offers what all of the sources do. A place that several offer is taken from the first
// of them. It opens what it has listed, so List comes first. It is unusable when one of them is.
func Join(sources ...Source) Source {
	if len(sources) == 1 {
		return sources[0]
	}
	return &joined{sources: sources}
}

// joined remembers which source each place is of.
type joined struct {
	sources []Source
	mu      sync.RWMutex
	owners  map[string]Source
}

func (j *joined) List(ctx context.Context) ([]Ref, []schema.Rejected, error) {
	var refs []Ref
	var rejected []schema.Rejected
	owners := map[string]Source{}
	for _, source := range j.sources {
		offered, refused, err := source.List(ctx)
		if err != nil {
			return nil, nil, err
		}
		for _, ref := range offered {
			if owners[ref.Place] == nil {
				owners[ref.Place] = source
				refs = append(refs, ref)
			}
		}
		rejected = append(rejected, refused...)
	}
	slices.SortFunc(refs, CompareRefs)
	slices.SortStableFunc(rejected, func(a, b schema.Rejected) int { return cmp.Compare(a.Place, b.Place) })
	j.mu.Lock()
	defer j.mu.Unlock()
	j.owners = owners
	return refs, rejected, nil
}

func (j *joined) Open(ctx context.Context, ref Ref) (io.ReadCloser, error) {
	j.mu.RLock()
	source := j.owners[ref.Place]
	j.mu.RUnlock()
	if source == nil {
		return nil, fmt.Errorf("open %s: no source has listed it", ref.Place)
	}
	return source.Open(ctx, ref)
}

// Outside returns what the last listings of all of the sources left out.
func (j *joined) Outside() (all Outside) {
	for _, source := range j.sources {
		all.Join(OutsideOf(source))
	}
	return all
}

// CompareRefs gives the order in which sources list: by Slot, then Place.
func CompareRefs(a, b Ref) int {
	return cmp.Or(a.Slot.Compare(b.Slot), cmp.Compare(a.Place, b.Place))
}
