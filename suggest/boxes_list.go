package suggest

import "slices"

// boxList is rectangles in an order, none inside another, each with a number by which pairs know it.
type boxList struct {
	compare func(a, b boxRect) int
	rects   []boxRect
	numbers []int32
	all     []boxRect // by number, also those that are none any more
	gone    []bool    // which those are
}

func newBoxList(rects []boxRect, compare func(a, b boxRect) int) boxList {
	l := boxList{compare: compare, rects: slices.Clone(rects), numbers: make([]int32, len(rects)), gone: make([]bool, len(rects), 2*len(rects))}
	slices.SortFunc(l.rects, compare)
	for i := range l.numbers {
		l.numbers[i] = int32(i)
	}
	l.all = append(make([]boxRect, 0, 2*len(rects)), l.rects...)
	return l
}

// replace puts a rectangle in the place of all that it holds, and returns where it stands.
func (l *boxList) replace(whole boxRect) int {
	n := 0
	for i := range l.rects {
		if whole.holds(&l.rects[i]) {
			l.gone[l.numbers[i]] = true
			continue
		}
		l.rects[n], l.numbers[n] = l.rects[i], l.numbers[i]
		n++
	}
	at, _ := slices.BinarySearchFunc(l.rects[:n], whole, l.compare)
	l.rects = slices.Insert(l.rects[:n], at, whole)
	l.numbers = slices.Insert(l.numbers[:n], at, int32(len(l.all)))
	l.all, l.gone = append(l.all, whole), append(l.gone, false)
	return at
}
