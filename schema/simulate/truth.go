package simulate

import (
	"net/netip"

	"sgfit/schema"
)

// Expect says what an account was built to show of a rule. It is what the author planted; the counts beside it are what
// happened.
type Expect string

// What can be expected of a rule.
const (
	Used             Expect = "used"
	Unused           Expect = "unused"            // nobody ever opened anything through it
	ProbeOnly        Expect = "probe-only"        // only scanners, nothing listens
	UsedOnce         Expect = "used-once"         // one job, one day
	Redundant        Expect = "redundant"         // used, never alone
	Shadowed         Expect = "shadowed"          // used, and inside a wider rule of the same group
	NarrowTo         Expect = "narrow-to"         // followed by a blank and the CIDRs, separated by commas
	WildcardAccepted Expect = "wildcard-accepted" // more than 100 real users
	Noisy            Expect = "noisy"             // strangers' sessions on an administration port, and regular users
	OpenEgress       Expect = "open-egress"       // everything allowed out, some of it used
	Ambiguous        Expect = "ambiguous"         // records cannot tell who opened
	NeverLogged      Expect = "never-logged"      // used, but AWS does not log it
	NotObservable    Expect = "not-observable"    // no interface with the group is logged
	NLBReference     Expect = "nlb-reference"     // used through a reference by addresses that do not belong to the group
	Young            Expect = "young"             // under 14 days old
	StaleReference   Expect = "stale-reference"
	Unattached       Expect = "unattached"
	// Of accounts with Options.Churn.
	Churning    Expect = "churning"     // used, by peers that come and go
	Seasonal    Expect = "seasonal"     // a job that runs now and then, perhaps not within the window
	Silenced    Expect = "silenced"     // used for two weeks, then silent for good
	NeededLater Expect = "needed-later" // silent in the window, needed after it: no log can tell
)

// Truth is what really happened in the window. Slices are sorted, so that the same account gives the same bytes.
type Truth struct {
	Records       Accounting          `json:"records"`
	Rules         []RuleTruth         `json:"rules"`          // every rule in force at the end of the window, once
	Demand        []Demand            `json:"demand"`         // what was really asked for and got, as far as it was logged
	NotLogged     []string            `json:"not_logged"`     // interfaces without a flow log
	NotRecorded   []string            `json:"not_recorded"`   // interfaces that Config never knew
	WithoutGroups []string            `json:"without_groups"` // interfaces that Config knows and that wear no group
	Malformed     []string            `json:"malformed"`      // the planted lines
	Conversations []ConversationTruth `json:"-"`              // kept apart: one for each row of schema.Conversation
	Needs         []Need              `json:"-"`              // what each group's rules were really used for, each once
	Later         []LaterTruth        `json:"-"`              // kept apart: what was opened after the window (Options.After)
}

// Accounting counts the records written, each in exactly one class; the classes add up to Records.
type Accounting struct {
	Records          int64 `json:"records"`
	Malformed        int64 `json:"malformed"`
	NoData           int64 `json:"nodata"`
	SkipData         int64 `json:"skipdata"`
	Duplicate        int64 `json:"duplicate"`
	Rejected         int64 `json:"rejected"`
	UnknownInterface int64 `json:"unknown_interface"`
	NoGroup          int64 `json:"no_group"`
	Admitted         int64 `json:"admitted"` // a rule in force then admits the conversation
	Carried          int64 `json:"carried"`  // only connection tracking lets it live on
	// Lost is not part of the sum: records that SKIPDATA stands for.
	Lost int64 `json:"lost"`
}

