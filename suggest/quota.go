package suggest

import (
	"sgfit/analyze"
	"sgfit/schema"
)

// quota counts what is left of AWS's limit of rules for each direction and address family of one group, while its
// rules are replaced one after the other. Rules with a group or prefix list as peer count for both families, a prefix list with its
// MaxEntries (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html).
type quota struct {
	estate *estate
	limit  int
	used   map[quotaKey]int
}

type quotaKey struct {
	direction schema.Direction
	kind      schema.PeerKind // ipv4 or ipv6
}

func newQuota(e *estate, g *analyze.Group, limit int) *quota {
	q := &quota{estate: e, limit: limit, used: map[quotaKey]int{}}
	for i := range g.Rules {
		q.add(g.Rules[i].Direction, g.Rules[i].Peer, 1)
	}
	return q
}

// add books n rules with the peer, or takes them off.
func (q *quota) add(d schema.Direction, p schema.Peer, n int) {
	n *= q.estate.weight(p)
	if p.Kind != schema.PeerIPv6 {
		q.used[quotaKey{d, schema.PeerIPv4}] += n
	}
	if p.Kind != schema.PeerIPv4 {
		q.used[quotaKey{d, schema.PeerIPv6}] += n
	}
}

// left is how many rules may stand in the place of one rule with this peer; at least one.
func (q *quota) left(d schema.Direction, p schema.Peer) int {
	most := q.limit
	if p.Kind != schema.PeerIPv6 {
		most = min(most, q.limit-q.used[quotaKey{d, schema.PeerIPv4}]+q.estate.weight(p))
	}
	if p.Kind != schema.PeerIPv4 {
		most = min(most, q.limit-q.used[quotaKey{d, schema.PeerIPv6}]+q.estate.weight(p))
	}
	return max(most, 1)
}

// replace books the rules that stand in the place of one.
func (q *quota) replace(d schema.Direction, old schema.Peer, rules []ReplacementRule) {
	q.add(d, old, -1)
	for _, r := range rules {
		q.add(d, r.Peer, 1)
	}
}
