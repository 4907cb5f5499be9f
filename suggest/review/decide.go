package review

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// Seen is a rule as somebody looked at it: its place in the list of all rules, and the version that was shown.
type Seen struct {
	Rule    int   `json:"rule"`
	Version int64 `json:"version"`
}

// Ask is a decision to be made on one rule or many.
type Ask struct {
	Action schema.DecisionAction `json:"action"`
	Rules  []Seen                `json:"rules"`
	Reason string                `json:"reason"` // needed to reject, to postpone, and to accept what is only under review
	Who    string                `json:"who"`
	Text   string                `json:"text"` // change: the rules to put in place, as ParseRules reads them
	// Choice, for Text, changes each of the rules to its alternative of that name, which the plan has.
	Choice string `json:"choice"`
}

// AskError is a decision that cannot be made as it was asked for.
type AskError struct{ Problem string }

func (e *AskError) Error() string { return e.Problem }

// ConflictError says that others decided since the rules were looked at. Nothing was stored.
type ConflictError struct {
	Rules []int             // places of the rules
	Last  []schema.Decision // their last entries, in the same order
}

func (e *ConflictError) Error() string {
	d := e.Last[0]
	words := fmt.Sprintf("%s was decided on by %s (%s) since you looked", d.Rule, d.Who, d.Action)
	if n := len(e.Rules); n > 1 {
		words += fmt.Sprintf(", and so were %d more of these rules", n-1)
	}
	return words + "; nothing was stored"
}

// Limits of what one entry holds.
const (
	maxReason = 2000 // bytes
	maxWho    = 200
)

// Decide stores decisions on all the rules asked for, or on none, and returns the entries of the log.
func (b *Book) Decide(ctx context.Context, ask Ask) ([]schema.Decision, error) {
	ask.Reason, ask.Who = strings.TrimSpace(ask.Reason), strings.TrimSpace(ask.Who)
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.decideAll(ctx, ask)
}

// decideAll checks a batch and adds it to the log, whole or not at all. b is locked.
func (b *Book) decideAll(ctx context.Context, ask Ask) ([]schema.Decision, error) {
	if err := b.check(ask); err != nil {
		return nil, err
	}
	var entries []schema.Decision
	for _, seen := range ask.Rules {
		d, err := b.entry(ask, &b.items[seen.Rule])
		if err != nil {
			return nil, err
		}
		entries = append(entries, d)
	}
	return b.add(ctx, entries)
}

// Undo takes back what was decided in one batch, where it still stands, or returns a ConflictError where others decided since.
func (b *Book) Undo(ctx context.Context, batch int64, who string) ([]schema.Decision, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ask := Ask{Action: schema.DecisionUndo, Who: strings.TrimSpace(who)}
	for _, d := range b.log {
		if i, known := b.byKey[d.Rule]; known && d.Batch == batch && d.Action != schema.DecisionUndo {
			ask.Rules = append(ask.Rules, Seen{i, d.No})
		}
	}
	if len(ask.Rules) == 0 {
		return nil, &AskError{"there is nothing to undo"}
	}
	return b.decideAll(ctx, ask)
}

// check looks at all that does not hang on one rule's content. The lock is held.
func (b *Book) check(ask Ask) error {
	switch {
	case len(ask.Rules) == 0:
		return &AskError{"no rule was named"}
	case len(ask.Reason) > maxReason:
		return &AskError{fmt.Sprintf("the reason is longer than %d bytes", maxReason)}
	case ask.Who == "" || len(ask.Who) > maxWho:
		return &AskError{fmt.Sprintf("say who decides, in at most %d bytes", maxWho)}
	case ask.Action == schema.DecisionChange && ask.Choice == "" && len(ask.Rules) > 1:
		return &AskError{"rules are written one by one; of many, choose an alternative that they have"}
	case ask.Choice != "" && ask.Reason == "":
		return &AskError{"say why: nobody looked at what each of these alternatives would refuse"}
	case (ask.Action == schema.DecisionReject || ask.Action == schema.DecisionPostpone) && ask.Reason == "":
		return &AskError{"say why: a reason is needed to " + string(ask.Action)}
	}
	var conflict ConflictError
	named := map[int]bool{}
	for _, seen := range ask.Rules {
		if seen.Rule < 0 || seen.Rule >= len(b.items) || named[seen.Rule] {
			return &AskError{fmt.Sprintf("rule %d is not in the plan, or was named twice", seen.Rule)}
		}
		named[seen.Rule] = true
		if it := &b.items[seen.Rule]; it.version != seen.Version {
			if it.version == 0 {
				return &AskError{"that version of the rule was never shown; load the page again"}
			}
			conflict.Rules = append(conflict.Rules, seen.Rule)
			conflict.Last = append(conflict.Last, b.lastOf(it))
		}
	}
	if len(conflict.Rules) > 0 {
		return &conflict
	}
	return nil
}

