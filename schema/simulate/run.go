package simulate

import (
	"cmp"
	"fmt"
	"slices"
)

// run lives through the window, day by day: opens the day's connections, writes the records of all that are open, and
// tells the ledger; then through the days after it, of which only the ledger hears. each gets a day's records in order of their end; it may be nil.
func (a *Account) run(each func(n int, records []record) error) (*ledger, error) {
	l := newLedger(a)
	var open []*connection
	for n := range a.lived() {
		today := a.day(n)
		taken := make(map[tuple]bool, 4*len(open)+1024)
		for _, c := range open {
			taken[c.tuple()] = true
		}
		for i := range a.links {
			open = append(open, a.plan(&a.links[i], n, taken)...)
		}
		if n < a.opts.Days {
			if err := a.log(n, l, open, each); err != nil {
				return nil, err
			}
		} else {
			l.foresee(open, today)
		}
		open = slices.DeleteFunc(open, func(c *connection) bool { return max(c.end, c.late) < today.to })
	}
	return l, nil
}

// log writes the records of one day of the window.
func (a *Account) log(n int, l *ledger, open []*connection, each func(n int, records []record) error) error {
	d := a.newDay(n, l)
	for _, c := range open {
		d.write(c)
	}
	d.fill()
	if each == nil {
		return nil
	}
	slices.SortStableFunc(d.records, func(x, y record) int { return cmp.Compare(x.end, y.end) })
	return each(n, d.records)
}

// cell is one aggregation interval of one interface on the day.
type cell struct {
	host int
	n    int64
}

// dayLog is what is written on one day.
type dayLog struct {
	a       *Account
	n       int
	today   span
	length  int64
	records []record
	busy    map[cell]bool
	skipped map[cell]bool
	buf     []spell
	ledger  *ledger
}

// newDay decides which intervals AWS will lose something of.
func (a *Account) newDay(n int, l *ledger) *dayLog {
	d := &dayLog{a: a, n: n, today: a.day(n), length: int64(a.opts.AggregationSeconds), ledger: l,
		busy: map[cell]bool{}, skipped: map[cell]bool{}}
	r := a.rng("skip", n)
	for _, h := range a.hosts {
		if losesRecords(h) && h.life.from < d.today.from && h.life.to > d.today.to && r.IntN(6) == 0 {
			d.skipped[cell{h.index, 1 + r.Int64N(day/d.length-2)}] = true
		}
	}
	return d
}

// losesRecords says which interfaces AWS sometimes loses records of: a few, so that most silences can be trusted.
func losesRecords(h *host) bool { return h.logged && h.index%9 == 4 }

// write adds the records of one connection, at both of its ends, and tells the ledger what they show.
func (d *dayLog) write(c *connection) {
	for _, v := range c.views() {
		var seen tally
		d.buf = v.records(d.buf, d.today, d.length, func(r record, s spell) {
			at := cell{r.host.index, s.cell}
			if d.loses(c, at) {
				d.ledger.truth.Records.Lost++
				return
			}
			d.busy[at] = true
			d.records = append(d.records, r)
			seen.add(r, s)
			d.ledger.count(v, r)
		})
		if seen.accepted+seen.rejected > 0 {
			d.ledger.see(v, d.n, seen)
		}
	}
	d.ledger.open(c, d.today)
}

// loses says whether SKIPDATA swallows a connection in an interval: half of those that are one of many.
func (d *dayLog) loses(c *connection, at cell) bool {
	return d.skipped[at] && c.link.perDay >= 50 && c.salt%2 == 0
}

// fill adds what is not traffic: SKIPDATA, some of the NODATA, malformed lines.
func (d *dayLog) fill() {
	r := d.a.rng("fill", d.n)
	for _, h := range d.a.hosts {
		if !h.logged || h.life.from > d.today.from || h.life.to < d.today.to {
			continue
		}
		for n := range day / d.length {
			at := cell{h.index, n}
			switch {
			case d.skipped[at]:
				d.blank(h, n, skipData)
			case !d.busy[at] && r.IntN(int(day/d.length)) < 2:
				d.blank(h, n, noData)
			}
		}
	}
	for i := range d.a.opts.Malformed {
		at := d.today.from + r.Int64N(day)
		line := malformedLine(r, i, at)
		d.ledger.truth.Malformed = append(d.ledger.truth.Malformed, line)
		d.add(record{status: malformed, raw: line, start: at, end: at})
	}
}

// blank adds a record without traffic for one interval.
func (d *dayLog) blank(h *host, n int64, s status) {
	from := max(d.today.from, d.today.from+n*d.length-h.aggregationSkew)
	to := min(d.today.to, d.today.from+(n+1)*d.length-h.aggregationSkew) - 1
	if from < to {
		d.add(record{host: h, status: s, start: from, end: to})
	}
}

func (d *dayLog) add(r record) {
	d.records = append(d.records, r)
	d.ledger.count(view{}, r)
}

// malformedLine is a line that no reader should take for a record.
func malformedLine(r interface{ Uint64() uint64 }, i int, at int64) string {
	n := r.Uint64() % 1e6
	switch i % 4 {
	case 0:
		return fmt.Sprintf("2 111122223333 eni-%06d 10.20.10.1", n)
	case 1:
		return fmt.Sprintf("<html>error %06d</html>", n)
	case 2:
		return fmt.Sprintf("2 111122223333 eni-%06d 10.20.300.1 10.20.x.1 99999 -5 six many lots %d soon MAYBE OK", n, at)
	}
	return fmt.Sprintf("\x00\xff\xfe%06d", n)
}
