package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestReadTime(t *testing.T) {
	now := time.Date(2026, 9, 30, 12, 34, 56, 789, time.UTC)
	for _, c := range []struct{ text, want string }{
		{"2026-09-01", "2026-09-01T00:00:00Z"},
		{"2026-09-01T06:00:00Z", "2026-09-01T06:00:00Z"},
		{"2026-09-01T06:00:00+02:00", "2026-09-01T04:00:00Z"},
		{"90d", "2026-07-02T12:34:56Z"},
		{"12h", "2026-09-30T00:34:56Z"},
		{"", "0001-01-01T00:00:00Z"},
	} {
		if got, err := readTime("--since", c.text, now); err != nil || got.Format(time.RFC3339) != c.want {
			t.Errorf("%q: %v, %v", c.text, got, err)
		}
	}
	for _, text := range []string{"yesterday", "2026-9-1", "01.09.2026", "90", "d", "0d", "-3d", "1.5d", "1w", "99999d", "4294967296h", "2026-02-30"} {
		var wrong *usageError
		if _, err := readTime("--since", text, now); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "--since \""+text+"\": give a date") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWindowOptions(t *testing.T) {
	for _, c := range []struct {
		since, until string
		good         bool
	}{
		{"", "", true}, {"2026-09-01", "2026-09-02", true}, {"90d", "30d", true}, {"90d", "", true}, {"", "1h", true},
		{"2026-09-02", "2026-09-02", false}, {"1d", "90d", false}, {"soon", "", false}, {"", "soon", false},
	} {
		o := windowOptions{sinceText: c.since, untilText: c.until}
		var wrong *usageError
		if err := o.check(); (err == nil) != c.good || err != nil && !errors.As(err, &wrong) {
			t.Errorf("%q, %q: %v", c.since, c.until, err)
		}
	}
}
