package main

import (
	"github.com/spf13/cobra"
)

func newRootCommand(term *terminal) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sgfit",
		Short: "Fit AWS security groups to the traffic that really uses them",
		Long: `sgfit reads VPC Flow Logs and AWS Config snapshots, finds out for every security group rule who
used it and for what, and suggests the smallest rules that would have let the same traffic through,
with the evidence that a careful person needs to say yes. It changes nothing in AWS.`,
		Example: `  # try it on a made-up account: no AWS, no network
  sgfit demo

  # the whole job on your own files
  sgfit run --flow-logs ./flow-logs --config ./config --out ./report`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          usage(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	cmd.PersistentFlags().BoolVar(&term.quiet, "quiet", false, "no progress on standard error")
	cmd.PersistentFlags().BoolVar(&term.noColour, "no-color", false, "no colours, also on a terminal (NO_COLOR does the same)")
	cmd.AddCommand(newRunCommand(term), newDemoCommand(term), newIngestCommand(term), newAnalyzeCommand(term),
		newSuggestCommand(term), newReportCommand(term), newExplainCommand(term), newStatusCommand(term))
	return cmd
}

// usage makes a failed argument check a usage error.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &usageError{err}
		}
		return nil
	}
}
