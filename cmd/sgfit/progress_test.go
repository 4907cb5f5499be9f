package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestProgressOffATerminal: one line a minute, with objects, bytes, records, their rate and the time left.
func TestProgressOffATerminal(t *testing.T) {
	var out bytes.Buffer
	p := (&terminal{err: &out}).progress("Reading flow logs")
	p.Plan(10, 1000<<20)
	p.Add(1, 100<<20, 3_000_000)
	if strings.Count(out.String(), "\n") != 1 {
		t.Errorf("before a minute has passed:\n%s", out.String())
	}
	p.began = p.began.Add(-2 * time.Minute)
	p.said = p.said.Add(-2 * time.Minute)
	p.Add(1, 100<<20, 3_000_000)
	p.Add(1, 100<<20, 3_000_000)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := "Reading flow logs: 2 of 10 objects, 200.0 MiB of 1000.0 MiB, 6.0 M records, 50.0 k/s, about 8m0s left"
	if len(lines) != 2 || lines[1] != want {
		t.Errorf("got  %q\nwant %q after the plan", lines, want)
	}
}

func TestProgressWithoutSizes(t *testing.T) {
	p := (&terminal{quiet: true}).progress("Reading")
	p.Plan(4, 0)
	p.done.objects = 1
	if got := p.left(p.began.Add(time.Minute)); got != ", about 3m0s left" {
		t.Errorf("got %q", got)
	}
}
