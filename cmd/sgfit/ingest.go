package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"sgfit/ingest/s3"
	"sgfit/schema"
	"sgfit/schema/duck"
)

// ingestOptions steer how input is read.
type ingestOptions struct {
	strict          bool
	workers         int
	assumeUnchanged bool
	logFormat       string
	window          windowOptions
	s3              s3.Options
	regions         []string
	live            liveOptions
}

func (o *ingestOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.strict, "strict", false, "end with exit code 3 when this run set input aside")
	cmd.Flags().IntVar(&o.workers, "workers", 0, "`N` objects read at the same time (default one a core, eight from S3, four from CloudWatch Logs)")
	o.window.addFlags(cmd)
	addAWSFlags(cmd, &o.s3, &o.regions)
}

func (o *ingestOptions) check() error {
	if o.workers < 0 {
		return &usageError{error: fmt.Errorf("--workers %d: give at least 1, or 0 for one a core", o.workers)}
	}
	if err := o.checkFormat(); err != nil {
		return err
	}
	return errors.Join(o.live.check(), o.window.check())
}

func (o *ingestOptions) addConfigFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.assumeUnchanged, "assume-unchanged", false,
		"take each resource to have been before it was first seen what it was then (a guess, for logs older than the snapshots)")
}

func newIngestCommand(term *terminal) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ingest",
		Short: "Load flow logs, AWS Config or CloudTrail files into a database",
		Long: `Load flow logs, AWS Config or CloudTrail files into a database, in any order. What was loaded before is passed over, input
that cannot be used is set aside with its place and reason (sgfit status --rejected), and a load that is stopped
leaves a whole database: run it again to go on.`,
		Example: `  sgfit ingest config --db account.db ./config
  sgfit ingest cloudtrail --db account.db ./cloudtrail
  sgfit ingest flow-logs --db account.db ./flow-logs '/more/2026/09/**/*.log.gz'`,
		Args: subcommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newIngestFlowLogsCommand(term), newIngestConfigCommand(term), newIngestCloudTrailCommand(term))
	return cmd
}

// loading makes a command load what lies at its paths into a database.
func (o *ingestOptions) loading(cmd *cobra.Command, load func(ctx context.Context, db *duck.DB, paths []string) error) *cobra.Command {
	var dbo databaseOptions
	cmd.RunE = func(cmd *cobra.Command, paths []string) error {
		if err := o.check(); err != nil {
			return err
		}
		return withDatabase(cmd.Context(), &dbo, func(db *duck.DB) error { return load(cmd.Context(), db, paths) })
	}
	dbo.addFlags(cmd, making)
	return cmd
}

// withDatabase opens the database, runs f, and closes it.
func withDatabase(ctx context.Context, opt *databaseOptions, f func(*duck.DB) error) (err error) {
	db, err := opt.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = fullDisk(errors.Join(err, db.Close()), opt.path) }()
	return f(db)
}

func warnUnread(term *terminal, unread []schema.Rejected) {
	for i, r := range unread {
		if i == 10 {
			term.warn("and %d more places could not be read", len(unread)-i)
			return
		}
		term.warn("%s: %s", r.Place, r.Reason)
	}
}

func strictly(opt ingestOptions, rejected int64) error {
	if opt.strict && rejected > 0 {
		return fmt.Errorf("--strict: %w (lines, objects or places: %d)", errRejectedInput, rejected)
	}
	return nil
}
