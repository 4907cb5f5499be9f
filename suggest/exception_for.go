package suggest

import (
	"strings"
	"time"
	"unicode/utf8"

	"sgfit/schema"
)

// UniqueNames are the names of groups that only one group has, by id.
func UniqueNames(groups []Group) map[string]string {
	named, names := map[string]int{}, map[string]string{}
	for i := range groups {
		named[groups[i].GroupName]++
	}
	for i := range groups {
		if g := &groups[i]; isName(g.GroupName) && named[g.GroupName] == 1 {
			names[g.GroupID] = g.GroupName
		}
	}
	return names
}

// ExceptionFor says a rule as exceptions do, by what it admits: names outlive ids. It is Accepted where the rule is open to
// every address, else Untouchable; owner, reason and end are for the caller. names are UniqueNames of all groups.
func ExceptionFor(g *Group, r *Rule, names map[string]string) Exception {
	x := Exception{Kind: Untouchable, Group: g.GroupID, VPCID: g.VPCID, AccountID: g.AccountID,
		Direction: r.Direction, Protocol: r.Protocol, FromPort: r.FromPort, ToPort: r.ToPort, Peer: r.Peer.Value}
	if isName(g.GroupName) {
		x.Group = g.GroupName
	}
	if name := names[r.Peer.Value]; name != "" && r.Peer.Kind == schema.PeerGroup {
		x.Peer = name
	}
	if r.Peer.IsWildcard() {
		x.Kind = Accepted
	}
	return x
}

// UsualExpiry is the last day of an exception where nobody says otherwise: a year from now.
func UsualExpiry(now time.Time) string { return now.AddDate(1, 0, 0).Format(time.DateOnly) }

// isName says whether a group's name can stand for it: exceptions are read without blanks around, and take ids for ids.
func isName(s string) bool { return !isID(s) && s == strings.TrimSpace(s) && utf8.ValidString(s) }
