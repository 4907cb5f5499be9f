package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sgfit/schema"
	"sgfit/schema/simulate"
)

// demoOptions say what account to make up.
type demoOptions struct {
	out    string
	seed   uint64
	days   int
	scale  float64
	format string
}

func newDemoCommand(term *terminal) *cobra.Command {
	var opt demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Make up an account with known answers, and do the whole job on it",
		Long: `Make up an AWS account, simulated from a seed: who talks to whom, security groups evaluated as AWS does, and then
the flow logs and Config files that AWS would have written, with the truth beside them in truth.json. Then do the
whole job on these files. No network, no AWS account.`,
		Example: `  sgfit demo
  sgfit demo --seed 7 --format v5 --out /tmp/demo`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), term, opt) },
	}
	cmd.Flags().StringVar(&opt.out, "out", "sgfit-demo", "folder `DIR` for the made-up input and the report")
	cmd.Flags().Uint64Var(&opt.seed, "seed", 1, "seed `N` of the account; the same seed makes the same account")
	cmd.Flags().IntVar(&opt.days, "days", 35, "`N` days of flow logs")
	cmd.Flags().Float64Var(&opt.scale, "scale", 0.3, "amount `X` of ordinary traffic; 1 is about 350,000 records a month")
	cmd.Flags().StringVar(&opt.format, "format", "v2", "`COLUMNS` of the flow logs: v2 (AWS's default), v5 or shuffled")
	_ = cmd.MarkFlagDirname("out") // completion only
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"v2", "v5", "shuffled"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runDemo(ctx context.Context, term *terminal, opt demoOptions) error {
	formats := map[string]simulate.Format{"v2": simulate.V2, "v5": simulate.V5, "shuffled": simulate.Shuffled}
	format, ok := formats[opt.format]
	if !ok {
		return &usageError{error: fmt.Errorf("--format %q: give v2, v5 or shuffled", opt.format)}
	}
	if opt.days < 4 || opt.days > 400 || opt.scale <= 0 {
		return &usageError{error: fmt.Errorf("--days %d --scale %g: give 4 to 400 days and a scale above 0", opt.days, opt.scale)}
	}
	input := filepath.Join(opt.out, fmt.Sprintf("account-%d-%s-%dd-%g", opt.seed, opt.format, opt.days, opt.scale))
	term.say("Making up an account (seed %d) in %s", opt.seed, input)
	account := simulate.New(simulate.Options{Seed: opt.seed, Days: opt.days, Scale: opt.scale, Format: format})
	truth, err := account.WriteDir(input)
	if err != nil {
		return &outputError{fmt.Errorf("make up an account: %w", err)}
	}
	term.say("It has %d rules and %d flow-log records; the truth about them is in %s", len(truth.Rules), truth.Records.Records,
		filepath.Join(input, "truth.json"))
	run := runOptions{flowLogs: []string{filepath.Join(input, "flow-logs")}, config: []string{filepath.Join(input, "config")},
		out: filepath.Join(opt.out, "report"), plan: defaultPlanOptions(), keep: keepOptions{keepConversations}}
	run.database = databaseOptions{path: filepath.Join(input, "sgfit.db"), access: making}
	if err := forget(run.database.path); err != nil {
		return err
	}
	if err := runRun(ctx, term, run); err != nil {
		return err
	}
	db := shellWord(run.database.path)
	term.say("\nLook at %s in a browser. Then try:\n  sgfit explain --db %s %s\n  sgfit status --db %s",
		filepath.Join(opt.out, "report", "report.html"), db, openToTheWorld(truth), db)
	return nil
}

// forget takes away the database of an earlier demo: the files that it was made of have been written again.
func forget(db string) error {
	for _, file := range []string{db, db + ".wal"} {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the earlier demo's database: %w", err)
		}
	}
	return nil
}

// openToTheWorld names the rule of the account that has most to tell.
func openToTheWorld(truth *simulate.Truth) string {
	for _, r := range truth.Rules {
		if r.Rule.Direction == schema.Ingress && r.Rule.FromPort == 22 && r.Rule.Peer.IsWildcard() {
			return r.GroupID + " ingress tcp 22 " + r.Rule.Peer.Value
		}
	}
	return truth.Rules[0].GroupID + "/1"
}
