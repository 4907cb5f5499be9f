package analyze

import (
	"slices"
	"testing"
)

// TestByRule holds lists of rules against those that were added, with a rule that is not known and one without rows.
func TestByRule(t *testing.T) {
	rules := map[uint32]*Rule{0: {No: 0}, 1: {No: 1}, 3: {No: 3}, 4: {No: 4}}
	got := map[uint32][]int{}
	b := byRule[int]{rules: rules, put: func(r *Rule, all []int) { got[r.No] = all }}
	for _, row := range [][2]int{{0, 7}, {1, 1}, {1, 2}, {2, 5}, {2, 6}, {4, 3}} {
		b.add(uint32(row[0]), row[1])
	}
	b.end()
	for no, want := range map[uint32][]int{0: {7}, 1: {1, 2}, 4: {3}} {
		if !slices.Equal(got[no], want) {
			t.Errorf("rule %d has %v, want %v", no, got[no], want)
		}
	}
	if len(got) != 3 {
		t.Errorf("%v: rules that are not known, or have no rows, have lists", got)
	}
}
