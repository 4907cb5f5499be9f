package suggest

import "sgfit/schema"

// RuleHead is a rule as EC2 has it, without what a plan says of it; its fields are as in Rule.
type RuleHead struct {
	RuleID      *string          `json:"rule_id"`
	Direction   schema.Direction `json:"direction"`
	Protocol    string           `json:"protocol"`
	FromPort    *int32           `json:"from_port"`
	ToPort      *int32           `json:"to_port"`
	Peer        schema.Peer      `json:"peer"`
	Description string           `json:"description"`
}

// Head is the rule as EC2 has it.
func (r *Rule) Head() RuleHead {
	return RuleHead{r.RuleID, r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer, r.Description}
}

// rule has the content of the rule alone.
func (h RuleHead) rule() Rule {
	return Rule{RuleID: h.RuleID, Direction: h.Direction, Protocol: h.Protocol, FromPort: h.FromPort, ToPort: h.ToPort, Peer: h.Peer,
		Description: h.Description}
}

// Name names the rule by its content, as RuleName does.
func (h RuleHead) Name(groupID string) string { return RuleName(groupID, h.rule()) }
