package analyze

import "iter"

// aheadBatch is how many values are handed over at a time, aheadBatches how many batches may wait.
const (
	aheadBatch   = 1024
	aheadBatches = 4
)

// Ahead yields what seq yields, in its order, while seq goes on in a goroutine of its own, some thousands of values ahead. An error
// is the last that is yielded. When the iteration ends, also before seq does, seq has ended.
func Ahead[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		full, idle, stop := make(chan []T, aheadBatches), make(chan []T, aheadBatches+2), make(chan struct{})
		var failed error // set before full is closed
		go func() {
			defer close(full)
			failed = fillBatches(seq, full, idle, stop)
		}()
		defer func() {
			close(stop)
			for range full { // until seq has ended
			}
		}()
		for batch := range full {
			for _, v := range batch {
				if !yield(v, nil) {
					return
				}
			}
			clear(batch)
			idle <- batch[:0]
		}
		if failed != nil {
			var none T
			yield(none, failed)
		}
	}
}

// fillBatches sends what seq yields, until that ends, fails, or nobody wants more.
func fillBatches[T any](seq iter.Seq2[T, error], full chan<- []T, idle <-chan []T, stop <-chan struct{}) error {
	batch := make([]T, 0, aheadBatch)
	for v, err := range seq {
		if err != nil {
			hand(full, stop, batch)
			return err
		}
		if batch = append(batch, v); len(batch) < aheadBatch {
			continue
		}
		if !hand(full, stop, batch) {
			return nil
		}
		select {
		case batch = <-idle:
		default:
			batch = make([]T, 0, aheadBatch)
		}
	}
	hand(full, stop, batch)
	return nil
}

// hand sends a batch, unless nobody wants it any more.
func hand[T any](full chan<- []T, stop <-chan struct{}, batch []T) bool {
	select {
	case <-stop:
		return false
	default:
	}
	select {
	case full <- batch:
		return true
	case <-stop:
		return false
	}
}
