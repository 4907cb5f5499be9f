package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"sgfit/schema"
	"sgfit/suggest"
)

// ExplainOptions fit an explanation to a terminal.
type ExplainOptions struct {
	Colour bool // SGR colours; false writes no escape sequence
	Width  int  // columns of the terminal; 0 means 100
	// Sightings are what the database holds of the rule's use; nil for the plan alone.
	Sightings *schema.Sightings
	Limit     int // how many of each kind of sighting are shown; 0 means all
}

// Explain writes everything that the plan says of one rule. For the grammar of ref see RuleRef; where it does not name
// exactly one rule the error is a *RuleRefError, and nothing is written.
func Explain(w io.Writer, plan suggest.Plan, ref string, opts ExplainOptions) error {
	plan = visiblePlan(plan)
	f, err := findRule(plan, ref)
	if err != nil {
		return err
	}
	if opts.Width <= 0 {
		opts.Width = 100
	}
	x := explanation{lines{w: w}, paint(opts.Colour), opts.Width, f, card(f.group, f.index, namesOf(plan)), observedOf(plan, f.group.GroupID)}
	x.head()
	x.why()
	x.change()
	x.list("Evidence", x.evidence())
	x.calendar(plan.Window.Start)
	x.sightings(opts.Sightings, opts.Limit)
	x.list("How sure", x.card.Sure)
	x.limits(plan)
	if x.err != nil {
		return fmt.Errorf("write the explanation: %w", x.err)
	}
	return nil
}

type explanation struct {
	lines
	paint paint
	width int
	found found
	card  Card
	// observations are those that name the group.
	observations []string
}

func (x *explanation) head() {
	x.print(paragraph(x.paint.action(x.card.Action, strings.ToUpper(x.card.Verb()))+"  "+x.paint.strong(x.card.Words), x.width, ""))
	x.print("")
	g := groupView(x.found.group, nil)
	x.facts([]Fact{
		{"Name", x.card.Name}, {"Rule", joined(" · ", x.card.RuleID, x.card.Ref)}, {"Description", x.card.Description}, {"Opened", x.card.Opened}, {"On record", x.card.OnRecord},
		{"Group", joined(" · ", g.GroupName, g.Place(), count(g.Interfaces, "interface", "interfaces"))},
		{"Exposure", "of the group: inbound " + g.In.Bits() + ", outbound " + g.Out.Bits()},
	})
	x.exposure(g)
}

// exposure says who gets in through the rule alone, and through its direction of the group.
func (x *explanation) exposure(g GroupView) {
	group := g.InReach
	if x.found.rule.Direction == schema.Egress {
		group = g.OutReach
	}
	if x.card.Reach == nil || group == nil {
		return
	}
	x.list(x.card.Reach.Title, []Fact{
		{"This rule", x.card.Reach.Text()}, {"By address", x.card.Reach.Classes}, {"If it sufficed", x.card.Reach.Suggested},
		{"Whole group", group.Text()}, {"By address", group.Classes}, {"If it sufficed", group.Suggested},
	})
}

func joined(by string, parts ...string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, by)
}

func (x *explanation) why() {
	x.title("Why")
	for _, f := range x.card.Findings {
		x.print(paragraph(f.Title+" ("+string(f.Kind)+"): "+f.Reason, x.width, "  "))
	}
	if len(x.card.Findings) == 0 {
		x.print("  Nothing was found against it.")
	}
	for _, f := range said(x.found.group.Findings) {
		x.print(paragraph("Of the group: "+f.Title+" ("+string(f.Kind)+"): "+f.Reason, x.width, "  "))
	}
}

func (x *explanation) change() {
	x.items(x.card.Instead(), x.card.Replacement)
	for _, a := range x.card.Alternatives {
		x.items("Or, "+a.Name+" ("+joined("; ", count(len(a.Rules), "rule", "rules")+", "+a.Bits+" bits", a.Refused)+")", a.Rules)
	}
	x.curve()
	x.items("AWS services", awsServicesWords(x.found.rule.Services))
	x.items("Observed of the group", x.observations)
	x.items("Still flows through", x.card.StillThrough)
	x.items("Regular users", x.card.NamedUsers)
}

// curve says how exposure falls with the number of rules.
func (x *explanation) curve() {
	var steps []string
	for _, s := range x.found.rule.Curve {
		steps = append(steps, fmt.Sprintf("%d: %s", s.Rules, bits(s.ExposureBits)))
	}
	if len(steps) > 1 {
		x.items("Least exposure in bits, by number of rules", []string{strings.Join(steps, "   ")})
	}
}

func (x *explanation) evidence() []Fact {
	e := x.found.rule.Evidence
	var fs []Fact
	for _, f := range x.card.Facts {
		if f.Name == "Seen" {
			fs = append(fs, Fact{"First seen", minute(e.FirstSeen)}, Fact{"Last seen", minute(e.LastSeen)})
		} else {
			fs = append(fs, f)
		}
	}
	for i, words := range x.card.Peers {
		name := ""
		if i == 0 {
			name = "Busiest peers"
		}
		fs = append(fs, Fact{name, words})
	}
	return fs
}

func (x *explanation) calendar(start time.Time) {
	weeks := calendarLines(x.found.rule.Evidence.Strip, start)
	if len(weeks) == 0 {
		return
	}
	x.title("Days, a week a line from Monday")
	for _, w := range weeks {
		x.print("  " + w)
	}
	x.print(paragraph("# used   . silent   ? silent, but a use may have been missed   - not in force, or worn by no interface", x.width, "  "))
}

func (x *explanation) limits(plan suggest.Plan) {
	var notes []string
	for _, n := range plan.Notes {
		notes = append(notes, n.Text)
	}
	x.items("What could not be seen, in general", append(notes, "Window: "+windowWords(plan.Window)+" (UTC), "+periodWords(plan.Window)+"."))
}

func (x *explanation) title(s string) { x.print("\n" + x.paint.strong(s)) }

func (x *explanation) items(title string, items []string) {
	if len(items) == 0 {
		return
	}
	x.title(title)
	for _, s := range items {
		x.print(paragraph(s, x.width, "  "))
	}
}

func (x *explanation) list(title string, fs []Fact) {
	x.title(title)
	x.facts(fs)
}

// facts writes names in one column and texts in another, further lines of a text under its first.
func (x *explanation) facts(fs []Fact) {
	column := 18
	for _, f := range fs {
		column = max(column, 4+len([]rune(f.Name)))
	}
	for _, f := range fs {
		if f.Text == "" {
			continue
		}
		text := paragraph(f.Text, x.width, strings.Repeat(" ", column))
		x.printf("  %s%s", x.paint.soft(fmt.Sprintf("%-*s", column-2, f.Name)), text[column:])
	}
}
