package main

import (
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

// runOptions are all that `sgfit run` knows.
type runOptions struct {
	flowLogs, config []string
	out              string
	database         databaseOptions
	ingest           ingestOptions
	plan             planOptions
	report           reportOptions
}

func newRunCommand(term *terminal) *cobra.Command {
	var opt runOptions
	cmd := &cobra.Command{
		Use:   "run --flow-logs PATH… --config PATH… --out DIR",
		Short: "Do the whole job: load, analyse, suggest, report",
		Long: `Load VPC Flow Logs and AWS Config files, find out who used which rule, suggest tighter rules, and leave
plan.json, report.html and report.md in DIR. PATH is a file, a folder (walked) or a glob; formats are recognised
by content. Nothing is changed in AWS.

With --db the database is kept: run again with new files and only those are loaded.`,
		Example: `  sgfit run --flow-logs ./vpcflowlogs --config ./Config --out ./report
  sgfit run --flow-logs './logs/2026/0[789]/**/*.gz' --config ./Config --db q3.db --out ./q3`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runRun(cmd.Context(), term, opt) },
	}
	cmd.Flags().StringSliceVar(&opt.flowLogs, "flow-logs", nil, "flow logs: file, folder or glob; may be given again, or several with commas")
	cmd.Flags().StringSliceVar(&opt.config, "config", nil, "AWS Config snapshot and history files: file, folder or glob")
	cmd.Flags().StringVar(&opt.out, "out", "sgfit-report", "folder for plan.json, report.html and report.md")
	opt.database.addFlags(cmd, "")
	cmd.Flags().Lookup("db").Usage = "keep the database in this file (default: a file in the output folder)"
	opt.ingest.addFlags(cmd)
	opt.ingest.addConfigFlags(cmd)
	opt.plan.addFlags(cmd)
	opt.report.addFlags(cmd)
	_ = cmd.MarkFlagDirname("out") // completion only
	return cmd
}

func runRun(ctx context.Context, term *terminal, opt runOptions) error {
	if len(opt.flowLogs) == 0 && len(opt.config) == 0 && opt.database.path == "" {
		return &usageError{errors.New("run needs --flow-logs PATH and --config PATH (or a --db that has both)")}
	}
	if err := opt.plan.check(); err != nil {
		return err
	}
	if opt.database.path == "" {
		if err := os.MkdirAll(opt.out, 0o755); err != nil {
			return fmt.Errorf("make the report's folder: %w", err)
		}
		opt.database.path = filepath.Join(opt.out, "sgfit.db")
	}
	return withDatabase(ctx, &opt.database, false, func(db *duck.DB) error {
		plan, late, err := wholeJob(ctx, term, db, opt)
		if err != nil {
			return err
		}
		if err := writeReports(plan, opt.out, opt.report.options(opt.command())); err != nil {
			return err
		}
		if err := report.Summary(term.out, plan, report.SummaryOptions{Colour: term.colour(), Width: term.width()}); err != nil {
			return fmt.Errorf("print the summary: %w", err)
		}
		term.say("Wrote plan.json, report.html and report.md to %s; the database is %s", opt.out, db.Path())
		return late
	})
}

// wholeJob loads, analyses and decides. late is the complaint of --strict, for after the reports are written.
func wholeJob(ctx context.Context, term *terminal, db *duck.DB, opt runOptions) (plan suggest.Plan, late, err error) {
	if len(opt.config) > 0 {
		if _, err := loadConfig(ctx, term, db, opt.config, opt.ingest); errors.Is(err, errRejectedInput) {
			late = err
		} else if err != nil {
			return plan, nil, err
		}
	}
	if len(opt.flowLogs) > 0 {
		if _, err := loadFlowLogs(ctx, term, db, opt.flowLogs, opt.ingest); errors.Is(err, errRejectedInput) {
			late = err
		} else if err != nil {
			return plan, nil, err
		}
	}
	if err := warnStrangers(ctx, term, db); err != nil {
		return plan, nil, err
	}
	plan, err = makePlan(ctx, term, db, opt.plan, true)
	return plan, late, err
}

// warnStrangers warns when the flow logs are of other accounts than the Config files.
func warnStrangers(ctx context.Context, term *terminal, db *duck.DB) error {
	accounts, err := db.Accounts(ctx)
	if err != nil {
		return err
	}
	if len(accounts.Logged) == 0 || len(accounts.Known) == 0 || accounts.KnownInterfaces > 0 {
		return nil
	}
	term.warn("none of the %d logged interfaces (accounts %s) is in the Config files (accounts %s); give the Config files of the account that the flow logs are of",
		accounts.LoggedInterfaces, strings.Join(accounts.Logged, ", "), strings.Join(accounts.Known, ", "))
	return nil
}

// command is the command line that makes the report again.
func (o runOptions) command() string {
	words := []string{"sgfit", "run"}
	for _, p := range o.flowLogs {
		words = append(words, "--flow-logs", shellWord(p))
	}
	for _, p := range o.config {
		words = append(words, "--config", shellWord(p))
	}
	return strings.Join(append(words, "--out", shellWord(o.out)), " ")
}

// shellWord quotes a word for a POSIX shell where it needs it.
func shellWord(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@=+,", r))
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
