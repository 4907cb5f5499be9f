package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newRootCommand(term *terminal) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sgfit",
		Short: "Fit AWS security groups to the traffic that really uses them",
		Long: `sgfit reads VPC Flow Logs and AWS Config snapshots, finds out for every security group rule who
used it and for what, and suggests the smallest rules that would have let the same traffic through,
with the evidence that a careful person needs to say yes. It changes nothing in AWS.

Results go to standard output, progress and problems to standard error. Exit codes: 0 done, 1 failed,
2 wrong usage, 3 done, but input was set aside (only with --strict), 4 done, but more was found than --fail-on lets pass.`,
		Example: `  # try it on a made-up account: no AWS, no network
  sgfit demo

  # the whole job on your own files
  sgfit run --flow-logs ./flow-logs --config ./config --out ./report`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          subcommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetFlagErrorFunc(flagError)
	cmd.PersistentFlags().BoolVar(&term.quiet, "quiet", false, "no progress on standard error")
	cmd.PersistentFlags().BoolVar(&term.noColour, "no-color", false, "no colours, also on a terminal (NO_COLOR does the same)")
	term.addLogFlags(cmd)
	cmd.AddCommand(newRunCommand(term), newDemoCommand(term), newIngestCommand(term), newAnalyzeCommand(term),
		newSuggestCommand(term), newReportCommand(term), newReviewCommand(term), newExportCommand(term), newExplainCommand(term),
		newExceptionsCommand(term), newDiffCommand(term), newStatusCommand(term), newQualityCommand(term))
	cmd.SetHelpCommand(newHelpCommand())
	cmd.InitDefaultCompletionCmd()
	nameUsageErrors(cmd)
	return cmd
}

// newHelpCommand is cobra's, but for a word that is no command: that is wrong usage.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Say what a command does, with examples",
		Example: `  sgfit help ingest flow-logs`,
		RunE: func(cmd *cobra.Command, words []string) error {
			target, rest, err := cmd.Root().Find(words)
			if err == nil {
				err = subcommand(target, rest)
			}
			if err != nil {
				return &usageError{error: err}
			}
			target.InitDefaultHelpFlag()
			target.InitDefaultVersionFlag()
			return target.Help()
		},
	}
}

// nameUsageErrors makes a failed argument check a usage error, and adds the command's name to usage errors.
func nameUsageErrors(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return &usageError{err, cmd.CommandPath()}
			}
			return nil
		}
	}
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			err := run(cmd, args)
			var wrong *usageError
			if errors.As(err, &wrong) && wrong.command == "" {
				wrong.command = cmd.CommandPath()
			}
			return err
		}
	}
	for _, sub := range cmd.Commands() {
		nameUsageErrors(sub)
	}
}

// flagError puts cobra's complaints about flags in words for people who do not read Go.
func flagError(cmd *cobra.Command, err error) error {
	var value *pflag.InvalidValueError
	if errors.As(err, &value) {
		kind := map[string]string{"int": "a whole number", "uint64": "a whole number from 0 on", "float64": "a number",
			"bool": "true or false"}[value.GetFlag().Value.Type()]
		if kind != "" {
			err = fmt.Errorf("--%s %q: give %s", value.GetFlag().Name, value.GetValue(), kind)
		}
	}
	if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 { // the flag is one of a command that is none
		err = subcommand(cmd, words)
	}
	return &usageError{err, cmd.CommandPath()}
}

// subcommand checks the arguments of a command that only has commands below it.
func subcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("%q is no command of %s; did you mean %s?", args[0], cmd.CommandPath(), strings.Join(near, " or "))
	}
	if !cmd.HasParent() {
		return fmt.Errorf("%q is no command of %s", args[0], cmd.CommandPath())
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return fmt.Errorf("%q is no command of %s; there are %s", args[0], cmd.CommandPath(), strings.Join(names, ", "))
}

// noArgs checks the arguments of a command that takes flags only.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s takes flags only, but was given %q", shortPath(cmd), args[0])
}

// someArgs makes the check that there is at least one argument.
func someArgs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return nil
		}
		return fmt.Errorf("%s needs %s", shortPath(cmd), what)
	}
}

// oneArg makes the check that there is exactly one argument.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return fmt.Errorf("%s needs %s", shortPath(cmd), what)
	}
}

// shortPath is a command's name without the program's, which stands before every complaint.
func shortPath(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}
