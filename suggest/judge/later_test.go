package judge

import (
	"net/netip"
	"slices"
	"testing"

	"sgfit/schema/simulate"
	"sgfit/suggest"
)

// acting sets one action for all rules.
func acting(c *Case, action suggest.Action) {
	for g := range c.Plan.Groups {
		for r := range c.Plan.Groups[g].Rules {
			c.Plan.Groups[g].Rules[r].Action, c.Plan.Groups[g].Rules[r].Findings = action, nil
			c.Plan.Groups[g].Rules[r].Replacement = nil
		}
	}
}

// A plan that removes everything refuses every conversation after the window, one that keeps everything none: the replay
// and the simulator agree on what today's rules admit.
func TestEverythingAndNothing(t *testing.T) {
	c := perfect(made())
	acting(&c, suggest.Remove)
	all := mustJudge(t, c).Later.All
	if all.Conversations.N != int64(len(c.Truth.Later)) || all.Conversations.Of != all.Conversations.N || all.Sources.N != all.Sources.Of ||
		all.Bytes.N != all.Bytes.Of || all.Narrowed != 0 || all.Redundant+all.Silent != all.Conversations.N || all.Silent == 0 {
		t.Errorf("everything is removed, and refused: %+v", all)
	}
	acting(&c, suggest.Keep)
	all = mustJudge(t, c).Later.All
	if all.Conversations.N != 0 || all.Sources.N != 0 || all.Rules.Of != 0 || all.Conversations.Of != int64(len(c.Truth.Later)) {
		t.Errorf("everything is kept, and refused: %+v", all)
	}
}

// TestNarrowedAgainstTwin narrows one rule whose sources come and go to those of the window, and counts by the truth alone.
func TestNarrowedAgainstTwin(t *testing.T) {
	c := perfect(made())
	acting(&c, suggest.Keep)
	r, at := rule(t, c, 9446, anyRule)
	w := c.Truth.Rules[at]
	*r = narrowedToUsers(*r, w)
	r.Confidence.Grade, r.Confidence.NewSources = "low", suggest.NewSources{Label: "E", Bound7d: 1000}
	r.Confidence.Backtest = suggest.Backtest{RefusedSources: 12, RefusedConversations: 34, RefusedBytes: 56, Weeks: 2}
	var conversations, week, bytes, weekBytes int64
	sources, weekly := map[netip.Addr]bool{}, map[netip.Addr]bool{}
	first := int32(c.Plan.Window.End.Unix() / 86400)
	for _, l := range c.Truth.Later {
		if !slices.Equal(l.Rules, []int{at}) || slices.ContainsFunc(w.Users, func(u simulate.UserTruth) bool { return u.Address == l.Peer }) {
			continue
		}
		conversations, bytes = conversations+1, bytes+int64(l.Bytes)
		sources[l.Peer] = true
		if l.Day < first+7 {
			week++
			weekly[l.Peer] = true
			weekBytes += int64(l.Bytes)
		}
	}
	v := mustJudge(t, c)
	all := v.Later.All
	if conversations == 0 || week == conversations {
		t.Fatal("the account does not test it")
	}
	if all.Conversations.N != conversations || all.Sources.N != int64(len(sources)) || all.Bytes.N != bytes || all.Narrowed != conversations ||
		v.Later.Week.Conversations.N != week || all.Rules != (Count{1, 1}) || all.New.N != conversations {
		t.Errorf("%+v, first week %+v; want %d conversations (%d in the first week) of %d sources with %d bytes", all, v.Later.Week, conversations, week, len(sources), bytes)
	}
	if v.Later.Reviewed != all.Conversations {
		t.Errorf("nothing is for review, but %+v would be refused", v.Later.Reviewed)
	}
	want := Backtest{1, 1, Pair{12, int64(len(weekly))}, Pair{34, week}, Pair{56, weekBytes}}
	if v.Forecast.Backtest != want || v.Forecast.Bins[4].Backtest != want || v.Forecast.Bins[3].Rules != 0 {
		t.Errorf("backtest %+v, bins %+v, want %+v", v.Forecast.Backtest, v.Forecast.Bins, want)
	}
	r.Action = suggest.Review // nothing is refused, but it is known what would have been
	v = mustJudge(t, c)
	if v.Later.All.Conversations.N != 0 || v.Later.Reviewed != all.Conversations || v.Forecast.Backtest != want {
		t.Errorf("for review: %+v, %+v, %+v", v.Later.All, v.Later.Reviewed, v.Forecast.Backtest)
	}
}

// TestBounds: a bound holds where as many new sources come as it says, and not where one more does.
func TestBounds(t *testing.T) {
	c := perfect(made())
	r, at := rule(t, c, 9445, anyRule)
	fresh := map[netip.Addr]bool{}
	first := int32(c.Plan.Window.End.Unix() / 86400)
	for _, l := range c.Truth.Later {
		if slices.Contains(l.Rules, at) && l.Day < first+7 && !slices.ContainsFunc(c.Truth.Rules[at].Users, func(u simulate.UserTruth) bool { return u.Address == l.Peer }) {
			fresh[l.Peer] = true
		}
	}
	if len(fresh) == 0 {
		t.Fatal("no new source")
	}
	r.Confidence.NewSources.Label = "E"
	for bound, held := range map[int64]int64{int64(len(fresh)): 1, int64(len(fresh)) - 1: 0} {
		r.Confidence.NewSources.Bound7d = bound
		n := mustJudge(t, c).Forecast.Labels["E"]
		if n.Week != (Count{1, 1}) || n.Month.Of != 0 || len(n.Bounds) != 1 || n.Bounds[0] != (Bound{7, Count{held, 1}, Pair{bound, int64(len(fresh))}}) {
			t.Errorf("%d new sources, bound %d: %+v", len(fresh), bound, n)
		}
	}
}

// TestNeededLater: a rule that nobody used and somebody needs is refused, for silence, and counted under its grade.
func TestNeededLater(t *testing.T) {
	for seed := range uint64(3) {
		a := simulate.New(simulate.Options{Seed: seed, Days: 14, Scale: 0.05, After: 26, Churn: true})
		c := perfect(a, a.Truth())
		c.After = 26
		_, at := rule(t, c, 7011, anyRule)
		var needed int64
		for _, l := range c.Truth.Later {
			if slices.Contains(l.Rules, at) {
				needed++
			}
		}
		acting(&c, suggest.Keep)
		r, _ := rule(t, c, 7011, anyRule)
		r.Action, r.Confidence.Grade = suggest.Remove, "medium"
		v := mustJudge(t, c)
		if needed == 0 || v.Later.All.Silent != needed || v.Later.All.Conversations.N != needed || v.Forecast.Silent["medium"] != (Count{1, 1}) {
			t.Errorf("seed %d: needed %d times, %+v, %+v", seed, needed, v.Later.All, v.Forecast.Silent)
		}
	}
}
