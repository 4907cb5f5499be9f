package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sgfit/schema"
)

// ObservationKind names what is observed of groups as wholes.
type ObservationKind string

// What is said of groups together. Nothing of it is changed by a plan.
const (
	SameRules     ObservationKind = "same-rules"       // groups of one VPC that would have the same rules
	TravelsWith   ObservationKind = "travels-with"     // a group that is worn with another only
	Unworn        ObservationKind = "unworn"           // groups that nothing wears
	NewPrefixList ObservationKind = "new-prefix-list"  // CIDRs that recur, and could be one customer-managed prefix list
	AWSService    ObservationKind = "aws-service"      // peers that are an AWS service's, of which AWS manages the list
	QuotaOnTheWay ObservationKind = "quota-on-the-way" // old and new rules do not fit a group at once
)

// Observation is one thing said of groups as wholes: for people to act on.
type Observation struct {
	Kind   ObservationKind `json:"kind"`
	Text   string          `json:"text"`
	Groups []string        `json:"groups"`          // ids, sorted
	CIDRs  []string        `json:"cidrs,omitempty"` // of a prefix list, sorted
}

// observe says what the groups of a finished plan come to, each by itself and together.
func (p *Plan) observe(e *estate) {
	p.PrefixLists = e.listWeights(p)
	eachPart(p.Groups, func(groups []Group) {
		for i := range groups {
			groups[i].Suggested = nil
			if slices.ContainsFunc(groups[i].Rules, func(r Rule) bool { return r.Action == Replace }) {
				groups[i].Suggested = groups[i].suggested()
			}
		}
	})
	parts := []func() []Observation{p.sameRules, func() []Observation { return e.travelling(p) }, p.unworn, p.recurring, p.awsServices, p.quotaOnTheWay}
	observed := make([][]Observation, len(parts))
	eachApart(len(parts), func(i int) { observed[i] = parts[i]() })
	p.Observations = slices.Concat(observed...)
}

