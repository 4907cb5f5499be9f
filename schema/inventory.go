package schema

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Interval is the half-open time [From, To) in which something was true. A zero To means "still".
type Interval struct{ From, To time.Time }

// Contains says whether t lies in the interval.
func (i Interval) Contains(t time.Time) bool {
	return !t.Before(i.From) && (i.To.IsZero() || t.Before(i.To))
}

// Direction is the side of a group that a rule belongs to.
type Direction string

// The two directions, spelled as in plan.json.
const (
	Ingress Direction = "ingress"
	Egress  Direction = "egress"
)

// Rule is one source or destination of a permission, as AWS stores rules (sgr-…): a permission with four CIDRs is four.
// Its content (direction, protocol, ports, peer) is its identity: AWS Config does not know rule ids.
type Rule struct {
	Direction Direction `json:"direction"`
	Protocol  Protocol  `json:"protocol"`
	// FromPort and ToPort are inclusive; for TCP and UDP 0-65535, for ICMP and ICMPv6 type and code with -1 for any,
	// and -1/-1 where the protocol has no ports or is AllProtocols.
	FromPort int32 `json:"from_port"`
	ToPort   int32 `json:"to_port"`
	Peer     Peer  `json:"peer"`
	// PeerOwner is the account of a referenced group where Config says it, else "".
	PeerOwner string `json:"peer_owner,omitempty"`
	// PeerStatus is the state of the peering that a reference goes through ("active", "deleted"), "" without one; also
	// "deleted" where EC2 calls the reference stale for another reason (the group or the transit gateway is gone).
	PeerStatus  string `json:"peer_status,omitempty"`
	RuleID      string `json:"rule_id,omitempty"`     // sgr-…, "" when unknown
	Description string `json:"description,omitempty"` // hostile text
}

// Key returns the rule without id and description, for comparing content.
func (r Rule) Key() Rule {
	r.RuleID, r.Description, r.PeerOwner, r.PeerStatus = "", "", "", ""
	return r
}

// Words spells a rule, without its direction, as people type it: "tcp 443 10.0.0.0/8", "all 0.0.0.0/0", "icmp 8/0 10.0.0.0/8".
func (r Rule) Words() string {
	p, from, to := r.Protocol, r.FromPort, r.ToPort
	words := p.String()
	switch {
	case p.HasPorts() && from == to:
		words += fmt.Sprintf(" %d", from)
	case p.HasPorts():
		words += fmt.Sprintf(" %d-%d", from, to)
	case (p == ICMP || p == ICMPv6) && from >= 0 && to >= 0:
		words += fmt.Sprintf(" %d/%d", from, to)
	case (p == ICMP || p == ICMPv6) && from >= 0:
		words += fmt.Sprintf(" %d", from)
	}
	return words + " " + r.Peer.Value
}

// Group is one state of a security group.
type Group struct {
	GroupID     string `json:"group_id"`
	AccountID   string `json:"account_id"`
	Region      string `json:"region"`
	VPCID       string `json:"vpc_id"`
	Name        string `json:"name"`        // hostile text
	Description string `json:"description"` // hostile text
	Rules       []Rule `json:"rules"`       // sorted, without duplicates
}

// Interface is one state of a network interface. InterfaceType is AWS's open set (interface, lambda,
// network_load_balancer, nat_gateway …), lower case; "" when unknown.
type Interface struct {
	InterfaceID   string         `json:"interface_id"`
	AccountID     string         `json:"account_id"`
	Region        string         `json:"region"`
	VPCID         string         `json:"vpc_id"`
	SubnetID      string         `json:"subnet_id"`
	InterfaceType string         `json:"interface_type"`
	Description   string         `json:"description"` // hostile text
	RequesterID   string         `json:"requester_id,omitempty"`
	InstanceID    string         `json:"instance_id,omitempty"`
	Groups        []string       `json:"groups"`             // sg-…, sorted
	Addresses     []netip.Addr   `json:"addresses"`          // private IPv4 (primary first) and IPv6
	Prefixes      []netip.Prefix `json:"prefixes,omitempty"` // delegated to the interface
	PublicIPs     []netip.Addr   `json:"public_ips,omitempty"`
	// Forwards is true when the source/destination check is off: foreign addresses are expected.
	Forwards bool `json:"forwards,omitempty"`
}

