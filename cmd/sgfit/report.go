package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sgfit/schema/duck"
	"sgfit/suggest"
	"sgfit/suggest/report"
)

// reportOptions steer how the plan is rendered.
type reportOptions struct{ title string }

func (o *reportOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.title, "title", "", "`TITLE` of the report")
}

func (o *reportOptions) options(command string) report.Options {
	return report.Options{Title: o.title, Command: command, GeneratedBy: "sgfit " + version}
}

// words are the flags as they were given.
func (o *reportOptions) words() []string {
	if o.title == "" {
		return nil
	}
	return []string{"--title", shellWord(o.title)}
}

// again is the command line that makes the report of a plan in a database again, with the plan's own settings.
func (o *reportOptions) again(plan suggest.Plan, db, out string) string {
	words := append([]string{"sgfit", "report", "--db", shellWord(db)}, o.words()...)
	command := strings.Join(append(words, "--out", shellWord(out)), " ")
	if s := plan.Settings; s != nil {
		if chosen := (planOptions{wildcardSources: s.WildcardSources, minDays: s.MinDays}).words(); len(chosen) > 0 {
			command = "sgfit suggest --db " + shellWord(db) + " " + strings.Join(chosen, " ") + " && " + command
		}
	}
	return command
}

func newReportCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
	var opt reportOptions
	var out string
	cmd := &cobra.Command{
		Use:   "report --db FILE --out DIR",
		Short: "Render the latest plan again: plan.json, report.html, report.md",
		Long: `Write plan.json, report.html and report.md of the latest plan in the database to a folder. Nothing is decided anew:
'sgfit suggest' makes the plan.`,
		Example: `  sgfit report --db account.db --out ./report --title 'Firewall review, third quarter'`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withPlan(cmd, &dbo, func(_ *duck.DB, plan suggest.Plan) error {
				if err := writeReports(plan, out, opt.options(opt.again(plan, dbo.path, out))); err != nil {
					return err
				}
				term.say("Wrote plan.json, report.html and report.md to %s", out)
				return nil
			})
		},
	}
	dbo.addFlags(cmd, reading)
	opt.addFlags(cmd)
	cmd.Flags().StringVar(&out, "out", "sgfit-report", "folder `DIR` for the files")
	_ = cmd.MarkFlagDirname("out") // completion only
	return cmd
}

// withPlan runs f on the latest plan of a database.
func withPlan(cmd *cobra.Command, dbo *databaseOptions, f func(*duck.DB, suggest.Plan) error) error {
	return withDatabase(cmd.Context(), dbo, func(db *duck.DB) error {
		body, err := db.LatestPlan(cmd.Context())
		if err != nil {
			return fmt.Errorf("%s: %w", dbo.path, err)
		}
		plan, err := decodePlan(body)
		if err != nil {
			return err
		}
		return f(db, plan)
	})
}
