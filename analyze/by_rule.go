package analyze

import "slices"

// byRule gathers what rows that are sorted by rule tell of each: as one list, as long as it must be. Rows of rules that are not known
// are passed over.
type byRule[T any] struct {
	rules map[uint32]*Rule
	put   func(r *Rule, all []T)
	no    uint32 // the rule at hand
	all   []T    // of it, to be used again
}

func (b *byRule[T]) add(no uint32, v T) {
	if no != b.no {
		b.end()
		b.no = no
	}
	b.all = append(b.all, v)
}

// end hands over what the rule at hand has.
func (b *byRule[T]) end() {
	if r := b.rules[b.no]; r != nil && len(b.all) > 0 {
		b.put(r, slices.Clone(b.all))
	}
	b.all = b.all[:0]
}
