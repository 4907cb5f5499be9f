package report

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"text/template"

	"sgfit/suggest"
)

//go:embed report.md.tmpl
var markdownTemplate string

// Markdown writes the report in short, as GitHub-flavoured Markdown: Options.Open groups are told rule by rule, the rest
// stand in the table of groups only.
func Markdown(w io.Writer, plan suggest.Plan, opts Options) error {
	tmpl, err := template.New("report.md").Funcs(template.FuncMap{
		"n": thousands[int], "n64": thousands[int64], "count": count[int], "bits": bits,
		"text": markdownText, "code": markdownCode, "fenced": markdownBlock,
	}).Parse(markdownTemplate)
	if err != nil {
		return fmt.Errorf("parse the report's Markdown template: %w", err)
	}
	out := bufio.NewWriter(w)
	if err := tmpl.Execute(out, newPage(plan, opts, mostCards)); err != nil {
		return fmt.Errorf("write the report in Markdown: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the report in Markdown: %w", err)
	}
	return nil
}

// Told are the groups that Markdown tells rule by rule.
func (p Page) Told() []GroupView { return p.Groups[:min(p.Open, len(p.Groups))] }

// Listed are the groups in Markdown's table, Unlisted is how many are left out of it.
func (p Page) Listed() []GroupView { return p.Groups[:min(shortList, len(p.Groups))] }

// Unlisted is how many groups with something to do Markdown leaves out.
func (p Page) Unlisted() int { return len(p.Groups) - len(p.Listed()) }

// ListedScopes are the accounts and Regions in Markdown's table.
func (p Page) ListedScopes() []ScopeView { return p.Accounts[:min(shortList, len(p.Accounts))] }

// FirstRefusals are what Markdown lists of what a plan of a week earlier would have refused.
func (p Page) FirstRefusals() []Refusal { return p.Refusals[:min(10, len(p.Refusals))] }

// Untold is how many groups with something to do are left to the HTML page.
func (p Page) Untold() int { return len(p.Groups) - len(p.Told()) }

// shortList is as long as a list of groups or remarks gets before it refers to where all are.
const shortList = 100

// markdownText makes any one-line text plain: nothing in it can start markup, HTML, a link, a table cell or a mention.
func markdownText(s string) string {
	var b strings.Builder
	safe := visible(s)
	for i, r := range safe {
		switch {
		case r == ':' && strings.HasPrefix(safe[i:]+" ", ": "):
			b.WriteRune(r)
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '@' || r == '|':
			fmt.Fprintf(&b, "&#%d;", r)
		case strings.ContainsRune("\\`*_{}[]~$!#:", r):
			b.WriteRune('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return dots(b.String())
}

// dots keeps "www." from becoming a link by itself.
func dots(s string) string {
	if !strings.Contains(strings.ToLower(s), "www.") {
		return s
	}
	return strings.ReplaceAll(s, ".", `\.`)
}

// markdownCode makes a code span that holds any text: its fence is longer than any run of backticks inside. Text with a
// pipe becomes plain text instead: GitHub splits table cells before it reads code, and readers of Markdown disagree on
// what a backslash before a pipe means there.
func markdownCode(s string) string {
	s = visible(s)
	switch {
	case s == "":
		return ""
	case strings.Contains(s, "|"):
		return markdownText(s)
	case strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`"):
		s = " " + s + " "
	}
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	return fence + s + fence
}

// markdownBlock fences a command, whatever it holds.
func markdownBlock(s string) string {
	fence := strings.Repeat("`", max(3, longestRun(s, '`')+1))
	return fence + "\n" + s + "\n" + fence
}

func longestRun(s string, r rune) int {
	longest, run := 0, 0
	for _, c := range s {
		if run++; c != r {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
