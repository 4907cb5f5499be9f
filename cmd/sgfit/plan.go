package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"sgfit/analyze"
	"sgfit/schema/duck"
	"sgfit/suggest"
	"sgfit/suggest/report"
)

// mostRules is what AWS may raise the quota to (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html).
const mostRules = 1000

// planOptions steer what is suggested.
type planOptions struct {
	wildcardSources int
	minDays         int
	rulesQuota      int
	profile         string
	exceptions      exceptionOptions
	ipRanges        ipRangesOption
}

// defaultPlanOptions are those of a command without flags for them.
func defaultPlanOptions() planOptions {
	usual := suggest.Usual()
	return planOptions{wildcardSources: usual.WildcardSources, minDays: usual.MinDays, rulesQuota: usual.RulesQuota, profile: string(usual.Profile)}
}

func (o *planOptions) addFlags(cmd *cobra.Command) {
	*o = defaultPlanOptions()
	cmd.Flags().IntVar(&o.wildcardSources, "wildcard-sources", o.wildcardSources,
		"a wildcard with more than `N` distinct real sources is acceptable")
	cmd.Flags().IntVar(&o.minDays, "min-days", o.minDays, "fewest observed days `N` on which anything is removed or replaced")
	cmd.Flags().IntVar(&o.rulesQuota, "rules-quota", o.rulesQuota, "AWS lets a group have `N` rules a direction and address family (Service Quotas, L-0EA8095F)")
	addProfileFlag(cmd, &o.profile)
	o.exceptions.addFlags(cmd)
	o.ipRanges.addFlags(cmd)
}

// words are the flags that differ from the usual.
func (o planOptions) words() (words []string) {
	usual := defaultPlanOptions()
	if o.minDays != usual.minDays {
		words = append(words, "--min-days", strconv.Itoa(o.minDays))
	}
	if o.wildcardSources != usual.wildcardSources {
		words = append(words, "--wildcard-sources", strconv.Itoa(o.wildcardSources))
	}
	if o.rulesQuota != 0 && o.rulesQuota != usual.rulesQuota {
		words = append(words, "--rules-quota", strconv.Itoa(o.rulesQuota))
	}
	if o.profile != "" && o.profile != usual.profile {
		words = append(words, "--profile", o.profile)
	}
	return slices.Concat(words, o.exceptions.words(), o.ipRanges.words())
}

func (o *planOptions) check() error {
	if o.wildcardSources < 1 {
		return &usageError{error: fmt.Errorf("--wildcard-sources %d: give at least 1", o.wildcardSources)}
	}
	if o.minDays < 1 {
		return &usageError{error: fmt.Errorf("--min-days %d: give at least 1", o.minDays)}
	}
	if o.rulesQuota < 1 || o.rulesQuota > mostRules {
		return &usageError{error: fmt.Errorf("--rules-quota %d: give 1 to %d; AWS allows no group more", o.rulesQuota, mostRules)}
	}
	if err := checkProfile(o.profile); err != nil {
		return err
	}
	return cmp.Or(o.exceptions.check(), o.ipRanges.check())
}

// analyse runs f on an analysed database. fresh asks every question again.
func analyse(ctx context.Context, term *terminal, db *duck.DB, opt planOptions, fresh bool, f func(*analyze.Analysis) error) (err error) {
	if err := db.MergeDays(ctx); err != nil {
		return err
	}
	if err := warnStrangers(ctx, term, db); err != nil {
		return err
	}
	conn, err := db.SQL().Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	edgesOnly, err := db.KeepsEdgesOnly(ctx)
	if err != nil {
		return err
	}
	ask := analyze.Resume
	if fresh && !edgesOnly {
		ask = analyze.Run
	}
	a, err := ask(ctx, conn, analyze.Options{WildcardSources: opt.wildcardSources, Step: term.steps()})
	if err != nil {
		return err
	}
	return f(a)
}

// keepOptions say what stays in the database after its edges are made.
type keepOptions struct{ keep string }

const (
	keepConversations = "conversations"
	keepEdges         = "edges"
)

func (o *keepOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.keep, "keep", keepConversations, "`WHAT` the database keeps: conversations, or edges alone (smaller; flow logs can then no longer be added)")
	_ = cmd.RegisterFlagCompletionFunc("keep", cobra.FixedCompletions([]string{keepConversations, keepEdges}, cobra.ShellCompDirectiveNoFileComp))
}

func (o *keepOptions) check() error {
	if o.keep != keepConversations && o.keep != keepEdges {
		return &usageError{error: fmt.Errorf("--keep %q: give conversations or edges", o.keep)}
	}
	return nil
}

// apply drops conversations where only edges are to be kept. Their edges must have been made.
func (o *keepOptions) apply(ctx context.Context, db *duck.DB) error {
	if o.keep != keepEdges {
		return nil
	}
	return db.DropConversations(ctx)
}