// RuleTruth is what is true of one rule. A use is one conversation (5-tuple, interface, UTC day) that the rule admitted
// when it was opened, with real data in it, and of which at least one record was written.
type RuleTruth struct {
	GroupID     string      `json:"group_id"`
	GroupName   string      `json:"group_name"`
	Rule        schema.Rule `json:"rule"`
	Expect      Expect      `json:"expect"`
	InForceFrom int64       `json:"in_force_from"` // Unix seconds
	Uses        int64       `json:"uses"`
	Sole        int64       `json:"sole"`   // of them, those that no other rule on that interface admitted
	Probes      int64       `json:"probes"` // conversations without data: refused at the other end, unanswered, reset, handshake only
	Noise       int64       `json:"noise"`  // strangers' sessions on an administration port
	// Unlogged counts real connections through this rule that no flow log shows (not days).
	Unlogged  int64       `json:"unlogged"`
	Ambiguous int64       `json:"ambiguous"` // of the uses, those whose opener no record shows
	Bytes     int64       `json:"bytes"`     // of the uses, both directions, as written
	Users     []UserTruth `json:"users"`     // sorted by address, port
	Days      []int32     `json:"days"`      // days since 1970-01-01 with a use, sorted
}

// UserTruth is one peer and service port of a rule.
type UserTruth struct {
	Address netip.Addr `json:"address"`
	Port    uint16     `json:"port"`
	Uses    int64      `json:"uses"`
	Days    int        `json:"days"`
}

// Demand is a service that an interface really offered (ingress) or used (egress).
type Demand struct {
	InterfaceID string           `json:"interface_id"`
	Direction   schema.Direction `json:"direction"`
	Protocol    uint8            `json:"protocol"`
	Port        uint16           `json:"port"` // the service's
	Uses        int64            `json:"uses"`
	Peers       int64            `json:"peers"`
}

// Need is one service and peer that a group's rules were really used for in the window, seen by flow logs or not.
type Need struct {
	GroupID   string           `json:"group_id"`
	Direction schema.Direction `json:"direction"`
	Protocol  uint8            `json:"protocol"`
	Port      uint16           `json:"port"` // the service's
	Peer      netip.Addr       `json:"peer"`
}

// LaterTruth is one end of a real connection that was opened, and admitted, after the window. Groups are those worn
// then. It holds what a replay needs, which then need not ask the simulator.
type LaterTruth struct {
	Day         int32            `json:"day"` // days since 1970-01-01
	InterfaceID string           `json:"interface_id"`
	Groups      []string         `json:"groups"` // of the interface, sorted
	Direction   schema.Direction `json:"direction"`
	Protocol    uint8            `json:"protocol"`
	Port        uint16           `json:"port"` // the service's
	Peer        netip.Addr       `json:"peer"`
	PeerGroups  []string         `json:"peer_groups"` // of the peer, and of a load balancer that kept its address; sorted
	Bytes       uint64           `json:"bytes"`       // both directions, as far as the account is lived through
	New         bool             `json:"new"`         // nobody of that address used that service of these groups in the window
	Logged      bool             `json:"logged"`      // a flow log would show it
	Rules       []int            `json:"rules"`       // places in Truth.Rules of the rules that admitted it
	Purpose     string           `json:"purpose"`
}

// ConversationTruth is one conversation as a fold of the records should find it, with what the records do not tell.
// Addresses are those that the format shows for the interface.
type ConversationTruth struct {
	Day           int32      `json:"day"`
	InterfaceID   string     `json:"interface_id"`
	Protocol      uint8      `json:"protocol"`
	Local         netip.Addr `json:"local"`
	LocalPort     uint16     `json:"local_port"`
	Remote        netip.Addr `json:"remote"`
	RemotePort    uint16     `json:"remote_port"`
	OpenedByLocal bool       `json:"opened_by_local"`
	Nature        Nature     `json:"nature"`
	Purpose       string     `json:"purpose"`
	Accepted      uint32     `json:"accepted"` // records
	Rejected      uint32     `json:"rejected"`
	Bytes         uint64     `json:"bytes"`     // of accepted records
	Ambiguous     bool       `json:"ambiguous"` // no record of any format shows the opener
	Carried       bool       `json:"carried"`   // at its end, or the day's, no rule admits it any more
	Shown         bool       `json:"shown"`     // the opening itself lies in the window
}
