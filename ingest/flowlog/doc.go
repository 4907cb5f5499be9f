// Package flowlog reads VPC Flow Logs as text, plain or gzip, and as Parquet, also that of Security Lake (OCSF), and
// folds their records to conversations. Start at New: Fold.Read takes one object after the other, from any number of
// goroutines; Fold.Drain hands over what they fold to.
//
// It is pure: no files, no clock, no database. A line is read in place, of a table each distinct value once, and folded
// into a table of fixed-size entries without an allocation; what cannot be known from one record (which end of a v2
// record is the interface's own) is decided when the fold is drained.
//
// Limits: of text, only that with blanks between the fields (JSON and comma-separated text are named and refused, as
// are transit gateway logs); overlapping flow logs whose formats differ in flow-direction are not seen as duplicates;
// duplicates are found within one drain, and against what Fold.Remember was given.
package flowlog
