package judge

import (
	"slices"
	"testing"

	"sgfit/schema/simulate"
	"sgfit/suggest"
)

// TestReturns: chances are summed by how long the rules were silent, beside those that were used again.
func TestReturns(t *testing.T) {
	c := perfect(made())
	half, tenth := 0.5, 0.1
	silent := func(port int32, idle int, chance *float64) {
		r, _ := rule(t, c, port, func(w simulate.RuleTruth) bool { return w.Uses > 0 })
		r.Confidence.Silence = &suggest.Silence{IdleDays: idle, Return7d: chance, Return30d: &half}
	}
	silent(9445, 3, &half)   // pods come each day
	silent(9446, 6, &tenth)  // and more of them
	silent(7010, 1, &tenth)  // fell silent for good
	silent(50051, 7, nil)    // the plan does not tell
	silent(9447, 0, &half)   // not silent at all
	silent(9448, 200, &half) // contractors
	got := mustJudge(t, c).Forecast.Returns
	want := []Return{{1, 6, ReturnCount{3, 0.7, 2}, ReturnCount{}}, {Least: 7, Most: 13}, {Least: 14, Most: 29}, {30, -1, ReturnCount{1, 0.5, 1}, ReturnCount{}}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestPlanBacktest: what the plan foretold stands beside what it refused in the first week.
func TestPlanBacktest(t *testing.T) {
	c := perfect(made())
	if n := mustJudge(t, c).Forecast.Plan.Plans; n != 0 {
		t.Errorf("%d plans without a backtest are counted", n)
	}
	acting(&c, suggest.Keep)
	r, at := rule(t, c, 9446, anyRule)
	*r = narrowedToUsers(*r, c.Truth.Rules[at])
	c.Plan.Backtest = &suggest.PlanBacktest{Sources: 3, Refused: 5, RefusedBytes: 7}
	v := mustJudge(t, c)
	week := v.Later.Week
	want := PlanBacktest{1, Pair{3, week.Sources.N}, Pair{5, week.Conversations.N}, Pair{7, week.Bytes.N}}
	if v.Forecast.Plan != want || week.Sources.N == 0 {
		t.Errorf("got %+v, want %+v", v.Forecast.Plan, want)
	}
}
