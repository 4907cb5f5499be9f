package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"sgfit/suggest"
)

// DiffOptions fit a comparison to a terminal, or say what a page cannot.
type DiffOptions struct {
	Options
	Colour bool // SGR colours; false writes no escape sequence
	Width  int  // columns of the terminal; 0 means 100
	Groups int  // how many groups the terminal shows; 0 means 50
}

// Diff writes a comparison for a terminal: totals, then group by group.
func Diff(w io.Writer, c suggest.Comparison, opts DiffOptions) error {
	if opts.Width <= 0 {
		opts.Width = 100
	}
	if opts.Groups <= 0 {
		opts.Groups = 50
	}
	v := newDiffView(c)
	x := explanation{lines: lines{w: w}, paint: paint(opts.Colour), width: opts.Width}
	x.facts(append([]Fact{{"Old plan", v.OldWindow}, {"New plan", v.NewWindow}}, v.Totals...))
	for _, words := range v.Uncompared {
		x.facts([]Fact{{"Not compared", words}})
	}
	if len(v.Groups) == 0 && len(v.Exceptions) == 0 {
		x.print("\nNothing changed.")
	}
	x.diffExceptions(v.Exceptions)
	for _, g := range v.Groups[:min(opts.Groups, len(v.Groups))] {
		x.diffGroup(g)
	}
	if more := len(v.Groups) - opts.Groups; more > 0 {
		x.print("\n" + x.paint.soft(count(more, "more group", "more groups")+" changed: see --json or --html."))
	}
	if x.err != nil {
		return fmt.Errorf("write the comparison: %w", x.err)
	}
	return nil
}

func (x *explanation) diffGroup(g DiffGroup) {
	x.title(joined("  ", g.GroupID, g.GroupName, g.Change))
	x.print("  " + x.paint.soft(g.Place))
	x.facts(g.Reach)
	for _, r := range g.Rules {
		x.marked(r.Mark, r.Class, r.Words+": "+r.Reason, firstNotes(r.Notes))
	}
}

// mostNotes is how many notes of one rule the terminal shows.
const mostNotes = 8

// firstNotes leaves off what is too much for a terminal, and says so.
func firstNotes(notes []string) []string {
	if len(notes) <= mostNotes {
		return notes
	}
	more := thousands(len(notes)-mostNotes+1) + " more: see --json or --html"
	return append(slices.Clone(notes[:mostNotes-1]), more)
}

func (x *explanation) diffExceptions(all []DiffException) {
	if len(all) == 0 {
		return
	}
	x.title("Exceptions")
	for _, e := range all {
		x.marked(e.Mark, e.Class, e.Words+": "+e.Why, e.Rules)
	}
}

// marked writes a paragraph with a mark in front, and notes below.
func (x *explanation) marked(mark, class, words string, notes []string) {
	indent := strings.Repeat(" ", 13)
	text := paragraph(words, x.width, indent)[len(indent):]
	mark = fmt.Sprintf("%-10s", mark)
	switch class {
	case "remove":
		mark = x.paint.alarm(mark)
	case "keep":
		mark = x.paint.action(suggest.Keep, mark)
	case "replace":
		mark = x.paint.action(suggest.Replace, mark)
	}
	x.print("  " + mark + " " + text)
	for _, n := range notes {
		x.print(paragraph(n, x.width, indent+"  "))
	}
}
