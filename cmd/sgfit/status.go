package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"sgfit/schema/duck"
)

func newStatusCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
	var asJSON, rejected bool
	var limit int
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say what is loaded, from when to when, and what is missing",
		Long: `Say what a database holds: objects that were loaded, resources that are known, whose logs and whose inventory they
are, which flow logs there are and what they delivered, what could not be seen, the days with records, and what to do next.`,
		Example: `  sgfit status --db account.db
  sgfit status --db account.db --rejected   # input that was set aside, with place and reason
  sgfit status --db account.db --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return &usageError{error: fmt.Errorf("--limit %d: give at least 1, or 0 for all", limit)}
			}
			return withDatabase(cmd.Context(), &dbo, func(db *duck.DB) error {
				if rejected {
					return printRejected(cmd, term, db, limit, asJSON)
				}
				st, err := db.Status(cmd.Context())
				if err != nil {
					return err
				}
				sight, err := db.Sight(cmd.Context())
				if err != nil {
					return err
				}
				rejected, err := db.SetAside(cmd.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(term, statusAsJSON(st, sight, rejected))
				}
				printStatus(term, st, sight)
				printNext(term, st, rejected, shellWord(db.Path()))
				return nil
			})
		},
	}
	dbo.addFlags(cmd, reading)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&rejected, "rejected", false, "list the input that was set aside")
	cmd.Flags().IntVar(&limit, "limit", 50, "with --rejected: list `N` lines at most; 0 for all")
	return cmd
}

func printJSON(term *terminal, v any) error {
	enc := json.NewEncoder(term.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func printRejected(cmd *cobra.Command, term *terminal, db *duck.DB, limit int, asJSON bool) error {
	list, total, err := db.Rejected(cmd.Context(), limit)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(term, rejectedAsJSON(list))
	}
	for _, r := range list {
		place := r.Place
		if r.Line > 0 {
			place = fmt.Sprintf("%s:%d", r.Place, r.Line)
		}
		fmt.Fprintf(term.out, "%s: %s\n", oneLine(place), oneLine(r.Reason))
		if r.Sample != "" {
			fmt.Fprintf(term.out, "    %s\n", oneLine(r.Sample))
		}
	}
	if n := total - int64(len(list)); n > 0 {
		fmt.Fprintf(term.out, "… and %d more; --limit 0 lists all\n", n)
	}
	if total == 0 {
		fmt.Fprintln(term.out, "Nothing was set aside.")
	}
	return nil
}

// oneLine makes hostile text fit for one line of a terminal.
func oneLine(s string) string { return strings.ReplaceAll(printable(s), "\n", " ") }

func printStatus(term *terminal, st duck.Status, sight duck.Sight) {
	if len(st.Objects) == 0 {
		fmt.Fprintln(term.out, "Nothing is loaded yet.")
		return
	}
	w := newTable(term)
	w.AppendHeader(table.Row{"loaded", "objects", "with a problem", "records or items", "from", "to"})
	for _, o := range st.Objects {
		name := map[string]string{"flow-logs": "flow logs", "config": "Config files", "answers": "saved answers of EC2", "live": "EC2 itself",
			"cloudtrail": "CloudTrail files"}[o.Source]
		w.AppendRow(table.Row{name, o.Objects, o.Problems, o.Records, moment(o.First), moment(o.Last)})
	}
	w.Render()
	fmt.Fprintln(term.out)

	if len(st.Inventory) > 0 {
		w = newTable(term)
		w.AppendHeader(table.Row{"known", "number", "states", "from", "to"})
		for _, r := range st.Inventory {
			until := moment(r.Last)
			if r.Last.IsZero() {
				until = "still"
			}
			w.AppendRow(table.Row{r.Name, r.Resources, r.States, moment(r.First), until})
		}
		w.Render()
		fmt.Fprintln(term.out)
	}

	fmt.Fprintf(term.out, "Accounts in the flow logs %s; in the inventory %s. %d of %d logged interfaces are in the inventory.\n",
		orNone(st.Accounts.Logged), orNone(st.Accounts.Known), st.Accounts.KnownInterfaces, st.Accounts.LoggedInterfaces)
	if words := lateWords(st); words != "" {
		fmt.Fprintln(term.out, words)
	}
	if len(st.Days) > 0 {
		printSight(term, sight)
		fmt.Fprintf(term.out, "\nDays with records (. none, - some files missing, o some with SKIPDATA, # all well)\n%s", calendar(st.Days, gapDays(sight)))
	}
}

// lateWords says how many days with records are older than all that is known of interfaces, and what to do about it; "" where none is.
func lateWords(st duck.Status) string {
	interfaces := slices.IndexFunc(st.Inventory, func(r duck.ResourceStatus) bool { return r.Name == "network interfaces" })
	if interfaces < 0 || st.Inventory[interfaces].First.IsZero() {
		return ""
	}
	since, late := st.Inventory[interfaces].First, 0
	for _, d := range st.Days {
		if d.Day.AddDate(0, 0, 1).Before(since) {
			late++
		}
	}
	if late == 0 {
		return ""
	}
	return fmt.Sprintf("Days with records that are older than all that is known of interfaces: %d of %d. They prove nothing about any rule. Load older AWS\n"+
		"Config files, or take things to have been before as they were first seen, which is a guess: --assume-unchanged.", late, len(st.Days))
}

// printNext says what the database lacks, and the command that brings it.
func printNext(term *terminal, st duck.Status, rejected int64, db string) {
	if rejected > 0 {
		fmt.Fprintf(term.out, "\nSet aside: %d lines or objects; their places and reasons: sgfit status --rejected --db %s\n", rejected, db)
	}
	switch {
	case len(st.Inventory) == 0:
		fmt.Fprintf(term.out, "\nNo security groups are known. Next: sgfit ingest config --db %s PATH…\n", db)
	case len(st.Days) == 0:
		fmt.Fprintf(term.out, "\nNo flow logs are loaded. Next: sgfit ingest flow-logs --db %s PATH…\n", db)
	case !st.Analyzed || st.Plans == 0:
		fmt.Fprintf(term.out, "\nThere is no plan for what is loaded. Next: sgfit suggest --db %s\n", db)
	}
}

func newTable(term *terminal) table.Writer {
	w := table.NewWriter()
	w.SetOutputMirror(term.out)
	w.SetStyle(table.StyleLight)
	w.Style().Options = table.OptionsNoBordersAndSeparators
	w.Style().Format.Header = text.FormatDefault
	return w
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "(none)"
	}
	return oneLine(strings.Join(list, ", "))
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// gapDays are the days on which some stream lacks objects.
func gapDays(s duck.Sight) map[string]bool {
	out := map[string]bool{}
	for _, st := range s.Streams {
		for _, d := range st.Missing {
			out[dayName(d)] = true
		}
	}
	return out
}

func month(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// calendar draws a line a month, a column a day.
func calendar(days []duck.DayStatus, gaps map[string]bool) string {
	byDay := map[string]duck.DayStatus{}
	for _, d := range days {
		byDay[d.Day.Format("2006-01-02")] = d
	}
	var b strings.Builder
	b.WriteString("           1   5    10   15   20   25   30\n")
	first, last := days[0].Day, days[len(days)-1].Day
	next := 0 // of the days
	for m := month(first); !m.After(last); m = m.AddDate(0, 1, 0) {
		if to := month(days[next].Day); to.After(m.AddDate(0, 2, 0)) { // a long time without any
			fmt.Fprintf(&b, "  …        %d months without records\n", 12*(to.Year()-m.Year())+int(to.Month()-m.Month()))
			m = to
		}
		for next < len(days)-1 && month(days[next].Day).Equal(m) {
			next++
		}
		fmt.Fprintf(&b, "  %s  ", m.Format("2006-01"))
		for d := m; d.Month() == m.Month(); d = d.AddDate(0, 0, 1) {
			s, ok := byDay[d.Format("2006-01-02")]
			switch {
			case ok && gaps[dayName(d)]:
				b.WriteByte('-')
			case ok && s.SkipData > 0:
				b.WriteByte('o')
			case ok:
				b.WriteByte('#')
			case d.Before(first) || d.After(last):
				b.WriteByte(' ')
			default:
				b.WriteByte('.')
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
