package analyze

import (
	"errors"
	"iter"
	"testing"
)

// counting yields 0 to n-1 and then failed, where that is not nil; ended says when it has ended, yielded how far it came.
func counting(n int, failed error, ended *bool, yielded *int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		defer func() { *ended = true }()
		for i := range n {
			if *yielded++; !yield(i, nil) {
				return
			}
		}
		if failed != nil {
			yield(0, failed)
		}
	}
}

// TestAhead: the same values in the same order, the error last, and the source has ended when the iteration has.
func TestAhead(t *testing.T) {
	broken := errors.New("broken")
	for _, n := range []int{0, 1, aheadBatch - 1, aheadBatch, aheadBatch + 1, 20 * aheadBatch, 20*aheadBatch + 7} {
		for _, failed := range []error{nil, broken} {
			ended, yielded, next := false, 0, 0
			var last error
			for v, err := range Ahead(counting(n, failed, &ended, &yielded)) {
				if last != nil {
					t.Fatalf("%d, %v: %d comes behind the error", n, failed, v)
				}
				if last = err; err != nil {
					continue
				}
				if v != next {
					t.Fatalf("%d, %v: %d where %d is next", n, failed, v, next)
				}
				next++
			}
			if next != n || last != failed || !ended {
				t.Errorf("%d, %v: %d values, %v, ended: %t", n, failed, next, last, ended)
			}
		}
	}
}

// TestAheadStopped: who stops early is not kept waiting for the rest, and finds the source ended.
func TestAheadStopped(t *testing.T) {
	const n = 1000 * aheadBatch
	for _, after := range []int{0, 1, aheadBatch, 7*aheadBatch + 3} {
		ended, yielded, taken := false, 0, 0
		for range Ahead(counting(n, nil, &ended, &yielded)) {
			if taken++; taken > after {
				break
			}
		}
		if !ended || yielded > after+(aheadBatches+5)*aheadBatch {
			t.Errorf("stopped after %d: ended: %t, %d yielded", taken, ended, yielded)
		}
	}
}

// TestAheadTwice: one inside the other.
func TestAheadTwice(t *testing.T) {
	ended, yielded, sum := false, 0, 0
	for v, err := range Ahead(Ahead(counting(5000, nil, &ended, &yielded))) {
		if err != nil {
			t.Fatal(err)
		}
		sum += v
	}
	if sum != 5000*4999/2 || !ended {
		t.Errorf("the sum is %d, ended: %t", sum, ended)
	}
}
