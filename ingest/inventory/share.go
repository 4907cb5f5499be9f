package inventory

import (
	"time"

	"sgfit/schema"
)

// share puts readings into the object: whole items where the sink has none yet, and numbers of those that it has. A
// number matters only to a snapshot, which says that the item is still so. It returns the readings whose items it put,
// in their order.
func (o *Object) share(readings []*reading) (fresh []*reading) {
	var taken time.Time
	if o.Snapshot != nil {
		taken = o.Snapshot.Taken
	}
	for _, r := range readings {
		switch {
		case r.numbers == nil:
			fresh = append(fresh, r)
			for _, it := range r.items {
				it.SeenUntil = taken
				o.Items = append(o.Items, it)
			}
		case o.Snapshot != nil:
			o.Seen = append(o.Seen, r.numbers...)
		}
	}
	return fresh
}

// learnNumbers takes over the numbers that the sink gave to the items, and lets the items go.
func learnNumbers(fresh []*reading, items []schema.Item) {
	for _, r := range fresh {
		n := len(r.items)
		if r.numbers != nil { // the text stands in the object twice
			n = len(r.numbers)
		} else {
			r.numbers = make([]uint32, n)
			for i := range r.numbers {
				r.numbers[i] = items[i].Number
			}
			r.items = nil
		}
		items = items[n:]
	}
}
