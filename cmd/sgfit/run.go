package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sgfit/ingest"
	"sgfit/ingest/inventory"
	"sgfit/schema/duck"
	"sgfit/suggest"
	"sgfit/suggest/report"
)

// runOptions are all that `sgfit run` knows.
type runOptions struct {
	flowLogs, config, trails []string
	out                      string
	database                 databaseOptions
	ingest                   ingestOptions
	plan                     planOptions
	keep                     keepOptions
	report                   reportOptions
	fail                     failOptions
}

func newRunCommand(term *terminal) *cobra.Command {
	var opt runOptions
	cmd := &cobra.Command{
		Use:   "run --flow-logs PATH… --config PATH… --out DIR",
		Short: "Do the whole job: load, analyse, suggest, report",
		Long: `Load VPC Flow Logs and AWS Config files (and CloudTrail's, which make times exact), find out who used which
rule, suggest tighter rules, and leave plan.json, report.html and report.md in DIR. PATH is a file, a folder (walked), a
glob, s3://bucket/prefix or, for flow logs, cwl://region/log-group; formats are recognised by content. Nothing is changed
in AWS.

` + windowHelp + `
AWS Config files are taken from the last snapshot before --since on, CloudTrail's from a day before it.

The database is kept, in DIR unless --db names another file: run again with more files and only those are loaded.
It then answers for all that was ever loaded, so take another DIR or --db for another estate.`,
		Example: `  sgfit run --flow-logs ./vpcflowlogs --config ./Config --out ./report
  sgfit run --flow-logs './logs/2026/0[789]/**/*.gz' --config ./Config --db q3.db --out ./q3
  sgfit run --flow-logs ./vpcflowlogs --config ./Config --live --out ./report   # with rule ids, and what is so today
  sgfit run --flow-logs s3://my-flow-logs/AWSLogs/111122223333 --config s3://my-config --profile audit --out ./report
  sgfit run --flow-logs s3://my-flow-logs --config s3://my-config --out ./report --log-format json --fail-on admin-port-open
  sgfit run --flow-logs cwl://eu-west-1/my-flow-logs --config s3://my-config --since 90d --out ./report`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runRun(cmd.Context(), term, opt) },
	}
	cmd.Flags().StringArrayVar(&opt.flowLogs, "flow-logs", nil, "flow logs: each `PATH` a file, folder, glob, s3:// or cwl:// address, as many as you like")
	cmd.Flags().StringArrayVar(&opt.config, "config", nil, "AWS Config snapshot and history files, or saved answers of EC2: each `PATH` a file, folder, glob or s3:// address")
	cmd.Flags().StringArrayVar(&opt.trails, "cloudtrail", nil, "CloudTrail files, for exact times and authors of changes: each `PATH` a file, folder, glob or s3:// address")
	cmd.Flags().StringVar(&opt.out, "out", "sgfit-report", "folder `DIR` for plan.json, report.html and report.md")
	opt.database.addFlags(cmd, making)
	keepIn := cmd.Flags().Lookup("db")
	keepIn.Usage, keepIn.DefValue, opt.database.path = "keep the database in `FILE` (default sgfit.db in DIR)", "", ""
	opt.ingest.addFlags(cmd)
	opt.ingest.addConfigFlags(cmd)
	opt.ingest.live.addFlags(cmd)
	opt.ingest.addFlowLogFlags(cmd)
	opt.plan.addFlags(cmd)
	opt.keep.addFlags(cmd)
	opt.report.addFlags(cmd)
	opt.fail.addFlags(cmd, suggest.PlanNames(), "admin-port-open,removable>10")
	_ = cmd.MarkFlagDirname("out") // completion only
	return cmd
}

func runRun(ctx context.Context, term *terminal, opt runOptions) error {
	if len(opt.flowLogs)+len(opt.config)+len(opt.trails) == 0 && !opt.ingest.live.live && opt.database.path == "" {
		return &usageError{error: errors.New("run needs --flow-logs PATH and --config PATH (or a --db that has both)")}
	}
	if err := errors.Join(opt.plan.check(), opt.keep.check(), opt.report.check(), opt.ingest.check(), opt.fail.check(), checkConfigPaths(opt.config), checkConfigPaths(opt.trails)); err != nil {
		return err
	}
	if err := outside(opt.out, slices.Concat(opt.flowLogs, opt.config, opt.trails)); err != nil {
		return err
	}
	if opt.database.path == "" {
		if err := os.MkdirAll(opt.out, 0o755); err != nil {
			return &outputError{fmt.Errorf("make the report's folder: %w", err)}
		}
		opt.database.path = filepath.Join(opt.out, "sgfit.db")
	}
	return withDatabase(ctx, &opt.database, func(db *duck.DB) error {
		plan, late, err := wholeJob(ctx, term, db, opt)
		if err != nil {
			return err
		}
		if err := opt.keep.apply(ctx, db); err != nil {
			return err
		}
		if err := writeReports(plan, opt.out, opt.report.options(opt.command())); err != nil {
			return err
		}
		if err := report.Summary(term.out, plan, report.SummaryOptions{Colour: term.colour(), Width: term.width(), Database: namedDatabase(db.Path()),
			Report: shellWord(filepath.Join(opt.out, "report.html"))}); err != nil {
			return fmt.Errorf("print the summary: %w", err)
		}
		term.say("Wrote plan.json, report.html and report.md to %s; the database is %s", opt.out, db.Path())
		return errors.Join(late, opt.fail.judge(term, plan.Counts(), plan.OnRecord()))
	})
}

