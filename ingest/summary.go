package ingest

import (
	"time"

	"sgfit/schema"
)

// Summary says what a load did. Records = OK + Malformed + NoData + SkipData + Duplicates.
type Summary struct {
	Listed  int // objects that the source offered
	Skipped int // in the manifest already
	Copies  int // in the manifest already under another place, by content; noted there
	Read    int // read now
	Refused int // of those read: set aside, in whole or from some point on
	Failed  int // could not be read; not in the manifest, so the next load tries again
	Batches int

	Records, OK, Malformed, NoData, SkipData, Duplicates int64
	Conversations                                        int64 // rows stored; one conversation can be in two batches
	Rejected                                             int64 // pieces of input set aside, as stored
	First, Last                                          time.Time
}

func (s *Summary) add(r *round) {
	s.Skipped += r.unchanged
	s.Copies += len(r.copies)
	s.Failed += len(r.failed) - len(r.refused)
	s.Read += r.next - r.unchanged - len(r.copies) - len(r.failed) + len(r.refused)
}

func (s *Summary) addObject(o *schema.Object) {
	s.Records += o.Records
	s.OK += o.OK
	s.Malformed += o.Malformed
	s.NoData += o.NoData
	s.SkipData += o.SkipData
	s.Duplicates += o.Duplicates
	if o.Problem != "" && o.Format != "" {
		s.Refused++
	}
	if o.First != 0 {
		if first := time.Unix(int64(o.First), 0).UTC(); s.First.IsZero() || first.Before(s.First) {
			s.First = first
		}
		if last := time.Unix(int64(o.Last), 0).UTC(); last.After(s.Last) {
			s.Last = last
		}
	}
}
