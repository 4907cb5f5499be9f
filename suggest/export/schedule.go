package export

import (
	"maps"
	"slices"
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// schedule puts the changes of the groups into steps, in each of which rules are added and then revoked, so that the quota of
// rules is never exceeded. It is one step where all that is added fits beside all that is there. What never finds room is left out.
func (s *selection) schedule(plan suggest.Plan) {
	for i := range s.groups {
		s.scheduleGroup(&s.groups[i], &plan)
	}
	s.groups = slices.DeleteFunc(s.groups, func(g group) bool { return len(g.changes) == 0 })
	s.sum()
	s.findNeeds()
}

func (s *selection) scheduleGroup(g *group, plan *suggest.Plan) {
	quota := plan.Quota()
	var there []suggest.QuotaRule
	for _, r := range g.today {
		there = append(there, r.quotaRule())
	}
	moves := make([]suggest.Move, len(g.changes))
	for i, c := range g.changes {
		moves[i] = suggest.Move{Rule: c.was.quotaRule(), Stays: c.stays}
		for _, p := range c.pieces {
			if _, today := g.today[p.key()]; !today {
				moves[i].StandIn = append(moves[i].StandIn, p.quotaRule())
			}
		}
	}
	s.warnOfUnknownLists(g, moves, func(id string) bool {
		return slices.ContainsFunc(plan.PrefixLists, func(l suggest.ListWeight) bool { return l.PrefixListID == id && l.Weight > 0 })
	})
	steps := suggest.NewQuota(quota, plan.Weight(), there).Steps(moves)
	last, kept := 0, g.changes[:0]
	for i, c := range g.changes {
		if steps[i] == suggest.NoRoom {
			s.warn("%s %s is left out: there is no room for what stands for it beside it (quota %d): ask AWS for more rules a group (Service Quotas, L-0EA8095F), and tell sgfit with 'sgfit suggest --rules-quota N'", g.GroupID, c.was.words(), quota)
			continue
		}
		c.step = steps[i]
		last = max(last, c.step)
		kept = append(kept, c)
	}
	g.changes = kept
	g.index()
	g.adds = slices.DeleteFunc(g.adds, func(r rule) bool { return len(g.stands[r.key()]) == 0 })
	if last > 0 {
		s.warn("%s has no room for old and new rules at once (quota %d): 'sgfit export cli' changes it in %s, with other tools remove first (--only remove)", g.GroupID, quota, count(last+1, "step"))
	}
}

// warnOfUnknownLists names prefix lists whose size is not known, where it matters.
func (s *selection) warnOfUnknownLists(g *group, moves []suggest.Move, known func(string) bool) {
	if !slices.ContainsFunc(moves, func(m suggest.Move) bool { return len(m.StandIn) > 0 }) {
		return
	}
	var lists []string
	for _, r := range slices.Concat(slices.Collect(maps.Values(g.today)), g.adds) {
		if r.peer.Kind == schema.PeerPrefixList && !known(r.peer.Value) && !slices.Contains(lists, r.peer.Value) {
			lists = append(lists, r.peer.Value)
		}
	}
	slices.Sort(lists)
	if len(lists) > 0 {
		s.warn("%s: the size of %s is not known, and counts as one rule; load it (sgfit ingest config --live) and make the plan again", g.GroupID, strings.Join(lists, ", "))
	}
}

func (r rule) quotaRule() suggest.QuotaRule {
	return suggest.QuotaRule{Key: r.key(), Direction: r.direction, Peer: r.peer}
}
