package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sgfit/ingest"
	"sgfit/ingest/cloudwatch"
	"sgfit/ingest/ec2"
	"sgfit/ingest/flowlog"
	"sgfit/ingest/inventory"
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

func newIngestFlowLogsCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
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
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := opt.check(); err != nil {
				return err
			}
			return withDatabase(cmd.Context(), &dbo, func(db *duck.DB) error {
				source, err := findFlowLogs(cmd.Context(), term, db, paths, opt)
				if err != nil {
					return err
				}
				_, err = loadFlowLogs(cmd.Context(), term, db, source, paths, opt)
				return err
			})
		},
	}
	dbo.addFlags(cmd, making)
	opt.addFlags(cmd)
	opt.addFlowLogFlags(cmd)
	return cmd
}

func newIngestConfigCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
	var opt ingestOptions
	cmd := &cobra.Command{
		Use:   "config PATH…",
		Short: "Load the inventory: AWS Config files, saved answers of EC2, or EC2 itself",
		Long: `Load AWS Config snapshot and history files (.json, .json.gz) from files, folders (walked), globs and s3://bucket/prefix:
security groups, network interfaces (instances where interfaces are not recorded), subnets, VPCs, prefix lists, flow logs.
Intervals of what was true when are made anew from everything that was ever loaded.

Answers of EC2 as the AWS command line writes them are read beside them, told apart by content:
describe-security-groups, -security-group-rules (rule ids), -stale-security-groups, -network-interfaces, -instances,
-subnets, -vpcs, -flow-logs, -managed-prefix-lists and get-managed-prefix-list-entries (in a file with the list's id
in its name: pl-….json). They carry no time: it is the file's modification time, or --captured TIME. An answer may be
filtered, so what it lacks is not taken to be gone.

With --live EC2 itself is asked, now, with nothing but Describe calls; a PATH is then not needed. What is missing
from such an answer was gone by then. It tells what is, and not what was: load it beside Config's files, regularly,
or, for logs that are older, with --assume-unchanged.

With --since, the files of each account and Region are taken from the last snapshot before that time on (all, where there
is none), so that what was so at that time is known; with --until, those before it.`,
		Example: `  aws configservice deliver-config-snapshot --delivery-channel-name default   # AWS writes one to the channel's bucket
  sgfit ingest config --db account.db ./AWSLogs/111122223333/Config
  sgfit ingest config --db account.db --live --region eu-west-1,us-east-1 --profile audit
  aws ec2 describe-security-group-rules > rules.json && sgfit ingest config --db account.db rules.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if opt.live.live {
				return nil
			}
			return someArgs("a PATH: a file, folder, glob or s3:// address of AWS Config files or answers of EC2 (or --live)")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := opt.check(); err != nil {
				return err
			}
			return withDatabase(cmd.Context(), &dbo, func(db *duck.DB) error {
				_, err := loadConfig(cmd.Context(), term, db, paths, nil, opt)
				return err
			})
		},
	}
	dbo.addFlags(cmd, making)
	opt.addFlags(cmd)
	opt.addConfigFlags(cmd)
	opt.live.addFlags(cmd)
	return cmd
}

func newIngestCloudTrailCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
	var opt ingestOptions
	cmd := &cobra.Command{
		Use:   "cloudtrail PATH…",
		Short: "Load CloudTrail files: who changed which rule, to the second",
		Long: `Load CloudTrail files (.json, .json.gz) from files, folders (walked), globs and s3://bucket/prefix. Changes of groups, of interfaces'
groups and addresses, of prefix lists and of flow logs make the intervals exact to the second that AWS Config leaves
wide, and 'sgfit explain' says who opened a rule. All other events are passed over. CloudTrail does not replace AWS
Config: what was never changed is in no event. 'sgfit ingest config' takes these files too.

With --since, files are taken from a day before that time on, since AWS Config's last snapshot before it can be as old.`,
		Example: `  sgfit ingest cloudtrail --db account.db ./AWSLogs/111122223333/CloudTrail
  sgfit ingest cloudtrail --db account.db s3://my-trail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09`,
		Args: someArgs("a PATH: a file, folder, glob or s3:// address of CloudTrail files"),
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := opt.check(); err != nil {
				return err
			}
			return withDatabase(cmd.Context(), &dbo, func(db *duck.DB) error {
				_, err := loadConfig(cmd.Context(), term, db, nil, paths, opt)
				return err
			})
		},
	}
	dbo.addFlags(cmd, making)
	opt.addFlags(cmd)
	opt.addConfigFlags(cmd)
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

