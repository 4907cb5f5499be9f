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
	// Backtest is what the same plan, made a week before the window's end, would have refused since; nil where the window
	// is too short for that.
	Backtest *PlanBacktest `json:"backtest,omitempty"`
	// Talks is who talked to whom in the window, the busiest first, at most 300.
	Talks []Talk `json:"talks"`
	// ReturnCurve is how likely rules of this estate were used again after a silence, as far as enough silences tell.
	ReturnCurve []ReturnPoint `json:"return_curve"`
	// Settings are those that the plan was made with; nil in a plan of an earlier sgfit, which kept none.
	Settings *Settings `json:"settings,omitempty"`
	// Exceptions are those that were given, in their order, with what became of them; nil where none were.
	Exceptions []ExceptionRecord `json:"exceptions,omitempty"`
	// Profile is what another profile than the balanced one brings and costs; nil for that.
	Profile *ProfileCost `json:"profile,omitempty"`
	// Observations are said of groups as wholes; nothing of them is changed by the plan.
	Observations []Observation `json:"observations,omitempty"`
	// PrefixLists are those that rules name, today or as suggested; sorted by id.
	PrefixLists []ListWeight `json:"prefix_lists,omitempty"`
}

// Settings are what was chosen, and changes the plan.
type Settings struct {
	MinDays         int        `json:"min_days"`         // fewest observed days on which anything is removed or replaced
	WildcardSources int        `json:"wildcard_sources"` // a wildcard with more distinct real sources is accepted
	RulesQuota      int        `json:"rules_quota"`      // most rules of a group, direction and address family
	AssumeUnchanged bool       `json:"assume_unchanged"` // resources were taken to have been before what they were when first seen
	Since           *time.Time `json:"since"`            // bounds of the flow logs that were asked for; null for none
	Until           *time.Time `json:"until"`
	// ExceptionsFile is where exceptions were read, and AsOf the day on which they were judged; "" and nil without any.
	ExceptionsFile string     `json:"exceptions_file,omitempty"`
	AsOf           *time.Time `json:"as_of,omitempty"`
	// Profile is how far suggestions go; "" in plans of before there were profiles, which are balanced.
	Profile Profile `json:"profile,omitempty"`
	// IPRangesFile is where the addresses of AWS's services were read; "" without.
	IPRangesFile string `json:"ip_ranges_file,omitempty"`
}

// Window is the whole UTC days that the flow logs touch. ObservedDays counts the days with any record.
type Window struct {
	Start        time.Time `json:"start"`
	End          time.Time `json:"end"`
	ObservedDays int       `json:"observed_days"`
	Calendar     Calendar  `json:"calendar"`
}

// Calendar counts the last days of months, quarters and years among the days of the window.
type Calendar struct {
	MonthEnds   int `json:"month_ends"`
	QuarterEnds int `json:"quarter_ends"`
	YearEnds    int `json:"year_ends"`
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
	// Suggested is what the replacements come to together, the fewest rules that say the same; nil where none is suggested.
	Suggested []SuggestedRule `json:"suggested,omitempty"`
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
	PeerOwner    string            `json:"peer_owner,omitempty"` // account of the group that is the peer, where it is another
	Description  string            `json:"description"`
	Action       Action            `json:"action"`
	Findings     []Finding         `json:"findings"`
	Evidence     Evidence          `json:"evidence"`
	Confidence   Confidence        `json:"confidence"`
	Replacement  []ReplacementRule `json:"replacement"`
	Alternatives []Alternative     `json:"alternatives"`
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
	// Strip draws the days of the window, one letter each: # used, . silent and observed, ? silent, but a use may have
	// been missed, - not in force or worn by no interface.
	Strip string `json:"strip"`
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
	Silence    *Silence   `json:"silence"` // since its last use; nil where it was never used
}

