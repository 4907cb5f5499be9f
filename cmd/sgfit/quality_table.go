package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"

	"sgfit/suggest/judge"
)

// quality is what `sgfit bench-quality --json` prints.
type quality struct {
	Schema   string                   `json:"schema"` // sgfit.quality/v1
	Options  qualityAsked             `json:"options"`
	Totals   judge.Verdict            `json:"totals"`
	Openers  map[string]judge.Openers `json:"openers_by_format"`
	Accounts []qualityAccount         `json:"accounts"`
}

type qualityAsked struct {
	Accounts int     `json:"accounts"`
	Seed     uint64  `json:"seed"`
	Days     int     `json:"days"`
	After    int     `json:"after"`
	Scale    float64 `json:"scale"`
}

type qualityAccount struct {
	Seed   uint64 `json:"seed"`
	Format string `json:"format"`
	judge.Verdict
}

func newQuality(opt qualityOptions, verdicts []judge.Verdict) quality {
	q := quality{Schema: "sgfit.quality/v1", Options: qualityAsked{opt.accounts, opt.seed, opt.days, opt.after, opt.scale}, Openers: map[string]judge.Openers{}}
	q.Totals.Faults = []judge.Fault{}
	for n, v := range verdicts {
		a := opt.account(n)
		format := formatNames[a.Format]
		q.Accounts = append(q.Accounts, qualityAccount{a.Seed, format, v})
		q.Totals.Add(v)
		o := q.Openers[format]
		o.Add(v.Openers)
		q.Openers[format] = o
	}
	return q
}

// of says a count of a count: "3 of 1,200 (0.2 %)".
func of(c judge.Count) string {
	if c.Of == 0 {
		return "0 of 0"
	}
	return fmt.Sprintf("%d of %d (%s)", c.N, c.Of, percent(float64(c.N), float64(c.Of)))
}

// percent keeps all from looking like everything: 99.97 % is not 100 %.
func percent(n, of float64) string {
	if of == 0 {
		return "-"
	}
	share := 100 * n / of
	if (share > 99.95 || share < 0.05) && n != of && n != 0 {
		return fmt.Sprintf("%.3f %%", share)
	}
	return fmt.Sprintf("%.1f %%", share)
}

func printQuality(term *terminal, q quality) {
	v, o := q.Totals, q.Options
	fmt.Fprintf(term.out, "Accounts: %d (seed %d on), of %d days, %s records; days after them: %d\n\n", o.Accounts, o.Seed, o.Days, many(v.Records), o.After)
	w := newTable(term)
	w.AppendRows(ruleRows(v))
	for _, format := range formatNames {
		if f, ok := q.Openers[format]; ok {
			w.AppendRow(table.Row{"openers, " + format + ": precision / recall", fmt.Sprintf("%s / %s of %d services", percent(f.Precision(), 1), percent(f.Recall(), 1), f.Real)})
		}
	}
	w.AppendRow(table.Row{"demand of the window that the plans would refuse", of(v.Replay)})
	w.AppendRow(table.Row{"accounts or rules with a fault", len(v.Faults)})
	w.Render()
	if o.After == 0 {
		return
	}
	printLater(term, o, v.Later)
	printForecast(term, v.Forecast)
}

func ruleRows(v judge.Verdict) []table.Row {
	r := v.Rules
	return []table.Row{
		{"rules in force", r.InForce},
		{"unused rules found", of(r.UnusedFound)},
		{"  of which to be removed / for review, with the reason", fmt.Sprintf("%d / %d", r.UnusedRemoved, r.UnusedReview)},
		{"used rules called unused", of(r.UsedCalledUnused)},
		{"used rules removed without another to carry them", of(r.UsedRemoved)},
		{"rules used where no flow log shows it, not left for review", of(r.HiddenRemoved)},
		{"used rules narrowed", r.Narrowed},
		{"  users (address, port) of these in the window shut out", of(r.UsersShutOut)},
		{"bits of exposure removed, of the best possible", bits(v.Bits.Removed, v.Bits.Removable)},
		{"  where no wildcard is accepted", bits(v.Bits.RemovedClosed, v.Bits.RemovableClosed)},
	}
}

func bits(removed, removable float64) string {
	return fmt.Sprintf("%.0f of %.0f (%s)", removed, removable, percent(removed, removable))
}

