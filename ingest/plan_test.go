package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestPlan(t *testing.T) {
	at := func(day, minute int, size int64) Ref {
		return Ref{Size: size, Slot: time.Date(2026, 1, day, 0, minute, 0, 0, time.UTC)}
	}
	none := Ref{Size: 6}
	for _, c := range []struct {
		name string
		refs []Ref
		want string // objects of each batch
	}{
		{"nothing", nil, ""},
		{"one day", []Ref{at(1, 0, 1), at(1, 5, 1), at(1, 10, 1)}, "3"},
		{"the day changes", []Ref{at(1, 0, 1), at(1, 5, 1), at(2, 0, 1)}, "2 1"},
		{"enough bytes", []Ref{at(1, 0, 6), at(1, 5, 6), at(1, 10, 6), at(1, 15, 6)}, "2 2"},
		{"a slot is kept together", []Ref{at(1, 0, 6), at(1, 5, 6), at(1, 5, 6), at(1, 10, 6)}, "3 1"},
		{"up to twice the size", []Ref{at(1, 0, 6), at(1, 0, 6), at(1, 0, 6), at(1, 0, 6), at(1, 0, 6)}, "4 1"},
		{"no slots", []Ref{none, none, none, at(1, 0, 6)}, "2 1 1"},
		{"one that is too large", []Ref{at(1, 0, 60), at(1, 5, 1)}, "1 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, batch := range plan(c.refs, 10) {
				got = append(got, fmt.Sprint(len(batch)))
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("batches of %s, want %s", s, c.want)
			}
		})
	}
}

func TestPlanManyObjects(t *testing.T) {
	if got := plan(make([]Ref, 2*batchObjects+1), 1<<40); len(got) != 3 || len(got[0]) != batchObjects {
		t.Errorf("%d batches, the first of %d", len(got), len(got[0]))
	}
}
