package inventory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"sgfit/schema"
)

const (
	// captureDelay is how long after a change Config may record it (seconds to minutes), and how long before it was
	// taken a snapshot may have been gathered.
	captureDelay = 10 * time.Minute
	// creationWindow is how long before its first capture a known creation time is believed to have had the same state.
	creationWindow = 24 * time.Hour
)

// Timeline makes intervals of observations. It is pure, and its result does not depend on the order of its input.
//
// A state holds from its capture to the next capture, or to the resource's deletion. A resource's first state also holds
// for a little before its capture: from its creation when that is known and within 24 hours, else for ten minutes, which
// covers the delay of recording. No further, unless Options.AssumeUnchanged: a group that was first seen today must not be held
// against yesterday's records.
//
// A resource that a snapshot does not hold was gone by then, if the snapshot holds its type at all and the resource was
// last seen at least ten minutes before. It may come back.
//
// Interfaces read off instances (Indirect) count only until the interface has a state of its own.
//
// What EC2 said of single rules (their ids, their descriptions, that they are stale) is laid over the groups' rules. A
// flow log begins with its creation, since what it logs and where to never changes. Changes that CloudTrail recorded
// make the times exact; see retrace.
func Timeline(items []schema.Item, snapshots []schema.Snapshot, opts Options, changes ...schema.Change) schema.Inventory {
	inv, _ := timeline(items, snapshots, changes, opts) // what is in memory can be read
	return inv
}

func timeline(items []schema.Item, snapshots []schema.Snapshot, changes []schema.Change, opts Options) (inv schema.Inventory, sum TrailSummary) {
	detached, _ := detachments(listings(items))
	remarks, _ := takeRemarks(remarksOf(items))
	all := inOrder(items)
	indirect, sum, _ := ofInstances(trailOf(changes, schema.InstanceItem), trailOf(changes, schema.InterfaceItem), all)
	b := builder{census: takeCensus(snapshots), detached: detached, remarks: remarks, opts: opts,
		trail: newTrail(trailOf(changes, sharpenable...), indirect, sum)}
	defer b.trail.stop()
	for life := range b.sharpened(all) {
		addVersions(&inv, life, states(life, b.census, opts), b.remarks)
	}
	return inv, b.trail.sum
}

// inOrder yields items resource by resource, as a sink would.
func inOrder(items []schema.Item) iter.Seq2[*schema.Item, error] {
	all := make([]*schema.Item, len(items))
	for i := range items {
		all[i] = &items[i]
	}
	slices.SortFunc(all, func(a, b *schema.Item) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID))
	})
	return each(all)
}

// trailOf yields changes of some types, as a sink would.
func trailOf(changes []schema.Change, types ...schema.ItemType) iter.Seq2[*schema.Change, error] {
	var all []*schema.Change
	for i := range changes {
		if slices.Contains(types, changes[i].Type) {
			all = append(all, &changes[i])
		}
	}
	slices.SortFunc(all, func(a, b *schema.Change) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID), compareChanges(a, b))
	})
	return each(all)
}

func each[T any](all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, one := range all {
			if !yield(one, nil) {
				return
			}
		}
	}
}

func sameResource(a, b *schema.Item) bool { return a.ID == b.ID && a.Type == b.Type }

// observation is an item in its resource's sequence.
type observation struct {
	*schema.Item
	instance string    // the instance that an Indirect interface was read off
	seen     time.Time // the latest time at which it is known to have been so
	exact    bool      // a change recorded to the second: it was not so before
}

func observe(it *schema.Item) observation {
	o := observation{Item: it, seen: it.Captured}
	if it.SeenUntil.After(o.seen) {
		o.seen = it.SeenUntil
	}
	if it.Indirect && it.Interface != nil {
		o.instance = it.Interface.InstanceID
	}
	return o
}

// life puts one resource's observations in the order of their capture, one for each time. Instances themselves are no
// resource of the inventory: their items end interfaces.
func (b *builder) life(items []*schema.Item) []observation {
	if len(items) == 0 || items[0].Type == schema.InstanceItem {
		return nil
	}
	all := make([]observation, 0, len(items))
	for _, it := range items {
		if it.Deleted || hasBody(it) {
			all = append(all, observe(it))
		}
	}
	if items[0].Type == schema.InterfaceItem {
		all = append(all, b.detached[items[0].ID]...)
	}
	slices.SortFunc(all, compareObservations)
	return collapse(complete(preferOwn(all)))
}

func hasBody(it *schema.Item) bool {
	switch it.Type {
	case schema.GroupItem:
		return it.Group != nil
	case schema.InterfaceItem:
		return it.Interface != nil
	case schema.SubnetItem:
		return it.Subnet != nil
	case schema.VPCItem:
		return it.VPC != nil
	case schema.PrefixListItem:
		return it.PrefixList != nil
	case schema.FlowLogItem:
		return it.FlowLog != nil
	}
	return false // a rule's item is no resource: it is laid over the group's
}

// compareObservations orders by resource, then time. Two items of one identity should not differ; where they do, the
// body decides, so that the order of the input does not.
func compareObservations(a, b observation) int {
	if c := cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID), a.Captured.Compare(b.Captured),
		cmp.Compare(a.Order, b.Order), compareBool(a.Indirect, b.Indirect), compareBool(b.Deleted, a.Deleted)); c != 0 {
		return c
	}
	if a.Item == b.Item || sameBody(a.Item, b.Item) {
		return cmp.Or(cmp.Compare(a.instance, b.instance), a.seen.Compare(b.seen), a.Created.Compare(b.Created))
	}
	return bytes.Compare(bodyText(a.Item), bodyText(b.Item))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func sameBody(a, b *schema.Item) bool {
	return a.Group == b.Group && a.Interface == b.Interface && a.Subnet == b.Subnet && a.VPC == b.VPC && a.PrefixList == b.PrefixList &&
		a.FlowLog == b.FlowLog
}

func bodyText(it *schema.Item) []byte {
	b, _ := json.Marshal([]any{it.AccountID, it.Region, it.Found, it.Created, it.SeenUntil,
		it.Group, it.Interface, it.Subnet, it.VPC, it.PrefixList, it.FlowLog})
	return b
}

// preferOwn drops what was read off instances from the interface's first state of its own on. Before that it is all
// there is: accounts begin to record interfaces, or to ask EC2 for them, at some day.
func preferOwn(life []observation) []observation {
	own := slices.IndexFunc(life, func(o observation) bool { return !o.Indirect && !o.Deleted })
	if own < 0 {
		return dropForeignDetachments(life)
	}
	rest := slices.DeleteFunc(slices.Clone(life[own:]), func(o observation) bool { return o.Indirect })
	return append(dropForeignDetachments(life[:own:own]), rest...)
}

// collapse keeps the last of the items captured at one time. What tells the life's beginning is kept from all of them.
func collapse(life []observation) []observation {
	out := life[:0]
	for _, o := range life {
		n := len(out)
		if n == 0 || !out[n-1].Captured.Equal(o.Captured) {
			out = append(out, o)
			continue
		}
		out[n-1] = merge(out[n-1], o)
	}
	return out
}

// merge returns the later of two observations of one time, knowing what both know.
func merge(a, b observation) observation {
	it := *b.Item
	it.Found = a.Found || b.Found
	if it.Created.IsZero() || (!a.Created.IsZero() && a.Created.Before(it.Created)) {
		it.Created = a.Created
	}
	b.Item = &it
	if a.Order == it.Order && a.Deleted == it.Deleted && a.seen.After(b.seen) {
		b.seen, it.SeenUntil = a.seen, a.SeenUntil
	}
	return b
}
