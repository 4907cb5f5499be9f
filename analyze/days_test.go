package analyze

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestDaySet compares with a plain list of days.
func TestDaySet(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		var set DaySet
		var list []int
		for range r.IntN(40) {
			d := r.IntN(200)
			set.Add(d)
			list = append(list, d)
		}
		slices.Sort(list)
		list = slices.Compact(list)
		if got := slices.Collect(set.Days); !slices.Equal(got, list) || set.Len() != len(list) {
			t.Fatalf("days = %v, %d of them, want %v", got, set.Len(), list)
		}
		last := -1
		if len(list) > 0 {
			last = list[len(list)-1]
		}
		if set.Last() != last {
			t.Fatalf("Last of %v = %d", list, set.Last())
		}
		for _, cut := range []int{-1, 0, 1, 63, 64, 65, 127, 128, r.IntN(200), 500} {
			n, has := slices.BinarySearch(list, cut)
			if set.Rank(cut) != n || set.Has(cut) != has || !slices.Equal(slices.Collect(set.Before(cut).Days), slices.Clip(list[:n])) {
				t.Fatalf("at %d of %v: rank %d, has %v, before %v", cut, list, set.Rank(cut), set.Has(cut), set.Before(cut))
			}
		}
	}
	var none DaySet
	none.Add(-1)
	if none.Len() != 0 || none.Last() != -1 {
		t.Errorf("day -1 counts: %v", none)
	}
}
