package main

import (
	"context"

	"github.com/spf13/cobra"

	"sgfit/ingest/inventory"
	"sgfit/schema/duck"
)

func newIngestCloudTrailCommand(term *terminal) *cobra.Command {
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
	}
	opt.addFlags(cmd)
	opt.addConfigFlags(cmd)
	return opt.loading(cmd, func(ctx context.Context, db *duck.DB, paths []string) error {
		_, err := loadConfig(ctx, term, db, nil, paths, opt)
		return err
	})
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
