// Package suggest turns evidence into a plan: keep, remove, replace or review for every rule in force, each with its
// reasons inside. It is pure: no I/O, no clock, no database. Start at Make; Replay checks a plan without any code that
// made it.
//
// The plan is versioned JSON (sgfit.plan/v1, see plan.schema.json) and the only thing that outputs render. Fields may
// be added within v1; none changes its meaning.
package suggest

import (
	"time"

	"sgfit/schema"
)

// SchemaVersion is the value of Plan.Schema.
const SchemaVersion = "sgfit.plan/v1"

// Plan is the answer for one database.
type Plan struct {
	Schema     string     `json:"schema"`
	Window     Window     `json:"window"`
	Accounting Accounting `json:"accounting"`
	Groups     []Group    `json:"groups"` // sorted by account, region, VPC, group id
	Replay     Replayed   `json:"replay"`
	Notes      []Note     `json:"notes"` // what could not be seen, in general; sorted by kind
	// Exposure is that of whole accounts and VPCs; nil in plans of before it was measured, as are those of groups and rules.
	Exposure *PlanExposure `json:"exposure,omitempty"`
}

// Window is the whole UTC days that the flow logs touch. ObservedDays counts the days with any record.
type Window struct {
	Start        time.Time `json:"start"`
	End          time.Time `json:"end"`
	ObservedDays int       `json:"observed_days"`
}

// Accounting puts every record into exactly one class: the classes add up to Records.
type Accounting struct {
	Records          int64 `json:"records"`
	Malformed        int64 `json:"malformed"`
	NoData           int64 `json:"nodata"`
	SkipData         int64 `json:"skipdata"`
	Duplicate        int64 `json:"duplicate"`
	Rejected         int64 `json:"rejected"`
	UnknownInterface int64 `json:"unknown_interface"`
	NoGroup          int64 `json:"no_group"`
	Matched          int64 `json:"matched"`
	Unmatched        int64 `json:"unmatched"`
	Ambiguous        int64 `json:"ambiguous"`
}

// Note is one sentence on the limits of the whole plan.
type Note struct {
	Kind string `json:"kind"` // e.g. "never-logged", "skipdata", "unknown-interfaces"
	Text string `json:"text"`
}

// Group is one security group with its rules in force at the end of the window.
type Group struct {
	AccountID    string       `json:"account_id"`
	Region       string       `json:"region"`
	VPCID        string       `json:"vpc_id"`
	GroupID      string       `json:"group_id"`
	GroupName    string       `json:"group_name"`
	Interfaces   int          `json:"interfaces"` // that wore it at any time of the window
	Findings     []Finding    `json:"findings"`
	ExposureBits ExposureBits `json:"exposure_bits"`
	Rules        []Rule       `json:"rules"` // sorted by direction (ingress first), protocol, ports, peer
	// Exposure is ExposureBits in full: exact, by class of address, seen from the group's VPC.
	Exposure *GroupExposure `json:"exposure,omitempty"`
}

// ExposureBits is the exposure of a group's rules, per direction, as log2 of (protocol, port, address) tuples.
type ExposureBits struct {
	Ingress BeforeAfter `json:"ingress"`
	Egress  BeforeAfter `json:"egress"`
}

// BeforeAfter is exposure in bits, of today's rules and of the plan's.
type BeforeAfter struct {
	Before float64 `json:"before"`
	After  float64 `json:"after"`
}

// Action is what the plan would do with a rule.
type Action string

// The four actions.
const (
	Keep    Action = "keep"
	Remove  Action = "remove"
	Replace Action = "replace"
	Review  Action = "review"
)

// Kind names a finding.
type Kind string

// Every finding that a plan can hold.
const (
	NoTraffic       Kind = "no-traffic"
	ProbeOnly       Kind = "probe-only"
	WildcardSource  Kind = "wildcard-source"
	SmallerSource   Kind = "smaller-source"
	WidePorts       Kind = "wide-ports"
	AllProtocols    Kind = "all-protocols"
	Redundant       Kind = "redundant"
	Shadowed        Kind = "shadowed"
	AdminPortOpen   Kind = "admin-port-open"
	DefaultGroup    Kind = "default-group"
	OpenEgress      Kind = "open-egress"
	UnattachedGroup Kind = "unattached-group"
	StaleReference  Kind = "stale-reference"
	NotObservable   Kind = "not-observable"
	YoungRule       Kind = "young-rule"
	ThinEvidence    Kind = "thin-evidence"
)

// Finding is one thing said of a rule or a group, with its reason: one sentence that a reviewer can read aloud.
type Finding struct {
	Kind   Kind   `json:"kind"`
	Reason string `json:"reason"`
}

