package analyze

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"sgfit/schema"
)

// Opened says who brought a rule into force, and when, where CloudTrail has the call.
type Opened struct {
	At       time.Time
	By, Call string // hostile text
}

// loadOpened finds the call by which each rule came into force: one of that very second which gave the group a rule of
// that content, or made the group with it.
func (a *Analysis) loadOpened(ctx context.Context, rules map[uint32]*Rule) error {
	const query = `
		SELECT DISTINCT f.rule_no, f.vf, c.author, c.name, c.body
		FROM rule_fact f JOIN change c ON c.id = f.group_id AND c.type = ? AND epoch(c.changed_at)::BIGINT = f.vf
		ORDER BY ALL`
	return a.each(ctx, query, func(scan func(...any) error) error {
		var no uint32
		var at int64
		var o Opened
		var body string
		if err := scan(&no, &at, &o.By, &o.Call, &body); err != nil {
			return err
		}
		var change schema.ChangeBody
		if err := json.Unmarshal([]byte(body), &change); err != nil {
			return err
		}
		o.At = secondsToTime(at)
		if r := rules[no]; r != nil && r.Opened == nil && gave(&change, r.Rule) {
			r.Opened = &o
		}
		return nil
	}, string(schema.GroupItem))
}

// gave says that a change brought a rule of this content. A modified rule's direction is not in the event.
func gave(c *schema.ChangeBody, r schema.Rule) bool {
	if c.Created {
		return r.Direction == schema.Egress && r.Protocol == schema.AllProtocols && r.Peer.IsWildcard()
	}
	return slices.ContainsFunc(slices.Concat(c.AddedRules, c.ModifiedRules), func(x schema.Rule) bool {
		x.Direction = r.Direction
		return x.Key() == r.Key()
	})
}
