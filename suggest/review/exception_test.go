package review

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
	"sgfit/suggest"
)

// TestExceptions: what was rejected is drafted, with who and why, and what a person makes of it is an exception for that rule.
func TestExceptions(t *testing.T) {
	b := open(t, testPlan(t), &memory{})
	mustDecide(t, b, b.asked(schema.DecisionReject, "partners\nneed it", replaced))
	mustDecide(t, b, b.asked(schema.DecisionReject, "yearly", removed))
	mustDecide(t, b, b.asked(schema.DecisionPostpone, "ask", doubted))
	drafts := b.ExceptionDrafts(nil)
	if len(drafts) != 2 {
		t.Fatalf("%+v", drafts)
	}
	first := ExceptionDraft{ExceptionAsk{Seen{replaced, 1}, suggest.Accepted, "ann", "partners need it", "2027-10-01", []int{}}, "web sg-web ingress tcp 443 0.0.0.0/0",
		[]suggest.ExceptionKind{suggest.Untouchable, suggest.Seasonal, suggest.Accepted}, ""}
	if diff := cmp.Diff(first, drafts[0]); diff != "" {
		t.Error(diff)
	}
	asks := []ExceptionAsk{drafts[0].ExceptionAsk, drafts[1].ExceptionAsk}
	asks[1].Kind, asks[1].Months, asks[1].Owner = suggest.Seasonal, []int{12, 1, 12}, " finance "
	list, err := b.Exceptions(asks, nil)
	if err != nil || len(list) != 2 || list[1].Owner != "finance" || !cmp.Equal(list[1].Months, []int{1, 12}) {
		t.Fatalf("%+v, %v", list, err)
	}
	records, acting := suggest.MatchExceptions(b.plan.Groups, list, b.now())
	if len(acting) != 2 || records[0].Rules[0] != b.items[replaced].key || records[1].Rules[0] != b.items[removed].key {
		t.Errorf("they stand for %+v", records)
	}
	// What is on record is told, and not written again; what ran out is.
	if again := b.ExceptionDrafts(list[:1]); again[0].Record != "accepted, by ann until 2027-10-01" || again[1].Record != "" {
		t.Errorf("%+v", again)
	}
	if rest, err := b.Exceptions(asks, list[:1]); err != nil || len(rest) != 1 || rest[0].Kind != suggest.Seasonal {
		t.Errorf("%+v, %v", rest, err)
	}
	old := list[0]
	old.Expires = "2026-09-30"
	if rest, err := b.Exceptions(asks, []suggest.Exception{old}); err != nil || len(rest) != 2 {
		t.Errorf("%+v, %v", rest, err)
	}
}

func TestExceptionsRefuse(t *testing.T) {
	b := open(t, testPlan(t), &memory{})
	mustDecide(t, b, b.asked(schema.DecisionReject, "yearly", removed))
	good := b.ExceptionDrafts(nil)[0].ExceptionAsk
	for want, change := range map[string]func(*ExceptionAsk){
		"not in the plan":            func(a *ExceptionAsk) { a.Rule = 99 },
		"decided on anew":            func(a *ExceptionAsk) { a.Version = 7 },
		"decided on anew since":      func(a *ExceptionAsk) { a.Seen = Seen{replaced, 0} },
		"who answers":                func(a *ExceptionAsk) { a.Owner = " " },
		"who answers for it":         func(a *ExceptionAsk) { a.Owner = strings.Repeat("x", maxWho+1) },
		"why it is needed":           func(a *ExceptionAsk) { a.Reason = "" },
		"is no day":                  func(a *ExceptionAsk) { a.Expires = "soon" },
		"is over already":            func(a *ExceptionAsk) { a.Expires = "2026-09-30" },
		"no kind of exception":       func(a *ExceptionAsk) { a.Kind = suggest.Accepted }, // not open to everybody
		`"" is no kind`:              func(a *ExceptionAsk) { a.Kind = "" },
		"write the months":           func(a *ExceptionAsk) { a.Kind = suggest.Seasonal },
		"as numbers from 1 to 12":    func(a *ExceptionAsk) { a.Kind, a.Months = suggest.Seasonal, []int{13} },
		"months in which it is need": func(a *ExceptionAsk) { a.Kind, a.Months = suggest.Seasonal, []int{0, 4} },
	} {
		ask := good
		change(&ask)
		var wrong *AskError
		if _, err := b.Exceptions([]ExceptionAsk{ask}, nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := b.Exceptions([]ExceptionAsk{good, good}, nil); err == nil {
		t.Error("a rule is written twice")
	}
	good.Expires = "2026-10-01" // the last day on which it holds may be today
	if _, err := b.Exceptions([]ExceptionAsk{good}, nil); err != nil {
		t.Error(err)
	}
}

// TestAddExceptions adds to a file once, however often it is asked to.
func TestAddExceptions(t *testing.T) {
	s := serve(t, testPlan(t), &memory{})
	mustDecide(t, s.book, s.book.asked(schema.DecisionReject, "yearly", removed))
	asks, err := json.Marshal([]ExceptionAsk{s.book.ExceptionDrafts(nil)[0].ExceptionAsk})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"added":1,"known":0`, `"added":0,"known":1`} {
		if code, body, _ := s.send(t, "POST", "api/exceptions/add", string(asks), nil); code != 200 || !strings.Contains(body, want) {
			t.Errorf("%d %s, want %s", code, body, want)
		}
	}
	if list, _ := s.opt.Exceptions.Read(); len(list) != 1 || list[0].Reason != "yearly" {
		t.Errorf("%+v", list)
	}
	s.opt.Exceptions = exceptionFile{"", new([]suggest.Exception)}
	if code, body, _ := s.send(t, "POST", "api/exceptions/add", string(asks), nil); code != 422 || !strings.Contains(body, "--exceptions FILE") {
		t.Errorf("without a file: %d %s", code, body)
	}
	if code, body, _ := s.send(t, "POST", "api/exceptions/text", string(asks), nil); code != 200 || !strings.Contains(body, "untouchable web") {
		t.Errorf("%d %s", code, body)
	}
}
