package inventory

import (
	"maps"
	"slices"
	"time"
)

// before tells what was before the first sight of a life, by undoing the changes that lie before it, back to the first
// that does not fit, or that cannot be undone:
//
//	a group or address is not as the change left it    it does not fit; nothing is said of the time before it
//	an entry was added                                 it may have been there: AWS takes that for a new description
//	a field was set                                    what it was is known from an earlier change alone
//	a change is partial                                what it left is known, not what it found
//
// The state before the last change that was undone is known at least shortly before it, like that before a capture.
func (r *retracing) before(i int, seen condition) {
	first := r.notices[i].sight
	cond := maps.Clone(seen)
	var out []observation // latest first
	var limit time.Time
	known := true
	for j := i - 1; known && j > r.floor; j-- {
		s := r.notices[j].step
		if !s.shown(cond) {
			r.sum.Contradicted++
			limit = s.At
			break
		}
		out = append(out, observationBefore(first, s.At, cond, true))
		cond, known = r.undo(j, cond)
	}
	if len(out) == 0 {
		return
	}
	if at := out[len(out)-1].Captured.Add(-time.Second); known && at.Sub(limit) > captureDelay {
		out = append(out, observationBefore(first, at, cond, false))
	}
	for _, o := range slices.Backward(out) {
		r.emit(o)
	}
}

// setBefore is what the latest step before a notice set a facet to.
func (r *retracing) setBefore(i int, f facet) (string, bool) {
	for j := i - 1; j > r.floor; j-- {
		if value, ok := r.notices[j].step.finds(f); ok {
			return value, true
		}
	}
	return "", false
}

// undo returns the condition before a step, false if it cannot be known.
func (r *retracing) undo(i int, after condition) (condition, bool) {
	s, cond := r.notices[i].step, maps.Clone(after)
	if s.partial {
		return nil, false
	}
	for _, x := range s.sets {
		known := x.field == "" && !(x.entry && x.value == there)
		if x.value == "" {
			x.value = there
		} else if known {
			x.value = ""
		} else if x.value, known = r.setBefore(i, x.facet); !known {
			return nil, false
		}
		cond.set(x)
	}
	return cond, true
}

// observationBefore is an observation of the time before a first sight. The resource is known to have been there until
// then. What tells the beginning of its life goes to an observation that is not exact, which can only be the first.
func observationBefore(first *observation, at time.Time, c condition, exact bool) observation {
	o := *first
	o.Item = dress(o.Item, c)
	o.Captured, o.exact = at, exact
	o.seen, o.SeenUntil = first.Captured, first.Captured
	return o
}
