package cloudwatch

import "time"

// windowLength is part of the contract with every database that was ever made: windows are known by their places.
const windowLength = time.Hour

// window is one UTC hour of event timestamps.
type window struct{ start time.Time }

func (w window) end() time.Time { return w.start.Add(windowLength) }

// windows returns those that overlap [from, to) and are over for good by done.
//
//	from     [---window---][---window---][---window---]   done
//	     |____________________________________________________|
func windows(from, to, done time.Time) []window {
	var all []window
	for w := (window{from.UTC().Truncate(windowLength)}); w.start.Before(to) && !w.end().After(done); w.start = w.end() {
		all = append(all, w)
	}
	return all
}
