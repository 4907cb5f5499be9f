package suggest

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/netip"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"sgfit/analyze"
)

// Options of a plan. The zero value means the defaults.
type Options struct {
	// WildcardSources is how many distinct real sources make a wildcard acceptable; 0 means the analysis' default.
	WildcardSources int
	// MinDays is the fewest observed days on which anything is removed or replaced; 0 means 14.
	MinDays int
	// Quota is AWS's limit of rules a direction, group and address family; 0 means DefaultBudget.
	Quota int
	// AssumeUnchanged, Since and Until say how the input was loaded; they are for the record. Zero times are no bounds.
	AssumeUnchanged bool
	Since, Until    time.Time
	// Exceptions change what becomes of the rules that they are for; nil for none. ExceptionsFile is for the record.
	Exceptions     []Exception
	ExceptionsFile string
	// AsOf is the day on which exceptions are judged; zero means the day after the window.
	AsOf time.Time
	// Profile is how far suggestions go; "" means Balanced.
	Profile Profile
	// ServiceRanges are the addresses of AWS's services, as AWS publishes them; nil for none. Where AWS manages a prefix list
	// of a service, and all peers of a rule are in it, it is then suggested. IPRangesFile is for the record.
	ServiceRanges []ServiceRange
	IPRangesFile  string
}

// Usual are the settings of a plan for which nothing was chosen.
func Usual() Settings { return *Options{}.defaults().settings() }

