package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sgfit/schema/duck"
	"sgfit/suggest"
	"sgfit/suggest/export"
)

// exportOptions say what is exported, and where it goes.
type exportOptions struct {
	dbo    databaseOptions
	plan   string
	out    string
	groups []string
	only   []string
	single bool
}

func newExportCommand(term *terminal) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export FORMAT",
		Short: "Write what the plan would change for other tools: Terraform, AWS CLI, CloudFormation, CSV, Security Hub, SARIF",
		Long: `Write the rules that the latest plan would remove or replace as files for other tools. Rules for review are never
exported. Nothing is changed in AWS: that is for the tool that reads the files, and for you.`,
		Example: `  sgfit export cli --db account.db --out ./change && ./change/apply.sh --check
  sgfit export terraform --plan plan.json --out ./rules --group sg-0abc
  sgfit export csv --db account.db --out rules.csv`,
		Args: formatFirst,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, f := range export.Formats() {
		cmd.AddCommand(newExportFormatCommand(term, f))
	}
	return cmd
}

// formatFirst says which formats there are to those who name another.
func formatFirst(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, f := range export.Formats() {
		names = append(names, f.Name)
	}
	return fmt.Errorf("%q is no format; there are %s", args[0], strings.Join(names, ", "))
}

func newExportFormatCommand(term *terminal, format export.Format) *cobra.Command {
	var opt exportOptions
	words := exportWords()[format.Name]
	cmd := &cobra.Command{
		Use:     format.Name,
		Short:   words.short,
		Long:    words.long,
		Example: words.example,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := opt.check(cmd)
			if err != nil {
				return err
			}
			write := func(plan suggest.Plan) error { return opt.write(term, format, plan, chosen) }
			if opt.plan == "" {
				return withPlan(cmd, &opt.dbo, func(_ *duck.DB, plan suggest.Plan) error { return write(plan) })
			}
			body, err := os.ReadFile(opt.plan)
			if err != nil {
				return fmt.Errorf("read the plan: %w", err)
			}
			plan, err := decodePlan(body)
			if err != nil {
				return fmt.Errorf("%s: %w", opt.plan, err)
			}
			return write(plan)
		},
	}
	opt.addFlags(cmd, format)
	return cmd
}

func (o *exportOptions) addFlags(cmd *cobra.Command, format export.Format) {
	o.dbo.addFlags(cmd, reading)
	out, usage := "", "`FILE` to write, or a folder (default standard output)"
	if format.Folder {
		out, usage = "sgfit-"+format.Name, "folder `DIR` for the files"
	}
	cmd.Flags().StringVar(&o.plan, "plan", "", "plan.json `FILE`, instead of the latest plan of a database")
	cmd.Flags().StringVar(&o.out, "out", out, usage)
	cmd.Flags().StringSliceVar(&o.groups, "group", nil, "only these security groups (`SG`…, such as sg-0abc)")
	cmd.Flags().StringSliceVar(&o.only, "only", nil, "only rules with this `ACTION`: remove, replace")
	if format.Makes {
		cmd.Flags().BoolVar(&o.single, "per-rule", false, "replace each rule by itself, instead of the fewest rules that the group comes to")
	}
	_ = cmd.MarkFlagFilename("plan", "json") // completion only
	if format.Folder {
		_ = cmd.MarkFlagDirname("out")
	}
	_ = cmd.RegisterFlagCompletionFunc("only", cobra.FixedCompletions([]string{string(suggest.Remove), string(suggest.Replace)}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("group", cobra.NoFileCompletions)
}

// check makes the library's options of the flags.
func (o *exportOptions) check(cmd *cobra.Command) (export.Options, error) {
	chosen := export.Options{Groups: o.groups, Version: version, PerRule: o.single}
	if o.plan != "" && cmd.Flags().Changed("db") {
		return chosen, &usageError{error: errors.New("--db and --plan exclude each other: give one place to read the plan from")}
	}
	for _, word := range o.only {
		action := suggest.Action(word)
		if action != suggest.Remove && action != suggest.Replace {
			return chosen, &usageError{error: fmt.Errorf("--only %q: give remove, replace or both; nothing else is exported", word)}
		}
		chosen.Actions = append(chosen.Actions, action)
	}
	return chosen, nil
}

// write renders a plan and writes the files.
func (o *exportOptions) write(term *terminal, format export.Format, plan suggest.Plan, chosen export.Options) error {
	made, err := format.Render(plan, chosen)
	var unknown *export.UnknownGroupError
	if errors.As(err, &unknown) {
		return &usageError{error: fmt.Errorf("--group: %w", err)}
	}
	if err != nil {
		return fmt.Errorf("export as %s: %w", format.Name, err)
	}
	if format.Folder && made.Rules == 0 {
		made.Files = nil
	}
	where := o.out
	if where == "" || where == "-" {
		where = "standard output"
	}
	if err := o.place(term, format, made.Files); err != nil {
		return err
	}
	for _, w := range made.Warnings {
		term.warn("%s", w)
	}
	switch {
	case made.Rules == 0:
		term.say("Nothing to export: of what was chosen the plan removes and replaces no rule")
	case len(made.Files) == 0:
		term.say("Nothing to write: no rule would be added")
	default:
		term.say("Wrote %s as %s to %s", counted(made.Rules, "rule"), format.Name, where)
	}
	return nil
}

// place puts files where they belong: on standard output, in a file, or in a folder.
func (o *exportOptions) place(term *terminal, format export.Format, files []export.File) error {
	if format.Folder || isFolder(o.out) {
		return writeFolder(o.out, format.Name, files)
	}
	if len(files) > 1 {
		if o.out == "" || o.out == "-" {
			return &usageError{error: fmt.Errorf("this plan takes %d files (a file for each account and Region, and for as many rules as a reader takes): give a folder with --out DIR/", len(files))}
		}
		if _, err := os.Stat(o.out); err == nil {
			return &usageError{error: fmt.Errorf("--out %s is a file, but this plan takes %d: give a folder", o.out, len(files))}
		}
		return writeFolder(o.out, format.Name, files)
	}
	for _, f := range files {
		if o.out == "" || o.out == "-" {
			_, err := term.out.Write(f.Content)
			return err
		}
		if err := writeFile(o.out, f.Content); err != nil {
			return &outputError{err}
		}
	}
	return nil
}

// isFolder says whether a path is meant to be one.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return strings.HasSuffix(path, "/") || err == nil && info.IsDir()
}

// counted says a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// scriptsLast orders files so that what can be run comes when all that it reads is there.
func scriptsLast(files []export.File) []export.File {
	out := slices.Clone(files)
	slices.SortStableFunc(out, func(a, b export.File) int {
		switch {
		case a.Script == b.Script:
			return 0
		case a.Script:
			return 1
		}
		return -1
	})
	return out
}
