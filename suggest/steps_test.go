package suggest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"sgfit/schema"
)

// plainRoom counts rules in the plainest way.
func plainRoom(there map[string]QuotaRule, weight func(schema.Peer) int) map[string]int {
	out := map[string]int{}
	for _, r := range there {
		for _, f := range []schema.PeerKind{schema.PeerIPv4, schema.PeerIPv6} {
			if r.Peer.Kind != schema.PeerIPv4 && r.Peer.Kind != schema.PeerIPv6 || r.Peer.Kind == f {
				out[string(r.Direction)+string(f)] += weight(r.Peer)
			}
		}
	}
	return out
}

// TestStepsKeepTheQuota walks random changes there and back: at no moment are there more rules than the quota, or than there
// were where that is more, and no rule goes before all that stand for it are there.
func TestStepsKeepTheQuota(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 5))
	inSteps, without, worse := 0, 0, 0
	for round := range 5000 {
		limit := 3 + random.IntN(8)
		weight := func(p schema.Peer) int {
			if p.Kind == schema.PeerPrefixList {
				return 3
			}
			return 1
		}
		rule := func(name string, n int) QuotaRule {
			kinds := []schema.PeerKind{schema.PeerIPv4, schema.PeerIPv4, schema.PeerIPv4, schema.PeerIPv6, schema.PeerGroup, schema.PeerPrefixList}
			d := schema.Ingress
			if random.IntN(8) == 0 {
				d = schema.Egress
			}
			return QuotaRule{fmt.Sprint(name, n), d, schema.Peer{Kind: kinds[random.IntN(len(kinds))], Value: fmt.Sprint(name, n)}}
		}
		var there []QuotaRule
		var moves []Move
		pool := []QuotaRule{}
		for n := range 6 {
			pool = append(pool, rule("new", n))
		}
		for n := range 1 + random.IntN(7) {
			r := rule("old", n)
			there = append(there, r)
			if random.IntN(3) > 0 && len(moves) < 4 {
				m := Move{Rule: r, Stays: random.IntN(6) == 0}
				for _, i := range random.Perm(len(pool))[:random.IntN(4)] {
					m.StandIn = append(m.StandIn, pool[i])
				}
				moves = append(moves, m)
			}
		}
		steps := NewQuota(limit, weight, there).Steps(moves)
		now := map[string]QuotaRule{}
		for _, r := range there {
			now[r.Key] = r
		}
		most := plainRoom(now, weight)
		check := func(when string) {
			for k, n := range plainRoom(now, weight) {
				if n > max(limit, most[k]) {
					t.Fatalf("round %d, %s: %d of %s, limit %d; moves %v, steps %v", round, when, n, k, limit, moves, steps)
				}
			}
		}
		last := slices.Max(append(steps, 0))
		firstOf := map[string]int{}
		for step := 0; step <= last; step++ {
			for i, m := range moves {
				for _, r := range m.StandIn {
					if _, known := firstOf[r.Key]; steps[i] == step && !known {
						now[r.Key], firstOf[r.Key] = r, step
					}
				}
			}
			check(fmt.Sprint("added in step ", step))
			for i, m := range moves {
				if steps[i] != step {
					continue
				}
				for _, r := range m.StandIn {
					if _, ok := now[r.Key]; !ok {
						t.Fatalf("round %d: %s goes without %s", round, m.Rule.Key, r.Key)
					}
				}
				if !m.Stays {
					delete(now, m.Rule.Key)
				}
			}
		}
		for step := last; step >= 0; step-- {
			for i, m := range moves {
				if steps[i] == step {
					now[m.Rule.Key] = m.Rule
				}
			}
			check(fmt.Sprint("taken back of step ", step))
			for key, first := range firstOf {
				if first == step {
					delete(now, key)
				}
			}
		}
		if len(now) != len(there) {
			t.Fatalf("round %d: back, there are %d rules, not %d", round, len(now), len(there))
		}
		made := len(moves) - howMany(steps, NoRoom)
		if last > 0 {
			inSteps++
		}
		if made < len(moves) {
			without++
		}
		if made < mostInAnyOrder(NewQuota(limit, weight, there), moves) {
			worse++
		}
	}
	t.Logf("%d in steps, %d with something left out, %d with more left out than there must be", inSteps, without, worse)
	if inSteps < 300 || without < 300 || worse > 100 {
		t.Error("too few of them are in steps, or too much is left out")
	}
}

func howMany(steps []int, which int) (n int) {
	for _, s := range steps {
		if s == which {
			n++
		}
	}
	return n
}

// mostInAnyOrder tries every order, one move at a time.
func mostInAnyOrder(q *Quota, moves []Move) int {
	var try func(done []bool, there map[string]bool) int
	try = func(done []bool, there map[string]bool) int {
		best := 0
		for i, m := range moves {
			if done[i] {
				continue
			}
			add := missing(moves[i:i+1], there)
			if len(add) > 0 && !q.fitAll(add) {
				continue
			}
			done[i] = true
			q.addAll(add)
			for _, r := range add {
				there[r.Key] = true
			}
			q.leave(m)
			best = max(best, 1+try(done, there))
			if !m.Stays {
				q.add(m.Rule.Direction, m.Rule.Peer, 1)
			}
			for _, r := range add {
				q.add(r.Direction, r.Peer, -1)
				delete(there, r.Key)
			}
			done[i] = false
		}
		return best
	}
	return try(make([]bool, len(moves)), map[string]bool{})
}

// BenchmarkSteps changes a group that is full, rule by rule.
func BenchmarkSteps(b *testing.B) {
	var there []QuotaRule
	var moves []Move
	for n := range 1000 {
		one := func(name string) QuotaRule {
			return QuotaRule{fmt.Sprint(name, n), schema.Ingress, schema.Peer{Kind: schema.PeerIPv4, Value: fmt.Sprint(name, n)}}
		}
		there, moves = append(there, one("old")), append(moves, Move{Rule: one("old"), StandIn: []QuotaRule{one("new")}})
	}
	for b.Loop() {
		NewQuota(1001, func(schema.Peer) int { return 1 }, there).Steps(moves)
	}
}
