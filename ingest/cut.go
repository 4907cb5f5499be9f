package ingest

import "time"

// cut says where a batch ends, by what its objects hold and not by the memory that they have taken so far. So the same
// objects give the same batches whatever the number of workers and their timing, and a load that goes on where another was
// stopped cuts as that one would have. Records are counted but for the last few objects, which may still be on their way:
// those are estimated by their size.
//
//	objects     0 … counted … i-lag | estimated … i | next
type cut struct {
	most    int64 // records
	refs    []Ref
	records []int64 // of each object that is done
	over    []bool  // which are done
	done    int     // objects from the first on that are done
	counted []int64 // records of the first k objects, as far as they are done
	stored  []int64 // bytes of the first k objects
}

const (
	// lag is how many objects the count may be behind; no more than these are read at a time.
	lag = 16
	// recordBytes is how many stored bytes a record has at least where nothing is counted yet: gzip brings it to 12 to 26.
	recordBytes = 12
)

func newCut(refs []Ref, most int64) *cut {
	n := len(refs)
	c := &cut{most: most, refs: refs, records: make([]int64, n), over: make([]bool, n), counted: make([]int64, 1, n+1), stored: make([]int64, n+1)}
	for i, r := range refs {
		c.stored[i+1] = c.stored[i] + max(r.Size, 0)
	}
	return c
}

// finish notes that object i is done.
func (c *cut) finish(i int) {
	c.over[i] = true
	for c.done < len(c.over) && c.over[c.done] {
		c.counted = append(c.counted, c.counted[c.done]+c.records[c.done])
		c.done++
	}
}

// ready says whether enough is counted to know if the batch ends before object i.
func (c *cut) ready(i int) bool { return c.done >= i-lag }

// ends says whether the batch ends before object i: when it is full, or half full and a day of slots is over, so that
// days are split as little as may be. The first object is always in.
func (c *cut) ends(i int) bool {
	if i == 0 {
		return false
	}
	n := c.estimate(i)
	return n >= c.most || n >= c.most/2 && day(c.refs[i-1].Slot) != day(c.refs[i].Slot)
}

// estimate is how many records the objects before i have.
func (c *cut) estimate(i int) int64 {
	k := max(i-lag, 0)
	rest := c.stored[i] - c.stored[k]
	if c.counted[k] == 0 || c.stored[k] == 0 {
		return c.counted[k] + rest/recordBytes
	}
	return c.counted[k] + int64(float64(rest)*float64(c.counted[k])/float64(c.stored[k]))
}

func day(t time.Time) int64 { return t.Unix() / 86400 }
