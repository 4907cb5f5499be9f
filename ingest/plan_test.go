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
		{"the day changes", []Ref{at(1, 0, 1), at(1, 5, 1), at(2, 0, 1)}, "3"},
		{"enough bytes", []Ref{at(1, 0, 6), at(1, 5, 6), at(1, 10, 6), at(1, 15, 6)}, "2 2"},
		{"a slot is kept together", []Ref{at(1, 0, 6), at(1, 5, 6), at(1, 5, 6), at(1, 10, 6)}, "3 1"},
		{"up to twice the size", []Ref{at(1, 0, 6), at(1, 0, 6), at(1, 0, 6), at(1, 0, 6), at(1, 0, 6)}, "4 1"},
		{"no slots", []Ref{none, none, none, at(1, 0, 6)}, "2 2"},
		{"one that is too large", []Ref{at(1, 0, 60), at(1, 5, 1)}, "1 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for refs := c.refs; len(refs) > 0; {
				n := planned(refs, 10)
				got = append(got, fmt.Sprint(n))
				refs = refs[n:]
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("batches of %s, want %s", s, c.want)
			}
		})
	}
}

func TestPlanManyObjects(t *testing.T) {
	if n := planned(make([]Ref, 2*batchObjects+1), 1<<40); n != batchObjects {
		t.Errorf("a batch of %d objects", n)
	}
}

// TestCut: where a batch ends hangs on the objects, not on which of them happen to be done.
func TestCut(t *testing.T) {
	refs := make([]Ref, 200)
	for i := range refs {
		refs[i] = Ref{Size: int64(1000 + i%7*100), Slot: time.Date(2026, 1, 1+i/30, 0, i%30, 0, 0, time.UTC)}
	}
	records := func(i int) int64 { return refs[i].Size/13 + int64(i%3) }
	for _, c := range []struct {
		name string
		most int64
		want int
	}{
		{"nothing fits", 1, 1},
		{"before anything is counted, by size", 1000, 10},
		{"where a day is over and half of it is reached", 9000, 60},
		{"in the middle of a day, when it is full", 2700, 28},
		{"all fits", 1 << 40, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			for ahead := range lag {
				if got := cutWith(refs, c.most, ahead, records); got != c.want {
					t.Fatalf("%d objects on their way: the batch ends before object %d, want %d", ahead, got, c.want)
				}
			}
		})
	}
}

// cutWith hands out objects, with some of them on their way, until the batch ends.
func cutWith(refs []Ref, most int64, ahead int, records func(int) int64) int {
	c := newCut(refs, most)
	finish := func(i int) {
		c.records[i] = records(i)
		c.finish(i)
	}
	for i := range refs {
		for j := c.done; !c.ready(i) || j < i-ahead; j++ {
			finish(j)
		}
		if c.ends(i) {
			return i
		}
	}
	return len(refs)
}
