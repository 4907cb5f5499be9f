// Package ingest holds the contracts between places that bytes come from, readers that understand them, and the
// database that keeps what they mean, and the loop that runs them. Start at LoadFlowLogs.
//
// It knows no format and no place: ingest/flowlog, ingest/inventory and ingest/files do.
package ingest

import (
	"context"
	"io"

	"sgfit/schema"
)

// Ref is one object that a source offers.
type Ref = schema.Ref

// Source lists and opens objects.
type Source interface {
	// List returns every object, sorted by Slot, then Place. Places that cannot be read come back as rejected, not as
	// an error; the error is for a source that is unusable as a whole.
	List(ctx context.Context) ([]Ref, []schema.Rejected, error)
	Open(ctx context.Context, ref Ref) (io.ReadCloser, error)
}

// FlowLogSink keeps what flow logs fold to.
type FlowLogSink interface {
	// Loaded says which of the places are in the manifest already: true with size and modification time unchanged,
	// false with others.
	Loaded(ctx context.Context, refs []Ref) (map[string]bool, error)
	// HashLoaded says whether an object of this content is in the manifest under another place.
	HashLoaded(ctx context.Context, hash string) (place string, ok bool, err error)
	// Manifest lists the objects of which records were counted; Place, Size, Modified and Hash are filled in.
	Manifest(ctx context.Context) ([]schema.Object, error)
	// AddBatch stores all of the batch, its manifest lines included, in one transaction. Conversations that are
	// already there (from an earlier batch) are added to.
	AddBatch(ctx context.Context, b *schema.Batch) error
}

// InventorySink keeps observations of resources and the intervals made of them.
type InventorySink interface {
	Loaded(ctx context.Context, refs []Ref) (map[string]bool, error)
	// AddObservations stores what one object says, its manifest line included, in one transaction. Items that are there
	// already keep one row, with the later SeenUntil.
	AddObservations(ctx context.Context, o *schema.Observations) error
	// Items returns every item, sorted by type, id, Captured, Order; and every snapshot sorted by Taken.
	Items(ctx context.Context) ([]schema.Item, []schema.Snapshot, error)
	// ReplaceInventory replaces all intervals.
	ReplaceInventory(ctx context.Context, inv *schema.Inventory) error
}

// Progress hears how far a load is. Implementations must be safe for concurrent use and quick.
type Progress interface {
	Plan(objects int, bytes int64)         // once, after listing
	Add(objects int, bytes, records int64) // as objects are finished
}
