package simulate

import "time"

// Format is the set and order of the columns of the flow logs.
type Format int

// The formats. V2 is AWS's default, V5 all fields up to version 5 in AWS's order, Shuffled all of those and some newer
// ones in an order that the seed decides, with columns that nobody needs at the end.
const (
	V2 Format = iota
	V5
	Shuffled
)

// Options say what to make. The zero value is a month at full size in AWS's default format.
type Options struct {
	Seed  uint64
	Start time.Time // 0: 2026-09-01 UTC; cut to the UTC day
	Days  int       // 0: 30; at least 4, and 7 for every wildcard to have its hundred users
	// Scale is the amount of ordinary traffic: 1 (the zero value) is about 350,000 records in 30 days. The traps stay
	// present at any scale; 0.05 is the least that is worth having.
	Scale  float64
	Format Format
	// AggregationSeconds is 60 or 600 (the zero value).
	AggregationSeconds int
	// FileHours is how many hours of records one object holds; 0: 6. AWS cuts every five minutes.
	FileHours int
	// SnapshotHours is the time between Config snapshots; 0: 24.
	SnapshotHours int
	// NoHistory leaves Config's history files away, so that only snapshots tell what changed.
	NoHistory bool
	// Trail adds CloudTrail's files, below cloudtrail/.
	Trail bool
	// Overlap adds a second flow log on the data subnets, whose records repeat the first one's in objects of its own.
	Overlap bool
	// Malformed is the number of lines per day that no reader should accept.
	Malformed int
	// After is how many days the account lives on after the window. No file shows them; the truth does (Truth.Later).
	After int
	// Churn adds what makes narrow rules break: clients and partners that come and go, and jobs that run seldom (churn.go).
	Churn bool
}

// withDefaults fills in the documented zero values.
func (o Options) withDefaults() Options {
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	}
	o.Start = o.Start.UTC().Truncate(24 * time.Hour)
	if o.Days == 0 {
		o.Days = 30
	}
	o.Days = max(o.Days, 4)
	o.After = max(o.After, 0)
	if o.Scale <= 0 {
		o.Scale = 1
	}
	if o.AggregationSeconds != 60 {
		o.AggregationSeconds = 600
	}
	if o.FileHours <= 0 {
		o.FileHours = 6
	}
	if o.SnapshotHours <= 0 {
		o.SnapshotHours = 24
	}
	return o
}
