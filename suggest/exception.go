package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
)

// ExceptionKind is what an exception asks for.
type ExceptionKind string

// The three kinds of exceptions.
const (
	Accepted    ExceptionKind = "accepted"    // an opening to every address, which stays
	Seasonal    ExceptionKind = "seasonal"    // needed in some months; nothing is changed for silence in the others
	Untouchable ExceptionKind = "untouchable" // stays as it is
)

// Exception is a rule, or a whole group, that its owner answers for until a day. Rules are matched by what they admit,
// so that an exception outlives ids. Owner and Reason are text of the users of the file.
type Exception struct {
	Kind      ExceptionKind `json:"kind"`
	Group     string        `json:"group"` // sg-…, or a name, of whichever VPC unless VPCID or AccountID say which
	VPCID     string        `json:"vpc_id,omitempty"`
	AccountID string        `json:"account_id,omitempty"`
	// Direction, Protocol, ports and Peer are the rule's, as the plan has them; all empty for every rule of the group.
	Direction schema.Direction `json:"direction,omitempty"`
	Protocol  string           `json:"protocol,omitempty"`
	FromPort  *int32           `json:"from_port,omitempty"`
	ToPort    *int32           `json:"to_port,omitempty"`
	Peer      string           `json:"peer,omitempty"` // CIDR, sg-…, pl-…, or a group's name
	Owner     string           `json:"owner"`
	Reason    string           `json:"reason"`
	Expires   string           `json:"expires"`          // the last day on which it holds, such as 2027-06-30
	Months    []int            `json:"months,omitempty"` // of a seasonal one: 1 to 12, ascending
}

// ExceptionState is what an exception is worth on the plan's day.
type ExceptionState string

// The states of exceptions.
const (
	InForce   ExceptionState = "in-force"
	Expired   ExceptionState = "expired"   // it ran out: it changes nothing
	Unmatched ExceptionState = "unmatched" // no rule in force is what it says
)

// ExceptionRecord is one exception with what became of it.
type ExceptionRecord struct {
	Exception Exception      `json:"exception"`
	State     ExceptionState `json:"state"`
	Why       string         `json:"why"`   // one sentence
	Rules     []string       `json:"rules"` // that it stands for, by RuleName
}

// RuleException is the exception that a rule is on record with.
type RuleException struct {
	Kind    ExceptionKind `json:"kind"`
	Owner   string        `json:"owner"`
	Reason  string        `json:"reason"`
	Expires string        `json:"expires"`
	// Covers are the findings of the rule that the exception answers for: they fail no job.
	Covers []Kind `json:"covers,omitempty"`
}

// openness are findings that say how wide a rule is.
var openness = []Kind{WildcardSource, SmallerSource, WidePorts, AllProtocols, AdminPortOpen, OpenEgress}

// outOfSeason are findings that a season which was not observed explains.
var outOfSeason = []Kind{NoTraffic, ProbeOnly, Redundant, Shadowed, SmallerSource, WidePorts, AllProtocols, ThinEvidence}

// covers says whether the exception answers for a finding; unseen says that its season was not observed.
func (x *Exception) covers(k Kind, unseen bool) bool {
	switch x.Kind {
	case Accepted:
		return slices.Contains(openness, k)
	case Seasonal:
		return unseen && slices.Contains(outOfSeason, k)
	}
	return true
}

// covered are those of a rule's findings, each once.
func (x *Exception) covered(findings []Finding, unseen bool) []Kind {
	out := []Kind{}
	for _, f := range findings {
		if x.covers(f.Kind, unseen) && !slices.Contains(out, f.Kind) {
			out = append(out, f.Kind)
		}
	}
	return out
}

// wholeGroup says that the exception is for all rules of its group.
func (x *Exception) wholeGroup() bool { return x.Direction == "" }

// Name says what the exception is for: "web ingress tcp 443 0.0.0.0/0", "sg-0abc in vpc-0a, every rule".
func (x *Exception) Name() string {
	name := x.Group
	if place := strings.Join(slices.DeleteFunc([]string{x.VPCID, x.AccountID}, func(s string) bool { return s == "" }), ", "); place != "" {
		name += " (" + place + ")"
	}
	if x.wholeGroup() {
		return name + ", every rule"
	}
	p, _ := schema.ParseProtocol(x.Protocol) // read by ourselves
	return name + " " + string(x.Direction) + " " + ruleWords(p, portOr(x.FromPort), portOr(x.ToPort), schema.Peer{Value: x.Peer})
}