// lastOf is the last entry on a rule that has any.
func (b *Book) lastOf(it *item) schema.Decision {
	i, _ := slices.BinarySearchFunc(b.log, it.version, func(d schema.Decision, no int64) int { return cmp.Compare(d.No, no) })
	return b.log[i]
}

// entry is one entry of the log, without number.
func (b *Book) entry(ask Ask, it *item) (schema.Decision, error) {
	d := schema.Decision{GroupID: b.groupOf(it).GroupID, Rule: it.key, Action: ask.Action, Suggested: it.suggested,
		Reason: ask.Reason, Who: ask.Who, At: b.now().UTC().Truncate(1000)}
	var err error
	switch ask.Action {
	case schema.DecisionAccept:
		err = b.acceptable(it, ask.Reason)
		d.Replacement = it.suggested
	case schema.DecisionChange:
		d.Replacement, err = b.changed(it, ask)
	case schema.DecisionReject, schema.DecisionPostpone:
	case schema.DecisionUndo:
		if len(it.standing) == 0 {
			err = &AskError{"there is nothing to undo of " + it.key}
		}
	default:
		err = &AskError{fmt.Sprintf("%q is none of accept, change, reject and postpone", ask.Action)}
	}
	return d, err
}

func (b *Book) acceptable(it *item, reason string) error {
	if !it.proposes {
		return &AskError{"nothing is suggested for " + it.key + ": change it, reject it or postpone it"}
	}
	if b.ruleOf(it).Action == suggest.Review && reason == "" {
		return &AskError{"the evidence did not suffice for " + it.key + ": say why it is accepted all the same"}
	}
	return nil
}

// changed is what a rule is changed to: the rules that a person wrote, or the alternative that was chosen.
func (b *Book) changed(it *item, ask Ask) (string, error) {
	if ask.Choice != "" {
		for _, a := range b.ruleOf(it).Alternatives {
			if a.Name == ask.Choice {
				return encodeRules(a.Rules)
			}
		}
		return "", &AskError{fmt.Sprintf("%s has no alternative %q", it.key, ask.Choice)}
	}
	rules, err := b.edited(it, ask.Text)
	if err != nil {
		return "", err
	}
	return encodeRules(rules)
}

// add numbers entries, stores them, and only then knows them. The lock is held.
func (b *Book) add(ctx context.Context, entries []schema.Decision) ([]schema.Decision, error) {
	next := int64(1)
	if n := len(b.log); n > 0 {
		next = b.log[n-1].No + 1
	}
	for i := range entries {
		entries[i].No, entries[i].Batch = next+int64(i), next
	}
	// What was begun is finished also when the browser went away: else it would be unknown whether it was stored.
	if err := b.store.AddDecisions(context.WithoutCancel(ctx), entries); err != nil {
		return nil, err
	}
	for _, d := range entries {
		b.enter(d)
	}
	return entries, nil
}

// Since returns the entries of the log after a number.
func (b *Book) Since(no int64) []schema.Decision {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i, _ := slices.BinarySearchFunc(b.log, no+1, func(d schema.Decision, no int64) int { return cmp.Compare(d.No, no) })
	return slices.Clone(b.log[i:])
}
