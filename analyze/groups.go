package analyze

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math/bits"

	"sgfit/schema"
)

// Groups loads the groups that had rules in force at the end of the window or were worn in it, sorted by account,
// region, VPC and id, with all facts of their rules but Uses.
func (a *Analysis) Groups(ctx context.Context) ([]*Group, error) {
	var groups []*Group
	byID := map[string]*Group{}
	const query = `
		WITH latest AS (
		  SELECT group_id, arg_max(g, valid_from) AS g FROM security_group g JOIN at_end a USING (group_id)
		  WHERE epoch(valid_from)::BIGINT <= a.t AND epoch(valid_to)::BIGINT > a.t GROUP BY group_id),
		known AS (SELECT group_id, min(epoch(valid_from)::BIGINT) AS known FROM security_group GROUP BY group_id),
		wearers AS (
		  SELECT group_id, count(DISTINCT member) AS interfaces FROM wear_day JOIN worn_group USING (group_no) GROUP BY group_id)
		SELECT group_id, g.account_id, g.region, g.vpc_id, g.name, k.known,
		       coalesce(n.interfaces, 0),
		       group_id IN (SELECT w.group_id FROM worn w JOIN state s USING (state_no) WHERE s.interface_type = 'network_load_balancer')
		FROM latest JOIN known k USING (group_id) LEFT JOIN wearers n USING (group_id) ORDER BY g.account_id, g.region, g.vpc_id, group_id`
	err := a.each(ctx, query, func(scan func(...any) error) error {
		g := new(Group)
		var known int64
		if err := scan(&g.GroupID, &g.AccountID, &g.Region, &g.VPCID, &g.Name, &known, &g.Interfaces, &g.NetworkLoadBalancer); err != nil {
			return err
		}
		g.Known = secondsToTime(known)
		groups, byID[g.GroupID] = append(groups, g), g
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	rules, err := a.loadRules(ctx, byID)
	if err != nil {
		return nil, fmt.Errorf("load rules: %w", err)
	}
	for _, load := range []func(context.Context, map[uint32]*Rule) error{a.loadUsed, a.loadObserved, a.loadPorts, a.loadSources, a.loadTopPeers, a.loadOpened} {
		if err := load(ctx, rules); err != nil {
			return nil, fmt.Errorf("load facts of rules: %w", err)
		}
	}
	return groups, nil
}

func (a *Analysis) loadRules(ctx context.Context, byID map[string]*Group) (map[uint32]*Rule, error) {
	where := map[uint32]*Group{}
	const query = `
		SELECT f.*, greatest(0, least(b.end_s // 86400 - greatest(b.start_s, vf + 86399) // 86400, b.end_s // 86400))::INTEGER
		FROM rule_fact f CROSS JOIN bounds b ORDER BY group_id, rule_no`
	err := a.each(ctx, query, func(scan func(...any) error) error {
		var r Rule
		var group string
		var vf, first, last int64
		err := scan(&r.No, &group, &r.Direction, &r.Protocol, &r.FromPort, &r.ToPort, &r.Peer.Kind, &r.Peer.Value, &r.PeerOwner,
			&r.RuleID, &r.Description, &vf, &r.Conversations, &r.Sole, &r.Probes, &r.Completed, &r.ProbeDays, &r.Noise,
			&r.Ambiguous, &r.Bytes, &r.Peers, &first, &last, &r.Skipped, &r.Unlogged,
			&r.Opaque, &r.Stale, &r.Blind, &r.DaysInForce)
		if err != nil {
			return err
		}
		r.From, r.First, r.Last = secondsToTime(vf), secondsToTime(first), secondsToTime(last)
		if g := byID[group]; g != nil {
			g.Rules = append(g.Rules, r)
			where[r.No] = g
		}
		return nil
	})
	rules := map[uint32]*Rule{}
	for _, g := range byID {
		for i := range g.Rules {
			rules[g.Rules[i].No] = &g.Rules[i]
		}
	}
	return rules, err
}

func (a *Analysis) loadPorts(ctx context.Context, rules map[uint32]*Rule) error {
	const query = `
		WITH late AS (SELECT r.rule_no, f.spot & 16777215 AS service, sum(f.late_0::DOUBLE)::BIGINT AS late_0, sum(f.late_1::DOUBLE)::BIGINT AS late_1
		              FROM late f JOIN way_rule r USING (way) GROUP BY ALL),
		used AS (SELECT rule_no, service, count(*) FILTER (conversations > 0) AS peers, sum(conversations::DOUBLE)::BIGINT AS conversations, sum(ambiguous::DOUBLE)::BIGINT AS ambiguous,
		                count(*) FILTER (early_0) AS early_0, count(*) FILTER (early_1) AS early_1
		         FROM use_early GROUP BY rule_no, service)
		SELECT u.rule_no, u.service, u.peers, u.conversations, u.ambiguous, coalesce(l.late_0, 0), coalesce(l.late_1, 0), u.early_0, u.early_1
		FROM used u LEFT JOIN late l ON l.rule_no = u.rule_no AND l.service = u.service ORDER BY u.rule_no, u.service`
	of := byRule[PortUse]{rules: rules, put: func(r *Rule, ports []PortUse) { r.Ports = ports }}
	err := a.eachRow(ctx, query, func(row []driver.Value) error {
		service := row[1].(uint64)
		of.add(row[0].(uint32), PortUse{Protocol: schema.Protocol(uint8(service >> 16)), Port: uint16(service),
			Peers: row[2].(int64), Conversations: row[3].(int64), Ambiguous: row[4].(int64),
			Late: [Weeks]int64{row[5].(int64), row[6].(int64)}, Early: [Weeks]int64{row[7].(int64), row[8].(int64)}})
		return nil
	})
	of.end()
	for _, r := range rules {
		AcceptWildcards(r, a.wildcard)
	}
	return err
}

// addPage adds the days of one page.
func (s *DaySet) addPage(page int, days int64) {
	for w := uint64(days); w != 0; w &= w - 1 {
		s.Add(page*daysAPage + bits.TrailingZeros64(w))
	}
}

func (a *Analysis) loadUsed(ctx context.Context, rules map[uint32]*Rule) error {
	return a.each(ctx, `SELECT rule_no, page, days FROM rule_days ORDER BY ALL`, func(scan func(...any) error) error {
		var no uint32
		var page int
		var days int64
		if err := scan(&no, &page, &days); err != nil {
			return err
		}
		if r := rules[no]; r != nil {
			r.Used.addPage(page, days)
		}
		return nil
	})
}

// loadObserved gives rules of one group and age the same sets.
func (a *Analysis) loadObserved(ctx context.Context, rules map[uint32]*Rule) error {
	type age struct {
		group string
		from  int64
	}
	observed, worn := map[age]DaySet{}, map[age]DaySet{}
	err := a.each(ctx, `SELECT group_id, vf, page, coalesce(observed, 0), worn FROM group_days ORDER BY ALL`, func(scan func(...any) error) error {
		var of age
		var page int
		var seen, wore int64
		if err := scan(&of.group, &of.from, &page, &seen, &wore); err != nil {
			return err
		}
		o, w := observed[of], worn[of]
		o.addPage(page, seen)
		w.addPage(page, wore)
		observed[of], worn[of] = o, w
		return nil
	})
	if err != nil {
		return err
	}
	return a.each(ctx, `SELECT rule_no, group_id, vf FROM in_force ORDER BY rule_no`, func(scan func(...any) error) error {
		var no uint32
		var of age
		if err := scan(&no, &of.group, &of.from); err != nil {
			return err
		}
		if r := rules[no]; r != nil {
			r.Observed, r.Worn = observed[of], worn[of]
		}
		return nil
	})
}

// AcceptWildcards says which services of a rule that is open to everyone are accepted as such: those with more distinct
// peers than the threshold, or all where the rule has so many as a whole, though none of its services has.
func AcceptWildcards(r *Rule, threshold int) {
	wild, whole := r.Peer.IsWildcard(), r.Peer.IsWildcard() && r.Peers > int64(threshold)
	for i := range r.Ports {
		p := &r.Ports[i]
		p.Accepted = wild && p.Peers > int64(threshold)
		whole = whole && !p.Accepted
	}
	for i := range r.Ports {
		r.Ports[i].Accepted = r.Ports[i].Accepted || whole && r.Ports[i].Peers > 0
	}
}

func (a *Analysis) loadSources(ctx context.Context, rules map[uint32]*Rule) error {
	const query = `
		SELECT rule_no, first_day, last_day, days, early_0, early_1, count(*) FROM rule_peer GROUP BY ALL ORDER BY ALL`
	of := byRule[SourceSpan]{rules: rules, put: func(r *Rule, spans []SourceSpan) { r.Sources = spans }}
	err := a.eachRow(ctx, query, func(row []driver.Value) error {
		day := func(i int) int { return int(row[i].(int32)) }
		of.add(row[0].(uint32), SourceSpan{FirstDay: day(1), LastDay: day(2), Days: day(3),
			Early: [Weeks]int{day(4), day(5)}, Sources: int(row[6].(int64))})
		return nil
	})
	of.end()
	return err
}

func (a *Analysis) loadTopPeers(ctx context.Context, rules map[uint32]*Rule) error {
	query := `
		SELECT rule_no, ` + hiLo("ip") + `, state, conversations, days FROM rule_peer JOIN address ON address_no = peer_no
		QUALIFY row_number() OVER (PARTITION BY rule_no ORDER BY conversations DESC, ip) <= 10
		ORDER BY rule_no, conversations DESC, ip`
	of := byRule[PeerUse]{rules: rules, put: func(r *Rule, peers []PeerUse) { r.TopPeers = peers }}
	err := a.eachRow(ctx, query, func(row []driver.Value) error {
		of.add(row[0].(uint32), PeerUse{Peer: schema.AddrFromBits(row[1].(uint64), row[2].(uint64)), Owner: a.owners[row[3].(uint32)],
			Conversations: row[4].(int64), Days: int(row[5].(int32))})
		return nil
	})
	of.end()
	return err
}
