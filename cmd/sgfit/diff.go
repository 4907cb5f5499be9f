package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sgfit/schema/duck"
	"sgfit/suggest"
	"sgfit/suggest/report"
)

// diffOptions are all that `sgfit diff` knows.
type diffOptions struct {
	memory string
	asJSON bool
	html   string
	title  string
	fail   failOptions
}

func newDiffCommand(term *terminal) *cobra.Command {
	var opt diffOptions
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say what changed between two plans: what was applied, what is new, what got wider",
		Long: `Compare two plans, rule by rule: which of the old plan's suggestions were applied, in part or wholly, and which are
still open; which rules and groups came and went; which groups admit more than before; which rules are judged differently;
which exceptions ran out, no longer match a rule, were withdrawn, extended or granted. Rules are matched by content within
their group, exceptions by what they are for. A new opening that an exception answers for is shown, but --fail-on counts it as
new-on-record only.

OLD and NEW are plan.json files, folders that hold one, or databases, of which the latest plan is taken. A single database
is compared with itself: its latest plan with the one before.`,
		Example: `  sgfit diff q2/plan.json q3/plan.json
  sgfit diff q2.db q3.db --html changes.html
  sgfit diff sgfit.db                                # the latest plan, and the one before
  sgfit diff baseline.json today.json --fail-on wider,new-open-admin --json > changes.json`,
		Args:              oneOrTwoPlans,
		ValidArgsFunction: completePlans,
		RunE:              func(cmd *cobra.Command, args []string) error { return runDiff(cmd.Context(), term, opt, args) },
	}
	cmd.Flags().BoolVar(&opt.asJSON, "json", false, "print JSON (sgfit.diff/v1) instead of a table")
	cmd.Flags().StringVar(&opt.html, "html", "", "write a page to `FILE` too")
	cmd.Flags().StringVar(&opt.title, "title", "", "`TITLE` of the page")
	cmd.Flags().StringVar(&opt.memory, "memory", "", "most memory for a database, a `SIZE` such as 2GiB (default a quarter of the machine's)")
	opt.fail.addFlags(cmd, suggest.ComparisonNames(), "wider,new-open-admin,ignored>10")
	_ = cmd.MarkFlagFilename("html", "html") // completion only
	return cmd
}

func oneOrTwoPlans(_ *cobra.Command, args []string) error {
	if len(args) == 1 || len(args) == 2 {
		return nil
	}
	return fmt.Errorf("diff needs two plans, OLD and NEW (plan.json files or databases), or one database; it was given %d", len(args))
}

func completePlans(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) >= 2 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []string{"json", "db", "duckdb"}, cobra.ShellCompDirectiveFilterFileExt
}

func runDiff(ctx context.Context, term *terminal, opt diffOptions, args []string) error {
	if err := opt.fail.check(); err != nil {
		return err
	}
	old, now, err := opt.plans(ctx, args)
	if err != nil {
		return err
	}
	c := suggest.Compare(old, now)
	ropt := report.DiffOptions{Options: report.Options{Title: opt.title, GeneratedBy: "sgfit " + version, Command: opt.command(args)},
		Colour: term.colour(), Width: term.width()}
	if opt.html != "" {
		var page bytes.Buffer
		if err := report.DiffHTML(&page, c, ropt); err != nil {
			return err
		}
		if err := writeFile(opt.html, page.Bytes()); err != nil {
			return &outputError{err}
		}
		term.say("Wrote %s", opt.html)
	}
	if opt.asJSON {
		err = printJSON(term, c)
	} else {
		err = report.Diff(term.out, c, ropt)
	}
	if err != nil {
		return err
	}
	return opt.fail.judge(term, c.Counts, nil)
}

func (o *diffOptions) command(args []string) string {
	words := []string{"sgfit", "diff"}
	for _, a := range args {
		words = append(words, shellWord(a))
	}
	if o.title != "" {
		words = append(words, "--title", shellWord(o.title))
	}
	return strings.Join(append(words, "--html", shellWord(o.html)), " ")
}

// plans reads both plans.
func (o *diffOptions) plans(ctx context.Context, args []string) (old, now suggest.Plan, err error) {
	if len(args) == 2 {
		if old, err = o.plan(ctx, args[0], (*duck.DB).LatestPlan); err == nil {
			now, err = o.plan(ctx, args[1], (*duck.DB).LatestPlan)
		}
		return old, now, err
	}
	if now, err = o.plan(ctx, args[0], (*duck.DB).LatestPlan); err != nil {
		return old, now, err
	}
	if database, err := isDatabase(args[0]); err == nil && !database {
		return old, now, &usageError{error: fmt.Errorf("%s holds one plan alone; give the one to compare it with too", args[0])}
	}
	old, err = o.plan(ctx, args[0], (*duck.DB).EarlierPlan)
	return old, now, err
}

// plan reads one: from a file, from a folder's plan.json, or from a database.
func (o *diffOptions) plan(ctx context.Context, path string, of func(*duck.DB, context.Context) ([]byte, error)) (plan suggest.Plan, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "plan.json")
	}
	database, err := isDatabase(path)
	if err != nil {
		return plan, &planFileError{err}
	}
	var body []byte
	if !database {
		body, err = os.ReadFile(path)
	} else {
		dbo := databaseOptions{path: path, memory: o.memory, access: reading}
		err = withDatabase(ctx, &dbo, func(db *duck.DB) (err error) {
			body, err = of(db, ctx)
			return err
		})
	}
	if err != nil {
		return plan, fmt.Errorf("%s: %w", path, err)
	}
	if plan, err = decodePlan(body); err != nil {
		return plan, &planFileError{fmt.Errorf("%s: %w", path, err)}
	}
	return plan, nil
}

// planFileError is a file that should be a plan and is none.
type planFileError struct{ error }

func (e *planFileError) Unwrap() error { return e.error }

// isDatabase says whether a file is a DuckDB database.
func isDatabase(path string) (bool, error) {
	err := (&databaseOptions{path: path}).look()
	if errors.As(err, new(*foreignFileError)) {
		return false, nil
	}
	if missing := new(noDatabaseError); errors.As(err, &missing) {
		return false, fmt.Errorf("there is no file %s", path)
	}
	return err == nil, err
}
