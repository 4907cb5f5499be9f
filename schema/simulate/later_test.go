package simulate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sgfit/schema"
)

// Accounts without After and Churn are those that other tests and the README speak of: these bytes do not change.
func TestBytesStay(t *testing.T) {
	for _, c := range []struct {
		opts Options
		want string
	}{
		{small(1, V2), "87d6a1edc4bc79500aab8689d04bbfa934e35adb1bad7cf01a43c0365b22aa33"},
		{Options{Seed: 2, Days: 9, Scale: 0.05, Format: V5, Trail: true, Overlap: true, Malformed: 2},
			"7057d0f2e85b73097ee8eee8cbf4f042a4f82711832415aba3b89e264c6225b2"},
	} {
		found, truth := files(t, c.opts)
		if got := digest(found); got != c.want {
			t.Errorf("%+v: the files' digest is %s, was %s", c.opts, got, c.want)
		}
		if len(truth.Later) != 0 {
			t.Errorf("%+v: %d conversations after a window that nothing follows", c.opts, len(truth.Later))
		}
	}
}

// What comes after the window is in no file but the one of its own.
func TestFutureIsInNoFile(t *testing.T) {
	for _, churn := range []bool{false, true} {
		opts := Options{Seed: 4, Days: 15, Scale: 0.05, Format: V5, Trail: true, Churn: churn}
		now, _ := files(t, opts)
		opts.After = 12
		later, truth := files(t, opts)
		if later["later.ndjson.gz"] == nil || len(truth.Later) == 0 {
			t.Errorf("churn %t: nothing happens after the window", churn)
		}
		delete(later, "later.ndjson.gz")
		if a, b := slices.Sorted(maps.Keys(now)), slices.Sorted(maps.Keys(later)); !slices.Equal(a, b) {
			t.Fatalf("churn %t: %d files, %d with days after", churn, len(a), len(b))
		}
		for path, content := range now {
			if string(content) != string(later[path]) {
				t.Errorf("churn %t: %s knows of what comes after", churn, path)
			}
		}
	}
}

// What is said of a conversation after the window agrees with an evaluation of the inventory that shares no code with it.
func TestLaterIsAdmittedByItsRules(t *testing.T) {
	for seed := range uint64(3) {
		a := New(Options{Seed: seed, Days: 15, Scale: 0.05, After: 10, Churn: true})
		truth, inv := a.Truth(), a.Inventory()
		_, end := a.Window()
		lists := map[string]schema.PrefixList{}
		for _, l := range inv.PrefixLists {
			if l.Contains(end) {
				lists[l.PrefixListID] = l.PrefixList
			}
		}
		firstDay := int32(end.Unix() / day)
		for _, c := range truth.Later {
			if c.Day < firstDay || c.Day >= firstDay+10 || c.Bytes == 0 {
				t.Fatalf("seed %d: %+v is not of the days after", seed, c)
			}
			var want []int
			for i, r := range truth.Rules {
				if slices.Contains(c.Groups, r.GroupID) && r.Rule.Direction == c.Direction && (twin{}).service(r.Rule, c.Protocol, c.Port) && laterPeer(r.Rule.Peer, c, lists) {
					want = append(want, i)
				}
			}
			if len(want) == 0 || !slices.Equal(c.Rules, want) {
				t.Fatalf("seed %d: %+v: rules %v, want %v", seed, c, c.Rules, want)
			}
		}
	}
}

func laterPeer(p schema.Peer, c LaterTruth, lists map[string]schema.PrefixList) bool {
	switch p.Kind {
	case schema.PeerGroup:
		return slices.Contains(c.PeerGroups, p.Value)
	case schema.PeerPrefixList:
		for _, e := range lists[p.Value].Entries {
			if (twin{}).inCIDR(e.String(), c.Peer) {
				return true
			}
		}
		return false
	}
	return (twin{}).inCIDR(p.Value, c.Peer)
}

