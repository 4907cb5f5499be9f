package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"sgfit/schema/simulate"
	"sgfit/suggest/judge"
)

// qualityOptions say which accounts to make up and judge.
type qualityOptions struct {
	accounts, days, after int
	seed                  uint64
	scale                 float64
	parallel              int
	memory                string
	asJSON                bool
	out                   string
}

func newQualityCommand(term *terminal) *cobra.Command {
	var opt qualityOptions
	cmd := &cobra.Command{
		Use:   "bench-quality",
		Short: "Judge the plans of made-up accounts by what is true of them",
		Long: `Make up AWS accounts whose truth is known, do the whole job on the files of each, as 'sgfit run' does, and judge the
plans: unused rules found, used rules called unused or removed, how much was narrowed against the best possible, who opened
found or not, and what the plan, applied when the window ended, would have refused in the days after it, beside what it
foretold. The accounts live on after their windows; their clients, partners and jobs come and go as in schema/simulate.

Account i has seed S+i; formats take turns: AWS's default, all fields of version 5, shuffled. The same numbers give the same
figures. A line for each account goes to standard error, the totals to standard output. An account takes some seconds and
some megabytes in a temporary folder (TMPDIR), which is removed.`,
		Example: `  sgfit bench-quality
  sgfit bench-quality --accounts 60 --seed 1 --json --out quality.json
  sgfit bench-quality --accounts 20 --days 90 --after 30 --parallel 4`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runQuality(cmd.Context(), term, opt) },
	}
	cmd.Flags().IntVar(&opt.accounts, "accounts", 12, "how many accounts")
	cmd.Flags().Uint64Var(&opt.seed, "seed", 1, "seed of the first account")
	cmd.Flags().IntVar(&opt.days, "days", 30, "days of flow logs")
	cmd.Flags().IntVar(&opt.after, "after", 30, "days that the accounts live on, to judge what was foretold")
	cmd.Flags().Float64Var(&opt.scale, "scale", 0.1, "amount of ordinary traffic; 1 is about 350,000 records a month")
	cmd.Flags().IntVar(&opt.parallel, "parallel", 2, "accounts at a time")
	cmd.Flags().StringVar(&opt.memory, "memory", "512MiB", "most memory for the database of each account, a `SIZE`; beyond it spills to disk")
	cmd.Flags().BoolVar(&opt.asJSON, "json", false, "print JSON, with the figures of each account")
	cmd.Flags().StringVar(&opt.out, "out", "", "write the JSON to `FILE` as well")
	_ = cmd.MarkFlagFilename("out", "json") // completion only
	return cmd
}

func (o qualityOptions) check() error {
	switch {
	case o.accounts < 1 || o.accounts > 100_000:
		return &usageError{error: fmt.Errorf("--accounts %d: give 1 to 100000", o.accounts)}
	case o.days < 14 || o.days > 400:
		return &usageError{error: fmt.Errorf("--days %d: give 14 to 400; of less nothing is removed or narrowed", o.days)}
	case o.after < 0 || o.after > 400:
		return &usageError{error: fmt.Errorf("--after %d: give 0 to 400", o.after)}
	case !(o.scale > 0 && o.scale <= 10):
		return &usageError{error: fmt.Errorf("--scale %g: give more than 0, up to 10", o.scale)}
	case o.parallel < 1:
		return &usageError{error: fmt.Errorf("--parallel %d: give at least 1", o.parallel)}
	}
	if _, err := memoryLimit(o.memory); err != nil {
		return &usageError{error: err}
	}
	if o.out != "" { // before hours of work
		if _, err := os.Stat(filepath.Dir(o.out)); err != nil {
			return &outputError{fmt.Errorf("look at the folder of --out: %w", err)}
		}
	}
	return nil
}

var formatNames = [...]string{simulate.V2: "v2", simulate.V5: "v5", simulate.Shuffled: "shuffled"}

// account are the options of the nth account, from 0.
func (o qualityOptions) account(n int) simulate.Options {
	return simulate.Options{Seed: o.seed + uint64(n), Format: simulate.Format(n % len(formatNames)), Days: o.days, After: o.after,
		Scale: o.scale, Malformed: 2, Overlap: n%2 == 0, Churn: true}
}

func runQuality(ctx context.Context, term *terminal, opt qualityOptions) error {
	if err := opt.check(); err != nil {
		return err
	}
	term.say("Accounts to judge: %d, of %d days each, and %d days after them", opt.accounts, opt.days, opt.after)
	verdicts, err := opt.judgeAll(ctx, func(n int, v judge.Verdict) { term.say("%s", qualityLine(n, opt, v)) })
	if err != nil {
		return err
	}
	result := newQuality(opt, verdicts)
	if opt.out != "" {
		var b bytes.Buffer
		if err := printJSON(&terminal{out: &b}, result); err != nil {
			return err
		}
		if err := writeFile(opt.out, b.Bytes()); err != nil {
			return &outputError{err}
		}
	}
	if opt.asJSON {
		return printJSON(term, result)
	}
	printQuality(term, result)
	return nil
}

// judgeAll judges some accounts at a time. done hears of each, in order.
func (o qualityOptions) judgeAll(ctx context.Context, done func(n int, v judge.Verdict)) ([]judge.Verdict, error) {
	ctx, stop := context.WithCancel(ctx)
	verdicts, errs := make([]judge.Verdict, o.accounts), make([]error, o.accounts)
	ready := make([]chan struct{}, o.accounts)
	for n := range ready {
		ready[n] = make(chan struct{})
	}
	var next atomic.Int64
	var working sync.WaitGroup
	for range o.parallel {
		working.Go(func() {
			for n := int(next.Add(1)) - 1; n < o.accounts; n = int(next.Add(1)) - 1 {
				verdicts[n], errs[n] = judgeAccount(ctx, o.account(n), o.memory)
				close(ready[n])
			}
		})
	}
	defer working.Wait() // also after an error: folders are to be removed
	defer stop()
	for n := range ready {
		<-ready[n]
		if errs[n] != nil {
			return nil, fmt.Errorf("account %d (seed %d): %w", n+1, o.account(n).Seed, errs[n])
		}
		done(n, verdicts[n])
	}
	return verdicts, nil
}

// qualityLine is one account in a line.
func qualityLine(n int, opt qualityOptions, v judge.Verdict) string {
	line := fmt.Sprintf("%4d/%d  seed %d %s: %s records, unused found %s, used called unused %d, bits removed %s, openers %s/%s",
		n+1, opt.accounts, opt.account(n).Seed, formatNames[opt.account(n).Format], many(v.Records), of(v.Rules.UnusedFound),
		v.Rules.UsedCalledUnused.N, percent(v.Bits.Removed, v.Bits.Removable), percent(v.Openers.Precision(), 1), percent(v.Openers.Recall(), 1))
	if opt.after > 0 {
		line += ", refused after " + of(v.Later.All.Conversations)
	}
	if len(v.Faults) > 0 {
		var faults []string
		for _, f := range v.Faults {
			faults = append(faults, fmt.Sprintf("\n      %s: %s", f.Kind, oneLine(f.Text)))
		}
		line += fmt.Sprintf("; FAULTS %d%s", len(v.Faults), strings.Join(faults, ""))
	}
	return line
}
