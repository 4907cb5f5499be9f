package suggest

import (
	"cmp"
	"net/netip"
	"slices"

	"sgfit/schema"
)

// exposureMeter measures the rules, groups, VPCs and accounts of a plan. It knows each peer's units and each scope's
// classes once they were asked for.
type exposureMeter struct {
	estate *estate
	units  map[schema.Peer][]unitSpan
	vpcs   map[string]*classMap
	done   map[measured]GroupExposure
	sweep  exposureSweep
}

// measured tells sets of groups apart, of which one holds the other: an account with a single VPC is measured once.
type measured struct {
	first   *Group
	groups  int
	classes *classMap
}

func newExposureMeter(e *estate) *exposureMeter {
	return &exposureMeter{estate: e, units: map[schema.Peer][]unitSpan{}, vpcs: map[string]*classMap{}, done: map[measured]GroupExposure{}}
}

// measureExposure fills in every exposure of the plan. opaque tells peers that cannot all be listed.
func (p *Plan) measureExposure(e *estate, opaque func(schema.Peer) bool) {
	eachPart(p.Groups, func(groups []Group) {
		m := newExposureMeter(e)
		for i := range groups {
			g := &groups[i]
			for j := range g.Rules {
				g.Rules[j].Exposure = m.rule(&g.Rules[j], m.vpc(g.VPCID), opaque)
			}
		}
	})
	p.sumExposure(e)
}

// sumExposure measures groups, VPCs and accounts of a plan whose rules are measured.
func (p *Plan) sumExposure(e *estate) {
	eachPart(p.Groups, func(groups []Group) {
		m := newExposureMeter(e)
		for i := range groups {
			g := &groups[i]
			one := []*Group{g}
			g.Exposure = &GroupExposure{
				Ingress: m.change(one, schema.Ingress, m.vpc(g.VPCID)), Egress: m.change(one, schema.Egress, m.vpc(g.VPCID))}
			g.ExposureBits = ExposureBits{Ingress: g.Exposure.Ingress.bits(), Egress: g.Exposure.Egress.bits()}
		}
	})
	p.Exposure = newExposureMeter(e).scopes(p.Groups)
}

// scope names an account, a Region of it, or a VPC: what is "" is not told apart.
type scope struct{ account, region, vpc string }

func compareScopes(a, b scope) int {
	return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.region, b.region), cmp.Compare(a.vpc, b.vpc))
}

// scopes measures all scopes of the groups that an interface wore.
func (m *exposureMeter) scopes(groups []Group) *PlanExposure {
	byScope := map[scope][]*Group{}
	regions := map[string]map[string]bool{}
	for i := range groups {
		g := &groups[i]
		if regions[g.AccountID] == nil {
			regions[g.AccountID] = map[string]bool{}
		}
		regions[g.AccountID][g.Region] = true
		own := []scope{{g.AccountID, "", ""}, {g.AccountID, g.Region, ""}}
		if g.VPCID != "" {
			own = append(own, scope{g.AccountID, g.Region, g.VPCID})
		}
		for _, s := range slices.Compact(own) { // without a Region, it and the account are one
			if g.Interfaces > 0 {
				byScope[s] = append(byScope[s], g)
			}
		}
	}
	var all []scope
	for s := range byScope {
		all = append(all, s)
	}
	slices.SortFunc(all, compareScopes)
	all = slices.DeleteFunc(all, func(s scope) bool { return s.vpc == "" && s.region != "" && len(regions[s.account]) < 2 })
	ids := make([]measured, len(all))
	for i, s := range all {
		ids[i] = m.measured(s, byScope[s])
	}
	m.measureApart(ids, func(i int) []*Group { return byScope[all[i]] })
	out := &PlanExposure{Accounts: []ScopeExposure{}, VPCs: []ScopeExposure{}}
	for i, s := range all {
		is := m.done[ids[i]]
		one := ScopeExposure{AccountID: s.account, Region: s.region, VPCID: s.vpc, Groups: ids[i].groups, Ingress: is.Ingress, Egress: is.Egress}
		switch {
		case s.vpc != "":
			out.VPCs = append(out.VPCs, one)
		case s.region == "":
			out.Accounts = append(out.Accounts, one)
		default:
			out.Regions = append(out.Regions, one)
		}
	}
	return out
}

// measured tells what a scope's exposure is that of.
func (m *exposureMeter) measured(s scope, groups []*Group) measured {
	if s.vpc != "" {
		return measured{groups[0], len(groups), m.vpc(s.vpc)}
	}
	return measured{groups[0], len(groups), m.account(s, groups)}
}

// measureApart measures what is not done yet, of which groups are the parts.
func (m *exposureMeter) measureApart(ids []measured, groups func(i int) []*Group) {
	var missing []int
	for i, id := range ids {
		if _, known := m.done[id]; !known {
			m.done[id], missing = GroupExposure{}, append(missing, i)
		}
	}
	results := make([]GroupExposure, 2*len(missing))
	eachApart(len(results), func(k int) {
		i, own := missing[k/2], newExposureMeter(m.estate)
		if k%2 == 0 {
			results[k].Ingress = own.change(groups(i), schema.Ingress, ids[i].classes)
		} else {
			results[k].Egress = own.change(groups(i), schema.Egress, ids[i].classes)
		}
	})
	for k, i := range missing {
		m.done[ids[i]] = GroupExposure{results[2*k].Ingress, results[2*k+1].Egress}
	}
}

