package review

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
	"sgfit/suggest"
)

func TestDecideAndUndo(t *testing.T) {
	store := &memory{}
	b := open(t, testPlan(t), store)
	mustDecide(t, b, b.asked(schema.DecisionAccept, "", replaced, removed))
	mustDecide(t, b, b.asked(schema.DecisionReject, "yearly job", removed))
	mustDecide(t, b, b.asked(schema.DecisionPostpone, "ask the owner", unknown))
	change := b.asked(schema.DecisionChange, "", doubted)
	change.Text = "tcp 5432 10.1.0.0/16"
	mustDecide(t, b, change)
	if got, want := statesOf(b), "acc rej cha pos ope "; got != want {
		t.Errorf("states %q, want %q", got, want)
	}
	if got, want := statesOf(open(t, testPlan(t), store)), statesOf(b); got != want {
		t.Errorf("opened again: %q, want %q", got, want)
	}
	undone, err := b.Undo(t.Context(), 3, "ann") // the rejection: what stood before stands again
	if err != nil || len(undone) != 1 || statesOf(b) != "acc acc cha pos ope " {
		t.Errorf("%v, %v, %q", undone, err, statesOf(b))
	}
	if _, err := b.Undo(t.Context(), 3, "ann"); err == nil {
		t.Error("undone twice")
	}
	for i, d := range store.log {
		if d.No != int64(i+1) || d.Who != "ann" || d.At.IsZero() || d.Rule == "" {
			t.Errorf("entry %d: %+v", i, d)
		}
	}
	if d := cmp.Diff([]int64{1, 1, 3, 4, 5, 6}, batches(store.log)); d != "" {
		t.Errorf("batches -want +got\n%s", d)
	}
}

func batches(log []schema.Decision) (out []int64) {
	for _, d := range log {
		out = append(out, d.Batch)
	}
	return out
}