// makePlan decides every rule, replays the window against the plan, and stores it.
func makePlan(ctx context.Context, term *terminal, db *duck.DB, opt planOptions, fresh bool) (plan suggest.Plan, err error) {
	if err := opt.check(); err != nil {
		return plan, err
	}
	err = analyse(ctx, term, db, opt, fresh, func(a *analyze.Analysis) error {
		loading, err := db.Loading(ctx)
		if err != nil {
			return err
		}
		chosen := suggest.Options{WildcardSources: opt.wildcardSources, MinDays: opt.minDays, Quota: opt.rulesQuota, Profile: suggest.Profile(opt.profile),
			AssumeUnchanged: loading.AssumeUnchanged, Since: loading.Since, Until: loading.Until}
		if x := opt.exceptions; x.list != nil {
			chosen.Exceptions, chosen.ExceptionsFile, chosen.AsOf = x.list, x.path, x.asOf.day()
		}
		chosen.ServiceRanges, chosen.IPRangesFile = opt.ipRanges.ranges, opt.ipRanges.path
		plan, err = decide(ctx, term, a, chosen)
		return err
	})
	if err != nil {
		return plan, err
	}
	warnExceptions(term, plan)
	body, err := encodePlan(plan)
	if err != nil {
		return plan, err
	}
	return plan, db.SavePlan(ctx, body)
}

// decide decides every rule. Of another profile than the balanced one it is said what it costs against that.
func decide(ctx context.Context, term *terminal, a *analyze.Analysis, opt suggest.Options) (suggest.Plan, error) {
	ev, err := a.Evidence(ctx)
	if err != nil {
		return suggest.Plan{}, err
	}
	warnLate(term, ev)
	groups, err := a.Groups(ctx)
	if err != nil {
		return suggest.Plan{}, err
	}
	term.say("Deciding the rules of %d groups", len(groups))
	plan, err := decideGroups(ctx, term, a, ev, groups, opt)
	if err != nil || opt.Profile == "" || opt.Profile == suggest.Balanced {
		return plan, err
	}
	term.say("Deciding them by the balanced profile, to compare")
	opt.Profile = suggest.Balanced
	balanced, err := decideGroups(ctx, term, a, ev, groups, opt)
	return suggest.WithProfileCost(plan, balanced), err
}

func decideGroups(ctx context.Context, term *terminal, a *analyze.Analysis, ev *analyze.Evidence, groups []*analyze.Group, opt suggest.Options) (suggest.Plan, error) {
	made, err := suggest.Make(ctx, ev, groups, a.WithUses(ctx, groups), opt)
	if err != nil {
		return suggest.Plan{}, err
	}
	term.say("Replaying the window against the plan")
	opaque, lists := suggest.OpaquePeers(groups), suggest.ListEntries(ev)
	var talks *suggest.Talks
	plan, err := suggest.Prove(ev, made.Plan, func(plan suggest.Plan) (suggest.Replayed, []suggest.Refusal, error) {
		talks = suggest.NewTalks(ev) // each replay reads all flows
		return suggest.Replay(ctx, plan, talks.Watch(a.Flows(ctx)), lists, opaque)
	})
	plan.Talks = talks.List()
	if err != nil || made.WeekAgo == nil {
		return plan, err
	}
	term.say("Replaying the last week against the plan of a week ago")
	plan.Backtest, err = suggest.ReplayWeek(ctx, *made.WeekAgo, a.LateFlows(ctx), lists, opaque)
	return plan, err
}

// warnLate warns when most records are older than what is known of their interfaces.
func warnLate(term *terminal, ev *analyze.Evidence) {
	if late, records := ev.Facts.LateRecords, ev.Classes["records"]; 2*late > records {
		term.warn("%d of %d records are of interfaces that the inventory knows at other times only, mostly later ones; load older AWS Config files (sgfit ingest config), or take things to have been before as they were first seen, which is a guess: --assume-unchanged", late, records)
	}
}

// writeReports leaves plan.json, report.html and report.md in dir.
func writeReports(plan suggest.Plan, dir string, opt report.Options) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return &outputError{fmt.Errorf("make the report's folder: %w", err)}
	}
	body, err := encodePlan(plan)
	if err != nil {
		return err
	}
	var html, md bytes.Buffer
	if err := report.HTML(&html, plan, opt); err != nil {
		return fmt.Errorf("render report.html: %w", err)
	}
	short := opt
	short.Open = 200 // groups told rule by rule; more would make no page to read
	if err := report.Markdown(&md, plan, short); err != nil {
		return fmt.Errorf("render report.md: %w", err)
	}
	for _, file := range []struct {
		name    string
		content []byte
	}{{"plan.json", body}, {"report.html", html.Bytes()}, {"report.md", md.Bytes()}} {
		if err := writeFile(filepath.Join(dir, file.name), file.content); err != nil {
			return &outputError{err}
		}
	}
	return nil
}

// writeFile replaces a file whole or not at all.
func writeFile(path string, content []byte) error { return replaceFile(path, content, 0o644) }

// replaceFile is writeFile for a file that not everybody may read.
func replaceFile(path string, content []byte, mode os.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = tmp.Write(content)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(tmp.Name()))
	}
	return nil
}
