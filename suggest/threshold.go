package suggest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sgfit/schema"
)

// Counts are what a plan or a comparison holds, by name.
type Counts map[string]int

// Threshold is exceeded where there is more of what it names than it lets pass.
type Threshold struct {
	Name string
	Over int
}

// String is how a threshold is written.
func (t Threshold) String() string { return fmt.Sprintf("%s>%d", t.Name, t.Over) }

// ParseThresholds reads "admin-port-open,removable>10": names of counts, each with how many of it pass, none if it does
// not say.
func ParseThresholds(text string, names []string) ([]Threshold, error) {
	var out []Threshold
	for word := range strings.SplitSeq(text, ",") {
		name, over, limited := strings.Cut(strings.TrimSpace(word), ">")
		t := Threshold{Name: strings.TrimSpace(name)}
		if !slices.Contains(names, t.Name) {
			return nil, fmt.Errorf("%q is nothing that is counted; give some of %s", t.Name, strings.Join(names, ", "))
		}
		if limited {
			n, err := strconv.Atoi(strings.TrimSpace(over))
			if err != nil || n < 0 {
				return nil, fmt.Errorf("%q: after > comes a whole number from 0 on", word)
			}
			t.Over = n
		}
		out = append(out, t)
	}
	return out, nil
}

// Exceeded returns the thresholds that are.
func (c Counts) Exceeded(thresholds []Threshold) []Threshold {
	var out []Threshold
	for _, t := range thresholds {
		if c[t.Name] > t.Over {
			out = append(out, t)
		}
	}
	return out
}

// kinds are those of findings, in the order in which they are listed.
var kinds = [...]Kind{NoTraffic, ProbeOnly, WildcardSource, SmallerSource, WidePorts, AllProtocols, Redundant, Shadowed, AdminPortOpen,
	DefaultGroup, OpenEgress, UnattachedGroup, StaleReference, NotObservable, YoungRule, ThinEvidence}

// Names of counts of a plan beside its findings and actions.
const (
	countRemovable = "removable"         // rules to remove, as "remove"
	countChanges   = "changes"           // rules to remove or replace
	countRefused   = "refused-last-week" // conversations that the plan of a week ago would have refused since
	// Exceptions that ran out, and those that no rule in force is.
	countExpired   = string(RanOut) + exceptionSuffix
	countUnmatched = string(Unmet) + exceptionSuffix
)

// PlanNames are the names of a plan's counts.
func PlanNames() []string {
	var out []string
	for _, k := range kinds {
		out = append(out, string(k))
	}
	return append(out, string(Remove), string(Replace), string(Review), string(Keep), countRemovable, countChanges, countRefused, countExpired, countUnmatched)
}

// Counts counts rules by action, and rules and groups by finding. A wildcard that the plan accepts, and so keeps, is no
// wildcard-source here, nor is a finding that an exception in force answers for one of its kind: see OnRecord.
func (p Plan) Counts() Counts {
	c := Counts{}
	for _, name := range PlanNames() {
		c[name] = 0
	}
	p.countFindings(c, false)
	for _, g := range p.Groups {
		for _, r := range g.Rules {
			c[string(r.Action)]++
		}
	}
	c[countRemovable], c[countChanges] = c[string(Remove)], c[string(Remove)]+c[string(Replace)]
	for _, x := range p.Exceptions {
		switch x.State {
		case Expired:
			c[countExpired]++
		case Unmatched:
			c[countUnmatched]++
		}
	}
	if p.Backtest != nil {
		c[countRefused] = int(p.Backtest.Refused)
	}
	return c
}

// OnRecord counts the findings that exceptions in force answer for, by kind.
func (p Plan) OnRecord() Counts {
	c := Counts{}
	p.countFindings(c, true)
	return c
}

func (p *Plan) countFindings(c Counts, onRecord bool) {
	for i := range p.Groups {
		g := &p.Groups[i]
		c.findings(g.Findings, func(Kind) bool { return g.untouchable() == onRecord })
		for _, r := range g.Rules {
			c.findings(r.Findings, func(k Kind) bool {
				covered := r.Exception != nil && slices.Contains(r.Exception.Covers, k)
				return covered == onRecord && (onRecord || k != WildcardSource || r.Action != Keep)
			})
		}
	}
}

