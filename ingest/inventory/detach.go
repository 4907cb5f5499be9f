package inventory

import (
	"cmp"
	"iter"
	"slices"

	"sgfit/schema"
)

// roster is what an instance said of its interfaces at one time: the ids that it listed, or none.
type roster struct {
	schema.Listing // any of its lines
	listed         map[string]bool
}

// detachments makes a deletion for every interface that was read off an instance, at the first later item of the same
// instance that does not list it, and returns them by interface. Listings are sorted by instance and capture; an instance
// without interfaces lists "".
//
//	i-1 at 10:00 lists a, b     a ├──────────┤ deleted at 11:00
//	i-1 at 11:00 lists b        b ├─────────────────────┤ deleted at 12:00
//	i-1 at 12:00 is terminated
func detachments(listings iter.Seq2[schema.Listing, error]) (map[string][]observation, error) {
	out := map[string][]observation{}
	var before, now *roster
	for l, err := range listings {
		if err != nil {
			return nil, err
		}
		if now == nil || !now.holds(l) {
			endMissing(out, before, now)
			before, now = now, &roster{l, map[string]bool{}}
		}
		if l.InterfaceID != "" {
			now.listed[l.InterfaceID] = true
		}
	}
	endMissing(out, before, now)
	return out, nil
}

// holds says that the line is of the same item.
func (r *roster) holds(l schema.Listing) bool {
	return r.InstanceID == l.InstanceID && r.Captured.Equal(l.Captured) && r.Order == l.Order
}

// endMissing ends what the instance listed before and does not list now.
func endMissing(out map[string][]observation, before, now *roster) {
	if before == nil || now == nil || before.InstanceID != now.InstanceID {
		return
	}
	for id := range before.listed {
		if !now.listed[id] {
			out[id] = append(out[id], detachment(id, now))
		}
	}
}

func detachment(id string, r *roster) observation {
	return observation{instance: r.InstanceID, seen: r.Captured, Item: &schema.Item{
		Type: schema.InterfaceItem, ID: id, AccountID: r.AccountID, Region: r.Region, Captured: r.Captured,
		Order: r.Order, Deleted: true, Indirect: true,
	}}
}

// listings are what the items say of instances, as a sink would yield it.
func listings(items []schema.Item) iter.Seq2[schema.Listing, error] {
	var all []schema.Listing
	for i := range items {
		it := &items[i]
		l := schema.Listing{AccountID: it.AccountID, Region: it.Region, Captured: it.Captured, Order: it.Order}
		switch {
		case it.Type == schema.InstanceItem:
			l.InstanceID = it.ID
		case it.Type == schema.InterfaceItem && it.Indirect && it.Interface != nil:
			l.InstanceID, l.InterfaceID = it.Interface.InstanceID, it.ID
		}
		if l.InstanceID != "" {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b schema.Listing) int {
		return cmp.Or(cmp.Compare(a.InstanceID, b.InstanceID), a.Captured.Compare(b.Captured), cmp.Compare(a.Order, b.Order))
	})
	return func(yield func(schema.Listing, error) bool) {
		for _, l := range all {
			if !yield(l, nil) {
				return
			}
		}
	}
}

// dropForeignDetachments keeps an instance from ending an interface that has moved on to another.
func dropForeignDetachments(life []observation) []observation {
	holder := ""
	return slices.DeleteFunc(life, func(o observation) bool {
		if !o.Deleted {
			holder = o.instance
			return false
		}
		return o.instance != "" && o.instance != holder
	})
}