func printLater(term *terminal, o qualityAsked, l judge.Later) {
	fmt.Fprintln(term.out)
	w := newTable(term)
	w.AppendHeader(table.Row{"refused after the window, had the plans been applied", "first 7 days", fmt.Sprintf("all %d days", o.After)})
	row := func(what string, get func(judge.Refusals) any) { w.AppendRow(table.Row{what, get(l.Week), get(l.All)}) }
	row("conversations", func(r judge.Refusals) any { return of(r.Conversations) })
	row("  by a rule that was narrowed", func(r judge.Refusals) any { return r.Narrowed })
	row("  by a redundant rule that was removed", func(r judge.Refusals) any { return r.Redundant })
	row("  by a rule that nobody had used", func(r judge.Refusals) any { return r.Silent })
	row("conversations of a peer and service new since the window", func(r judge.Refusals) any { return of(r.New) })
	row("sources (egress: destinations)", func(r judge.Refusals) any { return of(r.Sources) })
	row("bytes", func(r judge.Refusals) any { return percent(float64(r.Bytes.N), float64(r.Bytes.Of)) })
	row("changed rules with a refusal", func(r judge.Refusals) any { return of(r.Rules) })
	w.AppendRow(table.Row{"conversations, had also been done what is suggested for review", "", of(l.Reviewed)})
	w.Render()
}

func printForecast(term *terminal, f judge.Forecast) {
	fmt.Fprintln(term.out)
	w := newTable(term)
	w.AppendHeader(labelHeader(f.All))
	for _, label := range slices.Sorted(maps.Keys(f.Labels)) {
		w.AppendRow(labelRow(label, f.Labels[label]))
	}
	w.AppendRow(labelRow("all", f.All))
	w.Render()

	fmt.Fprintln(term.out)
	w = newTable(term)
	w.AppendHeader(table.Row{"rules narrowed, or for review to be, by refused sources foretold", "rules", "any refused in 7 days", "sources foretold", "came", "conversations foretold", "came"})
	for _, b := range f.Bins {
		w.AppendRow(backtestRow(rangeName(b.Least, b.Most), b.Backtest))
	}
	w.AppendRow(backtestRow("all", f.Backtest))
	w.Render()

	fmt.Fprintln(term.out)
	w = newTable(term)
	w.AppendHeader(table.Row{fmt.Sprintf("backtests of %d whole plans", f.Plan.Plans), "foretold", "came"})
	w.AppendRow(table.Row{"sources refused in a week", f.Plan.Sources.Foretold, f.Plan.Sources.Came})
	w.AppendRow(table.Row{"conversations", f.Plan.Conversations.Foretold, f.Plan.Conversations.Came})
	w.AppendRow(table.Row{"bytes", size(f.Plan.Bytes.Foretold), size(f.Plan.Bytes.Came)})
	w.Render()

	fmt.Fprintln(term.out)
	w = newTable(term)
	w.AppendHeader(table.Row{"used rules, silent for days", "with a chance of use in 7 days", "foretold to be used", "were", "with one in 30 days", "foretold to be used", "were"})
	for _, r := range f.Returns {
		w.AppendRow(table.Row{rangeName(int64(r.Least), int64(r.Most)), r.Week.Rules, fmt.Sprintf("%.1f", r.Week.Foretold), r.Week.Came,
			r.Month.Rules, fmt.Sprintf("%.1f", r.Month.Foretold), r.Month.Came})
	}
	w.Render()

	fmt.Fprintln(term.out)
	w = newTable(term)
	w.AppendHeader(table.Row{"rules removed for silence, by grade", "rules", "needed after the window"})
	for _, grade := range slices.Sorted(maps.Keys(f.Silent)) {
		w.AppendRow(table.Row{grade, f.Silent[grade].Of, of(f.Silent[grade])})
	}
	w.Render()
}

func labelHeader(n judge.Newcomers) table.Row {
	row := table.Row{"used rules by label", "new source in 7 days", "in 30 days"}
	for _, b := range n.Bounds {
		row = append(row, fmt.Sprintf("95 %% bound of %d days held", b.Days), "sources: bound", "came")
	}
	return row
}

func labelRow(label string, n judge.Newcomers) table.Row {
	row := table.Row{label, of(n.Week), of(n.Month)}
	for _, b := range n.Bounds {
		row = append(row, of(b.Held), b.Sources.Foretold, b.Sources.Came)
	}
	return row
}

// rangeName says a range; most below 0 is any number.
func rangeName(least, most int64) string {
	switch {
	case most < 0:
		return fmt.Sprintf("%d and more", least)
	case least == most:
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

func backtestRow(name string, b judge.Backtest) table.Row {
	return table.Row{name, b.Rules, of(judge.Count{N: b.Any, Of: b.Rules}), b.Sources.Foretold, b.Sources.Came, b.Conversations.Foretold, b.Conversations.Came}
}
