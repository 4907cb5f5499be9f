package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/term"
)

// terminal is where results, progress and problems go.
type terminal struct {
	out, err        io.Writer
	quiet, noColour bool
	asJSON          bool // lines on err are JSON
	once            sync.Once
	lines           slog.Handler
}

// isTerminal says whether a stream is one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// draws says whether bars may move on standard error.
func (t *terminal) draws() bool { return !t.quiet && !t.asJSON && isTerminal(t.err) }

// colour says whether results may have colours.
func (t *terminal) colour() bool {
	return !t.noColour && os.Getenv("NO_COLOR") == "" && isTerminal(t.out)
}

// width is how wide results may be.
func (t *terminal) width() int {
	if f, ok := t.out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return min(w, 200)
		}
	}
	return 120
}

// say prints a line of progress.
func (t *terminal) say(format string, args ...any) { t.tell(fmt.Sprintf(format, args...)) }

// tell prints a line of progress; more is what programs read of it.
func (t *terminal) tell(line string, more ...slog.Attr) {
	switch {
	case t.quiet:
	case t.asJSON:
		t.log(slog.LevelInfo, strings.TrimSpace(line), more...)
	default:
		fmt.Fprintln(t.err, printable(line))
	}
}

// warn prints a problem that did not stop the work, and what to do about it.
func (t *terminal) warn(format string, args ...any) {
	if t.asJSON {
		t.log(slog.LevelWarn, fmt.Sprintf(format, args...))
		return
	}
	fmt.Fprintln(t.err, "warning: "+printable(fmt.Sprintf(format, args...)))
}

// printable makes control characters harmless: paths and samples may hold any.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// size says bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}

// steps says which question is being asked.
func (t *terminal) steps() func(name string, n, of int) {
	return func(name string, n, of int) {
		if n == 1 {
			t.say("Analysing: %d questions", of)
		}
		if t.draws() {
			fmt.Fprintf(t.err, "\r\x1b[K  %d/%d %s", n, of, name)
			if n == of {
				fmt.Fprint(t.err, "\r\x1b[K")
			}
		}
	}
}
