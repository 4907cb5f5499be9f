package suggest

import (
	"runtime"

	"golang.org/x/sync/errgroup"
)

// eachApart calls do with 0 to n-1, as many at a time as there are processors, and returns when all calls have.
func eachApart(n int, do func(i int)) {
	var workers errgroup.Group
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		workers.Go(func() error {
			do(i)
			return nil
		})
	}
	_ = workers.Wait() // none fails
}

// eachPart calls do with all of a slice, some at a time.
func eachPart[T any](all []T, do func(some []T)) {
	parts := min(len(all), 4*runtime.GOMAXPROCS(0))
	eachApart(parts, func(i int) { do(all[i*len(all)/parts : (i+1)*len(all)/parts]) })
}
