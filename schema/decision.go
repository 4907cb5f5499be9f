package schema

import "time"

// DecisionAction is what a reviewer did with a suggestion.
type DecisionAction string

// The five actions. Undo takes back the last decision on the rule that was not taken back yet.
const (
	DecisionAccept   DecisionAction = "accept"
	DecisionChange   DecisionAction = "change"
	DecisionReject   DecisionAction = "reject"
	DecisionPostpone DecisionAction = "postpone"
	DecisionUndo     DecisionAction = "undo"
)

// Decision is one entry of the log of decisions, which is only ever added to.
type Decision struct {
	No      int64          `json:"no"`    // from 1 on, without gaps
	Batch   int64          `json:"batch"` // No of the first one of those that were made together
	GroupID string         `json:"group_id"`
	Rule    string         `json:"rule"` // by content: "sg-0abc ingress tcp 443 10.0.0.0/8"
	Action  DecisionAction `json:"action"`
	// Suggested is the JSON list of rules that the plan suggested then, "[]" to remove the rule, "" for nothing.
	Suggested string `json:"suggested,omitempty"`
	// Replacement is, for accept and change, the JSON list of rules to put in its place, "[]" to remove it; else "".
	Replacement string    `json:"replacement,omitempty"`
	Reason      string    `json:"reason,omitempty"`
	Who         string    `json:"who"`
	At          time.Time `json:"at"`
}