// vpc returns the classes seen from one VPC.
func (m *exposureMeter) vpc(id string) *classMap {
	if m.vpcs[id] == nil {
		m.vpcs[id] = newClassMap(m.estate.vpcs[id])
	}
	return m.vpcs[id]
}

// account returns the classes seen from an account, or from a Region of it: any of its VPCs is its own, and so is one
// that is shared with it and holds groups of its own.
func (m *exposureMeter) account(s scope, groups []*Group) *classMap {
	ids := map[string]bool{}
	for _, g := range groups {
		ids[g.VPCID] = true
	}
	for _, v := range m.estate.inv.VPCs {
		if v.AccountID == s.account && (s.region == "" || v.Region == s.region) {
			ids[v.VPCID] = true
		}
	}
	if only := groups[0].VPCID; len(ids) == 1 {
		return m.vpc(only)
	}
	var own []netip.Prefix
	for id := range ids {
		own = append(own, m.estate.vpcs[id]...)
	}
	return newClassMap(own)
}

// rule measures one rule alone.
func (m *exposureMeter) rule(r *Rule, classes *classMap, opaque func(schema.Peer) bool) *ExposureChange {
	m.add(r.Protocol, r.FromPort, r.ToPort, r.Peer)
	c := &ExposureChange{Before: m.sweep.measure(classes)}
	if opaque(r.Peer) {
		c.Before.Unknown = 1
	}
	instead, changes := r.instead()
	if !changes {
		return c
	}
	for _, n := range instead {
		m.add(n.Protocol, n.FromPort, n.ToPort, n.Peer)
	}
	then := m.sweep.measure(classes)
	for _, n := range instead {
		if opaque(n.Peer) {
			then.Unknown++
		}
	}
	if r.Action == Review {
		c.Suggested = &then
	} else {
		c.After = &then
	}
	return c
}

// instead returns what the plan puts in a rule's place or, of a rule under review, would put there; false where that is
// the rule itself. A rule that was silent or redundant would go.
func (r *Rule) instead() ([]ReplacementRule, bool) {
	switch r.Action {
	case Remove:
		return nil, true
	case Replace:
		return r.Replacement, true
	case Review:
		silent := slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Kind == NoTraffic || f.Kind == ProbeOnly || f.Kind == Redundant })
		return r.Replacement, silent || len(r.Replacement) > 0
	}
	return nil, false
}

// stage is which rules of a plan are in force.
type stage int

const (
	today stage = iota
	applied
	suggestedToo
)

// change measures one direction of groups together, whose rules are measured; nil where they have no rules.
func (m *exposureMeter) change(groups []*Group, d schema.Direction, classes *classMap) *ExposureChange {
	rules, changes, suggests := 0, false, false
	for _, g := range groups {
		for i := range g.Rules {
			if r := &g.Rules[i]; r.Direction == d {
				rules, changes, suggests = rules+1, changes || r.Exposure.After != nil, suggests || r.Exposure.Suggested != nil
			}
		}
	}
	if rules == 0 {
		return nil
	}
	c := &ExposureChange{Before: m.at(today, groups, d, classes)}
	if changes {
		then := m.at(applied, groups, d, classes)
		c.After = &then
	}
	if suggests {
		then := m.at(suggestedToo, groups, d, classes)
		c.Suggested = &then
	}
	return c
}

// at measures one stage.
func (m *exposureMeter) at(now stage, groups []*Group, d schema.Direction, classes *classMap) Exposed {
	unknown := 0
	for _, g := range groups {
		for i := range g.Rules {
			r := &g.Rules[i]
			if r.Direction != d {
				continue
			}
			then := r.Exposure.After
			if now == suggestedToo && r.Exposure.Suggested != nil {
				then = r.Exposure.Suggested
			}
			if now == today || then == nil {
				m.add(r.Protocol, r.FromPort, r.ToPort, r.Peer)
				unknown += r.Exposure.Before.Unknown
				continue
			}
			for _, n := range r.Replacement {
				m.add(n.Protocol, n.FromPort, n.ToPort, n.Peer)
			}
			unknown += then.Unknown
		}
	}
	out := m.sweep.measure(classes)
	out.Unknown = unknown
	return out
}

// add puts a rule's tuples into the set to be measured.
func (m *exposureMeter) add(protocol string, from, to *int32, peer schema.Peer) {
	units, known := m.units[peer]
	if !known {
		units = unitSpans(m.estate.exposed(0, 0, 0, peer).Peers)
		m.units[peer] = units
	}
	p, _ := schema.ParseProtocol(protocol) // made by ourselves
	m.sweep.add(servicesExposed(p, portOr(from), portOr(to)), units)
}

// unitSpans numbers addresses in units, sorted, without overlap.
func unitSpans(ranges []schema.AddrRange) []unitSpan {
	var spans []unitSpan
	for _, r := range ranges {
		spans = append(spans, unitSpan{!r.From.Unmap().Is4(), exposedUnit(r.From), exposedUnit(r.To)})
	}
	slices.SortFunc(spans, compareUnits)
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && touches(out[n-1], s) {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}
