package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sgfit/schema/duck"
	"sgfit/suggest"
	"sgfit/suggest/report"
)

// reportOptions steer how the plan is rendered.
type reportOptions struct {
	title, logo, accent string
	brand               report.Brand
}

func (o *reportOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.title, "title", "", "`TITLE` of the report")
	cmd.Flags().StringVar(&o.logo, "logo", "", "picture for the head of report.html: PNG, JPEG or WebP `FILE`, which then stands in the page")
	cmd.Flags().StringVar(&o.accent, "accent", "", "`COLOUR` of report.html, as #rrggbb")
}

// check reads the picture, before any long work.
func (o *reportOptions) check() error {
	var picture []byte
	if o.logo != "" {
		var err error
		if picture, err = os.ReadFile(o.logo); err != nil {
			return &usageError{error: fmt.Errorf("--logo: %w", err)}
		}
	}
	var err error
	if o.brand, err = report.NewBrand(o.accent, picture); err != nil {
		return &usageError{error: err}
	}
	return nil
}

func (o *reportOptions) options(command string) report.Options {
	return report.Options{Title: o.title, Command: command, GeneratedBy: "sgfit " + version, Brand: o.brand}
}

// words are the flags as they were given.
func (o *reportOptions) words() []string {
	var out []string
	for _, flag := range []struct{ name, value string }{{"--title", o.title}, {"--logo", o.logo}, {"--accent", o.accent}} {
		if flag.value != "" {
			out = append(out, flag.name, shellWord(flag.value))
		}
	}
	return out
}

// again is the command line that makes the report of a plan in a database again, with the plan's own settings.
func (o *reportOptions) again(plan suggest.Plan, db, out string) string {
	words := append([]string{"sgfit", "report", "--db", shellWord(db)}, o.words()...)
	command := strings.Join(append(words, "--out", shellWord(out)), " ")
	if s := plan.Settings; s != nil {
		chosen := planOptions{wildcardSources: s.WildcardSources, minDays: s.MinDays, rulesQuota: s.RulesQuota, profile: string(s.Profile), exceptions: exceptionsOf(s),
			ipRanges: ipRangesOption{path: s.IPRangesFile}}.words()
		if len(chosen) > 0 {
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
		Example: `  sgfit report --db account.db --out ./report --title 'Firewall review, third quarter'
  sgfit report --db account.db --out ./report --logo ours.png --accent '#7a1f3d'`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := opt.check(); err != nil {
				return err
			}
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
