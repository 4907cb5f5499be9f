package inventory

import (
	"time"

	"sgfit/schema"
)

// state is an observation with the interval for which it stands.
type state struct {
	schema.Interval
	*schema.Item
	afresh bool // a deletion stands between it and the state before, even if the two touch
}

// continues says that s goes on where the state before it ended.
func (s state) continues(before state) bool { return !s.afresh && before.To.Equal(s.From) }

// states gives each observation of one resource its interval; they are in order and do not overlap.
//
//	captured         ●────────●─────✕        ●───────▶      ✕ deleted, or missing from a snapshot
//	interval    ├────┤────────┤          ├───┤───────▶      a life begins a little before its first capture
func states(life []observation, c census, opts Options) []state {
	var out []state
	var floor time.Time // when the life before ended
	open := false       // the state before runs up to this capture
	afresh := false
	for i, o := range life {
		if o.Deleted {
			floor, open, afresh = o.Captured, false, true
			continue
		}
		s := state{schema.Interval{From: o.Captured}, o.Item, afresh}
		if !open {
			s.From = begin(o, len(out) == 0, floor, opts)
		}
		next := time.Time{}
		if i+1 < len(life) {
			next = life[i+1].Captured
		}
		s.To, open = end(o, next, c)
		floor, afresh = s.To, false
		out = append(out, s)
	}
	return out
}

// begin is the time from which the first state of a life stands; see Timeline.
func begin(o observation, first bool, floor time.Time, opts Options) time.Time {
	if o.exact {
		return o.Captured
	}
	from := o.Captured.Add(-captureDelay)
	known := !o.Created.IsZero() && !o.Created.After(o.Captured)
	switch {
	case known && first && o.Type == schema.FlowLogItem:
		from = o.Created
	case known && (o.Captured.Sub(o.Created) <= creationWindow || (first && opts.AssumeUnchanged)):
		from = o.Created
	case !known && first && opts.AssumeUnchanged:
		from = time.Unix(0, 0).UTC()
	}
	if from.Before(floor) {
		return floor
	}
	return from
}

// end is the time to which a state stands, zero for "still", and whether that is where the next observation begins.
func end(o observation, next time.Time, c census) (to time.Time, open bool) {
	gone := c.missing(o)
	if !gone.IsZero() && (next.IsZero() || gone.Before(next)) {
		return gone, false
	}
	return next, !next.IsZero()
}
