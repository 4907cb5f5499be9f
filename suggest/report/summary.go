package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"sgfit/suggest"
)

// SummaryOptions fit the summary to a terminal.
type SummaryOptions struct {
	Colour bool // SGR colours; false writes no escape sequence
	Width  int  // columns of the terminal; 0 means 100
	Groups int  // how many groups to list; 0 means 20
	// Database is the file to ask about single rules, as a shell takes it; "" where 'sgfit explain' finds it by itself.
	Database string
	// Report is report.html as a shell takes it; "" where none was written.
	Report string
}

// Summary writes what a person wants to know at the end of a run: the groups with something to do, by what there is to
// gain, the totals, the accounting, the replay, and what to do next.
func Summary(w io.Writer, plan suggest.Plan, opts SummaryOptions) error {
	if opts.Width <= 0 {
		opts.Width = 100
	}
	if opts.Groups <= 0 {
		opts.Groups = 20
	}
	page, p, out := newPage(plan, Options{}, mostCards), paint(opts.Colour), &lines{w: w}
	shown := page.Groups[:min(opts.Groups, len(page.Groups))]
	out.print(summaryTable(page, shown, p, opts.Width))
	if more := len(page.Groups) - len(shown); more > 0 {
		out.print(p.soft(count(more, "more group has", "more groups have") + " something to do."))
	}
	if still := len(page.Still); still > 0 {
		out.print(p.soft(count(still, "group has", "groups have") + " nothing to change."))
	}
	out.print("")
	for _, s := range closing(page, p, opts) {
		out.print(paragraph(s, opts.Width, ""))
	}
	if out.err != nil {
		return fmt.Errorf("write the summary: %w", out.err)
	}
	return nil
}

// layout is one way to fit the table into a line; the first that fits is taken.
type layout struct {
	gap    int
	digits int // of bits, after the point
	hidden int // columns left out, from the right
}

var layouts = [...]layout{{2, 1, 0}, {1, 0, 0}, {1, 0, 1}, {1, 0, 2}}

func summaryTable(page Page, shown []GroupView, p paint, width int) string {
	var rendered string
	for _, l := range layouts {
		if rendered = l.render(page, shown, p, 0); text.LongestLineLen(rendered) <= width {
			// Names take the room that the ids and numbers leave.
			if room := width - text.LongestLineLen(rendered) - 2; room >= 8 {
				return l.render(page, shown, p, min(room, 40))
			}
			return rendered
		}
	}
	return rendered
}

// render lays the table out with names of at most nameWidth cells beside the ids; 0 for none.
func (l layout) render(page Page, shown []GroupView, p paint, nameWidth int) string {
	t := table.NewWriter()
	t.SetStyle(l.style())
	t.SetColumnConfigs(l.columns())
	t.AppendHeader(table.Row{"GROUP", "RULES", "REMOVE", "REPLACE", "REVIEW", "KEEP", "INBOUND BITS", "OUTBOUND BITS"})
	for _, g := range shown {
		label := g.GroupID
		if nameWidth > 0 && g.GroupName != "" {
			label += "  " + p.strong(cut(g.GroupName, nameWidth))
		}
		t.AppendRow(l.row(label, g.Tally, g.In, g.Out, p))
	}
	t.AppendSeparator()
	t.AppendRow(l.row("groups in use", page.Total, page.In, page.Out, p))
	return trimLines(t.Render())
}

func (l layout) row(label string, t Tally, in, out Exposure, p paint) table.Row {
	number := func(n int, a suggest.Action) string {
		if n == 0 {
			return p.soft("·")
		}
		return p.action(a, thousands(n))
	}
	return table.Row{
		label, thousands(t.Rules), number(t.Remove, suggest.Remove), number(t.Replace, suggest.Replace),
		number(t.Review, suggest.Review), number(t.Keep, suggest.Keep), l.fromTo(in), l.fromTo(out),
	}
}

