package review

import (
	"sgfit/schema"
	"sgfit/suggest"
)

// Detail is everything of one rule. Its text is safe to show, if escaped.
type Detail struct {
	Row
	AccountID    string             `json:"account_id"`
	Region       string             `json:"region"`
	VPCID        string             `json:"vpc_id"`
	Interfaces   int                `json:"interfaces"`
	RuleID       string             `json:"rule_id"`
	Description  string             `json:"description"`
	Reasons      []suggest.Finding  `json:"reasons"`
	Evidence     suggest.Evidence   `json:"evidence"`
	Confidence   suggest.Confidence `json:"confidence"`
	Before       float64            `json:"before"` // exposure in bits
	StillThrough []string           `json:"still_through"`
	NamedUsers   []string           `json:"named_users"`
	Opened       *suggest.Opened    `json:"opened"`
	Text         string             `json:"text"` // the rules in its place, to be edited; the rule itself where nothing is suggested
	Choices      []Choice           `json:"choices"`
	History      []schema.Decision  `json:"history"`
}

// Choice is one way to replace the rule, to be edited.
type Choice struct {
	Name string  `json:"name"` // suggested, exact, compact …
	Bits float64 `json:"bits"`
	Text string  `json:"text"`
}

// Detail returns one rule; false where there is none at that place.
func (b *Book) Detail(i int) (Detail, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if i < 0 || i >= len(b.items) {
		return Detail{}, false
	}
	it := &b.items[i]
	g, r := b.groupOf(it), b.ruleOf(it)
	d := Detail{AccountID: g.AccountID, Region: g.Region, VPCID: g.VPCID, Interfaces: g.Interfaces, RuleID: idOf(r), Description: r.Description,
		Reasons: r.Findings, Evidence: r.Evidence, Confidence: r.Confidence, Before: it.before, StillThrough: r.StillThrough,
		NamedUsers: r.NamedUsers, Opened: r.Opened, Choices: []Choice{}, History: []schema.Decision{}}
	for _, e := range b.log {
		if e.Rule == it.key {
			d.History = append(d.History, e)
		}
	}
	d = suggest.VisibleCopy(d)
	d.Row, d.Text = b.row(i), b.textOf(it) // what has lines is made visible line by line
	if it.proposes {
		d.Choices = append(d.Choices, Choice{"suggested", it.before - it.gain, textOf(it.proposal)})
	}
	for _, a := range r.Alternatives {
		d.Choices = append(d.Choices, Choice{a.Name, a.ExposureBits, textOf(a.Rules)})
	}
	return d, true
}

// textOf is what an editor begins with.
func (b *Book) textOf(it *item) string {
	if d, stale := b.decision(it); d != nil && !stale && d.Action == schema.DecisionChange {
		if rules, err := decodeRules(d.Replacement); err == nil {
			return textOf(rules)
		}
	}
	if it.proposes {
		return textOf(it.proposal)
	}
	r := b.ruleOf(it)
	return textOf([]suggest.ReplacementRule{{Protocol: r.Protocol, FromPort: r.FromPort, ToPort: r.ToPort, Peer: r.Peer, Description: r.Description}})
}
