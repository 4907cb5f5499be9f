package main

import (
	"strings"
	"testing"
)

func TestSpread(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"run --flow-logs a b --config c d e --out o", "run --flow-logs a --flow-logs b --config c --config d --config e --out o"},
		{"run --flow-logs=a --flow-logs b", "run --flow-logs=a --flow-logs b"},
		{"run --out o --flow-logs a --quiet", "run --out o --flow-logs a --quiet"},
		{"ingest config a b", "ingest config a b"},
		{"run --config a -- b c", "run --config a -- b c"},
		{"run --config", "run --config"},
	} {
		if got := strings.Join(spread(strings.Fields(c.in)), " "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.in, got, c.want)
		}
	}
}
