package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sgfit/analyze"
	"sgfit/schema"
	"sgfit/schema/duck"
	"sgfit/suggest"
	"sgfit/suggest/report"
)

// explainOptions are all that `sgfit explain` knows.
type explainOptions struct {
	database databaseOptions
	limit    int
	asJSON   bool
}

func newExplainCommand(term *terminal) *cobra.Command {
	var opt explainOptions
	cmd := &cobra.Command{
		Use:   "explain RULE",
		Short: "Say everything that is known of one rule",
		Long: `Say why the plan would keep, remove, replace or review one rule, with the evidence: who used it and when, at which
interfaces, what else admitted the same, how sure the answer is, what could not be seen, and the flow logs in which the
evidence lies.

RULE is sgr-…, or sg-…/3 (the third rule of the group in the report), or words: the group (id or name), direction,
protocol, ports and peer, as many as it takes to name one rule.`,
		Example: `  sgfit explain --db account.db sg-0abc ingress tcp 443 10.0.0.0/8
  sgfit explain --db account.db sg-0abc/3
  sgfit explain --db account.db web ingress tcp 443 --limit 0   # by the group's name, with all that used it
  sgfit explain --db account.db sgr-0123 --json`,
		Args: someArgs("a RULE: sg-…/3, an sgr-… id, or words such as sg-0abc ingress tcp 443 10.0.0.0/8"),
		RunE: func(cmd *cobra.Command, words []string) error {
			if opt.limit < 0 {
				return &usageError{error: fmt.Errorf("--limit %d: give at least 1, or 0 for all", opt.limit)}
			}
			return withPlan(cmd, &opt.database, func(db *duck.DB, plan suggest.Plan) error {
				return runExplain(cmd.Context(), term, db, plan, strings.Join(words, " "), opt)
			})
		},
	}
	opt.database.addFlags(cmd, reading)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, words []string, _ string) ([]string, cobra.ShellCompDirective) {
		return completeRules(cmd, &opt.database, words), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.Flags().IntVar(&opt.limit, "limit", 10, "show at most `N` interfaces, peers, rules and files, 0 for all")
	cmd.Flags().BoolVar(&opt.asJSON, "json", false, "print JSON (sgfit.explain/v1), always with all of them")
	return cmd
}

// completeRules offers the places of all rules for the first word, each with what stands there.
func completeRules(cmd *cobra.Command, dbo *databaseOptions, words []string) (out []string) {
	if len(words) > 0 {
		return nil
	}
	err := withPlan(cmd, dbo, func(_ *duck.DB, plan suggest.Plan) error {
		for _, g := range plan.Groups {
			for i, r := range g.Rules {
				out = append(out, fmt.Sprintf("%s/%d\t%s", g.GroupID, i+1, printable(g.GroupName+" "+string(r.Direction)+" "+r.Inventoried().Words())))
			}
		}
		return nil
	})
	if err != nil {
		return nil // there is nothing to complete from
	}
	return out
}

// explained is what --json prints.
type explained struct {
	Schema    string            `json:"schema"`
	Window    suggest.Window    `json:"window"`
	Group     suggest.Group     `json:"group"` // with the one rule
	Place     int               `json:"place"` // of the rule in its group, from 1
	Notes     []suggest.Note    `json:"notes"`
	Sightings *schema.Sightings `json:"sightings"` // null where something was loaded since
}

func runExplain(ctx context.Context, term *terminal, db *duck.DB, plan suggest.Plan, ref string, opt explainOptions) error {
	group, place, err := report.FindRule(plan, ref)
	if err != nil {
		return err
	}
	rule := group.Rules[place-1]
	seen, err := analyze.SightingsOf(ctx, db.SQL(), group.GroupID, rule.Inventoried(), plan.Window.End)
	if errors.Is(err, analyze.ErrNotAnalyzed) {
		term.warn("%s was loaded into since its plan was made, so that what follows is of the plan alone; bring it up to date first: sgfit suggest --db %s", db.Path(), shellWord(db.Path()))
	} else if err != nil {
		return err
	}
	if opt.asJSON {
		group.Rules = []suggest.Rule{rule}
		return printJSON(term, explained{"sgfit.explain/v1", plan.Window, group, place, plan.Notes, seen})
	}
	return report.Explain(term.out, plan, ref, report.ExplainOptions{Colour: term.colour(), Width: term.width(), Sightings: seen, Limit: opt.limit})
}
