// Package suggest turns evidence into a plan: keep, remove, replace or review for every rule in force, each with its
// reasons inside. It is pure: no I/O, no clock, no database. Start at Make; Replay checks a plan without any code that
// made it.
//
// The plan is versioned JSON (sgfit.plan/v1, see plan.schema.json) and the only thing that outputs render. Fields may
// be added within v1; none changes its meaning.
package suggest

import (
	"time"
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

// ReturnPoint is one length of silence, and what became of silences as long.
type ReturnPoint struct {
	IdleDays  int      `json:"idle_days"`
	Silences  int      `json:"silences"` // that lasted longer
	Within7d  *float64 `json:"within_7d"`
	Within30d *float64 `json:"within_30d"`
}

// Replayed is the outcome of the replay check. Refused must be 0 for actions that the plan would apply.
type Replayed struct {
	Edges        int64 `json:"edges"`
	Refused      int64 `json:"refused"`
	NoiseRefused int64 `json:"noise_refused"`
}
