package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"sgfit/schema/duck"
	"sgfit/suggest"
	"sgfit/suggest/report"
)

// reportOptions steer how the plan is rendered.
type reportOptions struct{ title string }

func (o *reportOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.title, "title", "", "title of the report")
}

func (o *reportOptions) options(command string) report.Options {
	return report.Options{Title: o.title, Command: command, GeneratedBy: "sgfit " + version}
}

func newReportCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
	var opt reportOptions
	var out string
	cmd := &cobra.Command{
		Use:     "report --db FILE --out DIR",
		Short:   "Render the latest plan again: plan.json, report.html, report.md",
		Example: `  sgfit report --db account.db --out ./report --title 'Firewall review, third quarter'`,
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withPlan(cmd, &dbo, func(plan suggest.Plan) error {
				if err := writeReports(plan, out, opt.options("sgfit report --db "+shellWord(dbo.path)+" --out "+shellWord(out))); err != nil {
					return err
				}
				term.say("Wrote plan.json, report.html and report.md to %s", out)
				return nil
			})
		},
	}
	dbo.addFlags(cmd, "sgfit.db")
	opt.addFlags(cmd)
	cmd.Flags().StringVar(&out, "out", "sgfit-report", "folder for the files")
	_ = cmd.MarkFlagDirname("out") // completion only
	return cmd
}

func newExplainCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
	cmd := &cobra.Command{
		Use:   "explain RULE",
		Short: "Say everything that the plan knows of one rule",
		Long: `Say why the plan would keep, remove, replace or review one rule, with the evidence.

RULE is sgr-…, or sg-…/3 (the third rule of the group in the report), or words: the group, direction, protocol,
ports and peer, as many as it takes to name one rule.`,
		Example: `  sgfit explain --db account.db sg-0abc ingress tcp 443 10.0.0.0/8
  sgfit explain --db account.db sg-0abc/3`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, words []string) error {
			return withPlan(cmd, &dbo, func(plan suggest.Plan) error {
				return report.Explain(term.out, plan, joinWords(words), report.ExplainOptions{Colour: term.colour(), Width: term.width()})
			})
		},
	}
	dbo.addFlags(cmd, "sgfit.db")
	return cmd
}

// withPlan runs f on the latest plan of a database.
func withPlan(cmd *cobra.Command, dbo *databaseOptions, f func(suggest.Plan) error) error {
	return withDatabase(cmd.Context(), dbo, true, func(db *duck.DB) error {
		body, err := db.LatestPlan(cmd.Context())
		if err != nil {
			return fmt.Errorf("%s: %w", dbo.path, err)
		}
		plan, err := decodePlan(body)
		if err != nil {
			return err
		}
		return f(plan)
	})
}