// rulesAfter are the rules that a group has when the plan is applied, by content; sorted.
func rulesAfter(g *Group) []string {
	var out []string
	for i := range g.Rules {
		if r := &g.Rules[i]; r.Action == Keep || r.Action == Review {
			out = append(out, strings.TrimSpace(RuleName("", *r)))
		}
	}
	for _, s := range g.Suggested {
		out = append(out, strings.TrimSpace(s.name()))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// name is the rule's, without a group.
func (s *SuggestedRule) name() string {
	return RuleName("", Rule{Direction: s.Direction, Protocol: s.Protocol, FromPort: s.FromPort, ToPort: s.ToPort, Peer: s.Peer})
}

// sameRules finds worn groups of one VPC that would have the same rules, inbound ones among them.
func (p *Plan) sameRules() []Observation {
	alike := map[string][]*Group{}
	for i := range p.Groups {
		g := &p.Groups[i]
		rules := rulesAfter(g)
		if g.Interfaces > 0 && slices.ContainsFunc(rules, func(r string) bool { return strings.HasPrefix(r, string(schema.Ingress)) }) {
			key := strings.Join([]string{g.AccountID, g.Region, g.VPCID, strings.Join(rules, "\n")}, "\n")
			alike[key] = append(alike[key], g)
		}
	}
	var out []Observation
	for _, groups := range alike {
		if len(groups) > 1 {
			out = append(out, Observation{SameRules, fmt.Sprintf(
				"%s of %s would have the same %s: %s. One could stand for all of them.", count(int64(len(groups)), "group"), groups[0].VPCID,
				count(int64(len(rulesAfter(groups[0]))), "rule"), list(groupNames(groups), 5)), groupIDs(groups), nil})
		}
	}
	return sorted(out)
}

// travelling finds groups that are worn with another only: by the same interfaces, or by most of the other's.
func (e *estate) travelling(p *Plan) []Observation {
	worn, together := map[string]int{}, map[[2]string]int{}
	for _, groups := range e.inv.Addresses {
		for _, a := range groups {
			worn[a]++
			for _, b := range groups {
				if a != b && e.inv.GroupVPC[a] == e.inv.GroupVPC[b] {
					together[[2]string{a, b}]++
				}
			}
		}
	}
	known := map[string]*Group{}
	for i := range p.Groups {
		known[p.Groups[i].GroupID] = &p.Groups[i]
	}
	var out []Observation
	for pair, n := range together {
		a, b := known[pair[0]], known[pair[1]]
		mutual := worn[pair[0]] == worn[pair[1]]
		if a == nil || b == nil || n != worn[pair[0]] || e.inv.Wearers[pair[0]] < 2 || 2*n <= worn[pair[1]] || mutual && pair[0] > pair[1] {
			continue
		}
		text := fmt.Sprintf("Every interface that wears %s wears %s too (%d of its %d): their rules could be one group's.",
			groupName(a), groupName(b), e.inv.Wearers[pair[0]], e.inv.Wearers[pair[1]])
		if mutual {
			text = fmt.Sprintf("%s and %s are worn by the same %s: they could be one group.", groupName(a), groupName(b), count(int64(e.inv.Wearers[pair[0]]), "interface"))
		}
		out = append(out, Observation{TravelsWith, text, groupIDs([]*Group{a, b}), nil})
	}
	return sorted(out)
}

// unworn names the groups that nothing wore, and those of them that rules of others refer to.
func (p *Plan) unworn() []Observation {
	named := map[string]bool{}
	for i := range p.Groups {
		for _, r := range p.Groups[i].Rules {
			if r.Peer.Kind == schema.PeerGroup && r.Peer.Value != p.Groups[i].GroupID {
				named[r.Peer.Value] = true
			}
		}
	}
	var unworn, referred []*Group
	for i := range p.Groups {
		if g := &p.Groups[i]; slices.ContainsFunc(g.Findings, func(f Finding) bool { return f.Kind == UnattachedGroup }) {
			unworn = append(unworn, g)
			if named[g.GroupID] {
				referred = append(referred, g)
			}
		}
	}
	if len(unworn) == 0 {
		return nil
	}
	text := fmt.Sprintf("%s worn by no interface in the window: %s.", countOf(len(unworn), "group was", "groups were"), list(groupNames(unworn), 5))
	if len(referred) > 0 {
		text += fmt.Sprintf(" Rules of other groups name %s, and admit nobody by that.", list(groupNames(referred), 5))
	}
	return []Observation{{Unworn, text, groupIDs(unworn), nil}}
}

// awsServices says which rules reach, or let in, an AWS service of which AWS manages the prefix list.
func (p *Plan) awsServices() []Observation {
	var out []Observation
	for i := range p.Groups {
		g := &p.Groups[i]
		for j := range g.Rules {
			for _, s := range g.Rules[j].Services {
				out = append(out, Observation{AWSService, awsServiceWords(&g.Rules[j], g, s), []string{g.GroupID}, nil})
			}
		}
	}
	return sorted(out)
}

func servicePeers(r *Rule, s RuleService) string {
	if s.Peers == s.OfPeers {
		return "all " + count(int64(s.Peers), side(r.Direction)) + " are"
	}
	return fmt.Sprintf("%d of %s are", s.Peers, count(int64(s.OfPeers), side(r.Direction)))
}

func awsServiceWords(r *Rule, g *Group, s RuleService) string {
	list := s.PrefixList + " (not in the inventory: 'sgfit ingest config --live' brings it)"
	if s.PrefixListID != "" {
		list = s.PrefixListID + " (" + s.PrefixList + ")"
	}
	text := fmt.Sprintf("%s: %s %s's. AWS's own prefix list %s says so, and counts as %d against the quota of rules.",
		RuleName(groupName(g), *r), servicePeers(r, s), s.Service, list, s.Weight)
	switch s.ToldBy {
	case ToldByRanges:
		text = fmt.Sprintf("%s: %s %s's, by the addresses that AWS publishes. AWS's own prefix list is %s, and counts as %d against the quota of rules.",
			RuleName(groupName(g), *r), servicePeers(r, s), s.Service, list, s.Weight)
	case ToldByFlowLogs:
		text = fmt.Sprintf("%s: %s %s's, as the flow logs say. AWS's own prefix list %s has those of this Region, and counts as %d against the quota of rules.",
			RuleName(groupName(g), *r), servicePeers(r, s), s.Service, list, s.Weight)
	}
	if s.GatewayEndpoint {
		text += " A gateway endpoint serves it: with one the traffic stays inside AWS, and this list is what the rule must name."
	}
	return text
}

func groupName(g *Group) string {
	if g.GroupName == "" {
		return g.GroupID
	}
	return g.GroupID + " (" + g.GroupName + ")"
}

func groupNames(groups []*Group) (names []string) {
	for _, g := range groups {
		names = append(names, groupName(g))
	}
	return names
}

func groupIDs(groups []*Group) (ids []string) {
	for _, g := range groups {
		ids = append(ids, g.GroupID)
	}
	slices.Sort(ids)
	return ids
}

func countOf(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(int64(n)) + " " + more
}

func sorted(out []Observation) []Observation {
	slices.SortFunc(out, func(a, b Observation) int {
		return cmp.Or(slices.Compare(a.Groups, b.Groups), slices.Compare(a.CIDRs, b.CIDRs), cmp.Compare(a.Text, b.Text))
	})
	return out
}
