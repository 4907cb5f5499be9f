package export

import (
	"cmp"
	"slices"

	"sgfit/schema"
	"sgfit/suggest"
)

// usualQuota is AWS's for rules of a group, direction and address family.
const usualQuota = 60

func quotaOf(plan suggest.Plan) int {
	if plan.Settings != nil && plan.Settings.RulesQuota > 0 {
		return plan.Settings.RulesQuota
	}
	return usualQuota
}

// room counts a group's rules by direction and address family. A prefix list counts as one: a plan does not say how many
// entries it may have.
type room map[roomKey]int

type roomKey struct {
	direction schema.Direction
	kind      schema.PeerKind // ipv4 or ipv6
}

func (m room) add(r rule, n int) {
	if r.peer.Kind != schema.PeerIPv6 {
		m[roomKey{r.direction, schema.PeerIPv4}] += n
	}
	if r.peer.Kind != schema.PeerIPv4 {
		m[roomKey{r.direction, schema.PeerIPv6}] += n
	}
}

// most is the number of rules in the fullest direction and family.
func (m room) most() int {
	most := 0
	for _, n := range m {
		most = max(most, n)
	}
	return most
}

// schedule puts the changes of a group into steps, in each of which rules are added and then revoked. It is one step
// where all that is added fits beside all that is there. Else removals come first, and then each replaced rule has a step of its
// own; one that does not even fit alone is left out.
func (s *selection) schedule(g *group, quota int) {
	used := room{}
	for _, r := range g.today {
		used.add(r, 1)
	}
	both := room{}
	for k, n := range used {
		both[k] = n
	}
	for _, r := range g.adds {
		both.add(r, 1)
	}
	if both.most() <= max(quota, used.most()) {
		return
	}
	there := map[string]bool{}
	slices.SortStableFunc(g.changes, func(a, b change) int { return cmp.Compare(len(a.pieces), len(b.pieces)) })
	kept, step := g.changes[:0], 0
	for _, c := range g.changes {
		new := g.missing(c, there)
		for _, p := range new {
			used.add(p, 1)
		}
		if len(new) > 0 && used.most() > quota {
			for _, p := range new {
				used.add(p, -1)
			}
			s.warn("%s %s is left out: with the rules that stand for it beside it the group has more than %d rules; ask AWS for a higher quota", g.GroupID, c.was.words(), quota)
			continue
		}
		if len(new) > 0 {
			step++
		}
		c.step = step
		for _, p := range new {
			there[p.key()] = true
		}
		if !c.stays {
			used.add(c.was, -1)
		}
		kept = append(kept, c)
	}
	g.changes = kept
	g.adds = slices.DeleteFunc(g.adds, func(r rule) bool { return !there[r.key()] })
	s.warn("%s has no room for old and new rules at once (quota %d): 'sgfit export cli' changes it in %s, with other tools remove first (--only remove)", g.GroupID, quota, count(step+1, "step"))
}

// missing are the rules that stand for a change and are neither in force nor added before.
func (g *group) missing(c change, there map[string]bool) []rule {
	var out []rule
	for _, p := range c.pieces {
		if _, today := g.today[p.key()]; !today && !there[p.key()] {
			out = append(out, p)
		}
	}
	return out
}
