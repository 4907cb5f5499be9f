package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"sgfit/ingest"
	"sgfit/ingest/cloudwatch"
	"sgfit/ingest/flowlog"
	"sgfit/ingest/gunzip"
	"sgfit/schema"
	"sgfit/schema/duck"
)

func newIngestFlowLogsCommand(term *terminal) *cobra.Command {
	var opt ingestOptions
	cmd := &cobra.Command{
		Use:   "flow-logs PATH…",
		Short: "Load VPC Flow Logs: text, CSV or JSON in any field order, plain or gzip; Parquet",
		Long: `Load VPC Flow Logs from files, folders (walked), globs, s3://bucket/prefix and cwl://region/log-group. The format is
recognised by content, plain or gzip (also zipped twice), whatever the name. Objects that are in the database already
are passed over, so the same command can be run again when new files have come.

` + windowHelp + `

A CloudWatch Logs group is read by whole hours (UTC), each once, an hour after it has ended; the caller needs
logs:DescribeLogGroups, logs:FilterLogEvents and ec2:DescribeFlowLogs, which tells the records' format.

Formats:
  text   fields in any order that a header line names, without a header AWS's default order; with the time in front
         that CloudWatch Logs' export to S3 puts there
  CSV    with a header, as Athena or Logs Insights writes it; separated by tabs too
  JSON   what CloudWatch Logs sends to subscribers (one document after the other, as Firehose stores them);
         aws logs filter-log-events, get-log-events, get-query-results; events of Kinesis, Firehose and Lambda, their
         base64 data unpacked; {"message": "a line"}; objects with the fields as members; events of
         Security Lake (OCSF); lists of these
  Parquet
         as AWS, Athena and pandas write it, and Security Lake (OCSF)

Lines without a header, such as those in JSON, are read in AWS's default order unless --log-format names another
('aws ec2 describe-flow-logs' tells it); cwl:// asks AWS for the order.

Set aside, with the reason: transit gateway flow logs, and records that do not fit their format.`,
		Example: `  sgfit ingest flow-logs --db account.db ./AWSLogs/111122223333/vpcflowlogs
  sgfit ingest flow-logs --db account.db './logs/2026/09/**/*.log.gz'   # quoted: sgfit expands it, also with **
  sgfit ingest flow-logs --db account.db --since 90d s3://my-flow-logs/AWSLogs/111122223333
  sgfit ingest flow-logs --db account.db --since 2026-07-01 --until 2026-10-01 cwl://eu-west-1/my-flow-logs`,
		Args: someArgs("a PATH: a file, folder, glob, s3:// or cwl:// address of flow logs"),
	}
	opt.addFlags(cmd)
	opt.addFlowLogFlags(cmd)
	return opt.loading(cmd, func(ctx context.Context, db *duck.DB, paths []string) error {
		source, err := findFlowLogs(ctx, term, db, paths, opt)
		if err != nil {
			return err
		}
		_, err = loadFlowLogs(ctx, term, db, source, paths, opt)
		return err
	})
}

// findFlowLogs lists the flow logs, so that a wrong path or window is known before anything is loaded.
func findFlowLogs(ctx context.Context, term *terminal, db *duck.DB, paths []string, opt ingestOptions) (ingest.Source, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	if edges, err := db.KeepsEdgesOnly(ctx); err != nil || edges {
		return nil, errors.Join(err, duck.ErrEdgesOnly)
	}
	source, err := opt.source(ctx, term, paths, flowLogService)
	if err == nil {
		source, err = ingest.Once(ctx, source)
	}
	if err == nil {
		err = opt.window.checkListed(ctx, term, db, source, schema.FlowLogObject)
	}
	if err != nil {
		return nil, fmt.Errorf("load flow logs: %w", err)
	}
	return source, nil
}

// noFlowLog says that objects were read and none was of use.
func noFlowLog(sum ingest.Summary) bool {
	return sum.Read > 0 && sum.Refused == sum.Read && sum.OK == 0
}

// loadFlowLogs loads what findFlowLogs has found at the paths.
func loadFlowLogs(ctx context.Context, term *terminal, db *duck.DB, source ingest.Source, paths []string, opt ingestOptions) (ingest.Summary, error) {
	source = opt.window.noting(source, db)
	sink := duck.FlowLogs{DB: db, Again: opt.logFormat != "" || slices.ContainsFunc(paths, cloudwatch.Is)}
	known, err := sink.Interfaces(ctx)
	if err != nil {
		return ingest.Summary{}, fmt.Errorf("load flow logs: %w", err)
	}
	// What a fold holds is large and has no pointers, so that collecting twice as often costs next to nothing, and what lies
	// about between is a fifth of the peak.
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	bar := term.progress("Reading flow logs")
	sum, err := ingest.LoadFlowLogs(ctx, source, sink, ingest.Options{
		Fold: flowlog.New(flowlog.Options{Known: known, Format: schema.FieldNames(opt.logFormat), Unzip: gunzip.Whole}), Workers: opt.readers(paths), Progress: bar})
	bar.finish()
	if err != nil {
		return sum, fmt.Errorf("load flow logs: %w", err)
	}
	term.say("Flow logs: %d objects read (%d refused), %d known already, %d copies; %d records", sum.Read, sum.Refused, sum.Skipped, sum.Copies, sum.Records)
	if noFlowLog(sum) {
		term.warn("no object that was read (%d) is a flow log that can be used; are these VPC Flow Logs as text, CSV or JSON, plain or gzip, or as Parquet?", sum.Read)
	}
	if wider, err := db.WiderThan(ctx, opt.window.since, opt.window.until); err != nil {
		return sum, err
	} else if wider {
		term.warn("%s holds flow logs from outside of --since and --until too, from earlier loads, and answers for all of them; load into another file with --db to have this window alone", db.Path())
	}
	if err := opt.window.warnOutside(ctx, term, db); err != nil {
		return sum, err
	}
	isolated, err := db.IsolatedDays(ctx)
	if err != nil {
		return sum, err
	}
	if len(isolated) > 0 {
		term.warn("%s", schema.IsolatedWords(isolated))
	}
	if sum.Rejected > 0 {
		term.warn("%d lines or objects of the flow logs were set aside; their places and reasons: sgfit status --rejected --db %s",
			sum.Rejected, shellWord(db.Path()))
	}
	return sum, strictly(opt, sum.Rejected)
}
