package schema

import "time"

// CaptureMember is the name of a Capture in an answer of EC2; it stands before the elements.
const CaptureMember = "SgfitCapture"

// Capture is what an answer of EC2 that sgfit itself asked for says of where and when. Saved answers, as the AWS command
// line writes them, have none.
type Capture struct {
	AccountID, Region string
	Time              time.Time
	// Complete says that the answer lists everything of its kind that the account has in the region: what it lacks was
	// gone by then.
	Complete     bool
	PrefixListID string `json:",omitempty"` // of the list whose entries follow
}
