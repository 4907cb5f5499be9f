// Package flowlog reads VPC Flow Logs as text, CSV and JSON, plain or gzip, and as Parquet, also those of Security Lake
// (OCSF), and folds their records to conversations. Start at New: Fold.Read takes one object after the other, from any
// number of goroutines; Fold.Drain hands over what they fold to. What an object is, its content says: scan reads lines,
// documents unwraps JSON, rows reads tables, and what each finds goes to one gather.
//
// It is pure: no files, no clock, no database. A line is read in place, of a table each distinct value once, and folded
// into a table of fixed-size entries without an allocation; what cannot be known from one record (which end of a v2
// record is the interface's own) is decided when the fold is drained.
//
// Limits: tables without a header and transit gateway logs are named and refused; lines in JSON are read in AWS's
// default order, unless one of them is a header; of JSON, a list is streamed, but one element of it, a message or a
// payload, has at most 64 MiB; overlapping flow logs whose formats differ in flow-direction are not seen as duplicates;
// duplicates are found within one drain, and against what Fold.Remember was given.
package flowlog
