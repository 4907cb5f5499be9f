package judge

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
	"sgfit/schema/simulate"
	"sgfit/suggest"
)

// made is an account that churns, with days after its window. Nobody changes it.
var made = sync.OnceValues(func() (*simulate.Account, *simulate.Truth) {
	a := simulate.New(simulate.Options{Seed: 3, Days: 15, Scale: 0.05, After: 10, Churn: true})
	return a, a.Truth()
})

// perfect is what somebody who knows the truth of the window would plan.
func perfect(a *simulate.Account, truth *simulate.Truth) Case {
	c := Case{Truth: truth, After: 10, Lists: suggest.PrefixLists{}}
	_, end := a.Window()
	for _, l := range a.Inventory().PrefixLists {
		if l.Contains(end) {
			c.Lists[l.PrefixListID] = l.Entries
		}
	}
	n := truth.Records
	c.Plan.Window.End = end
	c.Plan.Accounting = suggest.Accounting{Records: n.Records, Malformed: n.Malformed, NoData: n.NoData, SkipData: n.SkipData, Duplicate: n.Duplicate,
		Rejected: n.Rejected, UnknownInterface: n.UnknownInterface, NoGroup: n.NoGroup, Matched: n.Admitted, Unmatched: n.Carried}
	c.Plan.Replay.Edges = 1000
	for _, w := range truth.Rules {
		if len(c.Plan.Groups) == 0 || c.Plan.Groups[len(c.Plan.Groups)-1].GroupID != w.GroupID {
			c.Plan.Groups = append(c.Plan.Groups, suggest.Group{GroupID: w.GroupID})
		}
		g := &c.Plan.Groups[len(c.Plan.Groups)-1]
		g.Rules = append(g.Rules, wise(w))
	}
	for _, d := range truth.Demand {
		c.Services = append(c.Services, Service{d.InterfaceID, d.Direction, d.Protocol, d.Port})
	}
	return c
}

// wise decides one rule by what is true of it.
func wise(w simulate.RuleTruth) suggest.Rule {
	r := suggest.Rule{Direction: w.Rule.Direction, Protocol: w.Rule.Protocol.String(), Peer: w.Rule.Peer, Action: suggest.Keep}
	if p := w.Rule.Protocol; p.HasPorts() || p == schema.ICMP || p == schema.ICMPv6 {
		r.FromPort, r.ToPort = &w.Rule.FromPort, &w.Rule.ToPort
	}
	r.Evidence.Conversations = w.Uses - w.Ambiguous
	r.Confidence.Backtest.Weeks, r.Evidence.ObservedDays = 1, 15
	say := func(action suggest.Action, kind suggest.Kind) {
		r.Action, r.Findings = action, []suggest.Finding{{Kind: kind, Reason: "known"}}
	}
	switch _, narrow := strings.CutPrefix(string(w.Expect), string(simulate.NarrowTo)); {
	case w.Expect == simulate.StaleReference:
		say(suggest.Remove, suggest.StaleReference)
	case w.Uses == 0 && (w.Unlogged > 0 || slices.Contains(mustReview, w.Expect)):
		say(suggest.Review, suggest.NoTraffic)
	case w.Uses == 0:
		say(suggest.Remove, suggest.NoTraffic)
		r.Confidence.Grade = "low"
	case w.Expect == simulate.WildcardAccepted:
		say(suggest.Keep, suggest.WildcardSource)
	case narrow:
		r = narrowedToUsers(r, w)
	case w.Expect == simulate.Noisy:
		say(suggest.Replace, suggest.AdminPortOpen)
		r = narrowedToUsers(r, w)
	}
	return r
}

func narrowedToUsers(r suggest.Rule, w simulate.RuleTruth) suggest.Rule {
	r.Action = suggest.Replace
	for _, u := range w.Users {
		port := int32(u.Port)
		r.Replacement = append(r.Replacement, suggest.ReplacementRule{Protocol: r.Protocol, FromPort: &port, ToPort: &port,
			Peer: schema.CIDRPeer(netip.PrefixFrom(u.Address, u.Address.BitLen()))})
	}
	return r
}

