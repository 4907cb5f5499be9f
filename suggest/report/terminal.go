package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"sgfit/suggest"
)

// paint writes SGR colours, or nothing of the kind when it is off. It is ours because the table writer's own colours
// follow the environment, and a library does not.
type paint bool

func (p paint) wrap(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) strong(s string) string { return p.wrap("1", s) }
func (p paint) soft(s string) string   { return p.wrap("2", s) }
func (p paint) alarm(s string) string  { return p.wrap("1;31", s) }

func (p paint) action(a suggest.Action, s string) string {
	switch a {
	case suggest.Remove:
		return p.wrap("31", s)
	case suggest.Replace:
		return p.wrap("33", s)
	case suggest.Review:
		return p.wrap("35", s)
	case suggest.Keep:
		return p.wrap("32", s)
	}
	return s
}

// paragraph breaks text at blanks so that no line is wider than width (0: no limit), with an indent before each line.
func paragraph(s string, width int, indent string) string {
	if width <= 0 {
		return indent + s
	}
	var b strings.Builder
	room := max(20, width-len(indent))
	used := 0
	for i, word := range strings.Fields(s) {
		w := text.StringWidthWithoutEscSequences(word)
		switch {
		case i == 0:
			b.WriteString(indent)
		case used+1+w > room:
			b.WriteString("\n" + indent)
			used = 0
		default:
			b.WriteString(" ")
			used++
		}
		b.WriteString(word)
		used += w
	}
	return b.String()
}

// cut shortens a text to a width in terminal cells; the end is then an ellipsis.
func cut(s string, width int) string {
	if text.StringWidthWithoutEscSequences(s) <= width {
		return s
	}
	return text.Trim(s, max(1, width)-1) + "…"
}

// lines writes to w and keeps the first error, so that a page of prints needs one check.
type lines struct {
	w   io.Writer
	err error
}

func (l *lines) print(s string) {
	if l.err == nil {
		_, l.err = io.WriteString(l.w, s+"\n")
	}
}

func (l *lines) printf(format string, args ...any) { l.print(fmt.Sprintf(format, args...)) }
