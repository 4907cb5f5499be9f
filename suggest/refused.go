package suggest

import (
	"time"

	"sgfit/schema"
)

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

// AlternativeBacktest is what an alternative, made a week or two earlier, would have refused in the week after.
type AlternativeBacktest struct {
	RefusedSources       int64 `json:"refused_sources"`
	RefusedConversations int64 `json:"refused_conversations"`
}
