package report

import (
	"strings"
	"testing"

	"sgfit/suggest"
)

// TestDiffOfManyMissingRules has a line for the first of them alone, and says how many more there are; JSON has all.
func TestDiffOfManyMissingRules(t *testing.T) {
	rule := suggest.RuleComparison{Outcome: suggest.Ignored, Was: &suggest.RuleState{}, Is: &suggest.RuleState{}}
	for range mostNotes + 3 {
		rule.Missing = append(rule.Missing, suggest.ReplacementRule{})
	}
	shown := func() string {
		var b strings.Builder
		c := suggest.Comparison{Groups: []suggest.GroupComparison{{GroupID: "sg-a", Rules: []suggest.RuleComparison{rule}}}}
		if err := Diff(&b, c, DiffOptions{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if got := shown(); strings.Count(got, "not there:") != mostNotes-1 || !strings.Contains(got, "4 more: see --json or --html") {
		t.Errorf("of %d:\n%s", len(rule.Missing), got)
	}
	rule.Missing = rule.Missing[:mostNotes]
	if got := shown(); strings.Count(got, "not there:") != mostNotes || strings.Contains(got, "more: see") {
		t.Errorf("of %d:\n%s", len(rule.Missing), got)
	}
}
