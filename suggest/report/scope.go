package report

import (
	"slices"
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// ScopeView is the exposure of one account, Region or VPC, class by class.
type ScopeView struct {
	account string
	Name    string // "111122223333 · eu-central-1 · vpc-0abc"
	Groups  int
	Rows    []ScopeRow // one for each class with any address, and all together in bits
	In, Out *Reach     // nil without rules
	Unknown int        // rules whose peers cannot all be listed, after the plan
}

// ScopeRow is the change of one class of addresses in each direction: "4.3 billion on 3 ports → 5 on 1 port".
type ScopeRow struct{ Class, In, Out string }

// mostScopes is how many scopes a page shows.
const mostScopes = 200

// scopeViews puts the measured scopes into words: the accounts, and the VPCs in them. Where each account has one VPC,
// that stands for it.
func scopeViews(x *suggest.PlanExposure) (accounts, vpcs []ScopeView) {
	if x == nil {
		return nil, nil
	}
	accounts, vpcs = scopeList(x.Accounts, x.Regions), scopeList(x.VPCs)
	same := func(a, b ScopeView) bool { return a.account == b.account && a.Groups == b.Groups }
	if slices.EqualFunc(accounts, vpcs, same) {
		return vpcs, nil
	}
	return accounts, vpcs
}

func scopeList(lists ...[]suggest.ScopeExposure) []ScopeView {
	var out []ScopeView
	for _, l := range lists {
		for _, s := range l {
			out = append(out, scopeView(s))
		}
	}
	return out
}

func scopeView(s suggest.ScopeExposure) ScopeView {
	v := ScopeView{account: s.AccountID, Name: joined(" · ", s.AccountID, s.Region, s.VPCID), Groups: s.Groups,
		In: reach(schema.Ingress, s.Ingress), Out: reach(schema.Egress, s.Egress)}
	in, out := sides(s.Ingress), sides(s.Egress)
	v.Unknown = in.Left().Unknown + out.Left().Unknown
	for _, c := range classNames {
		i, iSome := classCell(in, c.class)
		o, oSome := classCell(out, c.class)
		if iSome || oSome {
			v.Rows = append(v.Rows, ScopeRow{strings.ToUpper(c.name[:1]) + c.name[1:], i, o})
		}
	}
	v.Rows = append(v.Rows, ScopeRow{"All together", changedBits(in.Before, in.Left()), changedBits(out.Before, out.Left())})
	return v
}

func sides(c *suggest.ExposureChange) suggest.ExposureChange {
	if c == nil {
		return suggest.ExposureChange{}
	}
	return *c
}

// classCell writes the change of a class, and says whether there is anything in it.
func classCell(c suggest.ExposureChange, class suggest.AddressClass) (string, bool) {
	b, a := c.Before.Class(class), c.Left().Class(class)
	before, after := openWords(b), openWords(a)
	some := !b.Addresses.IsZero() || !a.Addresses.IsZero()
	switch {
	case b == a:
		return before, some
	case before == after:
		return before + ", slightly changed", some
	}
	return before + " → " + after, some
}

// openWords says how many addresses of a class are open, and on how many ports.
func openWords(c suggest.ExposedClass) string {
	return addressesWords(c) + and(" on ", onServices(c.Combinations, c.Addresses, c.Ports, c.Protocols))
}

// ScopeTable is a list of scopes for a page, with how many it leaves out.
type ScopeTable struct {
	Title  string
	Shown  []ScopeView
	Hidden int
}

func scopeTable(title string, all []ScopeView) ScopeTable {
	shown := all[:min(mostScopes, len(all))]
	return ScopeTable{title, shown, len(all) - len(shown)}
}
