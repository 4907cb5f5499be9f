package suggest

import (
	"sgfit/schema"
)

// Quota counts a group's rules against AWS's limit of rules for each direction and address family. Rules with a group or
// prefix list as peer count for both families, a prefix list with its weight
// (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html).
type Quota struct {
	limit  int
	weight func(schema.Peer) int
	used   map[quotaKey]int
	most   map[quotaKey]int // the limit, or what was there at the start where that is more
}

type quotaKey struct {
	direction schema.Direction
	kind      schema.PeerKind // ipv4 or ipv6
}

// NewQuota counts the rules that are there. weight is what a rule with a peer counts.
func NewQuota(limit int, weight func(schema.Peer) int, there []QuotaRule) *Quota {
	q := &Quota{limit: limit, weight: weight, used: map[quotaKey]int{}, most: map[quotaKey]int{}}
	for _, r := range there {
		q.add(r.Direction, r.Peer, 1)
	}
	for k, n := range q.used {
		q.most[k] = n
	}
	return q
}

// QuotaRule is as much of a rule as the quota asks for. Key tells one from another.
type QuotaRule struct {
	Key       string
	Direction schema.Direction
	Peer      schema.Peer
}

// families are those that a peer counts for.
func families(p schema.Peer) []schema.PeerKind {
	switch p.Kind {
	case schema.PeerIPv4, schema.PeerIPv6:
		return []schema.PeerKind{p.Kind}
	}
	return []schema.PeerKind{schema.PeerIPv4, schema.PeerIPv6}
}

// add books n rules with the peer, or takes them off.
func (q *Quota) add(d schema.Direction, p schema.Peer, n int) {
	for _, f := range families(p) {
		q.used[quotaKey{d, f}] += n * q.weight(p)
	}
}

// beside is how many rules may stand beside those that are there, of the families of a peer.
func (q *Quota) beside(d schema.Direction, p schema.Peer) int {
	left := q.limit
	for _, f := range families(p) {
		left = min(left, q.limit-q.used[quotaKey{d, f}])
	}
	return left
}

// budget is how many rules may stand in the place of one with this peer. They must find room beside it, until it goes. In a group
// that is full already it is what may be there once it is gone, at least one.
func (q *Quota) budget(d schema.Direction, p schema.Peer) int {
	if n := q.beside(d, p); n > 0 {
		return n
	}
	return max(q.beside(d, p)+q.weight(p), 1)
}

// fits says whether rules with these peers may come.
func (q *Quota) fits(d schema.Direction, peers ...schema.Peer) bool {
	ok := true
	for _, p := range peers {
		q.add(d, p, 1)
	}
	for _, p := range peers {
		for _, f := range families(p) {
			k := quotaKey{d, f}
			ok = ok && q.used[k] <= max(q.limit, q.most[k])
		}
	}
	for _, p := range peers {
		q.add(d, p, -1)
	}
	return ok
}

// replaces says whether rules may stand in the place of one, once it is gone.
func (q *Quota) replaces(d schema.Direction, old schema.Peer, rules []ReplacementRule) bool {
	q.add(d, old, -1)
	defer q.add(d, old, 1)
	return q.fits(d, peersOfRules(rules)...)
}

// replace books the rules that stand in the place of one.
func (q *Quota) replace(d schema.Direction, old schema.Peer, rules []ReplacementRule) {
	q.add(d, old, -1)
	for _, p := range peersOfRules(rules) {
		q.add(d, p, 1)
	}
}

func peersOfRules(rules []ReplacementRule) (peers []schema.Peer) {
	for _, r := range rules {
		peers = append(peers, r.Peer)
	}
	return peers
}