// Rule is one rule in force at the end of the window, with what was found and what should become of it.
// FromPort and ToPort are nil where the protocol has no ports or is "all". For ICMP and ICMPv6 they are type and code,
// code -1 for any, and nil where the rule is for every type.
type Rule struct {
	RuleID       *string           `json:"rule_id"`
	Direction    schema.Direction  `json:"direction"`
	Protocol     string            `json:"protocol"`
	FromPort     *int32            `json:"from_port"`
	ToPort       *int32            `json:"to_port"`
	Peer         schema.Peer       `json:"peer"`
	Description  string            `json:"description"`
	Action       Action            `json:"action"`
	Findings     []Finding         `json:"findings"`
	Evidence     Evidence          `json:"evidence"`
	Confidence   Confidence        `json:"confidence"`
	Replacement  []ReplacementRule `json:"replacement"`
	Alternatives []Alternative     `json:"alternatives"`
	// StillThrough names the rules ("sg-… ingress tcp 443 10.0.0.0/8") that carry the uses of a redundant rule.
	StillThrough []string `json:"still_through,omitempty"`
	// Opened says by which call the rule came into force, where CloudTrail has it.
	Opened *Opened `json:"opened,omitempty"`
	// NamedUsers are the regular users of an open administration port, told apart from strangers.
	NamedUsers []string `json:"named_users,omitempty"`
	// Exposure is that of the rule alone, seen from its group's VPC.
	Exposure *ExposureChange `json:"exposure,omitempty"`
}

// Opened is the call by which a rule came into force.
type Opened struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`   // ARN of who called, or an AWS service; hostile text
	Call string    `json:"call"` // AuthorizeSecurityGroupIngress, …
}

// PortRange is an inclusive range of seen ports; for protocols without ports both are 0.
type PortRange struct {
	Protocol string `json:"protocol"`
	From     int32  `json:"from"`
	To       int32  `json:"to"`
}

// Evidence is what is known of one rule's use since it came into force, within the window.
type Evidence struct {
	Conversations int64       `json:"conversations"` // real uses: no probes, no answers
	Sole          int64       `json:"sole"`          // of them, those that no other rule on that interface admits
	Probes        int64       `json:"probes"`
	Bytes         int64       `json:"bytes"`
	Peers         int64       `json:"peers"` // distinct addresses of real uses
	Ports         []PortRange `json:"ports"`
	Days          int         `json:"days"`          // days with a real use
	ObservedDays  int         `json:"observed_days"` // days on which a use would have been logged
	Coverage      float64     `json:"coverage"`      // ObservedDays over the days that the rule was in force in the window
	FirstSeen     *time.Time  `json:"first_seen"`
	LastSeen      *time.Time  `json:"last_seen"`
	// Ambiguous counts conversations that might be uses but whose opener could not be told.
	Ambiguous int64 `json:"ambiguous"`
	// Noise counts short one-off sessions of strangers on an administration port that is open to the world.
	Noise int64 `json:"noise"`
	// TopPeers are the busiest peers, at most ten, by conversations.
	TopPeers []PeerUse `json:"top_peers"`
}

// PeerUse is one peer of a rule with how much it used it.
type PeerUse struct {
	Address       string `json:"address"`
	Interface     string `json:"interface,omitempty"` // eni-… that owned the address when it was seen
	Conversations int64  `json:"conversations"`
	Days          int    `json:"days"`
}

// Confidence says how sure the plan is of a rule.
type Confidence struct {
	Grade      string     `json:"grade"` // high, medium, low, none
	NewSources NewSources `json:"new_sources"`
	Backtest   Backtest   `json:"backtest"`
}

// NewSources counts sources by when they were first seen (reference: discovery tail). Label is A (settled) to E (open
// set), "" without uses.
type NewSources struct {
	D7      int64  `json:"d7"`
	D15     int64  `json:"d15"`
	Q1      int64  `json:"q1"`
	Bound7d int64  `json:"bound_7d"`
	Label   string `json:"label"`
}

// Backtest is what a plan made a week earlier would have refused in the window's last seven days.
type Backtest struct {
	RefusedSources       int64 `json:"refused_sources"`
	RefusedConversations int64 `json:"refused_conversations"`
}

// ReplacementRule is one rule to be put in place of another.
type ReplacementRule struct {
	Protocol    string      `json:"protocol"`
	FromPort    *int32      `json:"from_port"`
	ToPort      *int32      `json:"to_port"`
	Peer        schema.Peer `json:"peer"`
	Description string      `json:"description"`
}

// Alternative is another point on the curve of exposure against number of rules.
type Alternative struct {
	Name         string            `json:"name"` // exact, compact …
	Rules        []ReplacementRule `json:"rules"`
	ExposureBits float64           `json:"exposure_bits"`
}

// Replayed is the outcome of the replay check. Refused must be 0 for actions that the plan would apply.
type Replayed struct {
	Edges        int64 `json:"edges"`
	Refused      int64 `json:"refused"`
	NoiseRefused int64 `json:"noise_refused"`
}
