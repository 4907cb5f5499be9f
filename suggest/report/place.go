package report

import (
	"slices"
	"strings"

	"sgfit/suggest"
)

// placeWords says where a plan is from, and how much there is in it.
func placeWords(plan suggest.Plan) string {
	accounts, regions, vpcs, rules := places(plan)
	few := func(set map[string]bool, one, many string) string {
		switch all := named(set); len(all) {
		case 0:
			return ""
		case 1, 2, 3:
			return one + " " + strings.Join(all, ", ")
		default:
			return count(len(all), one, many)
		}
	}
	return joined(" · ", few(accounts, "Account", "accounts"), few(regions, "Region", "Regions"), count(len(named(vpcs)), "VPC", "VPCs"),
		count(len(plan.Groups), "security group", "security groups"), count(rules, "rule", "rules"))
}

func looked(plan suggest.Plan) []Fact {
	accounts, regions, vpcs, rules := places(plan)
	return []Fact{
		{"Window", windowWords(plan.Window) + " (UTC): " + periodWords(plan.Window)},
		{nounOf(accounts, "Account", "Accounts"), listed(accounts)},
		{nounOf(regions, "Region", "Regions"), listed(regions)},
		{"VPCs", thousands(len(named(vpcs)))},
		{"Security groups", thousands(len(plan.Groups))},
		{"Rules in force", thousands(rules)},
		{"Flow-log records", thousands(plan.Accounting.Records)},
	}
}

// nounOf is the noun for so many of what listed names: without their number, where each is named.
func nounOf(names map[string]bool, one, many string) string {
	if len(named(names)) == 1 {
		return one
	}
	return count(len(named(names)), one, many)
}

func places(plan suggest.Plan) (accounts, regions, vpcs map[string]bool, rules int) {
	accounts, regions, vpcs = map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, g := range plan.Groups {
		accounts[g.AccountID], regions[g.Region], vpcs[g.VPCID] = true, true, true
		rules += len(g.Rules)
	}
	return accounts, regions, vpcs, rules
}

// listed joins names; of more than a dozen it says how many are left out.
func listed(set map[string]bool) string {
	all := named(set)
	if len(all) > 12 {
		return strings.Join(all[:12], ", ") + " and " + thousands(len(all)-12) + " more"
	}
	return strings.Join(all, ", ")
}

func named(set map[string]bool) []string {
	var all []string
	for name := range set {
		if name != "" {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}
