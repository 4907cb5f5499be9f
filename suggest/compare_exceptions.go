package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ExceptionChange is what became of an exception between two plans.
type ExceptionChange string

// The changes of exceptions.
const (
	RanOut    ExceptionChange = "expired"   // it was in force, and its day has passed
	Unmet     ExceptionChange = "unmatched" // it was in force, and no rule is what it says any more
	Withdrawn ExceptionChange = "withdrawn" // it was in force, and was not given with the new plan
	Extended  ExceptionChange = "extended"  // it holds until a later day
	Granted   ExceptionChange = "new"       // it is in force, and was not before
)

// ExceptionComparison is one exception of which there is anything to say.
type ExceptionComparison struct {
	Exception Exception       `json:"exception"` // as the new plan has it, or the old one where it does not
	Change    ExceptionChange `json:"change"`
	Was       ExceptionState  `json:"was,omitempty"` // in the old plan; "" where it was not there
	Is        ExceptionState  `json:"is,omitempty"`  // in the new plan
	// Rules are those that it stands for, or stood for, by RuleName.
	Rules []string `json:"rules"`
	Why   string   `json:"why"` // one sentence
}

// heldException is what one plan says of all exceptions of one kind for one thing: that of them which holds, or held longest.
type heldException struct {
	ExceptionRecord
	order int
}

// key is what an exception is for; its owner, reason and day may change. Names may hold anything.
func (x *Exception) key() string {
	return fmt.Sprintf("%s %q %q %q %s", x.Kind, x.Group, x.VPCID, x.AccountID, x.Name())
}

func heldExceptions(p Plan) map[string]heldException {
	out := map[string]heldException{}
	rank := []ExceptionState{InForce, Expired, Unmatched}
	for i, r := range p.Exceptions {
		key := r.Exception.key()
		if known, twice := out[key]; twice && cmp.Or(cmp.Compare(slices.Index(rank, known.State), slices.Index(rank, r.State)),
			-cmp.Compare(known.Exception.Expires, r.Exception.Expires)) <= 0 {
			continue
		}
		out[key] = heldException{r, i}
	}
	return out
}

// compareExceptions says which exceptions ran out, were withdrawn, extended or granted. One for groups of which one of the plans
// knows nothing is not compared.
func compareExceptions(old, now Plan, without []UncomparedScope) []ExceptionComparison {
	was, is := heldExceptions(old), heldExceptions(now)
	known := comparedGroups(old, now, without)
	out := []ExceptionComparison{}
	order := map[string]int{}
	for key, w := range was {
		i, there := is[key]
		c := ExceptionComparison{Exception: w.Exception, Was: w.State, Rules: w.Rules}
		if there {
			c.Exception, c.Is = i.Exception, i.State
		}
		if c.Is == InForce {
			c.Rules = i.Rules
		}
		if c.say(w.Exception, i.Why, now.Exceptions != nil) && known.any(c.Rules) {
			out, order[key] = append(out, c), w.order
		}
	}
	for key, i := range is {
		if _, there := was[key]; there || i.State != InForce || !known.any(i.Rules) {
			continue
		}
		out, order[key] = append(out, ExceptionComparison{Exception: i.Exception, Change: Granted, Is: i.State, Rules: i.Rules, Why: i.Why}), len(was)+i.order
	}
	slices.SortFunc(out, func(a, b ExceptionComparison) int {
		return cmp.Or(cmp.Compare(order[a.Exception.key()], order[b.Exception.key()]), cmp.Compare(a.Exception.key(), b.Exception.key()))
	})
	return out
}

// say finds what changed; false for nothing.
func (c *ExceptionComparison) say(before Exception, whyNow string, given bool) bool {
	switch {
	case c.Was == InForce && c.Is == Expired:
		c.Change, c.Why = RanOut, whyNow
	case c.Was == InForce && c.Is == Unmatched:
		c.Change, c.Why = Unmet, whyNow
	case c.Was == InForce && c.Is == "" && given:
		c.Change, c.Why = Withdrawn, "it is not in the file any more: ask "+before.Owner+" whether the opening can go"
	case c.Was == InForce && c.Is == "":
		c.Change, c.Why = Withdrawn, "the new plan was made without exceptions"
	case c.Was == InForce && c.Is == InForce && before.Expires < c.Exception.Expires:
		c.Change, c.Why = Extended, fmt.Sprintf("it held until %s, and holds until %s now", before.Expires, c.Exception.Expires)
	case c.Was != InForce && c.Is == InForce:
		c.Change, c.Why = Granted, whyNow
	default:
		return false
	}
	return true
}

// groupSet is ids of groups.
type groupSet map[string]bool

// comparedGroups are the groups of places that both plans know.
func comparedGroups(old, now Plan, without []UncomparedScope) groupSet {
	out := groupSet{}
	for _, pair := range pairGroups(old, now, without) {
		out[pair.either().GroupID] = true
	}
	return out
}

// any says whether one of the rules is of such a group.
func (s groupSet) any(rules []string) bool {
	return slices.ContainsFunc(rules, func(name string) bool {
		id, _, _ := strings.Cut(name, " ")
		return s[id]
	})
}

// blankets are exceptions for groups as wholes that were in force in the old plan, and the rules that exceptions of the new
// plan name.
type blankets struct{ groups, named map[string]bool }

func newBlankets(old, now Plan) blankets {
	b := blankets{map[string]bool{}, map[string]bool{}}
	each := func(p Plan, whole bool, do func(rule string)) {
		for i := range p.Exceptions {
			if r := &p.Exceptions[i]; r.State == InForce && r.Exception.wholeGroup() == whole {
				for _, rule := range r.Rules {
					do(rule)
				}
			}
		}
	}
	each(old, true, func(rule string) { id, _, _ := strings.Cut(rule, " "); b.groups[id] = true })
	each(now, false, func(rule string) { b.named[rule] = true })
	return b
}

// mark finds new openings that are on record by nothing but an exception for the group that is older than they are.
func (b blankets) mark(g *GroupComparison) {
	for i := range g.Rules {
		r := &g.Rules[i]
		if r.Blanket = r.Wider && r.Exception != nil && b.groups[g.GroupID] && !b.named[r.Name(g.GroupID)]; r.Blanket {
			r.Reason += ", which is for the whole group and older than this opening"
		}
	}
}
