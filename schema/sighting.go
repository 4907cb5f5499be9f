package schema

import "time"

// Sightings are what a database holds of the use of one rule: where, by whom, what else admits it, and in which objects
// it was read. Counts are of edges: a rule's strangers and probes are among them.
type Sightings struct {
	Interfaces []InterfaceSighting `json:"interfaces"` // busiest first
	Peers      []PeerSighting      `json:"peers"`      // busiest first
	Also       []RuleSighting      `json:"also"`       // other rules that admit some of the same, most first
	Objects    []ObjectSighting    `json:"objects"`    // latest first
}

// Sighting counts what was seen.
type Sighting struct {
	Conversations int64     `json:"conversations"` // real uses
	Probes        int64     `json:"probes"`        // refused, unanswered or without data
	Ambiguous     int64     `json:"ambiguous"`     // conversations that may be uses; who opened them is not known
	Bytes         int64     `json:"bytes"`
	Days          int       `json:"days"`
	First         time.Time `json:"first"`
	Last          time.Time `json:"last"`
}

// InterfaceSighting is one interface at which the rule admitted something.
type InterfaceSighting struct {
	InterfaceID string `json:"interface_id"`
	AccountID   string `json:"account_id"`
	Type        string `json:"type"`
	Description string `json:"description"`
	InstanceID  string `json:"instance_id"`
	Peers       int    `json:"peers"`
	Sighting
}

// PeerSighting is one address that used it.
type PeerSighting struct {
	Address string `json:"address"`
	// Interfaces owned the address at some of these times; Groups are those that they wore.
	Interfaces  []string `json:"interfaces"`
	Groups      []string `json:"groups"`
	Description string   `json:"description"` // of the latest of them
	Subnet      string   `json:"subnet"`      // of the group's VPC, that holds the address
	Services    []string `json:"services"`    // "tcp 443", busiest first, at most ten
	Sighting
}

// RuleSighting is another rule that admits some of what this one does, at the same interfaces.
type RuleSighting struct {
	Rule          string `json:"rule"` // "sg-… ingress tcp 443 10.0.0.0/8"
	Conversations int64  `json:"conversations"`
}

// ObjectSighting is one file or object of flow logs that holds records of these times and, as far as its name tells, of
// the interfaces' account and Region: the rule's records are in such objects, among others.
type ObjectSighting struct {
	Place   string    `json:"place"`
	Hash    string    `json:"hash"`
	Records int64     `json:"records"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	Days    int       `json:"days"` // of the rule's use, whose times it reaches into
}