// outside refuses an output folder within an input folder: the next run would read the report as input.
func outside(out string, inputs []string) error {
	dir, err := filepath.Abs(out)
	if err != nil {
		return &outputError{err}
	}
	for _, in := range inputs {
		if info, err := os.Stat(in); err != nil || !info.IsDir() {
			continue
		}
		folder, err := filepath.Abs(in)
		if err != nil {
			continue
		}
		if rel, err := filepath.Rel(folder, dir); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return &usageError{error: fmt.Errorf("--out %s lies in the input folder %s, so the next run would read the report; give a folder outside of it", out, in)}
		}
	}
	return nil
}

// wholeJob loads, analyses and decides. late is the complaint of --strict, for after the reports are written.
func wholeJob(ctx context.Context, term *terminal, db *duck.DB, opt runOptions) (plan suggest.Plan, late, err error) {
	edgesOnly, err := db.KeepsEdgesOnly(ctx)
	if err != nil {
		return plan, nil, err
	}
	if edgesOnly {
		term.warn("%s keeps edges only, so nothing can be added to it; this is the plan of what it holds", db.Path())
		if given := len(opt.config) + len(opt.flowLogs) + len(opt.trails); opt.ingest.strict && given > 0 {
			late = fmt.Errorf("--strict: %w: %s keeps edges only", errRejectedInput, db.Path())
		}
		opt.config, opt.flowLogs, opt.trails, opt.ingest.live.live = nil, nil, nil, false
	}
	var flowLogs ingest.Source
	if len(opt.flowLogs) > 0 {
		if flowLogs, err = findFlowLogs(ctx, term, db, opt.flowLogs, opt.ingest); err != nil {
			return plan, nil, err
		}
	}
	var inventoried inventory.Summary
	var logged ingest.Summary
	if len(opt.config)+len(opt.trails) > 0 || opt.ingest.live.live {
		if inventoried, err = loadConfig(ctx, term, db, opt.config, opt.trails, opt.ingest); errors.Is(err, errRejectedInput) {
			late = err
		} else if err != nil {
			return plan, nil, err
		}
	}
	if flowLogs != nil {
		if logged, err = loadFlowLogs(ctx, term, db, flowLogs, opt.flowLogs, opt.ingest); errors.Is(err, errRejectedInput) {
			late = err
		} else if err != nil {
			return plan, nil, err
		}
	}
	if noConfig(inventoried) && noFlowLog(logged) {
		return plan, nil, &usageError{error: errors.New("nothing that --config names is a Config file, and nothing that --flow-logs names is a flow log: are they the wrong way round?")}
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
	term.warn("none of the %d logged interfaces (accounts %s) is in the inventory (accounts %s), so no record can be judged; load the Config files of the accounts that the flow logs are of: sgfit ingest config --db %s PATH…",
		accounts.LoggedInterfaces, strings.Join(accounts.Logged, ", "), strings.Join(accounts.Known, ", "), shellWord(db.Path()))
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
	if o.ingest.live.live {
		words = append(words, "--live")
	}
	if o.ingest.live.capturedText != "" {
		words = append(words, "--captured", shellWord(o.ingest.live.capturedText))
	}
	for _, p := range o.trails {
		words = append(words, "--cloudtrail", shellWord(p))
	}
	if o.database.path != filepath.Join(o.out, "sgfit.db") {
		words = append(words, "--db", shellWord(o.database.path))
	}
	words = append(words, o.ingest.window.words()...)
	if o.ingest.logFormat != "" {
		words = append(words, "--log-format", shellWord(o.ingest.logFormat))
	}
	if o.ingest.assumeUnchanged {
		words = append(words, "--assume-unchanged")
	}
	words = append(words, o.ingest.awsWords()...)
	words = append(words, o.plan.words()...)
	if o.keep.keep != "" && o.keep.keep != keepConversations {
		words = append(words, "--keep", o.keep.keep)
	}
	words = append(words, o.report.words()...)
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
