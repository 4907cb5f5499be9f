package report

import (
	"fmt"
	"strings"

	"sgfit/suggest"
)

// backtestWords says what rules made earlier would have refused of one rule's conversations. side is what the rule's peers are
// called.
func backtestWords(b suggest.Backtest, side string) string {
	if b.Weeks == 0 {
		return "none: earlier evidence would not have sufficed for a change"
	}
	tried := "made a week earlier, the same procedure would have refused "
	if b.Weeks > 1 {
		tried = "made one or two weeks earlier, the same procedure would have refused "
	}
	if b.RefusedSources == 0 {
		return tried + "nothing of the week after"
	}
	return fmt.Sprintf("%s%s (%s, %s) of %s in the week from %s: %s", tried, count(b.RefusedSources, side, side+"s"),
		count(b.RefusedConversations, "conversation", "conversations"), byteSize(b.RefusedBytes), thousands(b.Conversations), day(b.From), refusedWords(b))
}

// refusedWords lists the sources that would have been refused, as far as the plan does.
func refusedWords(b suggest.Backtest) string {
	var all []string
	seen := map[string]bool{}
	for _, r := range b.Refused {
		port := r.Protocol
		if r.Port != 0 {
			port += fmt.Sprintf(" %d", r.Port)
		}
		all, seen[r.Address] = append(all, fmt.Sprintf("%s on %s (%s)", r.Address, port, thousands(r.Conversations))), true
	}
	if more := b.RefusedSources - int64(len(seen)); more > 0 {
		all = append(all, thousands(more)+" more")
	}
	return strings.Join(all, ", ")
}

// planBacktestWords says what the whole plan, made a week earlier, would have refused since.
func planBacktestWords(b *suggest.PlanBacktest) string {
	switch {
	case b == nil:
		return "What a plan made a week earlier would have refused cannot be told: the window is too short."
	case b.Changes == 0:
		return "A week earlier the evidence would not have sufficed to change anything, so there is no backtest of the plan as a whole."
	case b.Refused == 0:
		return fmt.Sprintf("Had the same plan been made and applied a week earlier (%s), it would have refused none of the %s since.",
			count(b.Changes, "change", "changes"), count(b.Conversations, "conversation", "conversations"))
	}
	return fmt.Sprintf("Had the same plan been made and applied a week earlier (%s), %s of %s since would have been refused (%s of the traffic’s bytes, from %s).",
		count(b.Changes, "change", "changes"), thousands(b.Refused), count(b.Conversations, "conversation", "conversations"),
		share(b.RefusedBytes, b.Bytes), count(b.Sources, "address", "addresses"))
}

// Refusal is one line of the plan's backtest.
type Refusal struct {
	Groups, Through  []Link
	Service, Address string
	Conversations    int64
}

// refusals leads from what a plan would have refused to the rules that admitted it.
func (x index) refusals(b *suggest.PlanBacktest) []Refusal {
	if b == nil {
		return nil
	}
	var out []Refusal
	for _, r := range b.Refusals {
		service := string(r.Direction) + " " + r.Protocol
		if r.Port != 0 {
			service += fmt.Sprintf(" %d", r.Port)
		}
		out = append(out, Refusal{x.groupLinks(r.Groups), x.ruleLinks(r.Through), service, r.Address, r.Conversations})
	}
	return out
}
