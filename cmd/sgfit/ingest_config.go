package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sgfit/ingest"
	"sgfit/ingest/ec2"
	"sgfit/ingest/inventory"
	"sgfit/schema"
	"sgfit/schema/duck"
)

func newIngestConfigCommand(term *terminal) *cobra.Command {
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
	}
	opt.addFlags(cmd)
	opt.addConfigFlags(cmd)
	opt.live.addFlags(cmd)
	return opt.loading(cmd, func(ctx context.Context, db *duck.DB, paths []string) error {
		_, err := loadConfig(ctx, term, db, paths, nil, opt)
		return err
	})
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

// noConfig says that objects were read and none was of use.
func noConfig(sum inventory.Summary) bool {
	return sum.Objects > 0 && sum.Problems == sum.Objects && sum.OK == 0
}

// warnLacking warns of Config files without which no rule can be judged.
func warnLacking(term *terminal, sum inventory.Summary, what loading) {
	switch {
	case noConfig(sum):
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

// unlessFailed leaves out the calls to EC2 whose failure ends the command, and is told then.
func unlessFailed(unread []schema.Rejected, live *ec2.Source) []schema.Rejected {
	if live == nil {
		return unread
	}
	return slices.DeleteFunc(slices.Clone(unread), func(r schema.Rejected) bool { return live.Needs(r.Place) })
}
