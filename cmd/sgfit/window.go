package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sgfit/ingest"
	"sgfit/schema"
	"sgfit/schema/duck"
)

// windowOptions bound the time that input is taken from: [since, until), zero for no bound.
type windowOptions struct {
	sinceText, untilText string
	now                  time.Time // when the command was called
	since, until         time.Time // read by check
}

func (o *windowOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.sinceText, "since", "", "take what was logged from this `TIME` on: 2026-09-01 (midnight UTC), 2026-09-01T06:00:00Z, or so long ago: 90d, 12h")
	cmd.Flags().StringVar(&o.untilText, "until", "", "take what was logged before this `TIME` (default all there is)")
}

// windowHelp tells what the flags mean for flow logs.
const windowHelp = `--since and --until choose whole objects, by the time that AWS writes into their names and folders (files that tell none
are taken), and list no more of a bucket than that takes. Records of these objects that lie outside are kept; they do not
make the window that is judged longer. A window that is asked for later widens the first one.`

// noting has the database note the window as soon as there is something to load.
func (o *windowOptions) noting(source ingest.Source, db *duck.DB) ingest.Source {
	return noting{source, func(ctx context.Context) error { return db.WidenWindow(ctx, o.since, o.until) }}
}

type noting struct {
	ingest.Source
	note func(context.Context) error
}

func (n noting) List(ctx context.Context) ([]ingest.Ref, []schema.Rejected, error) {
	refs, rejected, err := n.Source.List(ctx)
	if err == nil {
		err = n.note(ctx)
	}
	return refs, rejected, err
}

// words are the flags as they were given.
func (o *windowOptions) words() (words []string) {
	if o.sinceText != "" {
		words = append(words, "--since", o.sinceText)
	}
	if o.untilText != "" {
		words = append(words, "--until", o.untilText)
	}
	return words
}

// check reads the flags.
func (o *windowOptions) check() (err error) {
	if o.now.IsZero() {
		o.now = time.Now().UTC()
	}
	if o.since, err = readTime("--since", o.sinceText, o.now); err != nil {
		return err
	}
	if o.until, err = readTime("--until", o.untilText, o.now); err != nil {
		return err
	}
	if !o.since.IsZero() && !o.until.IsZero() && !o.since.Before(o.until) {
		return &usageError{error: fmt.Errorf("--since %s is not before --until %s, so nothing would be taken", o.sinceText, o.untilText)}
	}
	return nil
}

// readTime reads "2026-09-01", "2026-09-01T06:00:00Z", "90d" and "12h" (back from now, to the second); "" is the zero time.
func readTime(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), nil
		}
	}
	if span, ok := readSpan(text); ok {
		return now.Add(-span).UTC().Truncate(time.Second), nil
	}
	return time.Time{}, &usageError{error: fmt.Errorf("%s %q: give a date such as 2026-09-01, a time such as 2026-09-01T06:00:00Z, or how long ago: 90d, 12h", flag, text)}
}

// readSpan reads days and hours of at most a hundred years.
func readSpan(text string) (time.Duration, bool) {
	for unit, length := range map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour} {
		digits, ok := strings.CutSuffix(text, unit)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 32)
		if err != nil || n == 0 || time.Duration(n) > 100*366*24*time.Hour/length {
			return 0, false
		}
		return time.Duration(n) * length, true
	}
	return 0, false
}
