package suggest

import (
	"time"

	"sgfit/schema"
)

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
	RuleID      *string           `json:"rule_id"`
	Direction   schema.Direction  `json:"direction"`
	Protocol    string            `json:"protocol"`
	FromPort    *int32            `json:"from_port"`
	ToPort      *int32            `json:"to_port"`
	Peer        schema.Peer       `json:"peer"`
	PeerOwner   string            `json:"peer_owner,omitempty"` // account of the group that is the peer, where it is another
	Description string            `json:"description"`
	Action      Action            `json:"action"`
	Findings    []Finding         `json:"findings"`
	Evidence    Evidence          `json:"evidence"`
	Confidence  Confidence        `json:"confidence"`
	Replacement []ReplacementRule `json:"replacement"`
	// ReplacementTraffic is what each of Replacement stands for, in its order; nil where that is not known.
	ReplacementTraffic []Traffic     `json:"replacement_traffic,omitempty"`
	Alternatives       []Alternative `json:"alternatives"`
	// Curve is the least exposure for each number of rules in the place of this one, within the quota; nil for none.
	Curve []CurveStep `json:"curve,omitempty"`
	// StillThrough names the rules ("sg-… ingress tcp 443 10.0.0.0/8") that carry the uses of a redundant rule.
	StillThrough []string `json:"still_through,omitempty"`
	// Opened says by which call the rule came into force, where CloudTrail has it.
	Opened *Opened `json:"opened,omitempty"`
	// NamedUsers are the regular users of an open administration port, told apart from strangers.
	NamedUsers []string `json:"named_users,omitempty"`
	// Exposure is that of the rule alone, seen from its group's VPC.
	Exposure *ExposureChange `json:"exposure,omitempty"`
	// Exception is that which the rule is on record with; nil for none in force.
	Exception *RuleException `json:"exception,omitempty"`
	// Services are AWS's own that peers of the rule are of; nil for none.
	Services []RuleService `json:"services,omitempty"`
	// Decision is the reviewer's, in a plan that was reviewed.
	Decision *Decided `json:"decision,omitempty"`
}

// Opened is the call by which a rule came into force.
type Opened struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`   // ARN of who called, or an AWS service; hostile text
	Call string    `json:"call"` // AuthorizeSecurityGroupIngress, …
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
	// Backtest is that of this alternative, as Confidence.Backtest is of the suggestion; nil where it was not tried.
	Backtest *AlternativeBacktest `json:"backtest,omitempty"`
}
