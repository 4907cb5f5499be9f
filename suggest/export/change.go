package export

import (
	"errors"
	"fmt"
	"slices"

	"sgfit/suggest"
)

// group is what becomes of one security group.
type group struct {
	*suggest.Group
	today   map[string]rule // every rule of the group by its key
	kept    []rule          // that the plan keeps, as they are
	changes []change
	adds    []rule           // that are not there yet, each once; sorted
	stands  map[string][]int // by key of a rule: the places of the changes that it stands for, ascending
}

// change is one rule that is removed or replaced.
type change struct {
	rule   *suggest.Rule
	was    rule
	stays  bool   // it is one of the rules that stand for it, or for another
	pieces []rule // that stand for it; none where it is removed
	needs  []need // that must be there while it is not
	step   int    // in which it is made, from 0
}

// need is a rule that is not changed, and on which a change relies.
type need struct {
	group *suggest.Group
	rule  rule
}

// selection is what an export is about.
type selection struct {
	groups   []group // with at least one change, in the plan's order
	warnings []string
	rules    int // that are removed or replaced
	owners   map[string]string
	byName   map[string]place
}

// place is where a rule stands in a plan.
type place struct {
	group *suggest.Group
	rule  *suggest.Rule
}

// choose takes from a plan what is exported.
func choose(plan suggest.Plan, opt Options) (selection, error) {
	s := selection{owners: map[string]string{}, byName: map[string]place{}}
	for i := range plan.Groups {
		g := &plan.Groups[i]
		s.owners[g.GroupID] = g.AccountID
		for j := range g.Rules {
			s.byName[suggest.RuleName(g.GroupID, g.Rules[j])] = place{g, &g.Rules[j]}
		}
	}
	for _, id := range opt.Groups {
		if _, known := s.owners[id]; !known {
			return s, &UnknownGroupError{id}
		}
	}
	for i := range plan.Groups {
		g := &plan.Groups[i]
		if len(opt.Groups) > 0 && !slices.Contains(opt.Groups, g.GroupID) {
			continue
		}
		if err := s.take(g, opt); err != nil {
			s.warn("%s is left out: %v", line(g.GroupID), err)
		}
	}
	for i := range s.groups {
		s.groups[i].settle()
	}
	s.groups = slices.DeleteFunc(s.groups, func(g group) bool { return len(g.changes) == 0 })
	s.sum()
	return s, nil
}

// chooseToMake takes what files are to make and revoke: the rules that groups come to, in steps that the quota allows.
func chooseToMake(plan suggest.Plan, opt Options) (selection, error) {
	s, err := choose(plan, opt)
	if err == nil {
		s.schedule(plan)
	}
	return s, err
}

// chooseToTell takes what is said of single rules.
func chooseToTell(plan suggest.Plan, opt Options) (selection, error) {
	opt.PerRule = true
	return choose(plan, opt)
}

// sum counts what is changed.
func (s *selection) sum() {
	s.rules = 0
	for _, g := range s.groups {
		s.rules += len(g.changes)
	}
}

// UnknownGroupError names a group that is not in the plan.
type UnknownGroupError struct{ GroupID string }

func (e *UnknownGroupError) Error() string {
	return fmt.Sprintf("security group %q is not in the plan", e.GroupID)
}

func (s *selection) warn(format string, args ...any) {
	s.warnings = append(s.warnings, fmt.Sprintf(format, args...))
}

// take adds a group with the rules of it that are exported.
func (s *selection) take(g *suggest.Group, opt Options) error {
	chosen := func(r suggest.Rule) bool {
		return (r.Action == suggest.Remove || r.Action == suggest.Replace) && (len(opt.Actions) == 0 || slices.Contains(opt.Actions, r.Action))
	}
	if !slices.ContainsFunc(g.Rules, chosen) {
		return nil
	}
	switch {
	case !groupForm.MatchString(g.GroupID):
		return fmt.Errorf("%q is no security group id", g.GroupID)
	case !accountForm.MatchString(g.AccountID):
		return fmt.Errorf("%q is no account id", g.AccountID)
	case !regionForm.MatchString(g.Region):
		return fmt.Errorf("%q is no region", g.Region)
	}
	out := group{Group: g, today: map[string]rule{}}
	var folded map[string][]suggest.ReplacementRule
	if !opt.PerRule && len(g.Suggested) > 0 {
		ok := false
		if folded, ok = g.Folded(); !ok {
			s.warn("%s: its suggested rules are not what its replacements come to, as in a plan that was changed by hand: each rule is replaced by itself", g.GroupID)
		}
	}
	for i := range g.Rules {
		r := &g.Rules[i]
		was, err := s.asItIs(g, r)
		if err == nil {
			out.today[was.key()] = was
		}
		if err == nil && r.Action == suggest.Keep {
			out.kept = append(out.kept, was)
		}
		if !chosen(*r) {
			continue
		}
		c := change{rule: r, was: was}
		if err == nil {
			stand := r.Replacement
			if together := folded[suggest.RuleName(g.GroupID, *r)]; together != nil {
				stand = together
			}
			c.pieces, err = s.piecesOf(g, r, stand)
		}
		if err != nil {
			s.warn("%s: rule %d is left out: %v", g.GroupID, i+1, err)
			continue
		}
		out.changes = append(out.changes, c)
	}
	s.groups = append(s.groups, out)
	return nil
}

