package review

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"sgfit/schema"
	"sgfit/suggest"
)

// Store keeps the log of decisions.
type Store interface {
	// AddDecisions adds entries, all or none; they are durable when it returns.
	AddDecisions(ctx context.Context, decisions []schema.Decision) error
	Decisions(ctx context.Context) ([]schema.Decision, error)
}

// Book is a plan with what was decided on it. It may be used by many at once.
type Book struct {
	plan  suggest.Plan
	items []item
	byKey map[string]int
	kinds []suggest.Kind // that the plan holds
	store Store
	now   func() time.Time

	mu  sync.RWMutex
	log []schema.Decision
}

// item is one rule of the plan, with what was decided on it.
type item struct {
	group, rule int    // places in the plan
	key         string // by content
	proposal    []suggest.ReplacementRule
	proposes    bool
	suggested   string  // proposal as JSON, "" for none
	before      float64 // exposure in bits
	gain        float64 // bits that the proposal takes off
	search      string  // lower case
	version     int64   // number of the last entry of the log on this rule, 0 for none
	standing    []int   // places in the log of decisions that were not taken back, last one last
}

// Open reads the log and joins it with the plan. now is the clock of decisions.
func Open(ctx context.Context, plan suggest.Plan, store Store, now func() time.Time) (*Book, error) {
	log, err := store.Decisions(ctx)
	if err != nil {
		return nil, err
	}
	b := &Book{plan: plan, byKey: map[string]int{}, store: store, now: now}
	kinds := map[suggest.Kind]bool{}
	for g := range plan.Groups {
		for r := range plan.Groups[g].Rules {
			it, err := newItem(plan, g, r)
			if err != nil {
				return nil, err
			}
			for _, f := range plan.Groups[g].Rules[r].Findings {
				kinds[f.Kind] = true
			}
			b.byKey[it.key] = len(b.items)
			b.items = append(b.items, it)
		}
	}
	for k := range kinds {
		b.kinds = append(b.kinds, k)
	}
	slices.Sort(b.kinds)
	for _, d := range log {
		b.enter(d)
	}
	return b, nil
}

func newItem(plan suggest.Plan, group, rule int) (item, error) {
	g := &plan.Groups[group]
	r := &g.Rules[rule]
	it := item{group: group, rule: rule, key: suggest.RuleName(g.GroupID, *r)}
	it.search = strings.ToLower(strings.Join([]string{it.key, g.GroupName, r.Description, g.AccountID, g.Region, g.VPCID, idOf(r)}, "\n"))
	if it.proposal, it.proposes = r.Proposal(); it.proposes {
		text, err := encodeRules(it.proposal)
		if err != nil {
			return it, err
		}
		it.suggested = text
	}
	if x := r.Exposure; x != nil {
		it.before = x.Before.Bits
		if then := cmp.Or(x.After, x.Suggested); then != nil && it.proposes {
			it.gain = x.Before.Bits - then.Bits
		}
	}
	return it, nil
}

func idOf(r *suggest.Rule) string {
	if r.RuleID == nil {
		return ""
	}
	return *r.RuleID
}

// encodeRules writes rules as the log keeps them; none is "[]".
func encodeRules(rules []suggest.ReplacementRule) (string, error) {
	if rules == nil {
		rules = []suggest.ReplacementRule{}
	}
	text, err := json.Marshal(rules)
	if err != nil {
		return "", fmt.Errorf("encode rules: %w", err)
	}
	return string(text), nil
}

func decodeRules(text string) (rules []suggest.ReplacementRule, err error) {
	if err = json.Unmarshal([]byte(text), &rules); err != nil {
		err = fmt.Errorf("decode rules of a decision: %w", err)
	}
	return rules, err
}

// enter adds an entry to the log in memory. Decisions on rules that the plan does not hold are kept and change nothing.
func (b *Book) enter(d schema.Decision) {
	at := len(b.log)
	b.log = append(b.log, d)
	i, known := b.byKey[d.Rule]
	if !known {
		return
	}
	it := &b.items[i]
	it.version = d.No
	if d.Action != schema.DecisionUndo {
		it.standing = append(it.standing, at)
	} else if n := len(it.standing); n > 0 {
		it.standing = it.standing[:n-1]
	}
}

func (b *Book) ruleOf(it *item) *suggest.Rule   { return &b.plan.Groups[it.group].Rules[it.rule] }
func (b *Book) groupOf(it *item) *suggest.Group { return &b.plan.Groups[it.group] }

// decision returns what stands of a rule, nil for nothing. It is stale when the plan suggested something else then: such a
// decision is shown, but holds no more.
func (b *Book) decision(it *item) (d *schema.Decision, stale bool) {
	if len(it.standing) == 0 {
		return nil, false
	}
	d = &b.log[it.standing[len(it.standing)-1]]
	return d, d.Suggested != it.suggested
}

// State is where a rule stands.
type State string

// The states of a rule.
const (
	StateOpen      State = "open"
	StateAccepted  State = "accepted"
	StateChanged   State = "changed"
	StateRejected  State = "rejected"
	StatePostponed State = "postponed"
)

var stateOf = map[schema.DecisionAction]State{schema.DecisionAccept: StateAccepted, schema.DecisionChange: StateChanged,
	schema.DecisionReject: StateRejected, schema.DecisionPostpone: StatePostponed}

func (b *Book) state(it *item) State {
	d, stale := b.decision(it)
	if d == nil || stale {
		return StateOpen
	}
	return stateOf[d.Action]
}
