package simulate

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sgfit/schema"
)

// checks say what the counts of a rule must be for what it was planted to show.
var checks = map[Expect]func(RuleTruth) bool{
	Used:             func(r RuleTruth) bool { return r.Uses > 0 && len(r.Users) > 0 && len(r.Days) > 0 },
	Unused:           silentRule,
	ProbeOnly:        func(r RuleTruth) bool { return r.Uses == 0 && r.Noise == 0 && r.Probes > 0 },
	UsedOnce:         func(r RuleTruth) bool { return r.Uses == 1 && r.Sole == 1 && len(r.Days) == 1 && r.Bytes > 1000 },
	Redundant:        func(r RuleTruth) bool { return r.Uses > 0 && r.Sole == 0 },
	Shadowed:         func(r RuleTruth) bool { return r.Uses > 0 && r.Sole == 0 },
	NarrowTo:         narrows,
	WildcardAccepted: func(r RuleTruth) bool { return r.Rule.Peer.IsWildcard() && distinct(r) > 100 },
	Noisy:            func(r RuleTruth) bool { return r.Uses > 0 && r.Noise > 0 && r.Probes > 0 && distinct(r) < 10 },
	OpenEgress:       func(r RuleTruth) bool { return r.Rule.Peer.IsWildcard() && r.Rule.Direction == out && r.Uses > 0 },
	Ambiguous:        func(r RuleTruth) bool { return r.Uses > 0 && r.Ambiguous == r.Uses },
	NeverLogged:      func(r RuleTruth) bool { return r.Uses == 0 && r.Probes == 0 && r.Unlogged > 0 },
	NotObservable:    func(r RuleTruth) bool { return r.Uses == 0 && r.Probes == 0 && r.Noise == 0 },
	NLBReference:     func(r RuleTruth) bool { return r.Uses > 0 && r.Rule.Peer.Kind == schema.PeerGroup && distinct(r) > 20 },
	Young:            silentRule,
	StaleReference:   silentRule,
	Unattached:       silentRule,
}

func silentRule(r RuleTruth) bool {
	return r.Uses+r.Probes+r.Noise+r.Unlogged+r.Bytes+int64(len(r.Users)) == 0
}

func distinct(r RuleTruth) int {
	seen := map[netip.Addr]bool{}
	for _, u := range r.Users {
		seen[u.Address] = true
	}
	return len(seen)
}

// narrows: every user is inside the CIDRs of the label, and each CIDR has users in both of its halves.
func narrows(r RuleTruth) bool {
	_, list, _ := strings.Cut(string(r.Expect), " ")
	for _, u := range r.Users {
		if !slices.ContainsFunc(strings.Split(list, ","), func(c string) bool { return netip.MustParsePrefix(c).Contains(u.Address) }) {
			return false
		}
	}
	for _, c := range strings.Split(list, ",") {
		p := netip.MustParsePrefix(c)
		half := netip.PrefixFrom(p.Addr(), min(p.Bits()+1, 32)).Masked()
		lower, upper := false, p.IsSingleIP()
		for _, u := range r.Users {
			lower = lower || half.Contains(u.Address)
			upper = upper || (p.Contains(u.Address) && !half.Contains(u.Address))
		}
		if !lower || !upper {
			return false
		}
	}
	return true
}

// Every trap is in every account, in every format.
func TestEveryTrapInEveryAccount(t *testing.T) {
	for seed := range uint64(20) {
		a := New(small(seed, Format(seed%3)))
		truth := a.Truth()
		checkRules(t, seed, a, truth)
		checkConversations(t, seed, truth)
		checkInventory(t, seed, a)
		checkAccounting(t, seed, truth)
	}
}