// asItIs is a rule of a plan as EC2 has it today.
func (s *selection) asItIs(g *suggest.Group, r *suggest.Rule) (rule, error) {
	out, err := makeRule(r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer, r.Description)
	if err != nil {
		return out, err
	}
	if r.RuleID != nil && ruleForm.MatchString(*r.RuleID) {
		out.id = *r.RuleID
	}
	out.owner = s.owner(g, out, r.PeerOwner)
	return out, nil
}

// piecesOf are the rules that stand for a rule; none where it is removed.
func (s *selection) piecesOf(g *suggest.Group, r *suggest.Rule, stand []suggest.ReplacementRule) ([]rule, error) {
	if r.Action == suggest.Remove {
		return nil, nil
	}
	if len(stand) == 0 {
		return nil, errors.New("the plan replaces it by nothing")
	}
	var out []rule
	for _, p := range stand {
		piece, err := makeRule(r.Direction, p.Protocol, p.FromPort, p.ToPort, p.Peer, p.Description)
		if err != nil {
			return nil, fmt.Errorf("of the rules that stand for it, %w", err)
		}
		said := ""
		if p.Peer == r.Peer {
			said = r.PeerOwner
		}
		piece.owner = s.owner(g, piece, said)
		out = append(out, piece)
	}
	return out, nil
}

// owner is the account of the group that is a rule's peer, "" where it is the rule's own.
func (s *selection) owner(g *suggest.Group, r rule, said string) string {
	account, known := s.owners[r.peer.Value]
	if !known {
		account = said
	}
	if account == g.AccountID || !accountForm.MatchString(account) {
		return ""
	}
	return account
}

// settle finds what is added and what stays: a rule that equals one of those that stand for it, or for another, is not
// revoked to be added again.
func (g *group) settle() {
	after := map[string]bool{}
	for _, c := range g.changes {
		for _, p := range c.pieces {
			if _, there := g.today[p.key()]; !there && !after[p.key()] {
				g.adds = append(g.adds, p)
			}
			after[p.key()] = true
		}
	}
	slices.SortFunc(g.adds, rule.compare)
	for i := range g.changes {
		g.changes[i].stays = after[g.changes[i].was.key()]
	}
	g.index()
}

// index notes which changes each rule stands for.
func (g *group) index() {
	g.stands = map[string][]int{}
	for i, c := range g.changes {
		for _, p := range c.pieces {
			if at := g.stands[p.key()]; len(at) == 0 || at[len(at)-1] != i {
				g.stands[p.key()] = append(at, i)
			}
		}
	}
}

// findNeeds notes what each change relies on: rules in force that stand for it, and those that carry its traffic on.
// Rules that are changed as well are checked with their own change.
func (s *selection) findNeeds() {
	changed, gone := map[string]bool{}, map[string]bool{} // by group and key
	for _, g := range s.groups {
		for _, c := range g.changes {
			changed[g.GroupID+" "+c.was.key()] = true
			gone[g.GroupID+" "+c.was.key()] = !c.stays && len(c.pieces) == 0
		}
	}
	for i := range s.groups {
		g := &s.groups[i]
		for j := range g.changes {
			c := &g.changes[j]
			add := func(in *suggest.Group, r rule) {
				if !changed[in.GroupID+" "+r.key()] {
					c.needs = append(c.needs, need{in, r})
				}
			}
			for _, p := range c.pieces {
				if today, there := g.today[p.key()]; there {
					add(g.Group, today)
				}
			}
			for _, name := range c.rule.StillThrough {
				at, known := s.byName[name]
				if !known {
					s.warn("%s %s relies on a rule that is not in the plan, and that no script looks up: %s", g.GroupID, c.was.words(), line(name))
					continue
				}
				r, err := s.asItIs(at.group, at.rule)
				if err != nil || !groupForm.MatchString(at.group.GroupID) {
					continue
				}
				if gone[at.group.GroupID+" "+r.key()] {
					s.warn("%s %s relies on a rule that is removed as well, so that what flowed through both is cut: %s", g.GroupID, c.was.words(), line(name))
				}
				add(at.group, r)
			}
		}
	}
}
