package report

import (
	"fmt"
	"slices"

	"sgfit/suggest"
)

// gradeWords says a grade with its meaning. For a silent rule the grade follows from the observed days.
func gradeWords(r suggest.Rule) string {
	c, e := r.Confidence, r.Evidence
	switch {
	case c.Grade == "high" && slices.ContainsFunc(r.Findings, func(f suggest.Finding) bool { return f.Kind == suggest.StaleReference }):
		return "high: the group that it names is gone, so nothing can match it"
	case e.Conversations > 0 && r.Action == suggest.Keep:
		return fmt.Sprintf("%s: nothing changes", c.Grade)
	case e.Conversations > 0:
		return fmt.Sprintf("%s, from %s", c.Grade, count(e.ObservedDays, "observed day", "observed days"))
	}
	switch c.Grade {
	case "high":
		return "high: silent for 92 observed days or more, so no quarterly user was seen"
	case "medium":
		return "medium: silent for 31 observed days or more, so no monthly user was seen"
	case "low":
		return "low: silent for 14 to 30 observed days, a monthly user may have been missed"
	case "none":
		return "none: the silence proves nothing"
	}
	return c.Grade
}

// labelWords says what a label means, with its letter; "" for a rule without uses. side is what the rule's peers are called.
func labelWords(n suggest.NewSources, side string) string {
	meaning := map[string]string{
		"A": "settled: no new " + side + " in the last 15 days, none seen on a single day only",
		"B": "quiet tail: no new " + side + " in the last 15 days, but " + count(n.Q1, side, side+"s") + " seen on a single day only",
		"C": "trickle: " + newWords(n, side),
		"D": "active: " + newWords(n, side),
		"E": "open set: " + newWords(n, side),
	}[n.Label]
	if meaning == "" {
		return n.Label
	}
	return n.Label + ", " + meaning
}

func newWords(n suggest.NewSources, side string) string {
	return fmt.Sprintf("%s in the last 15 days, %s of them in the last 7",
		count(n.D15, "new "+side, "new "+side+"s"), thousands(n.D7))
}

// boundWords says how many new peers must be reckoned with.
func boundWords(n suggest.NewSources, side string) string {
	if n.Label == "" {
		return ""
	}
	week := "at most " + count(n.Bound7d, "new "+side, "new "+side+"s")
	if n.Bound7d == 0 {
		week = "no new " + side
	}
	return fmt.Sprintf("%s in the next 7 days, %s in 30 (95 %% bounds)", week, thousands(n.Bound30d))
}

// lastNewWords says when the last new peer came, and how much of the next day's use the known ones will make.
func lastNewWords(n suggest.NewSources) string {
	words := ""
	switch {
	case n.LastNewDays == nil:
	case *n.LastNewDays == 0:
		words = "the last new one came on the last day; "
	default:
		words = "the last new one came " + count(*n.LastNewDays, "day", "days") + " before the last day; "
	}
	if n.Churning {
		return words + "they come in runs or are replaced, so that single addresses will not hold"
	}
	return words + "if days are alike, " + percent(n.Coverage) + " of the next day’s use is by known ones"
}

// sureness tells how sure the plan is of one rule.
func sureness(r suggest.Rule) []Fact {
	side := sideWord(r.Direction)
	fs := []Fact{{"Grade", gradeWords(r)}}
	if n := r.Confidence.NewSources; n.Label != "" {
		fs = append(fs, Fact{"New " + side + "s", labelWords(n, side) + "; " + lastNewWords(n)}, Fact{"To be expected", boundWords(n, side)})
	}
	if words := silenceWords(r); words != "" {
		fs = append(fs, Fact{"Silent for", words})
	}
	if r.Evidence.Conversations > 0 && (r.Confidence.Backtest.Weeks > 0 || r.Action != suggest.Remove) {
		fs = append(fs, Fact{"Backtest", backtestWords(r.Confidence.Backtest, side)})
	}
	return fs
}