func mustJudge(t *testing.T, c Case) Verdict {
	t.Helper()
	v, err := Judge(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// rule finds a rule of the plan by its port.
func rule(t *testing.T, c Case, port int32, is func(simulate.RuleTruth) bool) (*suggest.Rule, int) {
	t.Helper()
	for i, w := range c.Truth.Rules {
		if w.Rule.FromPort != port || !is(w) {
			continue
		}
		for g := range c.Plan.Groups {
			for r := range c.Plan.Groups[g].Rules {
				if suggest.RuleName(c.Plan.Groups[g].GroupID, c.Plan.Groups[g].Rules[r]) == name(w) {
					return &c.Plan.Groups[g].Rules[r], i
				}
			}
		}
	}
	t.Fatalf("no such rule with port %d", port)
	return nil, 0
}

func anyRule(simulate.RuleTruth) bool { return true }

func TestPerfectPlanHasNoFault(t *testing.T) {
	v := mustJudge(t, perfect(made()))
	for _, f := range v.Faults {
		t.Errorf("%s: %s", f.Kind, f.Text)
	}
	r := v.Rules
	if r.UnusedFound.N != r.UnusedFound.Of || r.UnusedFound.N < 20 || r.UnusedRemoved < 10 || r.UnusedRemoved+r.UnusedReview != r.UnusedFound.N {
		t.Errorf("unused rules found %+v, %d to be removed, %d for review", r.UnusedFound, r.UnusedRemoved, r.UnusedReview)
	}
	if r.UsedCalledUnused.Of < 50 || r.HiddenRemoved.Of < 2 || r.Narrowed != 3 || r.UsersShutOut.Of == 0 {
		t.Errorf("the account does not test everything: %+v", r)
	}
	if o := v.Openers; o.Found != o.Real || o.Right != o.Real || o.Real < 50 || o.Precision() != 1 || o.Recall() != 1 {
		t.Errorf("openers %+v", o)
	}
}

// TestEachFaultIsSeen spoils the perfect plan in one way at a time.
func TestEachFaultIsSeen(t *testing.T) {
	account, truth := made()
	used := func(w simulate.RuleTruth) bool { return w.Uses > w.Ambiguous && w.Sole > 0 }
	for _, spoil := range []struct {
		kind FaultKind
		do   func(*Case)
	}{
		{WrongEntries, func(c *Case) { c.Plan.Groups[0].Rules = c.Plan.Groups[0].Rules[1:] }},
		{WrongEntries, func(c *Case) { c.Plan.Groups[0].Rules = append(c.Plan.Groups[0].Rules, c.Plan.Groups[0].Rules[0]) }},
		{WrongAccounting, func(c *Case) { c.Plan.Accounting.NoData++ }},
		{RefusedDemand, func(c *Case) { c.Plan.Replay.Refused = 1 }},
		{UnusedNotFound, func(c *Case) { r, _ := rule(t, *c, 7012, anyRule); r.Findings = nil }},
		{UnusedWrongDeed, func(c *Case) { r, _ := rule(t, *c, 7012, anyRule); r.Action = suggest.Keep }},
		{UnusedWrongDeed, func(c *Case) { r, _ := rule(t, *c, 6060, anyRule); r.Action = suggest.Remove }},
		{UsedCalledUnused, func(c *Case) {
			r, _ := rule(t, *c, 50051, used)
			r.Findings = []suggest.Finding{{Kind: suggest.NoTraffic}}
		}},
		{UsedRemoved, func(c *Case) { r, _ := rule(t, *c, 50051, used); r.Action = suggest.Remove }},
		{HiddenRemoved, func(c *Case) {
			r, _ := rule(t, *c, 8200, func(w simulate.RuleTruth) bool { return w.Expect == simulate.NotObservable })
			r.Action = suggest.Remove
		}},
		{UserShutOut, func(c *Case) { r, _ := rule(t, *c, 80, isNarrow); r.Replacement = r.Replacement[1:] }},
		{WrongAnswer, func(c *Case) { r, _ := rule(t, *c, 80, isNarrow); r.Replacement[0].Peer = r.Peer }},
		{WrongAnswer, func(c *Case) {
			r, _ := rule(t, *c, 443, func(w simulate.RuleTruth) bool { return w.Expect == simulate.WildcardAccepted })
			r.Findings = nil
		}},
		{WrongAnswer, func(c *Case) { r, _ := rule(t, *c, 8009, anyRule); r.Action = suggest.Review }},
	} {
		c := perfect(account, truth)
		spoil.do(&c)
		v := mustJudge(t, c)
		if !slices.ContainsFunc(v.Faults, func(f Fault) bool { return f.Kind == spoil.kind && f.Text != "" }) {
			t.Errorf("%s is not seen; faults %+v", spoil.kind, v.Faults)
		}
	}
}

// TestThinEvidenceIsForReview: what was observed on too few days may be left for review, and is not a fault.
func TestThinEvidenceIsForReview(t *testing.T) {
	for days, faults := range map[int]int{14: 2, 13: 0} {
		c := perfect(made())
		for _, port := range []int32{7012, 80} {
			r, _ := rule(t, c, port, func(w simulate.RuleTruth) bool { return w.Expect == simulate.Unused || isNarrow(w) })
			r.Action, r.Evidence.ObservedDays = suggest.Review, days
		}
		if v := mustJudge(t, c); len(v.Faults) != faults {
			t.Errorf("%d observed days: faults %+v, want %d", days, v.Faults, faults)
		}
	}
}

func isNarrow(w simulate.RuleTruth) bool {
	return strings.HasPrefix(string(w.Expect), string(simulate.NarrowTo))
}

func TestOpeners(t *testing.T) {
	c := perfect(made())
	bogus, missed := Service{"eni-0", schema.Ingress, 6, 1}, c.Services[0]
	c.Services[0] = bogus
	o := mustJudge(t, c).Openers
	if o.Right != o.Real-1 || o.Found != o.Real || !slices.Equal(o.Bogus, []Service{bogus}) || !slices.Equal(o.Missed, []Service{missed}) {
		t.Errorf("%+v", o)
	}
}

// TestBits is by hand: two users of one port, open to the world before, to a /24 after.
func TestBits(t *testing.T) {
	need := func(addr string) simulate.Need {
		return simulate.Need{GroupID: "sg-a", Direction: schema.Ingress, Protocol: 6, Port: 443, Peer: netip.MustParseAddr(addr)}
	}
	truth := &simulate.Truth{Needs: []simulate.Need{need("10.0.0.1"), need("10.0.0.9")}}
	g := suggest.Group{GroupID: "sg-a"}
	g.ExposureBits.Ingress, g.ExposureBits.Egress = suggest.BeforeAfter{Before: 32, After: 8}, suggest.BeforeAfter{Before: 41, After: 41}
	c := Case{Truth: truth, Plan: suggest.Plan{Groups: []suggest.Group{g}}}
	if got, want := mustJudge(t, c).Bits, (Bits{24, 31 + 41, 24, 31 + 41}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	truth.Rules = []simulate.RuleTruth{{GroupID: "sg-a", Rule: schema.Rule{Direction: schema.Ingress}, Expect: simulate.WildcardAccepted}}
	if got, want := mustJudge(t, c).Bits, (Bits{24, 31 + 41, 0, 41}); got != want {
		t.Errorf("with an accepted wildcard: got %+v, want %+v", got, want)
	}
}

// TestAddDoubles: a sum of two equal verdicts is twice each figure.
func TestAddDoubles(t *testing.T) {
	v := mustJudge(t, perfect(made()))
	var sum Verdict
	sum.Add(v)
	if diff := cmp.Diff(v, sum, cmp.Transformer("empty", func(f []Fault) int { return len(f) })); diff != "" {
		t.Errorf("a sum of one differs from it:\n%s", diff)
	}
	sum.Add(v)
	var doubled []string
	for what, pair := range map[string][2]int64{
		"records": {v.Records, sum.Records}, "rules": {v.Rules.InForce, sum.Rules.InForce}, "unused": {v.Rules.UnusedFound.Of, sum.Rules.UnusedFound.Of},
		"openers": {v.Openers.Real, sum.Openers.Real}, "replay": {v.Replay.Of, sum.Replay.Of}, "later": {v.Later.All.Conversations.Of, sum.Later.All.Conversations.Of},
		"week": {v.Later.Week.Sources.Of, sum.Later.Week.Sources.Of}, "silent": {v.Forecast.Silent["low"].N, sum.Forecast.Silent["low"].N},
		"labels": {v.Forecast.All.Week.N, sum.Forecast.All.Week.N}, "backtest": {v.Forecast.Backtest.Rules, sum.Forecast.Backtest.Rules},
		"bins": {v.Forecast.Bins[0].Rules, sum.Forecast.Bins[0].Rules}, "bound": {v.Forecast.All.Bounds[0].Held.Of, sum.Forecast.All.Bounds[0].Held.Of},
	} {
		if pair[0] == 0 || pair[1] != 2*pair[0] {
			doubled = append(doubled, what)
		}
	}
	if len(doubled) > 0 {
		t.Errorf("not doubled, or nothing to double: %v", doubled)
	}
}

func TestSharesOfNothing(t *testing.T) {
	if (Count{}).Share() != 1 || (Count{1, 4}).Share() != 0.25 {
		t.Error("shares")
	}
}