// fromTo lines up the numbers on both sides of the arrow.
func (l layout) fromTo(x Exposure) string {
	write := func(b float64, empty bool) string {
		if empty {
			return "none"
		}
		return strconv.FormatFloat(b, 'f', l.digits, 64)
	}
	return fmt.Sprintf("%*s → %*s", 4+l.digits, write(x.Before, x.EmptyBefore), 4+l.digits, write(x.After, x.EmptyAfter))
}

func (l layout) style() table.Style {
	s := table.StyleLight
	s.Options = table.Options{SeparateHeader: true}
	s.Format.Header = text.FormatDefault
	s.Box.PaddingLeft, s.Box.PaddingRight = "", strings.Repeat(" ", l.gap)
	return s
}

func (l layout) columns() []table.ColumnConfig {
	const last = 8
	var cs []table.ColumnConfig
	for i := 2; i <= last; i++ {
		hidden := i > last-l.hidden
		cs = append(cs, table.ColumnConfig{Number: i, Align: text.AlignRight, AlignHeader: text.AlignRight, Hidden: hidden})
	}
	return cs
}

// trimLines takes the padding off the ends of lines, rulers included.
func trimLines(s string) string {
	rows := strings.Split(s, "\n")
	longest := 0
	for i := range rows {
		if rows[i] = strings.TrimRight(rows[i], " "); !strings.HasPrefix(rows[i], "─") {
			longest = max(longest, text.StringWidthWithoutEscSequences(rows[i]))
		}
	}
	for i := range rows {
		if strings.HasPrefix(rows[i], "─") {
			rows[i] = strings.Repeat("─", longest)
		}
	}
	return strings.Join(rows, "\n")
}

// closing says the accounting, the replay and the next step, one sentence each; what is wrong comes first.
func closing(page Page, p paint, opts SummaryOptions) []string {
	var out []string
	if page.Problem != "" {
		out = append(out, p.alarm(page.Problem))
	}
	replay := page.Replay
	if page.Refused {
		replay = p.alarm(replay)
	}
	if len(page.Accounts) > 0 {
		out = append(out, exposureLine(page))
	}
	if line := exceptionsLine(page.Exceptions); line != "" {
		out = append(out, line)
	}
	return append(out, accountingLine(page), replay, page.Backtest, p.strong("Next:")+" "+nextStep(page, opts))
}

// exposureLine says who gets into the first account or VPC from the internet or, where nobody does, from elsewhere;
// the report has the rest.
func exposureLine(page Page) string {
	first, more := page.Accounts[0], len(page.Accounts)-1
	line := "Nobody gets into " + first.Name
	if first.In != nil && first.In.Words != "none" {
		line = "Into " + first.Name + ": " + first.In.Text()
	}
	for _, r := range slices.Backward(first.Rows) {
		if strings.HasPrefix(r.Class, "Internet") && r.In != "none" {
			line = r.Class + " addresses that get into " + first.Name + ": " + r.In
		}
	}
	if more > 0 {
		line += " (" + count(more, "more is", "more are") + " in report.html)"
	}
	return line + "."
}

func accountingLine(page Page) string {
	var parts []string
	for _, c := range page.Classes {
		if c.Records > 0 {
			parts = append(parts, strings.ToLower(c.Name)+" "+thousands(c.Records))
		}
	}
	equals := "="
	if page.Problem != "" {
		equals = "≠"
	}
	if len(parts) == 0 {
		parts = []string{"0"}
	}
	return fmt.Sprintf("Records: %s %s %s.", thousands(page.Records), equals, strings.Join(parts, " + "))
}

func nextStep(page Page, opts SummaryOptions) string {
	switch {
	case page.Problem != "" || page.Refused:
		return "do not apply this plan; run sgfit status, and report what you see."
	case len(page.Groups) == 0:
		return "nothing to do; run again when more traffic has been seen."
	}
	database, read := "", "read "+opts.Report
	if opts.Database != "" {
		database = "--db " + opts.Database + " "
	}
	if opts.Report == "" {
		read = "write the report with sgfit report " + database + "--out DIR"
	}
	return read + ", and ask sgfit explain " + database + page.Groups[0].ToDo[0].Ref + " why it says what it says of a rule."
}