// untouchable says that each rule of the group is on record as that.
func (g *Group) untouchable() bool {
	return len(g.Rules) > 0 && !slices.ContainsFunc(g.Rules, func(r Rule) bool { return r.Exception == nil || r.Exception.Kind != Untouchable })
}

// findings counts each kind once.
func (c Counts) findings(findings []Finding, wanted func(Kind) bool) {
	var seen []Kind
	for _, f := range findings {
		if wanted(f.Kind) && !slices.Contains(seen, f.Kind) {
			seen = append(seen, f.Kind)
			c[string(f.Kind)]++
		}
	}
}

// Names of counts of a comparison beside its outcomes.
const (
	countWider     = "wider"          // directions of groups in which a rule admits something new
	countGrown     = "grown"          // those in which groups' members or lists' entries do
	countAdmin     = "new-open-admin" // rules that newly open an administration port to the world
	countWorld     = "new-wildcard"   // rules that newly open anything to the world
	countNewRule   = "new-rule"       // rules that came, those that were suggested included
	countGoneRule  = "gone-rule"      // rules that went
	countNewGroup  = "new-group"      // groups that came
	countGoneGroup = "gone-group"     // groups that went
	countAction    = "changed-action" // rules for which the plans would do different things
	countGrade     = "changed-grade"  // rules of which the plans are not as sure
	countFresh     = "new-removal"    // rules that the new plan would remove, and the old one would not
	countOnRecord  = "new-on-record"  // rules that admit something new, with an exception in force that answers for it
	// exceptionSuffix ends the names of counts of exceptions, by their change.
	exceptionSuffix = "-exception"
)

// ComparisonNames are the names of a comparison's counts, in the order in which they are listed.
func ComparisonNames() []string {
	return []string{string(Applied), string(Partly), string(Otherwise), string(Ignored), countWider, countGrown, countAdmin, countWorld,
		countNewRule, countGoneRule, countNewGroup, countGoneGroup, countAction, countGrade, countFresh, countOnRecord, string(RanOut) + exceptionSuffix,
		string(Unmet) + exceptionSuffix, string(Withdrawn) + exceptionSuffix, string(Extended) + exceptionSuffix, string(Granted) + exceptionSuffix}
}

// OnRecord says that an exception in force answers for how wide the rule is.
func (r *RuleComparison) OnRecord() bool {
	return r.Exception != nil && r.Exception.Kind != Seasonal && !r.Blanket
}

func (c *Comparison) count(g GroupComparison) {
	add := func(name string, is bool) {
		if is {
			c.Counts[name]++
		}
	}
	add(countNewGroup, g.Change == "new")
	add(countGoneGroup, g.Change == "gone")
	wider := map[schema.Direction]bool{}
	for _, r := range g.Rules {
		wider[r.Direction] = wider[r.Direction] || r.Wider && !r.OnRecord()
	}
	for d, c := range map[schema.Direction]*DirectionComparison{schema.Ingress: g.Ingress, schema.Egress: g.Egress} {
		add(countWider, c != nil && c.Wider && wider[d])
		add(countGrown, c != nil && c.Grown)
	}
	for _, r := range g.Rules {
		add(string(r.Outcome), r.Outcome != "")
		add(countNewRule, r.Was == nil)
		add(countGoneRule, r.Is == nil)
		add(countAdmin, r.OpensAdmin && !r.OnRecord())
		add(countWorld, r.OpensWorld && !r.OnRecord())
		add(countOnRecord, r.Wider && r.OnRecord())
		both := r.Was != nil && r.Is != nil
		add(countAction, both && r.Was.Action != r.Is.Action)
		add(countGrade, both && r.Was.Action == r.Is.Action && r.Was.Grade != r.Is.Grade)
		add(countFresh, r.Is != nil && r.Is.Action == Remove && (r.Was == nil || r.Was.Action != Remove))
	}
}
