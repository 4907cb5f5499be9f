package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"sgfit/schema/duck"
	"sgfit/suggest"
	"sgfit/suggest/exceptions"
)

// exceptionOptions say which exceptions hold, and on which day.
type exceptionOptions struct {
	path string
	asOf asOfOption
	list []suggest.Exception // nil where no file was given; check reads it
}

func (o *exceptionOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.path, "exceptions", "", "rules that their owners answer for, from `FILE` (see 'sgfit exceptions')")
	o.asOf.addFlags(cmd)
	_ = cmd.MarkFlagFilename("exceptions", "yaml", "yml") // completion only
}

func (o *exceptionOptions) words() (words []string) {
	if o.path != "" {
		words = append(words, "--exceptions", shellWord(o.path))
		words = append(words, o.asOf.words()...)
	}
	return words
}

// check reads the file, so that its mistakes are told before the work begins.
func (o *exceptionOptions) check() error {
	if o.asOf.text != "" && o.path == "" {
		return &usageError{error: errors.New("--as-of is the day on which exceptions are judged; give --exceptions FILE with it")}
	}
	if err := o.asOf.check(); err != nil || o.path == "" {
		return err
	}
	var err error
	o.list, err = readExceptions(o.path)
	return err
}

// exceptionsOf are the options that a plan was made with.
func exceptionsOf(s *suggest.Settings) exceptionOptions {
	o := exceptionOptions{path: s.ExceptionsFile}
	if s.AsOf != nil {
		o.asOf.text = s.AsOf.Format(time.DateOnly)
	}
	return o
}

// asOfOption is the day on which exceptions are judged.
type asOfOption struct{ text string }

func (o *asOfOption) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.text, "as-of", "", "`DAY`, such as 2026-10-01, on which exceptions must not have run out (default today)")
}

func (o *asOfOption) words() []string {
	if o.text == "" {
		return nil
	}
	return []string{"--as-of", shellWord(o.text)}
}

func (o *asOfOption) check() error {
	if _, err := time.Parse(time.DateOnly, o.text); err != nil && o.text != "" {
		return &usageError{error: fmt.Errorf("--as-of %q: give a day such as 2026-10-01", o.text)}
	}
	return nil
}

func (o *asOfOption) day() time.Time {
	if t, err := time.Parse(time.DateOnly, o.text); err == nil {
		return t
	}
	return time.Now().UTC().Truncate(24 * time.Hour)
}

func readExceptions(path string) ([]suggest.Exception, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read exceptions: %w", err)
	}
	defer f.Close()
	list, err := exceptions.Read(f)
	if err != nil {
		return nil, fmt.Errorf("read exceptions from %s: %w", path, err)
	}
	return list, nil
}

// warnExceptions warns of exceptions that are worth nothing.
func warnExceptions(term *terminal, plan suggest.Plan) {
	for _, n := range plan.Notes {
		if strings.HasPrefix(n.Kind, "exceptions-") {
			term.warn("%s", n.Text)
		}
	}
}

func newExceptionsCommand(term *terminal) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exceptions",
		Short: "Put on record which rules stay as they are: who answers for them, why, until when",
		Long: `exceptions.yaml names openings that their owners answer for, until a day. Keep it in git, and give it to 'sgfit run' or
'sgfit suggest' with --exceptions. Rules are matched by what they admit, so that the file outlives ids. What ran out, or
matches no rule any more, is reported.

  version: 1
  exceptions:
    - kind: accepted              # a rule that is open to every address, and stays so
      group: web                  # name or id (sg-…); vpc: and account: say which, where several have the name
      direction: ingress
      protocol: tcp
      ports: 443                  # or 8000-8100; of ICMP the type, 8 or 8/0; leave it out for all
      peer: 0.0.0.0/0             # a CIDR, sg-…, pl-… or a group's name
      owner: web team
      reason: the public web site
      expires: 2027-06-30         # the last day on which it holds
    - kind: seasonal              # needed in these months; silence in others changes nothing
      group: payroll              # without direction, protocol, ports and peer: every rule of the group
      months: [12, 1]
      owner: finance
      reason: the yearly statement
      expires: 2027-12-31
    - kind: untouchable           # stays as it is
      group: sg-0a306d63898317dfd
      owner: a.smith
      reason: to be moved by the platform project
      expires: 2027-03-31`,
		Example: `  sgfit exceptions draft --db account.db > exceptions.yaml    # then fill in owners and reasons
  sgfit exceptions check --db account.db exceptions.yaml
  sgfit run --flow-logs ./flow-logs --config ./config --exceptions exceptions.yaml --out ./report`,
		Args: subcommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newExceptionsDraftCommand(term), newExceptionsCheckCommand(term))
	return cmd
}

func newExceptionsDraftCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
	var asOf asOfOption
	cmd := &cobra.Command{
		Use:   "draft",
		Short: "Write a first exceptions.yaml from the latest plan",
		Long: `Write, to standard output, the exceptions that the latest plan asks about: the wildcards that it accepts for their many
sources, and, commented out, silent rules that it leaves for review. What is on record already is left out. Owners and
reasons are for you to fill in; a file without them is refused. Each holds for a year.`,
		Example: `  sgfit exceptions draft --db account.db > exceptions.yaml`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := asOf.check(); err != nil {
				return err
			}
			return withPlan(cmd, &dbo, func(_ *duck.DB, plan suggest.Plan) error {
				_, err := term.out.Write(exceptions.Draft(plan, asOf.day()))
				return err
			})
		},
	}
	dbo.addFlags(cmd, reading)
	asOf.addFlags(cmd)
	return cmd
}

func newExceptionsCheckCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
	var asOf asOfOption
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Say which rules of the latest plan the exceptions of a file stand for",
		Long: `Read an exceptions.yaml, and say of each exception whether it is in force, ran out, or matches no rule of the latest
plan. Nothing is decided anew: 'sgfit suggest --exceptions FILE' does that.`,
		Example: `  sgfit exceptions check --db account.db exceptions.yaml`,
		Args:    oneArg("a FILE: exceptions.yaml"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := asOf.check(); err != nil {
				return err
			}
			list, err := readExceptions(args[0])
			if err != nil {
				return err
			}
			return withPlan(cmd, &dbo, func(_ *duck.DB, plan suggest.Plan) error {
				records, _ := suggest.MatchExceptions(plan.Groups, list, asOf.day())
				return printExceptions(term, records)
			})
		},
	}
	dbo.addFlags(cmd, reading)
	asOf.addFlags(cmd)
	return cmd
}

func printExceptions(term *terminal, records []suggest.ExceptionRecord) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	style := t.Style()
	style.Options, style.Format.Header = table.Options{SeparateHeader: true}, text.FormatDefault
	t.AppendHeader(table.Row{"STATE", "KIND", "EXCEPTION", "OWNER", "UNTIL", "WHY"})
	for _, r := range records {
		x := r.Exception
		t.AppendRow(table.Row{r.State, x.Kind, printable(x.Name()), printable(x.Owner), x.Expires, printable(r.Why)})
		if x.Direction == "" { // of a whole group it stands for more than its name says
			for _, rule := range r.Rules {
				t.AppendRow(table.Row{"", "", "  " + printable(rule)})
			}
		}
	}
	_, err := fmt.Fprintln(term.out, t.Render())
	return err
}