// checkRules: each rule in force at the end is there once, and shows what it was planted for.
func checkRules(t *testing.T, seed uint64, a *Account, truth *Truth) {
	t.Helper()
	var want, got []string
	_, end := a.Window()
	for _, r := range a.Inventory().Rules {
		if r.Contains(end) {
			want = append(want, name(r.GroupID, r.Rule))
		}
	}
	seen := map[Expect]int{}
	for _, r := range truth.Rules {
		got = append(got, name(r.GroupID, r.Rule))
		kind, _, _ := strings.Cut(string(r.Expect), " ")
		seen[Expect(kind)]++
		if check := checks[Expect(kind)]; check == nil || !check(r) {
			t.Errorf("seed %d: %s %v is not %s: %d uses, %d sole, %d probes, %d noise, %d unlogged, %d peers", seed, r.GroupName,
				r.Rule, r.Expect, r.Uses, r.Sole, r.Probes, r.Noise, r.Unlogged, distinct(r))
		}
		if r.Sole > r.Uses || r.Ambiguous > r.Uses || int64(len(r.Days)) > r.Uses {
			t.Errorf("seed %d: %v counts more than its uses", seed, r)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("seed %d: truth has %d rules, %d are in force", seed, len(got), len(want))
	}
	for kind := range checks {
		if seen[kind] == 0 {
			t.Errorf("seed %d: no rule is %s", seed, kind)
		}
	}
}

// traits are what at least one conversation of an account must be like.
var traits = map[string]func(c ConversationTruth) bool{
	"answers to high ports under a wide rule": func(c ConversationTruth) bool {
		return c.Purpose == "grpc" && c.OpenedByLocal && c.LocalPort >= 32768
	},
	"both ports high":           func(c ConversationTruth) bool { return c.LocalPort > 32767 && c.RemotePort > 32767 && c.Nature == Real },
	"session outlives its rule": func(c ConversationTruth) bool { return c.Carried && c.Purpose == "old reporting session" },
	"session outlives a group":  func(c ConversationTruth) bool { return c.Carried && c.Purpose == "wiki session" },
	"late packet":               func(c ConversationTruth) bool { return c.Accepted > 0 && c.Rejected > 0 && !c.OpenedByLocal },
	"refused on the way out":    func(c ConversationTruth) bool { return c.Rejected > 0 && c.Purpose == "lambda to cache" },
	"unanswered colleague": func(c ConversationTruth) bool {
		return c.Accepted > 0 && c.Purpose == "reports to database" && c.OpenedByLocal && c.Nature == Probe
	},
	"refused scanner": func(c ConversationTruth) bool {
		return c.Rejected > 0 && c.Nature == Probe && c.Purpose == "scan closed"
	},
	"refused colleague":       func(c ConversationTruth) bool { return c.Rejected > 0 && c.Purpose == "reports to database" },
	"refused before the rule": func(c ConversationTruth) bool { return c.Rejected > 0 && c.Purpose == "debug too early" },
	"refused after the rule":  func(c ConversationTruth) bool { return c.Rejected > 0 && c.Purpose == "old reporting refused" },
	"same port both ends":     func(c ConversationTruth) bool { return c.LocalPort == 123 && c.RemotePort == 123 },
	"client below 1024":       func(c ConversationTruth) bool { return c.OpenedByLocal && c.LocalPort < 1024 && c.RemotePort == 2049 },
	"one-way UDP":             func(c ConversationTruth) bool { return c.Protocol == 17 && c.LocalPort == 514 },
	"IPv6":                    func(c ConversationTruth) bool { return c.Local.Is6() && c.Remote.Is6() },
	"ICMP":                    func(c ConversationTruth) bool { return c.Protocol == 1 && c.LocalPort == 0 },
	"new entry of a prefix list": func(c ConversationTruth) bool {
		return c.Purpose == "submission from the new office" && c.Nature == Real
	},
	"health check with data": func(c ConversationTruth) bool { return c.Purpose == "health check" && c.Bytes > 200 },
	"gateway":                func(c ConversationTruth) bool { return c.Purpose == "workers to internet" && !c.OpenedByLocal },
}

// checkConversations: each trait is there; old connections never show their opening; the resolver never shows.
func checkConversations(t *testing.T, seed uint64, truth *Truth) {
	t.Helper()
	found := map[string]bool{}
	replication := 0
	days := map[netip.Addr]map[int32]bool{}
	for i, c := range truth.Conversations {
		for trait, is := range traits {
			found[trait] = found[trait] || is(c)
		}
		switch c.Purpose {
		case "replication":
			replication++
			if c.Shown {
				t.Errorf("seed %d: %+v shows its opening", seed, c)
			}
		case "resolver":
			t.Errorf("seed %d: %+v is logged", seed, c)
		case "batch to database":
			if days[c.Remote] == nil {
				days[c.Remote] = map[int32]bool{}
			}
			days[c.Remote][c.Day] = true
		}
		if c.Rejected > 0 && c.OpenedByLocal && c.Purpose != "lambda to cache" {
			t.Errorf("seed %d: %+v is refused at the wrong end", seed, c)
		}
		if c.Accepted == 0 && c.Nature != Probe {
			t.Errorf("seed %d: %+v is refused and %s", seed, c, c.Nature)
		}
		if c.Purpose == "lambda to cache" && !c.OpenedByLocal {
			t.Errorf("seed %d: %+v came through", seed, c)
		}
		if i > 0 && compareConversations(truth.Conversations[i-1], c) == 0 {
			t.Errorf("seed %d: %+v is there twice", seed, c)
		}
	}
	for trait := range traits {
		if !found[trait] {
			t.Errorf("seed %d: no conversation is a %s", seed, trait)
		}
	}
	if replication < 20 || len(days) < 15 {
		t.Errorf("seed %d: %d days of replication, %d workers at the database", seed, replication, len(days))
	}
}

// checkInventory: an address that goes from group to group, an interface that changes groups, a rule that goes.
func checkInventory(t *testing.T, seed uint64, a *Account) {
	t.Helper()
	start, end := a.Window()
	inside := func(at time.Time) bool { return at.After(start) && at.Before(end) }
	inv := a.Inventory()
	owners := map[netip.Addr]map[string]bool{}
	moved := map[string]map[string]bool{}
	for _, v := range inv.Interfaces {
		groups := strings.Join(v.Groups, " ")
		for _, addr := range v.Addresses {
			if owners[addr] == nil {
				owners[addr] = map[string]bool{}
			}
			if inside(v.From) {
				owners[addr][groups] = true
			}
		}
		if moved[v.InterfaceID] == nil {
			moved[v.InterfaceID] = map[string]bool{}
		}
		moved[v.InterfaceID][groups] = true
	}
	most := func(counts map[string]bool) int { return len(counts) }
	if n := maxOf(maps.Values(owners), most); n < 2 {
		t.Errorf("seed %d: no address is used by two groups", seed)
	}
	if n := maxOf(maps.Values(moved), most); n < 2 {
		t.Errorf("seed %d: no interface changes groups", seed)
	}
	came, went := 0, 0
	for _, r := range inv.Rules {
		if inside(r.From) {
			came++
		}
		if inside(r.To) {
			went++
		}
	}
	if came < 2 || went < 1 {
		t.Errorf("seed %d: %d rules came and %d went", seed, came, went)
	}
}

func maxOf[T any, N cmp.Ordered](values func(func(T) bool), of func(T) N) N {
	var most N
	for v := range values {
		most = max(most, of(v))
	}
	return most
}

// checkAccounting: every class is there, and they add up.
func checkAccounting(t *testing.T, seed uint64, truth *Truth) {
	t.Helper()
	n := truth.Records
	if sum := n.Malformed + n.NoData + n.SkipData + n.Duplicate + n.Rejected + n.UnknownInterface + n.NoGroup + n.Admitted + n.Carried; sum != n.Records {
		t.Errorf("seed %d: classes add up to %d of %d records", seed, sum, n.Records)
	}
	for class, count := range map[string]int64{"nodata": n.NoData, "skipdata": n.SkipData, "rejected": n.Rejected,
		"unknown": n.UnknownInterface, "no group": n.NoGroup, "admitted": n.Admitted, "carried": n.Carried} {
		if count == 0 {
			t.Errorf("seed %d: no record is %s", seed, class)
		}
	}
	if len(truth.NotLogged) != 2 || len(truth.NotRecorded) != 1 || len(truth.WithoutGroups) != 1 {
		t.Errorf("seed %d: not logged %v, not recorded %v, without groups %v", seed, truth.NotLogged, truth.NotRecorded, truth.WithoutGroups)
	}
}
