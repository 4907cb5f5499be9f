package flowlog

import (
	"fmt"

	"sgfit/schema"
)

// mostRejected is how many rejected lines of one object are listed; all are counted.
const mostRejected = 10_000

// gather is what the records of one object go to, whatever format they come in: they are counted, and handed to the
// table in batches.
type gather struct {
	object   schema.Object
	rejected []schema.Rejected
	unlisted int64 // malformed lines beyond mostRejected
	stolen   []uint16
	silenced []silenced
	table    *table
	seen     *seen // nil when duplicates are kept
	order    uint16
	line     int64 // or row, counted from 1
	record   record
	items    []item
	format   string // of lines without a header, as Options has it
	// remembering: the object was loaded before, and its records are only to be known again.
	remembering bool
}

// silenced is an object that lost a record as a duplicate, and what that was.
type silenced struct {
	order  uint16
	status status
}

// reject counts a line as malformed.
func (g *gather) reject(line []byte, reason string) {
	if g.crowded() {
		return
	}
	g.object.Malformed++
	g.rejected = append(g.rejected, schema.Rejected{Place: g.object.Place, Line: g.line, Reason: reason, Sample: sample(line)})
}

// crowded counts a line as malformed if too many of the object's are listed already.
func (g *gather) crowded() bool {
	if g.object.Malformed < mostRejected {
		return false
	}
	g.object.Malformed++
	g.unlisted++
	return true
}

// listed is what was set aside, with a line for what is too many to list.
func (g *gather) listed() []schema.Rejected {
	if g.unlisted == 0 {
		return g.rejected
	}
	return append(g.rejected, schema.Rejected{Place: g.object.Place, Pieces: g.unlisted,
		Reason: fmt.Sprintf("malformed lines beside those that are listed: %d more", g.unlisted)})
}

// rejectObject sets the object as a whole aside.
func (g *gather) rejectObject(problem string, piece []byte) {
	g.object.Format, g.object.Problem = "not recognised", problem
	g.rejected = append(g.rejected, schema.Rejected{Place: g.object.Place, Reason: problem, Sample: sample(piece)})
}

// keepRecord takes the record that was read and judged sound.
func (g *gather) keepRecord() {
	switch {
	case g.remembering && g.record.status == ok:
		g.seen.remember(g.record.mark(hashBytes(g.record.iface)))
	case g.remembering && g.record.placed():
		g.seen.remember(g.record.silentMark(hashBytes(g.record.iface)))
	case g.remembering:
	case g.record.status == ok:
		g.queue()
	default:
		g.silence()
	}
}

// queue hands an OK record to the table, in batches.
func (g *gather) queue() {
	r := &g.record
	i := g.table.names.of(r.iface, r.account)
	place := g.table.scopeOf(i, int32(r.start/daySeconds))
	g.items = g.items[:len(g.items)+1]
	it := &g.items[len(g.items)-1]
	g.table.convey(r, place, it)
	if g.seen != nil {
		it.mark = r.mark(g.table.names.list[i].hash)
	}
	if g.object.First == 0 || r.start < g.object.First {
		g.object.First = r.start
	}
	g.object.Last = max(g.object.Last, r.end)
	if len(g.items) == batchSize {
		g.fold()
	}
}

// fold empties the queue.
func (g *gather) fold() {
	if len(g.items) == 0 {
		return
	}
	sum := g.table.add(g.items, g.seen, g.order)
	g.object.OK += sum.counted
	g.object.Duplicates += sum.duplicates
	g.stolen = append(g.stolen, sum.stolen...)
	g.items = g.items[:0]
}

// silence counts a NODATA or SKIPDATA record, and marks the time that it covers where it tells it. Two flow logs that
// overlap deliver it twice, like others.
func (g *gather) silence() {
	r := &g.record
	placed := r.placed()
	var known outcome
	if placed && g.seen != nil {
		known = g.seen.addOne(r.silentMark(hashBytes(r.iface)), g.order)
	}
	switch {
	case known.duplicate:
		g.object.Duplicates++
		return
	case r.status == noData:
		g.object.NoData++
	default:
		g.object.SkipData++
	}
	if known.stolen {
		g.silenced = append(g.silenced, silenced{known.from, r.status})
		return
	}
	if !placed {
		return
	}
	i := g.table.names.of(r.iface, r.account)
	c := &g.table.scopes[g.table.scopeOf(i, int32(r.start/daySeconds))]
	if r.status == noData {
		c.noData++
		c.touch(hoursOf(r.start, r.end), r.start, r.end)
		return
	}
	c.skipData++
	c.skipHours |= hoursOf(r.start, r.end)
	c.widen(r.start, r.end)
}
