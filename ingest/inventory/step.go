package inventory

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
)

// step is a change with what it sets.
type step struct {
	*schema.Change
	sets []setting
	// partial says that it changed more, and nobody knows what.
	partial bool
}

// stepsOf makes steps of one resource's changes, in order of time, each once. Rules that a change names by their ids are
// looked up in what earlier changes, observations and remarks said of those ids.
func stepsOf(changes []*schema.Change, life []observation, said []schema.Remark) []step {
	slices.SortFunc(changes, compareChanges)
	changes = slices.CompactFunc(changes, func(a, b *schema.Change) bool { return a.EventID == b.EventID && a.At.Equal(b.At) })
	rules := map[string]schema.Rule{}
	var steps []step
	for _, c := range changes {
		for len(life) > 0 && !life[0].Captured.After(c.At) {
			learn(rules, life[0].Item)
			life = life[1:]
		}
		for len(said) > 0 && said[0].At.Before(c.At) {
			learnRule(rules, said[0].Rule)
			said = said[1:]
		}
		steps = append(steps, newStep(c, rules))
	}
	return steps
}

func compareChanges(a, b *schema.Change) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.EventID, b.EventID))
}

// learn takes the ids of rules from an observation, where it has them.
func learn(rules map[string]schema.Rule, it *schema.Item) {
	if it.Group == nil {
		return
	}
	for _, r := range it.Group.Rules {
		learnRule(rules, r)
	}
}

func learnRule(rules map[string]schema.Rule, r schema.Rule) {
	if r.RuleID != "" {
		rules[r.RuleID] = r
	}
}

// newStep takes a change apart, and learns the ids that it tells.
func newStep(c *schema.Change, rules map[string]schema.Rule) step {
	s := step{Change: c, partial: c.Partial}
	for _, r := range c.AddedRules {
		s.sets = append(s.sets, ruleSetting(r, there))
		learnRule(rules, r)
	}
	for _, r := range c.RemovedRules {
		s.sets = append(s.sets, ruleSetting(r, ""))
	}
	for _, id := range c.RemovedRuleIDs {
		if r, ok := rules[id]; ok {
			s.sets = append(s.sets, ruleSetting(r, ""))
		} else {
			s.partial = true
		}
	}
	for _, r := range c.ModifiedRules {
		s.modify(r, rules)
	}
	s.members(c)
	s.sets = netSettings(s.sets)
	return s
}

// netSettings leaves out what one step both takes and gives: two rules that swap their contents.
func netSettings(sets []setting) []setting {
	values := map[facet]string{}
	both := map[facet]bool{}
	for _, x := range sets {
		if v, ok := values[x.facet]; ok && v != x.value {
			both[x.facet] = true
		}
		values[x.facet] = x.value
	}
	return slices.DeleteFunc(sets, func(x setting) bool { return both[x.facet] })
}

// modify replaces the content that the rule had. Without it not even the new rule's direction is known.
func (s *step) modify(r schema.Rule, rules map[string]schema.Rule) {
	old, ok := rules[r.RuleID]
	if !ok {
		s.partial = true
		return
	}
	r.Direction = old.Direction
	r.Description = cmp.Or(r.Description, old.Description)
	rules[r.RuleID] = r
	if old.Key() != r.Key() {
		s.sets = append(s.sets, ruleSetting(old, ""), ruleSetting(r, there))
	}
}

// members are what a change sets of interfaces and prefix lists.
func (s *step) members(c *schema.Change) {
	if len(c.Groups) > 0 {
		s.sets = append(s.sets, fieldSetting(wornGroups, strings.Join(c.Groups, ",")))
	}
	if c.InstanceID != "" {
		s.sets = append(s.sets, fieldSetting(onInstance, c.InstanceID))
	}
	s.places("", c.RemovedAddresses, c.RemovedPrefixes, c.RemovedEntries)
	s.places(there, c.AddedAddresses, c.AddedPrefixes, c.AddedEntries)
}

func (s *step) places(value string, addrs []netip.Addr, prefixes, entries []netip.Prefix) {
	for _, a := range addrs {
		s.sets = append(s.sets, setting{facet: facet{addr: a}, value: value})
	}
	for _, p := range prefixes {
		s.sets = append(s.sets, setting{facet: facet{prefix: p}, value: value})
	}
	for _, p := range entries {
		s.sets = append(s.sets, setting{facet: facet{prefix: p, entry: true}, value: value})
	}
}

// finds returns what the step sets a facet to.
func (s *step) finds(f facet) (string, bool) { return find(s.sets, f) }

func find(sets []setting, f facet) (string, bool) {
	for _, x := range sets {
		if x.facet == f {
			return x.value, true
		}
	}
	return "", false
}

// shown says that c is as the step left it.
func (s *step) shown(c condition) bool {
	return !slices.ContainsFunc(s.sets, func(x setting) bool { return c.value(x.facet) != x.value })
}

// perSecond makes one step of all of a second, whose order nobody knows. What was added and removed alike is as it was,
// since AWS refuses to add what is there and to remove what is not; what was added once more than removed is there. That
// does not hold for entries of prefix lists, nor for fields: two values in one second leave it open which came last.
func perSecond(steps []step) []step {
	var out []step
	for len(steps) > 0 {
		n := 1
		for n < len(steps) && steps[n].At.Equal(steps[0].At) {
			n++
		}
		if s := together(steps[:n]); len(s.sets) > 0 || s.partial {
			out = append(out, s)
		}
		steps = steps[n:]
	}
	return out
}

func together(steps []step) step {
	if len(steps) == 1 {
		return steps[0]
	}
	out := step{Change: steps[0].Change}
	balance, open := map[facet]int{}, map[facet]bool{}
	var all []setting
	for _, s := range steps {
		out.partial = out.partial || s.partial
		for _, x := range s.sets {
			if value, ok := find(all, x.facet); ok && value != x.value && (x.entry || x.field != "") {
				open[x.facet], out.partial = true, true
			}
			all = append(all, x)
			balance[x.facet]++
			if x.value == "" {
				balance[x.facet] -= 2
			}
		}
	}
	for _, x := range all {
		wins := x.field != "" || (balance[x.facet] > 0) == (x.value == there) && balance[x.facet] != 0
		if _, twice := out.finds(x.facet); wins && !open[x.facet] && !twice {
			out.sets = append(out.sets, x)
		}
	}
	return out
}

// second cuts a time to the second, as CloudTrail does.
func second(t time.Time) time.Time { return t.Truncate(time.Second) }
