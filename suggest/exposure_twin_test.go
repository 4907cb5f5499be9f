package suggest

import (
	"cmp"
	"slices"

	"sgfit/schema"
)

// segmentTwin is Exposure by another way, slow and plain: for each protocol the ports are cut where any rule begins or
// ends, and for each piece the peers of the rules that hold there are counted anew.
func segmentTwin(rules []ExposedRule) Count {
	units := unitsTwin(rules)
	var total Count
	for _, p := range []schema.Protocol{schema.TCP, schema.UDP} {
		total = total.Plus(portTwin(rules, units, p))
	}
	return total.Plus(portlessTwin(rules, units))
}

// twinUnits is a closed range of peers that count one each, with the rule that admits it. IPv4 addresses and IPv6
// networks are numbered apart.
type twinUnits struct {
	rule     int
	v6       bool
	from, to uint64
}

// unitsTwin lists the peers of all rules, sorted by family and first unit.
func unitsTwin(rules []ExposedRule) []twinUnits {
	var out []twinUnits
	for i, rule := range rules {
		for _, r := range rule.Peers {
			out = append(out, twinUnits{i, !r.From.Unmap().Is4(), exposedUnit(r.From), exposedUnit(r.To)})
		}
	}
	slices.SortFunc(out, func(a, b twinUnits) int {
		if a.v6 != b.v6 {
			if b.v6 {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.from, b.from)
	})
	return out
}

// portTwin sums a protocol with ports over its elementary segments:
//
//	rule 1    |------------|
//	rule 2         |------------|
//	segment   | a  |   b   | c  |     in each the same rules hold for every port
func portTwin(rules []ExposedRule, units []twinUnits, p schema.Protocol) Count {
	bounds := []int32{0, 65536}
	for _, r := range rules {
		if r.Protocol == p {
			bounds = append(bounds, max(0, r.FromPort), min(65535, r.ToPort)+1)
		}
	}
	slices.Sort(bounds)
	var total Count
	for i, from := range bounds[1:] {
		from, to := bounds[i], from
		if from >= to {
			continue
		}
		holds := func(r ExposedRule) bool {
			return r.Protocol == schema.AllProtocols || r.Protocol == p && r.FromPort <= from && to <= r.ToPort+1
		}
		total = total.Plus(unionTwin(rules, units, holds).Times(uint64(to - from)))
	}
	return total
}

// portlessTwin sums the 254 protocols without ports.
func portlessTwin(rules []ExposedRule, units []twinUnits) Count {
	named := map[schema.Protocol]bool{}
	for _, r := range rules {
		if r.Protocol != schema.AllProtocols && !r.Protocol.HasPorts() {
			named[r.Protocol] = true
		}
	}
	every := unionTwin(rules, units, func(r ExposedRule) bool { return r.Protocol == schema.AllProtocols })
	total := every.Times(uint64(254 - len(named)))
	for p := range named {
		total = total.Plus(unionTwin(rules, units, func(r ExposedRule) bool {
			return r.Protocol == schema.AllProtocols || r.Protocol == p
		}))
	}
	return total
}

// unionTwin is the number of peers that at least one of the rules that hold admits, in one sweep over sorted ranges.
func unionTwin(rules []ExposedRule, units []twinUnits, holds func(ExposedRule) bool) Count {
	active := make([]bool, len(rules))
	for i, r := range rules {
		active[i] = holds(r)
	}
	var total Count
	var last twinUnits
	started := false
	for _, u := range units {
		if !active[u.rule] || u.to < u.from {
			continue
		}
		if started && u.v6 == last.v6 && u.from <= last.to {
			if u.to <= last.to {
				continue
			}
			u.from = last.to + 1
		}
		total = total.Plus(Count{0, u.to - u.from}).Plus(Count{0, 1})
		last, started = u, true
	}
	return total
}
