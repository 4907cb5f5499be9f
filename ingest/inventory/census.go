package inventory

import (
	"slices"
	"time"

	"sgfit/schema"
)

// census knows when the resources of one type were counted in whole, for each account and region.
type census map[estate][]time.Time

type estate struct {
	account, region string
	typ             schema.ItemType
}

func takeCensus(snapshots []schema.Snapshot) census {
	c := census{}
	for _, s := range snapshots {
		if s.AccountID == "" || s.Region == "" || s.Taken.IsZero() {
			continue
		}
		for _, t := range s.Types {
			key := estate{s.AccountID, s.Region, t}
			c[key] = append(c[key], s.Taken)
		}
	}
	for _, times := range c {
		slices.SortFunc(times, time.Time.Compare)
	}
	return c
}

// missing returns the time of the first snapshot that should have held the observation and did not, zero if there is
// none. Snapshots that did hold it lie before o.seen. One that was taken within captureDelay of the last sight is no
// witness: it may have been gathered before the resource was recorded.
func (c census) missing(o observation) time.Time {
	typ := o.Type
	if o.Indirect {
		typ = schema.InstanceItem
	}
	times := c[estate{o.AccountID, o.Region, typ}]
	from := o.seen
	if o.SeenUntil.Before(o.Captured) || o.SeenUntil.IsZero() {
		from = from.Add(captureDelay)
	}
	i, found := slices.BinarySearchFunc(times, from, time.Time.Compare)
	for found && i < len(times) && times[i].Equal(from) {
		i++
	}
	if i == len(times) {
		return time.Time{}
	}
	return times[i]
}
