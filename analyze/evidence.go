package analyze

import (
	"net/netip"
	"time"

	"sgfit/schema"
)

// Evidence is what the window shows, before any judgement. Groups come apart from it, one by one (Analysis.Groups).
type Evidence struct {
	Start, End   time.Time // whole UTC days
	ObservedDays int       // days with any record
	Classes      map[string]int64
	Atoms        []Atom
	Inventory    Inventory
	Facts        Facts
}

// Facts are counts on the whole that limit what can be said.
type Facts struct {
	UnknownInterfaces    int64            // logged interfaces that the inventory did not know when they talked
	LateRecords          int64            // of their records, those of interfaces that it knows at another time
	SilentInterfaces     int64            // interfaces with groups that no record names
	QuietInterfaces      int64            // of them, those that were logged on some day by what is known of the flow logs
	SkipInterfaces       int64            // interfaces with SKIPDATA
	ForwardingInterfaces int64            // interfaces that hand on the traffic of others
	Methods              map[string]int64 // conversations by method of the opener
	Isolated             []schema.IsolatedDay
}

// Atom is a set of rules that admitted the same conversations: all of them get the credit, and one of them must stay.
// Rules are rule numbers, ascending. Conversations without probes and strangers; those of unknown opener included.
type Atom struct {
	Rules         []uint32
	Conversations int64
	Late          [Weeks]int64 // of them, those of the last weeks
}

// Weeks is how many weeks at the end of the window are told apart, so that what was known before them can be judged by
// what came in them. Week 0 is the window's last seven days, week 1 the seven before.
const Weeks = 2

// Load is traffic of one week.
type Load struct{ Conversations, Bytes int64 }

func (l *Load) add(more Load) {
	l.Conversations += more.Conversations
	l.Bytes += more.Bytes
}

// Group is a security group that had rules in force at the end of the window, or that some interface wore.
type Group struct {
	GroupID, AccountID, Region, VPCID, Name string
	Known                                   time.Time // since when the inventory knows it
	Interfaces                              int       // that wore it at any time of the window
	// NetworkLoadBalancer says that one of them is a Network Load Balancer's.
	NetworkLoadBalancer bool
	Rules               []Rule
}

// Rule is one rule in force at the end of the window with what is known of it. Counts cover the window from the rule's
// birth; uses are conversations without probes and strangers whose opener is known.
type Rule struct {
	No uint32
	schema.Rule
	From          time.Time // when it came into force, as far as Config knows
	Opened        *Opened   // nil when CloudTrail does not tell
	Conversations int64
	Sole          int64
	Probes        int64
	Completed     int64 // of the probes, handshakes that were completed
	ProbeDays     int   // days on which one peer completed such a handshake, at most
	Noise         int64 // conversations of strangers on an open administration port
	Ambiguous     int64 // conversations that may be uses, whose opener could not be told
	Bytes         int64
	Peers         int64
	First, Last   time.Time // zero without uses
	Used          DaySet    // days with a real use
	Observed      DaySet    // days, since it came into force, on which every use would have been logged
	Worn          DaySet    // days, since it came into force, on which some interface wore the group
	DaysInForce   int       // days of the window from its birth
	Unlogged      int       // wearers that were not logged, on the worst day
	Skipped       int64     // SKIPDATA records of wearers
	Blind         int64     // accepted conversations that no rule admits, from unknown peers, that a reference or prefix list may have admitted
	Opaque        string    // why its peers cannot be listed, "" when they can
	Stale         bool      // its reference can match nobody
	Ports         []PortUse
	Uses          []*Use // without those of accepted wildcards; sorted by protocol, port, peer
	Sources       []SourceSpan
	TopPeers      []PeerUse
}

// PortUse sums a rule's uses of one service. Accepted: the rule's peer is a wildcard, and the service, or the rule as a
// whole where none of its services has, has more distinct peers than the threshold. Uses of such a service are not
// needed and mostly not listed.
type PortUse struct {
	Protocol      schema.Protocol
	Port          uint16
	Peers         int64 // distinct, with real uses
	Conversations int64
	Ambiguous     int64
	Accepted      bool
	Late          [Weeks]int64 // of the conversations, those of the last weeks
	Early         [Weeks]int64 // of the peers, those first seen before each of these weeks
}

// Use is what one peer did through one rule on one service.
type Use struct {
	Protocol      schema.Protocol
	Port          uint16
	Peer          netip.Addr
	Conversations int64
	Ambiguous     int64
	Late          [Weeks]Load // of the last weeks
	Days          int
	FirstDay      int // days since the window's start, of real uses; -1 without
	LastDay       int
	Sets          [][]uint32 // the sets of rules that admitted its conversations: their Atoms
	Owners        []Owner    // who had the address when it was seen; an unknown owner is the zero Owner
}

// Owner is one state of a network interface that had an address.
type Owner struct {
	State                                   uint32
	InterfaceID, AccountID, VPCID, SubnetID string
	Groups                                  []string // sorted
}

// SourceSpan counts the peers of a rule that were first and last seen on the same days, and on as many days between.
type SourceSpan struct {
	FirstDay, LastDay int // days since the window's start
	Days              int
	Early             [Weeks]int // days before each of the last weeks
	Sources           int
}

// PeerUse is one of the busiest peers of a rule.
type PeerUse struct {
	Peer          netip.Addr
	Owner         Owner
	Conversations int64
	Days          int
}

// Inventory is the estate at the end of the window, as far as suggestions need it.
type Inventory struct {
	Subnets     []schema.Subnet
	VPCs        []schema.VPC
	PrefixLists []schema.PrefixList
	Members     map[string][]netip.Addr // group -> private addresses that wear it, sorted
	Wearers     map[string]int          // group -> interfaces that wear it
	GroupVPC    map[string]string       // group -> VPC
	// Addresses are those of known interfaces, with the groups that wear them: known to belong to someone.
	Addresses map[netip.Addr][]string
	Homes     map[netip.Addr][]string // the VPCs in which interfaces have the address, sorted
	// Services are the AWS services that flow logs have addresses as (schema.AddressService), sorted.
	Services map[netip.Addr][]string
}

// Flow is what the window's edges say of one (groups worn, direction, service, peer): what a rule set is asked about.
type Flow struct {
	Groups        []string
	Direction     schema.Direction
	Protocol      schema.Protocol
	Port          uint16
	Peer          netip.Addr
	PeerGroups    []string // worn by the peer's interface when it was seen, nil for none
	Noise         bool     // a probe, or a stranger on an open administration port
	Conversations int64
	Bytes         int64 // of late flows only
}
