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

// labelWords says what a label means, with its letter; "" for a rule without uses.
func labelWords(n suggest.NewSources) string {
	meaning := map[string]string{
		"A": "settled: no new source in the last 15 days, none seen on a single day only",
		"B": "quiet tail: no new source in the last 15 days, but " + count(n.Q1, "source", "sources") + " seen on a single day only",
		"C": "trickle: " + newWords(n),
		"D": "active: " + newWords(n),
		"E": "open set: " + newWords(n),
	}[n.Label]
	if meaning == "" {
		return n.Label
	}
	return n.Label + ", " + meaning
}

func newWords(n suggest.NewSources) string {
	return fmt.Sprintf("%s in the last 15 days, %s of them in the last 7",
		count(n.D15, "new source", "new sources"), thousands(n.D7))
}

func boundWords(n suggest.NewSources) string {
	if n.Label == "" {
		return ""
	}
	if n.Bound7d == 0 {
		return "no new source expected in the next 7 days (95 % bound)"
	}
	return "at most " + count(n.Bound7d, "new source", "new sources") + " in the next 7 days (95 % bound)"
}

func backtestWords(b suggest.Backtest) string {
	if b.RefusedSources == 0 && b.RefusedConversations == 0 {
		return "a plan made a week earlier would have refused nothing of the last 7 days"
	}
	return fmt.Sprintf("a plan made a week earlier would have refused %s (%s) of the last 7 days",
		count(b.RefusedSources, "source", "sources"), count(b.RefusedConversations, "conversation", "conversations"))
}

// sureness tells how sure the plan is of one rule.
func sureness(r suggest.Rule) []Fact {
	fs := []Fact{{"Grade", gradeWords(r)}}
	if n := r.Confidence.NewSources; n.Label != "" {
		fs = append(fs, Fact{"New sources", labelWords(n) + "; " + boundWords(n)})
	}
	if r.Evidence.Conversations > 0 {
		fs = append(fs, Fact{"Backtest", backtestWords(r.Confidence.Backtest)})
	}
	return fs
}
