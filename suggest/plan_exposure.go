package suggest

import "fmt"

// PlanExposure is the exposure of whole accounts and VPCs: of the union of the rules of all groups there that an
// interface wore. The rules of a group that nobody wears admit nothing to anything.
type PlanExposure struct {
	Accounts []ScopeExposure `json:"accounts"`          // sorted by account
	Regions  []ScopeExposure `json:"regions,omitempty"` // of accounts in more than one Region; sorted by account, Region
	VPCs     []ScopeExposure `json:"vpcs"`              // sorted by account, Region, VPC
}

// ScopeExposure is that of one account, one Region of it, or one VPC.
type ScopeExposure struct {
	AccountID string `json:"account_id"`
	Region    string `json:"region,omitempty"`
	VPCID     string `json:"vpc_id,omitempty"`
	Groups    int    `json:"groups"` // that are counted
	// As in GroupExposure.
	Ingress *ExposureChange `json:"ingress,omitempty"`
	Egress  *ExposureChange `json:"egress,omitempty"`
}

// GroupExposure is that of each direction; nil where there are no rules.
type GroupExposure struct {
	Ingress *ExposureChange `json:"ingress,omitempty"`
	Egress  *ExposureChange `json:"egress,omitempty"`
}

// ExposureChange is what a set of rules admits today and as the plan leaves it. A rule under review stays as it is.
type ExposureChange struct {
	Before Exposed  `json:"before"`
	After  *Exposed `json:"after,omitempty"` // nil where it is as before
	// Suggested is what would be left if the evidence sufficed for the rules under review: they became what is suggested
	// for them, and went where they were silent or redundant. Nothing of it is applied. Nil where nothing is suggested.
	Suggested *Exposed `json:"suggested,omitempty"`
}

// Left is what the plan leaves.
func (c ExposureChange) Left() Exposed {
	if c.After == nil {
		return c.Before
	}
	return *c.After
}

// bits are 0 without rules.
func (c *ExposureChange) bits() BeforeAfter {
	if c == nil {
		return BeforeAfter{}
	}
	return BeforeAfter{Before: c.Before.Bits, After: c.Left().Bits}
}

// demoted is the change of a rule that is put up for review after all. A removal that the replay speaks against is not
// suggested any more.
func (c *ExposureChange) demoted(replacement []ReplacementRule) *ExposureChange {
	out := ExposureChange{Before: c.Before}
	if len(replacement) > 0 {
		out.Suggested = c.After
	}
	return &out
}

// Exposed is the exact size of what rules admit together; what several of them admit counts once (see Exposure).
type Exposed struct {
	Combinations Count   `json:"combinations"` // of protocol, port and address
	Bits         float64 `json:"bits"`         // log2 of it, 0 for none
	// Ports are the distinct ports of TCP and of UDP, to whichever addresses; Protocols the other protocols, all
	// protocols being 254.
	Ports     int            `json:"ports"`
	Protocols int            `json:"protocols,omitempty"`
	Classes   []ExposedClass `json:"classes,omitempty"` // those with any address, in the order of their constants
	// Unknown is how many rules there are whose peers cannot all be listed. What of them is known is counted; there may
	// be more.
	Unknown int `json:"unknown,omitempty"`
}

// ExposedClass is the part of an exposure that lies in one class of addresses. Where each of these addresses is open on
// all ports and protocols of the whole exposure, the plan says no more of it: see Exposed.Class.
type ExposedClass struct {
	Class        AddressClass `json:"class"`
	Addresses    Count        `json:"addresses"` // distinct, on whichever port; of IPv6 /64 networks
	Ports        int          `json:"ports,omitempty"`
	Protocols    int          `json:"protocols,omitempty"`
	Combinations Count        `json:"combinations,omitzero"`
	Bits         float64      `json:"bits,omitempty"`
}

// Class returns the part that lies in one class, with nothing left out; no addresses where there is none.
func (x Exposed) Class(name AddressClass) ExposedClass {
	for _, c := range x.Classes {
		if c.Class == name && c.Combinations.IsZero() {
			c.Ports, c.Protocols, c.Combinations = x.Ports, x.Protocols, c.Addresses.Times(uint64(x.Ports+x.Protocols))
			c.Bits = roundBits(c.Combinations.Log2())
		}
		if c.Class == name {
			return c
		}
	}
	return ExposedClass{Class: name}
}

// MarshalText writes a count in decimal: in JSON it is a string, since it may be more than a float64 holds exactly.
func (c Count) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (c *Count) UnmarshalText(text []byte) error {
	*c = Count{}
	for _, d := range text {
		next := c.Times(10).Plus(Count{0, uint64(d - '0')})
		if d < '0' || d > '9' || c.Hi > 1<<60 {
			return fmt.Errorf("read the count %q: not a number in decimal below 2^124", text)
		}
		*c = next
	}
	if len(text) == 0 {
		return fmt.Errorf("read a count: it is empty")
	}
	return nil
}
