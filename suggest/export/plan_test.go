package export

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sgfit/schema"
	"sgfit/suggest"
)

// ids of the groups that samplePlan is about. other is of another account and no group of the plan.
type sampleIDs struct{ account, web, db, list, otherAccount, other string }

func plainIDs() sampleIDs {
	return sampleIDs{"111122223333", "sg-0aa00000000000001", "sg-0bb00000000000002", "pl-0123456789abcdef0", "444455556666", "sg-0cc00000000000003"}
}

// samplePlan has every kind of peer, protocol and change, and pieces that are there already, that two changes share, and that
// equal the rule itself.
func samplePlan(ids sampleIDs) suggest.Plan {
	v4, v6 := schema.PeerIPv4, schema.PeerIPv6
	week := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	keep := func(d schema.Direction, p string, from, to int32, kind schema.PeerKind, peer string) suggest.Rule {
		r := suggest.Rule{Direction: d, Protocol: p, Peer: schema.Peer{Kind: kind, Value: peer}, Action: suggest.Keep, Description: "as it was",
			Findings: []suggest.Finding{{Kind: suggest.SmallerSource, Reason: "Fewer would do."}}}
		if from >= 0 {
			r.FromPort, r.ToPort = &from, &to
		}
		return r
	}
	remove := func(r suggest.Rule, through ...string) suggest.Rule {
		r.Action, r.StillThrough = suggest.Remove, through
		return r
	}
	review := func(r suggest.Rule) suggest.Rule { r.Action = suggest.Review; return r }
	replace := func(r suggest.Rule, by ...suggest.Rule) suggest.Rule {
		r.Action = suggest.Replace
		for _, p := range by {
			r.Replacement = append(r.Replacement, suggest.ReplacementRule{Protocol: p.Protocol, FromPort: p.FromPort, ToPort: p.ToPort, Peer: p.Peer, Description: "fitted"})
		}
		return r
	}
	in, out := schema.Ingress, schema.Egress
	ofOther := func(r suggest.Rule) suggest.Rule { r.PeerOwner = ids.otherAccount; return r }
	web := suggest.Group{AccountID: ids.account, Region: "eu-west-1", VPCID: "vpc-0aa", GroupID: ids.web, GroupName: "web", Rules: []suggest.Rule{
		keep(in, "tcp", 443, 443, v4, "0.0.0.0/0"),
		replace(keep(in, "tcp", 22, 22, v4, "0.0.0.0/0"), keep(in, "tcp", 22, 22, v4, "192.0.2.0/28"), keep(in, "tcp", 22, 22, schema.PeerGroup, ids.db)),
		replace(keep(in, "tcp", 0, 65535, v4, "10.0.0.0/8"), keep(in, "tcp", 22, 22, schema.PeerGroup, ids.db), keep(in, "tcp", 443, 443, v4, "0.0.0.0/0"), keep(in, "tcp", 9000, 9100, v4, "10.1.0.0/16")),
		replace(keep(in, "tcp", 8080, 8080, v6, "::/0"), keep(in, "tcp", 8080, 8080, v6, "2001:db8::/64"), keep(in, "tcp", 8080, 8080, v6, "2001:db8:1::/48")),
		replace(keep(in, "all", -1, -1, v4, "10.9.0.0/16"), keep(in, "icmp", -1, -1, v4, "10.9.0.0/16"), keep(in, "47", -1, -1, v4, "10.9.0.0/24"), keep(in, "udp", 53, 53, v4, "10.9.0.0/16")),
		remove(keep(in, "icmp", 8, 0, v4, "0.0.0.0/0")),
		remove(keep(in, "icmpv6", -1, -1, v6, "::/0")),
		remove(keep(in, "50", -1, -1, v4, "10.5.0.0/16")),
		review(keep(in, "udp", 500, 500, v4, "0.0.0.0/0")),
		remove(keep(in, "tcp", 25, 25, schema.PeerPrefixList, ids.list)),
		replace(keep(out, "all", -1, -1, v4, "0.0.0.0/0"), keep(out, "tcp", 443, 443, v4, "0.0.0.0/0"), keep(out, "tcp", 5432, 5432, schema.PeerGroup, ids.db)),
	}}
	db := suggest.Group{AccountID: ids.account, Region: "eu-west-1", VPCID: "vpc-0aa", GroupID: ids.db, GroupName: "db", Rules: []suggest.Rule{
		keep(in, "tcp", 5432, 5432, v4, "10.0.0.0/8"),
		remove(keep(in, "tcp", 5432, 5432, v4, "10.2.0.0/16"), ids.db+" ingress tcp 5432 10.0.0.0/8"),
		replace(keep(in, "tcp", 5000, 6000, schema.PeerGroup, ids.web), keep(in, "tcp", 5000, 6000, schema.PeerGroup, ids.web), keep(in, "tcp", 7000, 7000, schema.PeerGroup, ids.web)),
		remove(ofOther(keep(in, "tcp", 6000, 6000, schema.PeerGroup, ids.other))),
		review(keep(out, "all", -1, -1, v4, "0.0.0.0/0")),
	}}
	return suggest.Plan{Schema: suggest.SchemaVersion, Window: suggest.Window{Start: week, End: week.AddDate(0, 1, 0)}, Groups: []suggest.Group{web, db},
		PrefixLists: []suggest.ListWeight{{PrefixListID: ids.list, Weight: 2}}}
}

// outcome is what the plan makes of its groups, said in the plainest way: by group, the rules that are there afterwards.
func outcome(plan suggest.Plan) map[string][]string {
	out := map[string][]string{}
	for _, g := range plan.Groups {
		var rules []string
		for _, r := range g.Rules {
			switch r.Action {
			case suggest.Keep, suggest.Review:
				rules = append(rules, plainRule(r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer))
			case suggest.Replace:
				for _, p := range r.Replacement {
					rules = append(rules, plainRule(r.Direction, p.Protocol, p.FromPort, p.ToPort, p.Peer))
				}
			}
		}
		slices.Sort(rules)
		out[g.GroupID] = slices.Compact(rules)
	}
	return out
}

func plainRule(d schema.Direction, protocol string, from, to *int32, peer schema.Peer) string {
	ports := "any"
	if from != nil && *from >= 0 {
		ports = fmt.Sprintf("%d-%d", *from, *to)
	}
	return string(d) + " " + protocol + " " + ports + " " + peer.Value
}

func choosePlan(t *testing.T, plan suggest.Plan, opt Options) selection {
	t.Helper()
	s, err := choose(plan, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
