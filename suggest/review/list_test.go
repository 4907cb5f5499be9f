package review

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
	"sgfit/suggest"
)

func TestList(t *testing.T) {
	b := open(t, testPlan(t), &memory{})
	mustDecide(t, b, b.asked(schema.DecisionPostpone, "later", doubted))
	for name, c := range map[string]struct {
		f    Filter
		want []int
	}{
		"all that is suggested": {Filter{}, []int{doubted, replaced, removed, unknown}}, // most bits first
		"in the plan's order":   {Filter{Sort: "plan"}, []int{replaced, removed, doubted, unknown}},
		"every rule":            {Filter{Action: AnyAction, Sort: "plan"}, []int{replaced, removed, doubted, unknown, kept}},
		"to be kept":            {Filter{Action: suggest.Keep}, []int{kept}},
		"a group":               {Filter{Group: "sg-db"}, []int{doubted, unknown}},
		"a finding":             {Filter{Finding: suggest.NotObservable}, []int{unknown}},
		"a state":               {Filter{State: StatePostponed}, []int{doubted}},
		"open":                  {Filter{State: StateOpen, Group: "sg-db"}, []int{unknown}},
		"gain":                  {Filter{MinGain: 25}, []int{doubted}},
		"grade":                 {Filter{Grade: "high"}, nil},
		"words":                 {Filter{Text: "WEB 443"}, []int{replaced}},
		"words of nothing":      {Filter{Text: "web 5432x"}, nil},
	} {
		var got []int
		for _, row := range b.List(c.f, 0, 100).Rows {
			got = append(got, row.Rule)
		}
		var chosen []int
		for _, one := range b.Choose(c.f) {
			chosen = append(chosen, one.Rule)
		}
		if d := cmp.Diff(c.want, got); d != "" || !cmp.Equal(got, chosen) {
			t.Errorf("%s: -want +got\n%s\nchosen %v", name, d, chosen)
		}
	}
	p := b.List(Filter{Sort: "plan"}, 1, 2)
	if p.Total != 4 || len(p.Rows) != 2 || p.Rows[0].Rule != removed || p.States[StateOpen] != 3 || p.States[StatePostponed] != 1 || p.Last != 1 {
		t.Errorf("%+v", p)
	}
	if p := b.List(Filter{}, 99, 2); len(p.Rows) != 0 || p.Total != 4 {
		t.Errorf("%+v", p)
	}
	d, ok := b.Detail(doubted)
	if !ok || d.Text != "tcp 5432 10.1.0.0/24" || len(d.Choices) != 1 || len(d.History) != 1 || d.History[0].Reason != "later" || len(d.Reasons) != 2 || d.Becomes[0] != d.Text {
		t.Errorf("%+v", d)
	}
	if d, _ := b.Detail(unknown); d.Suggests || d.Text != "all 0.0.0.0/0" {
		t.Errorf("%+v", d)
	}
}

// TestLargePlan: 5,000 groups and 50,000 rules open and are filtered, decided on and accepted without waiting.
func TestLargePlan(t *testing.T) {
	if testing.Short() {
		t.Skip("large")
	}
	one := testPlan(t)
	plan := one
	plan.Groups = nil
	for i := range 5000 {
		g := one.Groups[i%2]
		g.GroupID, g.Rules = fmt.Sprintf("sg-%06d", i), nil
		for j := range 10 {
			r := one.Groups[i%2].Rules[j%2]
			r.Peer.Value = fmt.Sprintf("10.%d.%d.0/24", i%250, j)
			g.Rules = append(g.Rules, r)
		}
		plan.Groups = append(plan.Groups, g)
	}
	body, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	took := map[string]time.Duration{}
	measured := func(name string, f func()) {
		start := time.Now()
		f()
		took[name] = time.Since(start).Round(time.Millisecond)
	}
	var read suggest.Plan
	var b *Book
	measured("decode", func() { err = json.Unmarshal(body, &read) })
	measured("open", func() { b = open(t, read, &memory{}) })
	measured("list", func() { b.List(Filter{State: StateOpen}, 0, 100) })
	measured("filter", func() { b.List(Filter{Text: "10.7. 24", Finding: suggest.NoTraffic}, 0, 100) })
	var all []Seen
	measured("choose", func() {
		for _, c := range b.Choose(Filter{}) {
			all = append(all, c.Seen)
		}
	})
	measured("reject all", func() { mustDecide(t, b, Ask{Action: schema.DecisionReject, Reason: "all", Who: "ann", Rules: all}) })
	measured("accepted", func() { _, err = b.Accepted() })
	if err != nil || len(all) != 50_000 {
		t.Fatalf("%d rules, %v", len(all), err)
	}
	t.Logf("%d MB of plan: %v", len(body)>>20, took)
	if sum := took["decode"] + took["open"] + took["list"]; sum > 20*time.Second { // ten times the goal: this machine may be busy
		t.Errorf("it takes %v to open", sum)
	}
}
