// Package ingest holds the contracts between places that bytes come from, readers that understand them, and the
// database that keeps what they mean, and the loop that runs them. Start at LoadFlowLogs.
//
// It knows no format and no place: ingest/flowlog, ingest/inventory and ingest/files do.
package ingest

import (
	"context"
	"io"
	"iter"

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
	// HashLoaded says whether an object of this content is in the manifest under another place. It may be called while
	// AddBatch stores a batch; whether it knows that batch's objects then is no matter.
	HashLoaded(ctx context.Context, hash string) (place string, ok bool, err error)
	// Manifest lists the objects of which records were counted; Place, Size, Modified and Hash are filled in.
	Manifest(ctx context.Context) ([]schema.Object, error)
	// AddBatch stores all of the batch, its manifest lines included, in one transaction. Conversations that are
	// already there (from an earlier batch) are added to. It must not keep the conversations: the next batch's may stand in
	// their place.
	AddBatch(ctx context.Context, b *schema.Batch) error
}

// InventorySink keeps observations of resources and the intervals made of them.
type InventorySink interface {
	Loaded(ctx context.Context, refs []Ref) (map[string]bool, error)
	// AddObservations stores what one object says, its manifest line included, in one transaction, and sets the Number of
	// each of its Items. Of what is there already only the sight is kept: each item has one row, with the later SeenUntil.
	AddObservations(ctx context.Context, o *schema.Observations) error
	// Items yields every item once, sorted by type, id, Captured, Order. It ends after the first error.
	Items(ctx context.Context) iter.Seq2[*schema.Item, error]
	// Listings yields what instances said of their interfaces, sorted by instance, Captured, Order. It ends after the
	// first error.
	Listings(ctx context.Context) iter.Seq2[schema.Listing, error]
	// Remarks yields what EC2 said of single rules, in any order. Of what it said again and again the first and the last
	// time are enough. It ends after the first error.
	Remarks(ctx context.Context) iter.Seq2[schema.Remark, error]
	// Snapshots returns every snapshot, sorted by Taken.
	Snapshots(ctx context.Context) ([]schema.Snapshot, error)
	// Changes yields every change of resources of some types once, sorted by type, id and time. It ends after the first
	// error.
	Changes(ctx context.Context, types ...schema.ItemType) iter.Seq2[*schema.Change, error]
	// ReplaceInventory replaces all intervals by those of the parts, which are in the order of Inventory's slices, in one
	// transaction. An error among the parts, which it returns, leaves all as it was.
	ReplaceInventory(ctx context.Context, parts iter.Seq2[*schema.Inventory, error]) error
}

// Progress hears how far a load is. Implementations must be safe for concurrent use and quick.
type Progress interface {
	Plan(objects int, bytes int64)         // once, after listing
	Add(objects int, bytes, records int64) // as objects are finished
}