func (o Options) settings() *Settings {
	return &Settings{MinDays: o.MinDays, WildcardSources: o.WildcardSources, RulesQuota: o.Quota, AssumeUnchanged: o.AssumeUnchanged,
		Since: timeOrNull(o.Since), Until: timeOrNull(o.Until), ExceptionsFile: o.ExceptionsFile, AsOf: timeOrNull(o.AsOf), Profile: o.Profile, IPRangesFile: o.IPRangesFile}
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (o Options) defaults() Options {
	if o.WildcardSources == 0 {
		o.WildcardSources = analyze.DefaultWildcardSources
	}
	if o.MinDays == 0 {
		o.MinDays = 14
	}
	if o.Profile == "" {
		o.Profile = Balanced
	}
	if o.Quota == 0 {
		o.Quota = DefaultBudget
	}
	return o
}

// Make decides every rule in force. groups are all groups with the facts of their rules; withUses yields the same
// groups, in the same order, with the uses that replacements are fitted to (analyze.Analysis.WithUses), which Make drops. The plan's
// Replay and Backtest are left for the caller to fill in with Prove and ReplayWeek. It ends with ctx, at the latest after
// the rule at hand.
func Make(ctx context.Context, ev *analyze.Evidence, groups []*analyze.Group, withUses iter.Seq2[*analyze.Group, error], opt Options) (Made, error) {
	m := newMaker(ev, groups, opt.defaults())
	plan := Plan{Schema: SchemaVersion, Accounting: accounting(ev.Classes), Groups: []Group{},
		Window:      Window{Start: ev.Start, End: ev.End, ObservedDays: ev.ObservedDays, Calendar: calendarOf(ev.Start, daysFrom(0, m.days))},
		ReturnCurve: m.curve.points(), Talks: []Talk{}, Settings: m.opt.settings()}
	decided, err := m.decide(ctx, withUses)
	if err != nil {
		return Made{}, fmt.Errorf("make the plan: %w", err)
	}
	earlier := Plan{Schema: SchemaVersion}
	for _, d := range decided {
		plan.Groups, earlier.Groups = append(plan.Groups, d.now), append(earlier.Groups, d.weekAgo)
	}
	plan.Exceptions = m.records
	plan.Notes = append(notes(ev, m.opt), exceptionNotes(m.records)...)
	sortNotes(plan.Notes)
	plan.measureExposure(m.estate, OpaquePeers(groups))
	if len(m.earlier) == 0 {
		return Made{Plan: plan}, nil
	}
	earlier.Window = Window{Start: ev.Start, End: m.earlier[0].ev.End}
	return Made{plan, &earlier}, nil
}

// Made is a plan, and beside it the one that would have been made a week before the window's end.
type Made struct {
	Plan Plan
	// WeekAgo has groups with rules and actions only; nil where the window is too short. Rules that are younger stay.
	WeekAgo *Plan
}

// maker holds what decisions on one rule need to know of the others.
type maker struct {
	opt      Options
	ev       *analyze.Evidence
	estate   *estate
	rules    map[uint32]*subject // rules in force, by number
	needed   map[uint32]bool     // rules that admitted something alone
	days     int                 // of the window, as far as this maker knows it
	curve    returnCurve
	earlier  []*maker                  // makers that know less, latest first
	later    *maker                    // of those, the one that knows all
	lateFrom int                       // -1; of those that know less, the week that they do not know
	groups   map[string]*analyze.Group // of those, as they know them, by id
	excepted map[string]*Exception     // the exceptions in force, by RuleName
	records  []ExceptionRecord
	// published are the addresses of AWS's services, by code and Region.
	published map[string][]netip.Prefix
}

func newMaker(ev *analyze.Evidence, groups []*analyze.Group, opt Options) *maker {
	m := &maker{opt: opt, ev: ev, estate: newEstate(ev), rules: map[uint32]*subject{}, lateFrom: -1,
		days: int(ev.End.Sub(ev.Start).Hours() / 24)}
	var gaps []gap
	for _, g := range groups {
		m.enter(g)
		for i := range g.Rules {
			gaps = append(gaps, gapsOf(g.Rules[i].Used, g.Rules[i].Observed)...)
		}
	}
	m.curve = newReturnCurve(gaps)
	m.records = m.findExcepted(groups)
	m.published = publishedAs(opt.ServiceRanges)
	m.findShadows(groups)
	m.findRedundant()
	m.knowLess(groups)
	return m
}

// subject is one rule on its way into the plan.
type subject struct {
	*analyze.Rule
	group    *analyze.Group
	bits     float64   // exposure of the rule alone
	shadowed *subject  // a rule of the same group and direction that admits all that this one does
	carries  bool      // some of its uses flow through no narrower rule
	tested   *Backtest // the outcome of its backtest, once asked for
	news     *NewSources
	carried  []*analyze.Use // the uses that it must go on to admit itself, once asked for
	fitted   *fitted        // what it would be replaced by, once asked for
	curved   *curved        // the curves of what it carries, once asked for
	through  []*subject     // rules that carry the uses which it does not carry itself
}

// name is how people refer to the rule.
func (s *subject) name() string {
	return s.group.GroupID + " " + string(s.Direction) + " " + ruleWords(s.Protocol, s.FromPort, s.ToPort, s.Peer)
}

func (m *maker) enter(g *analyze.Group) {
	for i := range g.Rules {
		r := &g.Rules[i]
		s := &subject{Rule: r, group: g}
		s.bits = BitsExposed([]ExposedRule{m.estate.exposed(r.Protocol, r.FromPort, r.ToPort, r.Peer)})
		m.rules[r.No] = s
	}
}

// group decides one group's rules. Its uses are loaded.
func (m *maker) group(ctx context.Context, g *analyze.Group) (Group, error) {
	out := Group{AccountID: g.AccountID, Region: g.Region, VPCID: g.VPCID, GroupID: g.GroupID, GroupName: g.Name,
		Interfaces: g.Interfaces, Findings: m.groupFindings(g), Rules: make([]Rule, len(g.Rules))}
	there := make([]QuotaRule, 0, len(g.Rules))
	for i := range g.Rules {
		there = append(there, QuotaRule{Direction: g.Rules[i].Direction, Peer: g.Rules[i].Peer})
	}
	quota := NewQuota(m.opt.Quota, m.estate.weight, there)
	for _, narrowing := range []bool{false, true} { // what goes makes room for what is replaced
		for i := range g.Rules {
			if err := ctx.Err(); err != nil {
				return out, err
			}
			if s := m.rules[g.Rules[i].No]; s.mayNarrow() == narrowing {
				out.Rules[i] = m.rule(s, quota)
			}
		}
	}
	slices.SortStableFunc(out.Rules, compareRules)
	return out, nil
}

// decided is one group as the plan shows it, and as a plan made a week before the window's end would have.
type decided struct{ now, weekAgo Group }

// Groups wait to be decided, so that there is something to decide while uses are asked for; of all of them at most so many
// uses, of which each group counts for some more.
const (
	usesAhead = 1 << 18
	groupUses = 1 << 10
)

// decide decides the groups in the order in which their uses come, a few at a time: what one becomes does not hang on what
// another becomes.
func (m *maker) decide(ctx context.Context, withUses iter.Seq2[*analyze.Group, error]) ([]decided, error) {
	workers, within := errgroup.WithContext(ctx)
	waiting, room := make(chan func() error, usesAhead/groupUses), semaphore.NewWeighted(usesAhead)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() error {
			for decide := range waiting {
				if err := decide(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	all, err := m.queue(within, withUses, waiting, room)
	close(waiting)
	if err := cmp.Or(err, workers.Wait(), ctx.Err()); err != nil {
		return nil, err
	}
	out := make([]decided, len(all))
	for i, one := range all {
		out[i] = *one
	}
	return out, nil
}

// queue lets groups wait to be decided, as long as there is room for their uses, until all wait or ctx ends. There is room in
// the channel for as many groups as there is for uses.
func (m *maker) queue(ctx context.Context, withUses iter.Seq2[*analyze.Group, error], waiting chan<- func() error, room *semaphore.Weighted) (all []*decided, err error) {
	for g, err := range withUses {
		if err != nil || ctx.Err() != nil {
			return nil, err // without one a worker's is the one to tell, or that of the caller's ctx
		}
		uses := groupUses
		for i := range g.Rules {
			uses += len(g.Rules[i].Uses)
		}
		n := int64(min(usesAhead, uses))
		if room.Acquire(ctx, n) != nil {
			return nil, nil
		}
		one := new(decided)
		all = append(all, one)
		waiting <- func() (err error) {
			defer room.Release(n)
			*one, err = m.bothGroups(ctx, g)
			return err
		}
	}
	return all, nil
}

// bothGroups decides one group's rules, then and now, and drops its uses.
func (m *maker) bothGroups(ctx context.Context, g *analyze.Group) (out decided, err error) {
	m.recall(g)
	defer m.forget(g)
	if out.now, err = m.group(ctx, g); err != nil || len(m.earlier) == 0 {
		return out, err
	}
	e := m.earlier[0]
	out.weekAgo, err = e.group(ctx, e.groups[g.GroupID])
	return out, err
}

// compareRules orders rules as plan.json shows them.
func compareRules(a, b Rule) int {
	return cmp.Or(
		-cmp.Compare(a.Direction, b.Direction), // ingress first
		cmp.Compare(a.Protocol, b.Protocol),
		cmp.Compare(portOr(a.FromPort), portOr(b.FromPort)),
		cmp.Compare(portOr(a.ToPort), portOr(b.ToPort)),
		cmp.Compare(a.Peer.Kind, b.Peer.Kind),
		cmp.Compare(a.Peer.Value, b.Peer.Value))
}

func portOr(p *int32) int32 {
	if p == nil {
		return -1
	}
	return *p
}

func accounting(c map[string]int64) Accounting {
	return Accounting{Records: c["records"], Malformed: c["malformed"], NoData: c["nodata"], SkipData: c["skipdata"],
		Duplicate: c["duplicate"], Rejected: c["rejected"], UnknownInterface: c["unknown_interface"], NoGroup: c["no_group"],
		Matched: c["matched"], Unmatched: c["unmatched"], Ambiguous: c["ambiguous"]}
}