// Subnet and VPC are known by their CIDRs.
type Subnet struct {
	SubnetID  string         `json:"subnet_id"`
	AccountID string         `json:"account_id"`
	Region    string         `json:"region"`
	VPCID     string         `json:"vpc_id"`
	Name      string         `json:"name,omitempty"` // Name tag, hostile text
	CIDRs     []netip.Prefix `json:"cidrs"`
}

// VPC is one state of a VPC.
type VPC struct {
	VPCID     string         `json:"vpc_id"`
	AccountID string         `json:"account_id"`
	Region    string         `json:"region"`
	Name      string         `json:"name,omitempty"` // Name tag, hostile text
	CIDRs     []netip.Prefix `json:"cidrs"`
}

// PrefixList is one state of a managed prefix list.
type PrefixList struct {
	PrefixListID string         `json:"prefix_list_id"`
	AccountID    string         `json:"account_id"` // owner; "AWS" for AWS's own
	Region       string         `json:"region"`
	Name         string         `json:"name"` // hostile text
	MaxEntries   int            `json:"max_entries"`
	Entries      []netip.Prefix `json:"entries"`
	// Unlisted says that the entries were not in the answer: EC2 gives a list's head and its entries in two. An
	// observation of entries alone has no Name. Versions have both.
	Unlisted bool `json:"unlisted,omitempty"`
}

// ItemType names what an Item describes; the values are Config's resource types.
type ItemType string

// The resource types that sgfit reads.
const (
	GroupItem      ItemType = "AWS::EC2::SecurityGroup"
	InterfaceItem  ItemType = "AWS::EC2::NetworkInterface"
	InstanceItem   ItemType = "AWS::EC2::Instance" // yields InterfaceItem observations marked Indirect
	SubnetItem     ItemType = "AWS::EC2::Subnet"
	VPCItem        ItemType = "AWS::EC2::VPC"
	PrefixListItem ItemType = "AWS::EC2::PrefixList"
	FlowLogItem    ItemType = "AWS::EC2::FlowLog"
	// RuleItem is what EC2 says of one rule beside its content; Config has no such type.
	RuleItem ItemType = "AWS::EC2::SecurityGroupRule"
)

// GroupRule is one rule of a group as EC2 speaks of it by itself: with its id and description (DescribeSecurityGroupRules),
// or as a reference that matches nobody (DescribeStaleSecurityGroups: PeerStatus "deleted", no id). It makes no rule, but
// is laid over the group's rule of the same content.
type GroupRule struct {
	GroupID string `json:"group_id"`
	Rule
}

// FlowLog is one state of a VPC flow log: what is logged, and where to.
type FlowLog struct {
	FlowLogID       string `json:"flow_log_id"`
	AccountID       string `json:"account_id"` // owner of the flow log, not of the interfaces
	Region          string `json:"region"`
	ResourceID      string `json:"resource_id"`      // vpc-…, subnet-… or eni-…
	TrafficType     string `json:"traffic_type"`     // ALL, ACCEPT or REJECT
	DestinationType string `json:"destination_type"` // s3, cloud-watch-logs or kinesis-data-firehose
	Destination     string `json:"destination"`      // ARN of a bucket or stream, or a log group's name
	Format          string `json:"format"`           // field names with blanks between; "" for AWS's default
	Aggregation     int    `json:"aggregation"`      // seconds, 60 or 600
	Status          string `json:"status"`           // ACTIVE
	DeliveryError   string `json:"delivery_error,omitempty"`
}

