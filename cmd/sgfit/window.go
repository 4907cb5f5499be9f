package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
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
