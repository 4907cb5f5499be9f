package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sgfit/suggest"
)

// failOptions let a command end with exit code 4 where there is too much of something.
type failOptions struct {
	text  string
	names []string // of what is counted
}

func (o *failOptions) addFlags(cmd *cobra.Command, names []string, example string) {
	o.names = names
	cmd.Flags().StringVar(&o.text, "fail-on", "", "end with exit code 4 where there is any of `WHAT`, or more than a number of it, as in '"+example+"'; one or more of "+strings.Join(names, ", "))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", o.complete)
}

// complete completes the last name of the list.
func (o *failOptions) complete(_ *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
	before := text[:strings.LastIndex(text, ",")+1]
	var out []string
	for _, name := range o.names {
		out = append(out, before+name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

func (o *failOptions) thresholds() ([]suggest.Threshold, error) {
	if o.text == "" {
		return nil, nil
	}
	out, err := suggest.ParseThresholds(o.text, o.names)
	if err != nil {
		return nil, &usageError{error: fmt.Errorf("--fail-on: %w", err)}
	}
	return out, nil
}

// check refuses what cannot be read, before the work.
func (o *failOptions) check() error {
	_, err := o.thresholds()
	return err
}

// judge is the complaint, after the work. What is on record is said, and does not count.
func (o *failOptions) judge(term *terminal, counts, onRecord suggest.Counts) error {
	thresholds, err := o.thresholds()
	if err != nil {
		return err
	}
	for _, t := range thresholds {
		if n := onRecord[t.Name]; n > 0 {
			term.say("--fail-on: %s %d, and %d more that exceptions answer for, which do not count", t.Name, counts[t.Name], n)
		}
	}
	exceeded := counts.Exceeded(thresholds)
	if len(exceeded) == 0 {
		return nil
	}
	return &thresholdError{exceeded, counts}
}

// thresholdError ends a command that did its job and found more than --fail-on lets pass.
type thresholdError struct {
	exceeded []suggest.Threshold
	counts   suggest.Counts
}

func (e *thresholdError) Error() string {
	var words []string
	for _, t := range e.exceeded {
		words = append(words, fmt.Sprintf("%s %d (most that passes: %d)", t.Name, e.counts[t.Name], t.Over))
	}
	return "--fail-on: " + strings.Join(words, ", ")
}
