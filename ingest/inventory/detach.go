package inventory

import (
	"cmp"
	"slices"
	"time"

	"sgfit/schema"
)

// roster is what an instance said of its interfaces at one time: the ids that it listed, or none.
type roster struct {
	captured time.Time
	order    int64
	item     *schema.Item // any of the items it was read from
	listed   map[string]bool
}

// detachments makes a deletion for every interface that was read off an instance, at the first later item of the same
// instance that does not list it. The instance's items are told apart by Interface.InstanceID and the capture; an
// instance without interfaces left a Deleted item of its own.
//
//	i-1 at 10:00 lists a, b     a ├──────────┤ deleted at 11:00
//	i-1 at 11:00 lists b        b ├─────────────────────┤ deleted at 12:00
//	i-1 at 12:00 is terminated
func detachments(items []schema.Item) []observation {
	var out []observation
	for instance, rosters := range rostersOf(items) {
		for i := 1; i < len(rosters); i++ {
			for id := range rosters[i-1].listed {
				if !rosters[i].listed[id] {
					out = append(out, detachment(instance, id, rosters[i]))
				}
			}
		}
	}
	return out
}

func detachment(instance, id string, r *roster) observation {
	return observation{instance: instance, seen: r.captured, Item: &schema.Item{
		Type: schema.InterfaceItem, ID: id, AccountID: r.item.AccountID, Region: r.item.Region, Captured: r.captured,
		Order: r.order, Deleted: true, Indirect: true,
	}}
}

// rostersOf returns each instance's rosters in the order of their capture.
func rostersOf(items []schema.Item) map[string][]*roster {
	type moment struct {
		instance string
		at       int64
		order    int64
	}
	found := map[moment]*roster{}
	byInstance := map[string][]*roster{}
	for i := range items {
		it := &items[i]
		instance := instanceOf(it)
		if instance == "" {
			continue
		}
		key := moment{instance, it.Captured.UnixNano(), it.Order}
		r := found[key]
		if r == nil {
			r = &roster{captured: it.Captured, order: it.Order, item: it, listed: map[string]bool{}}
			found[key] = r
			byInstance[instance] = append(byInstance[instance], r)
		}
		if it.Interface != nil {
			r.listed[it.ID] = true
		}
	}
	for _, rosters := range byInstance {
		slices.SortFunc(rosters, func(a, b *roster) int {
			return cmp.Or(a.captured.Compare(b.captured), cmp.Compare(a.order, b.order))
		})
	}
	return byInstance
}

// instanceOf names the instance that an item was read off, "" for all others.
func instanceOf(it *schema.Item) string {
	switch {
	case it.Type == schema.InstanceItem:
		return it.ID
	case it.Type == schema.InterfaceItem && it.Indirect && it.Interface != nil:
		return it.Interface.InstanceID
	}
	return ""
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
