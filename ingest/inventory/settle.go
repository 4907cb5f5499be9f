package inventory

import (
	"maps"
	"time"
)

// settle is what a sight shows, with the changes that Config had not noticed yet.
func (r *retracing) settle(i int) condition {
	m := &r.notices[i]
	seen := maps.Clone(m.cond)
	if m.sight.exact {
		return seen // a birth
	}
	latest := map[facet]lateness{}
	fresh := true // no sight between
	for j := i - 1; j > r.floor && (fresh || m.at.Sub(r.notices[j].at) <= captureDelay); j-- {
		s := r.notices[j].step
		if s == nil {
			fresh = false
			continue
		}
		for _, x := range s.sets {
			if _, ok := latest[x.facet]; !ok {
				latest[x.facet] = lateness{x, s.At, fresh}
			}
		}
	}
	for f, l := range latest {
		if seen.value(f) == l.value {
			continue
		}
		if m.at.Sub(l.at) <= captureDelay && r.confirmed(l, i) {
			seen.set(l.setting)
		} else if l.fresh && r.cond != nil {
			r.sum.Contradicted++
		}
	}
	return seen
}

// lateness is a facet's latest setting before a sight that shows another.
type lateness struct {
	setting
	at    time.Time
	fresh bool // this is the first sight after it
}

// confirmed says whether the words after a sight bear a setting out that the sight does not show. The first that speaks
// of it decides:
//
//	it is set to something else     yes: AWS refuses to add what is there and to remove what is not
//	it is set to the same again     no, it was undone meanwhile (an entry or a field may be set twice)
//	a sight shows it                yes
//	a sight does not, though it had the time
//	                                no
//	nothing more is known           yes: the change was made, and Config has had no time
func (r *retracing) confirmed(l lateness, i int) bool {
	for j := i + 1; j < len(r.notices); j++ {
		m := &r.notices[j]
		switch {
		case m.dead():
			return true
		case m.step != nil:
			if value, ok := m.step.finds(l.facet); ok {
				return value != l.value || l.entry || l.field != ""
			}
		case m.cond.value(l.facet) == l.value:
			return true
		case m.at.Sub(l.at) > captureDelay:
			return false
		}
	}
	return true
}