// NewSources counts sources by when they were first seen (reference: discovery tail), in days on which every use would
// have been logged. Label is A (settled) to E (open set), "" without uses.
type NewSources struct {
	D7  int64 `json:"d7"`  // first seen on the last 7 observed days
	D15 int64 `json:"d15"` // on the last 15
	Q1  int64 `json:"q1"`  // seen on exactly one day
	Q2  int64 `json:"q2"`  // on two
	// Bound7d and Bound30d are 95 % bounds on the sources never seen before that come in the next days.
	Bound7d  int64 `json:"bound_7d"`
	Bound30d int64 `json:"bound_30d"`
	// Coverage estimates the share of tomorrow's uses that come from known sources, if days are alike (Chao and Jost).
	Coverage    float64 `json:"coverage"`
	LastNewDays *int    `json:"last_new_days"` // days from the last new source to the window's last day, nil without sources
	Churning    bool    `json:"churning"`      // sources come in runs or are replaced: Coverage is too high, addresses do not hold
	Label       string  `json:"label"`
}

// Backtest is what rules made by the same procedure a week before the window's end would have refused of the rule's
// conversations since, or those made two weeks before in the week after, whichever is worse.
type Backtest struct {
	RefusedSources       int64           `json:"refused_sources"`
	RefusedConversations int64           `json:"refused_conversations"`
	RefusedBytes         int64           `json:"refused_bytes"`
	Conversations        int64           `json:"conversations"` // of the rule in that week
	From                 *time.Time      `json:"from"`          // the first day of that week, nil without a test
	Weeks                int             `json:"weeks"`         // that were tried: 0 where earlier evidence would not have sufficed
	Refused              []RefusedSource `json:"refused"`       // the busiest, at most ten
}

// RefusedSource is one peer and service that would have been refused.
type RefusedSource struct {
	Address       string `json:"address"`
	Protocol      string `json:"protocol"`
	Port          int32  `json:"port"` // 0 where the protocol has none
	Conversations int64  `json:"conversations"`
	Bytes         int64  `json:"bytes"`
}

// Silence is how long a used rule has not been used, in days on which a use would have been logged.
type Silence struct {
	IdleDays       int `json:"idle_days"`        // since the last use
	LongestGapDays int `json:"longest_gap_days"` // between two uses
	// Alive is the chance that a rule used at random as often as this one would be as silent by chance.
	Alive float64 `json:"alive"`
	// Like counts the silences of this estate's rules that lasted longer than IdleDays; Return7d and Return30d are how
	// many of such ended within 7 and 30 days more, nil where they are too few to tell.
	Like      int      `json:"like"`
	Return7d  *float64 `json:"return_7d"`
	Return30d *float64 `json:"return_30d"`
}

// ReturnPoint is one length of silence, and what became of silences as long.
type ReturnPoint struct {
	IdleDays  int      `json:"idle_days"`
	Silences  int      `json:"silences"` // that lasted longer
	Within7d  *float64 `json:"within_7d"`
	Within30d *float64 `json:"within_30d"`
}

// PlanBacktest is what the plan made without the window's last week would have refused in it, all its changes together.
type PlanBacktest struct {
	From          time.Time     `json:"from"`
	To            time.Time     `json:"to"`
	Conversations int64         `json:"conversations"` // that today's rules admitted
	Bytes         int64         `json:"bytes"`
	Refused       int64         `json:"refused"` // of the conversations
	RefusedBytes  int64         `json:"refused_bytes"`
	Sources       int64         `json:"sources"` // distinct peers refused
	Changes       int           `json:"changes"` // rules that it would have removed or replaced
	Refusals      []RefusedFlow `json:"refusals"`
}

// RefusedFlow is one of the flows that a plan would have refused; the busiest are listed.
type RefusedFlow struct {
	Groups        []string         `json:"groups"`
	Direction     schema.Direction `json:"direction"`
	Protocol      string           `json:"protocol"`
	Port          int32            `json:"port"`
	Address       string           `json:"address"`
	Conversations int64            `json:"conversations"`
	Bytes         int64            `json:"bytes"`
	Through       []string         `json:"through"` // the rules that it used: "sg-… ingress tcp 443 10.0.0.0/8"
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

// AlternativeBacktest is what an alternative, made a week or two earlier, would have refused in the week after.
type AlternativeBacktest struct {
	RefusedSources       int64 `json:"refused_sources"`
	RefusedConversations int64 `json:"refused_conversations"`
}

// Replayed is the outcome of the replay check. Refused must be 0 for actions that the plan would apply.
type Replayed struct {
	Edges        int64 `json:"edges"`
	Refused      int64 `json:"refused"`
	NoiseRefused int64 `json:"noise_refused"`
}