// Each world is in every account that churns; what is new after the window is so, and the traps stay what they were.
func TestChurn(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(6) {
		a := New(Options{Seed: seed, Days: 30, Scale: 0.05, After: 30, Churn: true})
		truth := a.Truth()
		checkAccounting(t, seed, truth)
		later, fresh := map[string]int{}, map[string]int{}
		for _, c := range truth.Later {
			later[c.Purpose]++
			if c.New {
				fresh[c.Purpose]++
			}
		}
		for _, r := range truth.Rules {
			kind, _, _ := strings.Cut(string(r.Expect), " ")
			if check := checks[Expect(kind)]; check != nil && !check(r) {
				t.Errorf("seed %d: %s %v is not %s", seed, r.GroupName, r.Rule, r.Expect)
			}
			checkChurning(t, fmt.Sprintf("seed %d: %s %v", seed, r.GroupName, r.Rule), r, seen)
		}
		for _, p := range []string{"farm by subnet", "farm by anything", "pods", "pods by anything", "contractors", "staff", "content network", "other site"} {
			if later[p] == 0 {
				t.Errorf("seed %d: no %s after the window", seed, p)
			}
		}
		for _, p := range []string{"pods", "pods by anything", "contractors", "other site", "content network"} {
			if fresh[p] == 0 {
				t.Errorf("seed %d: nothing of %s is new after the window", seed, p)
			}
		}
		for _, p := range []string{"balancer", "daily", "until it fell silent"} {
			if fresh[p] != 0 {
				t.Errorf("seed %d: %d of %s are new", seed, fresh[p], p)
			}
		}
		if later["until it fell silent"] != 0 {
			t.Errorf("seed %d: what fell silent came back", seed)
		}
		seen["partners"] += fresh["internet partners"]
		for _, p := range []string{"monthly", "monthly too", "quarterly", "quarterly too"} {
			if later[p] > 0 && fresh[p] > 0 {
				seen["seasonal only after"]++
			}
		}
	}
	for _, what := range []string{"partners", "seasonal only after", "seasonal used", "seasonal silent"} {
		if seen[what] == 0 {
			t.Errorf("%s: in no account", what)
		}
	}
}

func checkChurning(t *testing.T, name string, r RuleTruth, seen map[string]int) {
	t.Helper()
	switch r.Expect {
	case Churning:
		if r.Uses == 0 {
			t.Errorf("%s: nobody uses it", name)
		}
	case Silenced:
		if r.Uses == 0 || r.Days[len(r.Days)-1] > r.Days[0]+13 {
			t.Errorf("%s: used on days %v", name, r.Days)
		}
	case NeededLater:
		if !silentRule(r) {
			t.Errorf("%s: used in the window", name)
		}
	case Seasonal:
		if r.Uses > 0 {
			seen["seasonal used"]++
		} else {
			seen["seasonal silent"]++
		}
	}
}

// Needs hold the users of every rule, and of unlogged interfaces too.
func TestNeedsHoldAllUsers(t *testing.T) {
	a := New(Options{Seed: 3, Days: 15, Scale: 0.05, Churn: true})
	truth := a.Truth()
	held := map[string]bool{}
	for _, n := range truth.Needs {
		held[fmt.Sprint(n.GroupID, n.Direction, n.Port, n.Peer)] = true
	}
	for _, r := range truth.Rules {
		for _, u := range r.Users {
			if !held[fmt.Sprint(r.GroupID, r.Rule.Direction, u.Port, u.Address)] {
				t.Errorf("%s %v: %v is missing", r.GroupName, r.Rule, u)
			}
		}
		if r.GroupName == "vault" && r.Unlogged > 0 && !slices.ContainsFunc(truth.Needs, func(n Need) bool { return n.GroupID == r.GroupID }) {
			t.Errorf("%s: nothing of it, though it was used %d times since %s", r.GroupName, r.Unlogged, time.Unix(r.InForceFrom, 0))
		}
	}
}
