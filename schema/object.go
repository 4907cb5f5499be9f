package schema

import "time"

// ObjectKind says what an object was read as.
type ObjectKind string

// What an object can be read as.
const (
	FlowLogObject ObjectKind = "flow-log"
	ConfigObject  ObjectKind = "config"
)

// Ref is one object that a source offers. Slot is the start of the delivery slot that its name tells, zero if none.
type Ref struct {
	Place    string
	Size     int64
	Modified time.Time
	Slot     time.Time
}

// Object is the manifest line of one file or S3 object: read whole and once, or set aside with a reason.
type Object struct {
	Place    string // path or URL, as a person would open it
	Kind     ObjectKind
	Size     int64 // bytes as stored
	Modified time.Time
	Hash     string // of the content as stored, "xxh3:" + 32 hex digits; "" when it was not read
	Format   string // e.g. "text v2 default", "text custom (29 fields)", "config snapshot"
	Problem  string // why the object, or the rest of it, was set aside; "" when all is well
	Damaged  bool   // while it is read: its bytes contradict their checksum, so that nothing read of it can be trusted
	// Line counts. Records counts every data line, header and blank lines apart; for a flow log
	// Records = OK + Malformed + NoData + SkipData + Duplicates. For Config they count items.
	Records, OK, Malformed, NoData, SkipData, Duplicates int64
	First, Last                                          uint32 // Unix seconds over OK records; 0 when none
}

// SetAside counts the pieces that rejected input stands for.
func SetAside(rejected []Rejected) (pieces int64) {
	for i := range rejected {
		pieces += max(rejected[i].Pieces, 1)
	}
	return pieces
}

// Rejected is one piece of input that was set aside.
type Rejected struct {
	Place  string
	Line   int64  // 1-based; 0 when the object as a whole is meant; for Config the 1-based item, in a flow log's JSON the 1-based record
	Reason string // lower-case sentence without a full stop
	Sample string // the first 200 bytes at most, as read; hostile text
	Pieces int64  // how many pieces it stands for, where there are too many to list; 0 means one
}
