package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// terminal is where results, progress and problems go.
type terminal struct {
	out, err        io.Writer
	quiet, noColour bool
}

// isTerminal says whether a stream is one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

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
func (t *terminal) say(format string, args ...any) {
	if !t.quiet {
		fmt.Fprintln(t.err, printable(fmt.Sprintf(format, args...)))
	}
}

// warn prints a problem that did not stop the work, and what to do about it.
func (t *terminal) warn(format string, args ...any) {
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

// progress shows a load: a bar on a terminal, a line a minute elsewhere.
type progress struct {
	term    *terminal
	what    string
	mu      sync.Mutex
	bar     *progressbar.ProgressBar
	objects int
	bytes   int64
	done    struct {
		objects        int
		bytes, records int64
	}
	began, said time.Time
}

func (t *terminal) progress(what string) *progress {
	now := time.Now()
	return &progress{term: t, what: what, began: now, said: now}
}

// Plan hears how much there is to do.
func (p *progress) Plan(objects int, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.objects, p.bytes = objects, bytes
	if p.term.quiet || objects == 0 {
		return
	}
	p.term.say("%s: %d objects, %s", p.what, objects, size(bytes))
	if isTerminal(p.term.err) {
		p.bar = progressbar.NewOptions64(max(bytes, 1), progressbar.OptionSetWriter(p.term.err),
			progressbar.OptionShowBytes(true), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond))
	}
}

// Add hears of finished work.
func (p *progress) Add(objects int, bytes, records int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done.objects += objects
	p.done.bytes += bytes
	p.done.records += records
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%d/%d objects, %.1f M records", p.done.objects, p.objects, float64(p.done.records)/1e6))
		_ = p.bar.Add64(bytes) // a bar that cannot be drawn is no reason to stop
		return
	}
	if now := time.Now(); now.Sub(p.said) >= time.Minute {
		p.said = now
		p.term.say("%s: %d of %d objects, %s of %s, %d records", p.what, p.done.objects, p.objects,
			size(p.done.bytes), size(p.bytes), p.done.records)
	}
}

// finish takes the bar away.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
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
		if !t.quiet && isTerminal(t.err) {
			fmt.Fprintf(t.err, "\r\x1b[K  %d/%d %s", n, of, name)
			if n == of {
				fmt.Fprint(t.err, "\r\x1b[K")
			}
		}
	}
}
