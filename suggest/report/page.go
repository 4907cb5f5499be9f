package report

import (
	"strings"
	"time"

	"sgfit/suggest"
)

// Page is the whole report in words, before it is written in one language or another.
type Page struct {
	Options
	Window, Period string // "2026-09-01 to 2026-09-30", "30 days, 30 of them observed"
	Looked         []Fact
	Total          Tally
	In, Out        Exposure
	Shrinking      int         // worn groups that lose inbound exposure
	Median         float64     // of the bits that they lose
	Accounts, VPCs []ScopeView // none where the plan does not measure them
	Groups         []GroupView
	Still          []GroupView // nothing to change, nothing to review
	Notes          []suggest.Note
	Unseen         []Unseen
	Wildcards      Remarks
	Exceptions     []ExceptionView
	Observations   []ObservationView // of groups as wholes
	AdminOpen      Remarks           // rules that open an administration port to the world
	Kinds          []KindView        // of findings
	Abridged       int               // groups that are told in a line a rule
	Place          string            // "Account 111122223333 · eu-central-1 · 3 VPCs · 12 groups · 90 rules"
	Classes        []Class
	Records        int64
	ClassSum       int64
	Problem        string // the accounting does not add up
	Refused        bool   // the replay failed
	Replay         string
	Backtest       string // of the plan as a whole
	Refusals       []Refusal
	Curve          []string
	Bars           []Bar
	Map            *TierMap
	BitsOff        float64 // exposure bits taken off, all worn groups and both directions together
	PrintAll       bool    // on paper every group is open
	MinDays        int     // the plan's own
}

// printAllGroups is how many groups are still printed whole. More would be a print of thousands of pages by accident.
const printAllGroups = 300

// newPage makes a page; of more than so many cards it is abridged.
func newPage(plan suggest.Plan, opts Options, cards int) Page {
	plan = visiblePlan(plan)
	views := groupViews(plan)
	at := newIndex(views)
	at.link(views)
	p := Page{
		Options: opts.withDefaults(), Window: windowWords(plan.Window), Period: periodWords(plan.Window), Looked: looked(plan),
		Notes: plan.Notes, Unseen: unseen(views), Wildcards: acceptedWildcards(views), AdminOpen: openAdmin(views),
		Classes: classes(plan.Accounting), Records: plan.Accounting.Records, ClassSum: classSum(plan.Accounting),
		Problem: accountingProblem(plan.Accounting), Refused: plan.Replay.Refused > 0, Replay: replayWords(plan.Replay),
		Backtest: planBacktestWords(plan.Backtest), Refusals: at.refusals(plan.Backtest), Curve: curveWords(plan.ReturnCurve),
		Exceptions: at.exceptions(plan.Exceptions), Observations: at.observed(plan.Observations), PrintAll: len(views) <= printAllGroups, MinDays: settingsOf(plan).MinDays,
	}
	p.Accounts, p.VPCs = scopeViews(plan.Exposure)
	p.Kinds, p.Abridged, p.Place = kindViews(views), abridge(views, cards), placeWords(plan)
	p.addUp(views)
	for i, v := range views {
		v.Expanded = i < p.Open && len(v.ToDo) > 0
		if len(v.ToDo) > 0 {
			p.Groups = append(p.Groups, v)
		} else {
			p.Still = append(p.Still, v)
		}
	}
	p.Bars, p.Map = bars(p.Groups), tierMap(plan)
	p.draw(plan.Window.Start)
	return p
}

// settingsOf are the plan's settings, or the usual ones where it does not tell.
func settingsOf(plan suggest.Plan) suggest.Settings {
	if plan.Settings == nil {
		return suggest.Usual()
	}
	return *plan.Settings
}

func (p *Page) addUp(views []GroupView) {
	var in, out []Exposure
	var gains []float64
	for _, v := range views {
		p.Total = p.Total.plus(v.Tally)
		if v.Worn() {
			in, out = append(in, v.In), append(out, v.Out)
			gains = append(gains, v.In.Lost())
			p.BitsOff += v.Gain()
		}
	}
	p.In, p.Out = total(in), total(out)
	p.Shrinking, p.Median = shrinking(gains)
}

// draw gives the cards their pictures, where there are cards.
func (p *Page) draw(start time.Time) {
	for i := range p.Groups {
		for j := range p.Groups[i].ToDo {
			if c := &p.Groups[i].ToDo[j]; !p.Groups[i].Brief {
				c.Days, c.Space = days(c.Evidence.Strip, start), space(p.Groups[i].Rules[c.Index-1])
			}
		}
	}
}

// MedianWords says what the middle one of the groups that shrink loses.
func (p Page) MedianWords() string { return fewer(p.Median) }

// windowWords names the first and the last day; the plan's end is the midnight after it.
func windowWords(w suggest.Window) string {
	first, last := w.Start.UTC(), w.End.UTC().Add(-time.Nanosecond)
	if last.Before(first) {
		last = first
	}
	if w.Start.IsZero() && w.End.IsZero() {
		return "no traffic loaded"
	}
	return day(&first) + " to " + day(&last)
}

func periodWords(w suggest.Window) string {
	days := int(w.End.Sub(w.Start).Hours() / 24)
	return count(days, "day", "days") + ", " + thousands(w.ObservedDays) + " of them observed; " + calendarWords(w.Calendar)
}

// calendarWords says which turns of the calendar the window holds, since jobs of a month, a quarter or a year show only there.
func calendarWords(c suggest.Calendar) string {
	var has []string
	for _, turn := range []struct {
		n         int
		one, more string
	}{{c.MonthEnds, "month end", "month ends"}, {c.QuarterEnds, "quarter end", "quarter ends"}, {c.YearEnds, "year end", "year ends"}} {
		if turn.n == 0 {
			return strings.Join(append(has, "no "+turn.one), ", ")
		}
		has = append(has, count(turn.n, turn.one, turn.more))
	}
	return strings.Join(has, ", ")
}