// Item is one observation of one resource: what it was from Captured on, until its next item. The same item stands in
// history files and in every later snapshot; (Type, ID, Captured, Order, Indirect) tells it from others.
type Item struct {
	Type      ItemType
	ID        string
	AccountID string
	Region    string
	Captured  time.Time // when Config recorded the state: seconds to minutes after the change itself
	Order     int64     // configurationStateId, 0 when absent; orders items captured in one second
	Deleted   bool      // the resource was gone; no body
	Found     bool      // status ResourceDiscovered: new, or the recorder was
	Created   time.Time // resourceCreationTime or attach time, zero when unknown
	Indirect  bool      // an interface read off an instance item: gives way to the interface's own items
	// SeenUntil is the time of the latest snapshot that held this item; zero when only history did.
	SeenUntil time.Time
	// Number is the sink's own, 0 before it was stored: a later object of the same load that repeats the item names the
	// number alone (Observations.Seen).
	Number uint32
	// One of these is set unless Deleted.
	Group      *Group
	Interface  *Interface
	Subnet     *Subnet
	VPC        *VPC
	PrefixList *PrefixList
	FlowLog    *FlowLog
	Rule       *GroupRule
}

// Observations are what one object says of an estate: stored whole, or not at all.
type Observations struct {
	Object   Object
	Snapshot *Snapshot // nil unless the object is one
	Items    []Item
	// Seen are the numbers of further items that the object holds and the sink has already. Most of what a daily snapshot
	// says was said the day before, so this is nearly all of one. They need a Snapshot.
	Seen     []uint32
	Changes  []Change
	Rejected []Rejected
}

// Listing is one line of what an instance said of its interfaces: that it had this one when the item was captured, or,
// with an empty InterfaceID, that it had none.
type Listing struct {
	InstanceID, InterfaceID string
	AccountID, Region       string
	Captured                time.Time
	Order                   int64
}

// Remark is what EC2 said of one rule at one time.
type Remark struct {
	At time.Time
	GroupRule
}

// Snapshot is one Config snapshot: at Taken every recorded resource of the account and region was in it.
type Snapshot struct {
	ID, AccountID, Region string
	Taken                 time.Time
	Types                 []ItemType // the types that it held at all, sorted
}

// Versions of resources: a state and the interval in which it was true. Intervals of one resource do not overlap.
type (
	// GroupVersion is a group between two changes of its name, VPC or rules.
	GroupVersion struct {
		Interval
		Group
	}
	// RuleVersion is one rule of a group for as long as it stayed there without a break, whatever else changed.
	RuleVersion struct {
		Interval
		GroupID string
		Rule
	}
	// InterfaceVersion is an interface between two changes.
	InterfaceVersion struct {
		Interval
		Interface
	}
	// SubnetVersion is a subnet between two changes.
	SubnetVersion struct {
		Interval
		Subnet
	}
	// VPCVersion is a VPC between two changes.
	VPCVersion struct {
		Interval
		VPC
	}
	// PrefixListVersion is a prefix list between two changes.
	PrefixListVersion struct {
		Interval
		PrefixList
	}
	// FlowLogVersion is a flow log between two changes.
	FlowLogVersion struct {
		Interval
		FlowLog
	}
)

// Inventory is everything known of an estate, each with the interval in which it was true; slices are sorted by id,
// then From.
type Inventory struct {
	Groups      []GroupVersion
	Rules       []RuleVersion
	Interfaces  []InterfaceVersion
	Subnets     []SubnetVersion
	VPCs        []VPCVersion
	PrefixLists []PrefixListVersion
	FlowLogs    []FlowLogVersion
}

// AllAddresses returns the interface's private addresses, those of delegated IPv4 prefixes one by one included
// (16 for the usual /28). Delegated IPv6 prefixes are too large to list and are left out.
func (n *Interface) AllAddresses() []netip.Addr {
	out := slices.Clone(n.Addresses)
	for _, p := range n.Prefixes {
		if !p.Addr().Is4() || p.Bits() < 24 {
			continue
		}
		for a := p.Masked().Addr(); p.Contains(a); a = a.Next() {
			out = append(out, a)
		}
	}
	return out
}
