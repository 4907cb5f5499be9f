package schema

import (
	"net/netip"
	"time"
)

// Change is one change that CloudTrail recorded of one resource, exact to the second. A call that changes several
// resources is several changes of one event.
type Change struct {
	EventID   string    `json:"event_id"`
	At        time.Time `json:"at"`
	Author    string    `json:"author"` // ARN of who called, or the AWS service that did; hostile text
	Name      string    `json:"name"`   // AuthorizeSecurityGroupIngress, …
	AccountID string    `json:"account_id"`
	Region    string    `json:"region"`
	// Type and ID name the resource. Changes of an InstanceItem are meant for its interfaces.
	Type ItemType `json:"type"`
	ID   string   `json:"id"`
	ChangeBody
}

// ChangeBody is what a change did. What it leaves out stayed as it was.
type ChangeBody struct {
	Created bool `json:"created,omitempty"` // one of the bodies below is what the resource began as
	Deleted bool `json:"deleted,omitempty"`
	// Partial says that the event does not tell all that it changed: the version of a prefix list that was restored, an
	// address that AWS chose and did not name.
	Partial bool `json:"partial,omitempty"`

	// Group lacks the rule for all egress that AWS gives a new group: no event speaks of it.
	Group     *Group     `json:"group,omitempty"`
	Interface *Interface `json:"interface,omitempty"`
	// EndsWithInstance says that a created interface goes when its instance is terminated, which no event of its own tells.
	EndsWithInstance bool     `json:"ends_with_instance,omitempty"`
	FlowLog          *FlowLog `json:"flow_log,omitempty"`

	AddedRules   []Rule `json:"added_rules,omitempty"`
	RemovedRules []Rule `json:"removed_rules,omitempty"`
	// RemovedRuleIDs are those of rules whose content the event does not tell.
	RemovedRuleIDs []string `json:"removed_rule_ids,omitempty"`
	// ModifiedRules have the content that the rule of that RuleID got; what it had before is not in the event.
	ModifiedRules []Rule `json:"modified_rules,omitempty"`

	Groups     []string `json:"groups,omitempty"`      // of an interface, sorted: all that it wears from now on
	InstanceID string   `json:"instance_id,omitempty"` // that an interface was attached to

	AddedAddresses   []netip.Addr   `json:"added_addresses,omitempty"`
	RemovedAddresses []netip.Addr   `json:"removed_addresses,omitempty"`
	AddedPrefixes    []netip.Prefix `json:"added_prefixes,omitempty"` // delegated to an interface
	RemovedPrefixes  []netip.Prefix `json:"removed_prefixes,omitempty"`

	AddedEntries   []netip.Prefix `json:"added_entries,omitempty"` // of a prefix list
	RemovedEntries []netip.Prefix `json:"removed_entries,omitempty"`
}
