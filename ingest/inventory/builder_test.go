package inventory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// partsLedger counts the parts in which an inventory comes, and may fail to give its items back.
type partsLedger struct {
	*ledger
	parts   int
	failure error
}

func (l *partsLedger) Items(ctx context.Context) iter.Seq2[*schema.Item, error] {
	return func(yield func(*schema.Item, error) bool) {
		for it, err := range l.ledger.Items(ctx) {
			if !yield(it, err) {
				return
			}
			if l.failure != nil {
				yield(nil, l.failure)
				return
			}
		}
	}
}

func (l *partsLedger) ReplaceInventory(ctx context.Context, parts iter.Seq2[*schema.Inventory, error]) error {
	return l.ledger.ReplaceInventory(ctx, func(yield func(*schema.Inventory, error) bool) {
		for part, err := range parts {
			if l.parts++; !yield(part, err) {
				return
			}
		}
	})
}

// Versions made part by part, of items that a sink yields, are those that Timeline makes of all of them at once.
func TestPartsMakeTheWhole(t *testing.T) {
	sink := &partsLedger{ledger: newLedger()}
	for seed := range uint64(400) { // estates side by side, of several parts together
		r := rand.New(rand.NewPCG(seed, 9))
		items, snapshots := history(r)
		for range 3 {
			more, _ := history(r)
			items = append(items, more...)
		}
		for i := range items {
			it := items[i]
			it.ID = fmt.Sprintf("%s-%03d", it.ID, seed)
			sink.add(&it)
		}
		sink.snapshots = append(sink.snapshots, snapshots[:min(1, len(snapshots))]...)
	}
	want := Timeline(sink.all(), sink.snapshots, Options{})
	var sum Summary
	if err := rebuild(context.Background(), sink, Options{}, &sum); err != nil {
		t.Fatal(err)
	}
	if sink.parts < 2 || sum.Versions != countVersions(&want) || sum.Versions < partSize {
		t.Errorf("%d versions came in %d parts, want %d in two or more", sum.Versions, sink.parts, countVersions(&want))
	}
	if !reflect.DeepEqual(want, *sink.inventory) { // which is much quicker than a Diff of so much
		t.Errorf("(-whole +parts):\n%s", gocmp.Diff(want, *sink.inventory, sameAddrs))
	}
}

// What cannot be read back leaves the inventory as it was, and is told.
func TestPartsTellFailures(t *testing.T) {
	sink := &partsLedger{ledger: newLedger(), failure: errors.New("torn")}
	one := groupItem(100, 22)
	sink.add(&one)
	var sum Summary
	if err := rebuild(context.Background(), sink, Options{}, &sum); !errors.Is(err, sink.failure) || sink.inventory != nil {
		t.Errorf("got %v and the inventory %v, want the failure and none", err, sink.inventory)
	}
}