// TestDecideRefuses: nothing of what is refused is stored, not even a part.
func TestDecideRefuses(t *testing.T) {
	store := &memory{}
	b := open(t, testPlan(t), store)
	change := func(text string, rules ...int) Ask {
		a := b.asked(schema.DecisionChange, "", rules...)
		a.Text = text
		return a
	}
	nobody := b.asked(schema.DecisionAccept, "", removed)
	nobody.Who = " "
	unseen := b.asked(schema.DecisionAccept, "", removed)
	unseen.Rules[0].Version = 9
	for name, c := range map[string]struct {
		ask  Ask
		want string
	}{
		"no reason to reject":        {b.asked(schema.DecisionReject, " ", removed), "say why"},
		"no reason to postpone":      {b.asked(schema.DecisionPostpone, "", removed), "say why"},
		"doubted without a reason":   {b.asked(schema.DecisionAccept, "", replaced, doubted), "say why"},
		"nothing is suggested":       {b.asked(schema.DecisionAccept, "so", replaced, unknown), "nothing is suggested"},
		"kept":                       {b.asked(schema.DecisionAccept, "so", kept), "nothing is suggested"},
		"nobody":                     {nobody, "who decides"},
		"no rules":                   {b.asked(schema.DecisionAccept, ""), "no rule"},
		"twice":                      {b.asked(schema.DecisionAccept, "", removed, removed), "twice"},
		"out of the plan":            {Ask{Action: schema.DecisionAccept, Who: "ann", Rules: []Seen{{99, 0}}}, "not in the plan"},
		"before the plan":            {Ask{Action: schema.DecisionAccept, Who: "ann", Rules: []Seen{{-1, 0}}}, "not in the plan"},
		"a version that never was":   {unseen, "never shown"},
		"unknown action":             {b.asked("approve", "so", removed), "none of"},
		"a long reason":              {b.asked(schema.DecisionReject, strings.Repeat("x", 2001), removed), "longer"},
		"changes of many":            {change("remove", replaced, removed), "one by one"},
		"a wider change":             {change("tcp 443 10.0.0.0/7", doubted), "not those of the rule"},
		"a change that is no rule":   {change("tcp 443", replaced), "no CIDR"},
		"a change of nothing at all": {change(" \n", replaced), "a rule a line"},
	} {
		_, err := b.Decide(t.Context(), c.ask)
		var refused *AskError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	store.err = errDisk
	if _, err := b.Decide(t.Context(), b.asked(schema.DecisionAccept, "", removed)); !errors.Is(err, errDisk) {
		t.Errorf("a full disk: %v", err)
	}
	if got := statesOf(b); len(store.log) != 0 || got != "ope ope ope ope ope " {
		t.Errorf("something was stored: %v, %q", store.log, got)
	}
}

// TestTwoAtOnce: of many who decide on the same rules at once one wins, the others hear of it, and the log holds what was
// said to be stored.
func TestTwoAtOnce(t *testing.T) {
	store := &memory{}
	b := open(t, testPlan(t), store)
	var wait sync.WaitGroup
	var mu sync.Mutex
	stored, conflicts := 0, 0
	for i := range 20 {
		wait.Go(func() {
			ask := Ask{Action: schema.DecisionReject, Reason: "mine", Who: string(rune('a' + i)), Rules: []Seen{{removed, 0}, {i % 2 * 2, 0}}}
			entries, err := b.Decide(t.Context(), ask)
			mu.Lock()
			defer mu.Unlock()
			stored += len(entries)
			var conflict *ConflictError
			if errors.As(err, &conflict) {
				conflicts++
				if !strings.Contains(err.Error(), "was decided on by") || len(conflict.Rules) == 0 {
					t.Errorf("%v", err)
				}
			}
		})
	}
	wait.Wait()
	if stored != 2 || conflicts != 19 || len(store.log) != 2 {
		t.Errorf("%d stored, %d conflicts, %d in the log", stored, conflicts, len(store.log))
	}
	if got := b.Since(1); len(got) != 1 || got[0].No != 2 {
		t.Errorf("since 1: %v", got)
	}
	if _, err := b.Undo(t.Context(), 1, "zoe"); err != nil {
		t.Error(err)
	}
}

// TestUndoSparesOthers: what somebody else decided since is not taken back.
func TestUndoSparesOthers(t *testing.T) {
	b := open(t, testPlan(t), &memory{})
	mustDecide(t, b, b.asked(schema.DecisionAccept, "", replaced, removed))
	mustDecide(t, b, b.asked(schema.DecisionReject, "no", removed))
	var conflict *ConflictError
	if _, err := b.Undo(t.Context(), 1, "ann"); !errors.As(err, &conflict) || statesOf(b) != "acc rej ope ope ope " {
		t.Errorf("%v, %q", err, statesOf(b))
	}
}

// TestNewPlan: a decision stands as long as the plan suggests the same.
func TestNewPlan(t *testing.T) {
	store := &memory{}
	b := open(t, testPlan(t), store)
	mustDecide(t, b, b.asked(schema.DecisionAccept, "", replaced, removed))
	later := testPlan(t)
	later.Groups[0].Rules[replaced].Replacement = rulesOf(t, "tcp 443 10.1.0.0/16")
	later.Groups = append(later.Groups[1:], later.Groups[0]) // places do not matter
	b = open(t, later, store)
	if got := statesOf(b); got != "ope ope ope ope acc " {
		t.Errorf("states %q", got)
	}
	row := b.List(Filter{Text: "443 0.0.0.0/0", Sort: "plan"}, 0, 1).Rows[0]
	if !row.Stale || row.State != StateOpen || row.Who != "ann" {
		t.Errorf("%+v", row)
	}
	gone := later
	gone.Groups = gone.Groups[:1]
	if got := statesOf(open(t, gone, store)); got != "ope ope ope " {
		t.Errorf("rules that are gone: %q", got)
	}
}

func TestAccepted(t *testing.T) {
	b := open(t, testPlan(t), &memory{})
	mustDecide(t, b, b.asked(schema.DecisionAccept, "", replaced))
	mustDecide(t, b, b.asked(schema.DecisionReject, "yearly job", removed))
	mustDecide(t, b, b.asked(schema.DecisionAccept, "checked by hand", doubted))
	change := b.asked(schema.DecisionChange, "", unknown)
	change.Text = "remove"
	mustDecide(t, b, change)
	plan, outcome, err := b.Finish(t.Context(), webFlows())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"replace [tcp 443 10.1.0.0/24 tcp 443 10.2.0.0/24] accept", "keep [] reject", "replace [tcp 5432 10.1.0.0/24] accept", "remove [] change", "keep [] "}
	if d := cmp.Diff(want, actions(plan)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if outcome.Remove != 1 || outcome.Replace != 2 || plan.Replay.Edges != 3 || plan.Replay.Refused != 0 || len(outcome.Rejected) != 1 {
		t.Errorf("%+v", outcome)
	}
	rejected := b.Rejections()
	if len(rejected) != 1 || rejected[0].GroupID != "sg-web" || rejected[0].Suggested != suggest.Remove || rejected[0].Decision.Reason != "yearly job" {
		t.Errorf("%+v", rejected)
	}
	stale := testPlan(t)
	stale.Groups[0].Suggested = []suggest.SuggestedRule{{StandsFor: []string{"sg-web ingress tcp 443 0.0.0.0/0"}}}
	stale.Observations = []suggest.Observation{{Kind: suggest.QuotaOnTheWay}}
	fresh := open(t, stale, &memory{})
	plan, err = fresh.Accepted()
	if plan.Groups[0].Suggested != nil || plan.Observations != nil {
		t.Error("it says what groups would come to if all were accepted")
	}
	if d := cmp.Diff([]string{"review [tcp 443 10.1.0.0/24 tcp 443 10.2.0.0/24] ", "review [] ", "review [tcp 5432 10.1.0.0/24] ", "review [] ", "keep [] "}, actions(plan)); err != nil || d != "" {
		t.Errorf("nothing is done that nobody accepted: %v\n%s", err, d)
	}
}

func actions(plan suggest.Plan) (out []string) {
	for _, g := range plan.Groups {
		for _, r := range g.Rules {
			var words []string
			for _, n := range r.Replacement {
				words = append(words, n.Words())
			}
			by := ""
			if r.Decision != nil {
				by = string(r.Decision.Action)
			}
			out = append(out, string(r.Action)+" ["+strings.Join(words, " ")+"] "+by)
		}
	}
	return out
}

// TestTry: a change is answered with what it would refuse, on top of what was accepted.
func TestTry(t *testing.T) {
	store := &memory{}
	b := open(t, testPlan(t), store)
	trial, err := b.Try(t.Context(), webFlows(), replaced, "tcp 443 10.1.0.0/24\ntcp 443 10.2.0.9/32")
	if err != nil || trial.Conversations != 1 || trial.Sources != 1 || len(trial.Refusals) != 1 || trial.Refusals[0].Peer != "10.2.0.10" {
		t.Errorf("%+v, %v", trial, err)
	}
	if trial, err = b.Try(t.Context(), webFlows(), replaced, "remove"); err != nil || trial.Conversations != 13 || trial.Sources != 3 || trial.Refusals[0].Peer != "10.1.0.5" {
		t.Errorf("%+v, %v", trial, err)
	}
	if trial, err = b.Try(t.Context(), webFlows(), replaced, "tcp 443 10.0.0.0/8"); err != nil || trial.Conversations != 0 || trial.Replayed.Edges != 3 {
		t.Errorf("%+v, %v", trial, err)
	}
	if _, err = b.Try(t.Context(), webFlows(), 77, "remove"); err == nil {
		t.Error("a rule that is not there")
	}
	if len(store.log) != 0 {
		t.Error("a trial was stored")
	}
}

// TestChangeMany: rules that have an alternative of one name are changed to it at once, with a reason.
func TestChangeMany(t *testing.T) {
	plan := testPlan(t)
	plan.Groups[0].Rules[replaced].Alternatives = []suggest.Alternative{{Name: "compact", Rules: rulesOf(t, "tcp 443 10.0.0.0/14")}}
	plan.Groups[1].Rules[0].Alternatives = []suggest.Alternative{{Name: "exact", Rules: rulesOf(t, "tcp 5432 10.1.0.7/32")}, {Name: "compact", Rules: rulesOf(t, "tcp 5432 10.1.0.0/16")}}
	b := open(t, plan, &memory{})
	if chosen := b.Choose(Filter{Sort: "plan"}); len(chosen[replaced].Choices) != 1 || len(chosen[doubted].Choices) != 2 || chosen[removed].Choices == nil {
		t.Errorf("%+v", chosen)
	}
	ask := b.asked(schema.DecisionChange, "", replaced, doubted)
	refused := func(want string) {
		t.Helper()
		if _, err := b.Decide(t.Context(), ask); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	refused("written one by one")
	ask.Choice = "compact"
	refused("say why")
	ask.Reason, ask.Choice = "few rules", "exact"
	refused(`has no alternative "exact"`)
	if got := statesOf(b); got != "ope ope ope ope ope " {
		t.Fatalf("a part of it was stored: %q", got)
	}
	ask.Choice = "compact"
	mustDecide(t, b, ask)
	accepted, err := b.Accepted()
	if got := statesOf(b); err != nil || got != "cha ope cha ope ope " || accepted.Groups[1].Rules[0].Replacement[0].Words() != "tcp 5432 10.1.0.0/16" {
		t.Errorf("%q, %v, %+v", got, err, accepted.Groups[1].Rules[0])
	}
}