// loadFlowLogs loads what findFlowLogs has found at the paths.
func loadFlowLogs(ctx context.Context, term *terminal, db *duck.DB, source ingest.Source, paths []string, opt ingestOptions) (ingest.Summary, error) {
	source = opt.window.noting(source, db)
	sink := duck.FlowLogs{DB: db, Again: opt.logFormat != "" || slices.ContainsFunc(paths, cloudwatch.Is)}
	known, err := sink.Interfaces(ctx)
	if err != nil {
		return ingest.Summary{}, fmt.Errorf("load flow logs: %w", err)
	}
	bar := term.progress("Reading flow logs")
	sum, err := ingest.LoadFlowLogs(ctx, source, sink, ingest.Options{
		Fold: flowlog.New(flowlog.Options{Known: known, Format: schema.FieldNames(opt.logFormat)}), Workers: opt.readers(paths), Progress: bar})
	bar.finish()
	if err != nil {
		return sum, fmt.Errorf("load flow logs: %w", err)
	}
	term.say("Flow logs: %d objects read (%d refused), %d known already, %d copies; %d records", sum.Read, sum.Refused, sum.Skipped, sum.Copies, sum.Records)
	if sum.Read > 0 && sum.Refused == sum.Read && sum.OK == 0 {
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

// loadConfig loads AWS Config's files and CloudTrail's.
func loadConfig(ctx context.Context, term *terminal, db *duck.DB, config, trails []string, opt ingestOptions) (inventory.Summary, error) {
	paths := slices.Concat(config, trails)
	if err := opt.check(); err != nil {
		return inventory.Summary{}, err
	}
	if edges, err := db.KeepsEdgesOnly(ctx); err != nil || edges {
		return inventory.Summary{}, errors.Join(err, duck.ErrEdgesOnly)
	}
	if err := checkConfigPaths(paths); err != nil {
		return inventory.Summary{}, err
	}
	source, live, err := opt.configSource(ctx, term, config, trails)
	what := loadingOf(config, trails, live)
	if err == nil {
		source, err = ingest.Once(ctx, source)
	}
	if err == nil {
		err = opt.window.checkListed(ctx, term, db, source, schema.ConfigObject)
	}
	if err != nil {
		return inventory.Summary{}, fmt.Errorf("load %s: %w", what.files, err)
	}
	bar := term.progress("Reading " + what.files)
	sum, err := inventory.LoadConfig(ctx, source, duck.Config{DB: db, AssumeUnchanged: opt.assumeUnchanged},
		inventory.Options{Workers: opt.readers(paths), Progress: bar, AssumeUnchanged: opt.assumeUnchanged,
			Captured: opt.live.captured})
	bar.finish()
	if err != nil {
		return sum, fmt.Errorf("load %s: %w", what.files, err)
	}
	term.say("%s: %d objects read, %d known already; %s", what.title, sum.Objects, sum.Known, itemWords(sum))
	sayTrail(term, sum.Trail)
	warnUnread(term, unlessFailed(sum.Unread, live))
	if sum.Rejected > 0 {
		term.warn("%d pieces of %s were set aside; their places and reasons: sgfit status --rejected --db %s",
			sum.Rejected, what.files, shellWord(db.Path()))
	}
	if live != nil && live.Failed() != nil {
		return sum, fmt.Errorf("load the inventory from EC2: %w", live.Failed())
	}
	if len(config) > 0 || live != nil {
		warnLacking(term, sum, what)
	}
	return sum, strictly(opt, sum.Rejected+int64(len(sum.Unread)))
}

// warnLacking warns of Config files without which no rule can be judged.
func warnLacking(term *terminal, sum inventory.Summary, what loading) {
	switch {
	case sum.Objects > 0 && sum.Problems == sum.Objects && sum.OK == 0:
		term.warn("no object that was read (%d) is an AWS Config file that can be used; are these snapshot or history files, or saved answers of EC2 (.json, .json.gz)?", sum.Objects)
	case sum.Items[schema.GroupItem] == 0:
		term.warn("no security group is known, also not from %s; have AWS Config record %s, then deliver a snapshot, or ask EC2 itself: --live", what.files, schema.GroupItem)
	case sum.Items[schema.InterfaceItem] == 0:
		term.warn("no network interface is known, also not from %s, so no record can be judged; have AWS Config record %s, then deliver a snapshot, or ask EC2 itself: --live", what.files, schema.InterfaceItem)
	}
}

func itemWords(sum inventory.Summary) string {
	var words []string
	for _, t := range []struct {
		kind schema.ItemType
		name string
	}{{schema.GroupItem, "security-group"}, {schema.InterfaceItem, "interface"}, {schema.SubnetItem, "subnet"},
		{schema.VPCItem, "VPC"}, {schema.PrefixListItem, "prefix-list"}} {
		words = append(words, fmt.Sprintf("%d %s items", sum.Items[t.kind], t.name))
	}
	return strings.Join(words, ", ")
}

// sayTrail says how much of CloudTrail's changes could be used.
func sayTrail(term *terminal, t inventory.TrailSummary) {
	if t.Changes == 0 {
		return
	}
	term.say("CloudTrail: %d changes of groups, interfaces, prefix lists and flow logs; %d of them are of resources or times of which no state is known", t.Changes, t.Unplaced)
	if t.Contradicted > 0 {
		term.warn("%d of CloudTrail's changes do not fit what AWS Config saw, which was believed; are CloudTrail files missing?", t.Contradicted)
	}
}

// unlessFailed leaves out the calls to EC2 whose failure ends the command, and is told then.
func unlessFailed(unread []schema.Rejected, live *ec2.Source) []schema.Rejected {
	if live == nil {
		return unread
	}
	return slices.DeleteFunc(slices.Clone(unread), func(r schema.Rejected) bool { return live.Needs(r.Place) })
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
