package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"sgfit/analyze"
	"sgfit/schema/duck"
	"sgfit/suggest"
	"sgfit/suggest/report"
)

func newAnalyzeCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
	var keep keepOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "analyze",
		Short: "Find who opened each conversation and which rules admitted it",
		Long: `Find the opener of every conversation, credit it to the rules that admitted it then, and account for every record.
The answers stay in the database, for 'sgfit suggest' and for your own questions (tables edge, edge_rule, policy).`,
		Example: `  sgfit analyze --db account.db
  sgfit analyze --db account.db --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := keep.check(); err != nil {
				return err
			}
			return withDatabase(cmd.Context(), &dbo, func(db *duck.DB) error {
				err := analyse(cmd.Context(), term, db, defaultPlanOptions(), true, func(a *analyze.Analysis) error {
					return printAnalysis(cmd.Context(), term, a, asJSON)
				})
				if err != nil {
					return err
				}
				return keep.apply(cmd.Context(), db)
			})
		},
	}
	dbo.addFlags(cmd, working)
	keep.addFlags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// classOrder is the order of plan.json.
var classOrder = []string{"records", "malformed", "nodata", "skipdata", "duplicate", "rejected", "unknown_interface", "no_group",
	"matched", "unmatched", "ambiguous"}

// methodOrder is the order of the cascade.
var methodOrder = []string{"syn", "infeasible", "proven", "other-interface", "one-way", "symmetric", "fan", "sibling",
	"known-port", "boundary", "companion", "start", "unknown"}

func printAnalysis(ctx context.Context, term *terminal, a *analyze.Analysis, asJSON bool) error {
	ev, err := a.Evidence(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		enc := json.NewEncoder(term.out)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"start": ev.Start, "end": ev.End, "observed_days": ev.ObservedDays,
			"accounting": ev.Classes, "openers": ev.Facts.Methods})
	}
	fmt.Fprintf(term.out, "Window   %s to %s, %d observed days\n\n", ev.Start.Format("2006-01-02"), ev.End.AddDate(0, 0, -1).Format("2006-01-02"), ev.ObservedDays)
	printCounts(term, "Records", classOrder, ev.Classes)
	printCounts(term, "Openers, conversations by method", methodOrder, ev.Facts.Methods)
	return nil
}

func printCounts(term *terminal, title string, order []string, counts map[string]int64) {
	fmt.Fprintln(term.out, title)
	for _, name := range order {
		if n, ok := counts[name]; ok {
			fmt.Fprintf(term.out, "  %-20s %14d\n", name, n)
		}
	}
	fmt.Fprintln(term.out)
}

func newSuggestCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
	var opt planOptions
	var fail failOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "suggest",
		Short: "Decide every rule in force: keep, remove, replace or review",
		Long: `Decide every rule in force, prove by replay that the plan refuses nothing that today's rules admit, and store the
plan in the database. Answers of an earlier 'sgfit analyze' are used where nothing was loaded since.`,
		Example: `  sgfit suggest --db account.db
  sgfit suggest --db account.db --wildcard-sources 30 --json > plan.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := fail.check(); err != nil {
				return err
			}
			return withDatabase(cmd.Context(), &dbo, func(db *duck.DB) error {
				plan, err := makePlan(cmd.Context(), term, db, opt, false)
				if err != nil {
					return err
				}
				if err := printPlan(term, db, plan, asJSON); err != nil {
					return err
				}
				return fail.judge(term, plan.Counts(), plan.OnRecord())
			})
		},
	}
	dbo.addFlags(cmd, working)
	opt.addFlags(cmd)
	fail.addFlags(cmd, suggest.PlanNames(), "admin-port-open,removable>10")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print plan.json instead of a table")
	return cmd
}

// printPlan prints plan.json, or its summary.
func printPlan(term *terminal, db *duck.DB, plan suggest.Plan, asJSON bool) error {
	if !asJSON {
		return report.Summary(term.out, plan, report.SummaryOptions{Colour: term.colour(), Width: term.width(), Database: namedDatabase(db.Path())})
	}
	body, err := encodePlan(plan)
	if err == nil {
		_, err = term.out.Write(body)
	}
	return err
}