// isGroup says whether the group is meant.
func (x *Exception) isGroup(g *Group) bool {
	named := !isID(x.Group) && x.Group == g.GroupName
	return (named || x.Group == g.GroupID) &&
		(x.VPCID == "" || x.VPCID == g.VPCID) && (x.AccountID == "" || x.AccountID == g.AccountID)
}

// isRule says whether a rule of that group is meant. named are the names of groups by id.
func (x *Exception) isRule(r *Rule, named map[string]string) bool {
	if x.wholeGroup() {
		return true
	}
	peer := r.Peer.Value == x.Peer || r.Peer.Kind == schema.PeerGroup && !isID(x.Peer) && named[r.Peer.Value] == x.Peer
	return peer && x.Direction == r.Direction && x.Protocol == r.Protocol && portOr(x.FromPort) == portOr(r.FromPort) && portOr(x.ToPort) == portOr(r.ToPort)
}

// isID says that a word is an id or a CIDR, and no group's name: a group may be named like a CIDR.
func isID(s string) bool {
	_, err := schema.ParseCIDR(s)
	return err == nil || s == "" || strings.HasPrefix(s, "sg-") || strings.HasPrefix(s, "pl-")
}

// before says whether x acts on a rule rather than y: one for the rule before one for its group, then by kind.
func (x *Exception) before(y *Exception) bool {
	rank := func(e *Exception) int { return slices.Index([]ExceptionKind{Untouchable, Accepted, Seasonal}, e.Kind) }
	if x.wholeGroup() != y.wholeGroup() {
		return !x.wholeGroup()
	}
	return rank(x) < rank(y)
}

// MatchExceptions says what exceptions are worth on a day, for groups with rules of which the content suffices, and which
// of them acts on which rule, by RuleName.
func MatchExceptions(groups []Group, exceptions []Exception, asOf time.Time) ([]ExceptionRecord, map[string]*Exception) {
	named := map[string]string{}
	for i := range groups {
		named[groups[i].GroupID] = groups[i].GroupName
	}
	records, acting := []ExceptionRecord{}, map[string]*Exception{}
	for i := range exceptions {
		x := &exceptions[i]
		record := ExceptionRecord{Exception: *x, Rules: []string{}}
		isThere := false
		for j := range groups {
			if !x.isGroup(&groups[j]) {
				continue
			}
			isThere = true
			for k := range groups[j].Rules {
				if r := &groups[j].Rules[k]; x.isRule(r, named) {
					record.Rules = append(record.Rules, RuleName(groups[j].GroupID, *r))
				}
			}
		}
		record.State, record.Why = x.state(record.Rules, isThere, asOf)
		records = append(records, record)
		for _, name := range record.Rules {
			if record.State == InForce && (acting[name] == nil || x.before(acting[name])) {
				acting[name] = x
			}
		}
	}
	return records, acting
}

func (x *Exception) state(rules []string, isThere bool, asOf time.Time) (ExceptionState, string) {
	switch {
	case day(asOf) > x.Expires:
		return Expired, fmt.Sprintf("it ran out after %s: ask %s whether it is still needed", x.Expires, x.Owner)
	case len(rules) > 0:
		return InForce, fmt.Sprintf("it stands for %s until %s", count(int64(len(rules)), "rule"), x.Expires)
	case !isThere:
		return Unmatched, "no group of that id or name is there"
	case x.wholeGroup():
		return Unmatched, "the group has no rules"
	}
	return Unmatched, "the group has no such rule: it was changed or removed, so the exception can go"
}

// exceptionNotes says which exceptions are worth nothing.
func exceptionNotes(records []ExceptionRecord) []Note {
	var out []Note
	for _, n := range []struct {
		state      ExceptionState
		kind, verb string
	}{{Expired, "exceptions-expired", "ran out and no longer count"}, {Unmatched, "exceptions-unmatched", "match no rule in force"}} {
		var names []string
		for _, r := range records {
			if r.State == n.state {
				names = append(names, fmt.Sprintf("%s (%s, %s)", r.Exception.Name(), r.Exception.Kind, r.Exception.Owner))
			}
		}
		if len(names) > 0 {
			out = append(out, Note{n.kind, fmt.Sprintf("%d of %s %s: %s.", len(names), count(int64(len(records)), "exception"), n.verb, list(names, 5))})
		}
	}
	return out
}

func sortNotes(notes []Note) {
	slices.SortStableFunc(notes, func(a, b Note) int { return cmp.Compare(a.Kind, b.Kind) })
}
