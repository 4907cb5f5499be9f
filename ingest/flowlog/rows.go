package flowlog

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"sgfit/ingest/parquet"
	"sgfit/schema"
)

// rows reads the rows of one Parquet file: each distinct value of a column is read once, rows are judged as lines are.
type rows struct {
	*gather
	file    *parquet.File
	layout  *layout
	cursors []*cursor // of the columns of the layout that are read
	spare   []*cursor // of a file before, whose buffers are used again
	events  *events   // where the rows are OCSF's
	batched []batched // the rows at hand, where they are not
}

// batched is a row, and the first of its values that is not what its column holds.
type batched struct {
	record
	bad int // cursor; -1 for none
}

// errAstray says that columns do not agree where rows begin.
var errAstray = fmt.Errorf("%w: its columns have different rows", parquet.ErrDamaged)

// readRows reads a Parquet file. What was read before it turns out to be damaged stays.
func (rd *reader) readRows(g *gather, content schema.Content) error {
	g.object.Format = "parquet"
	file, err := parquet.Open(content, content.Size())
	if err != nil {
		return g.brokenRows(err, 0)
	}
	file.Unzip = rd.unzip
	r := &rows{gather: g, file: file, spare: rd.cursors}
	r.adopt()
	defer func() { rd.cursors = append(r.cursors, r.spare...) }()
	if r.layout.refusal != "" {
		r.refuse()
		return nil
	}
	for i := range file.Groups {
		if err := r.group(i); err != nil {
			g.fold()
			return g.brokenRows(err, file.Rows)
		}
	}
	g.fold()
	return nil
}

// brokenRows sets the rest of the file aside. Bytes that could not be had are an error.
func (g *gather) brokenRows(err error, rows int64) error {
	if !errors.Is(err, parquet.ErrDamaged) && !errors.Is(err, parquet.ErrForeign) {
		return err
	}
	reason, line := err.Error(), int64(0)
	if rows > 0 {
		line = g.line + 1
		reason = fmt.Sprintf("row %d of %d: %s; it and what comes after it is missing", line, rows, reason)
	}
	if g.object.Problem == "" {
		g.object.Problem = reason
	}
	g.rejected = append(g.rejected, schema.Rejected{Place: g.object.Place, Line: line, Reason: reason})
	return nil
}

// adopt makes a layout of the names of the columns, and cursors for those that are read.
func (r *rows) adopt() {
	if isEvents(r.file.Columns) {
		r.adoptEvents()
		return
	}
	names := make([]string, len(r.file.Columns))
	for i, c := range r.file.Columns {
		names[i] = nameOf(c)
	}
	r.layout = layoutOf([]byte(strings.Join(names, " ")))
	r.layout.name = "parquet" + strings.TrimPrefix(r.layout.name, "text")
	r.object.Format = r.layout.name
	for i, c := range r.layout.columns {
		if c != passedOver {
			r.open(i, c, i, readValue)
		}
	}
}

// open makes a cursor of a column of the file.
func (r *rows) open(i int, c column, place int, read valueReader) *cursor {
	k := &cursor{}
	if len(r.spare) > 0 { // from the front, so that a column gets what it had
		k, r.spare = r.spare[0], r.spare[1:]
	}
	k.reset(r.file.Reader(i, k.reader), c, place, read)
	r.cursors = append(r.cursors, k)
	return k
}

// nameOf spells a column as a header would. What lies in a list or a structure is no field of a flow log, and its
// name, with the dots, is none.
func nameOf(c parquet.Column) string {
	name := strings.Join(c.Path, ".")
	if c.MaxRep > 0 {
		name += ".list"
	}
	if name = strings.Join(strings.FieldsFunc(name, isBlank), "_"); name == "" {
		return "?"
	}
	return name
}

// refuse sets all rows aside.
func (r *rows) refuse() {
	r.object.Problem = r.layout.refusal
	r.object.Records, r.object.Malformed = r.file.Rows, r.file.Rows
	r.rejected = append(r.rejected, schema.Rejected{
		Place: r.object.Place, Reason: r.layout.refusal, Sample: sample(r.layout.header),
	})
}

// group reads a row group.
func (r *rows) group(i int) error {
	for _, k := range r.cursors {
		if err := k.start(i); err != nil {
			return err
		}
		if k.reader.Column.MaxRep == 0 && k.reader.Places() != r.file.Groups[i].Rows {
			return errAstray
		}
	}
	for left := r.file.Groups[i].Rows; left > 0; {
		n, err := r.batch(int(min(left, batchRows)))
		if err != nil {
			return err
		}
		left -= int64(n)
	}
	return nil
}

// batch reads up to most rows: as many as the pages at hand have of every column.
func (r *rows) batch(most int) (n int, err error) {
	n = most
	for _, k := range r.cursors {
		if k.reader.Column.MaxRep > 0 {
			continue
		}
		if err := k.more(); err != nil {
			return 0, early(err)
		}
		n = min(n, k.left())
	}
	for _, k := range r.cursors {
		if k.reader.Column.MaxRep == 0 {
			k.fill(n)
		}
	}
	if r.events == nil {
		r.take(n)
	}
	for i := range n {
		if r.events != nil {
			err = r.event(i)
		} else {
			r.row(i)
		}
		if err != nil {
			return i, early(err)
		}
	}
	return n, nil
}

// early is an end that comes too soon.
func early(err error) error {
	if err == io.EOF {
		return errAstray
	}
	return err
}

// take reads n rows column by column: distinct values lie anywhere in megabytes, and so many are fetched at the same time.
func (r *rows) take(n int) {
	if r.batched == nil {
		r.batched = make([]batched, batchRows)
	}
	for i := range n {
		r.batched[i].clear()
		r.batched[i].bad = -1
	}
	for c, k := range r.cursors {
		if k.reader.Indexed && len(k.numbers) > 0 {
			r.takeNumbers(c, k, n)
			continue
		}
		for i, at := range k.index[:n] {
			e, b := &k.cells[at], &r.batched[i]
			if e.state == badValue && b.bad < 0 {
				b.bad = c
			}
			b.take(k.column, e)
		}
	}
}

// takeNumbers is take for the c-th cursor, of numbers that stand in a dictionary.
func (r *rows) takeNumbers(c int, k *cursor, n int) {
	for i, at := range k.index[:n] {
		e, b := k.numbers[at], &r.batched[i]
		switch e.state() {
		case someValue:
			b.has.add(k.column)
			b.takeNumber(k.column, e.number())
		case badValue:
			if b.bad < 0 {
				b.bad = c
			}
		}
	}
}

// row judges row i of the batch.
func (r *rows) row(i int) {
	r.line++
	r.object.Records++
	r.record = r.batched[i].record
	bad, place := r.batched[i].bad, -1
	if bad >= 0 {
		place = r.cursors[bad].place
	}
	f := r.layout.judge(&r.record, place)
	if f.kind == sound {
		r.keepRecord()
		return
	}
	if r.crowded() {
		return
	}
	var field []byte
	if f.kind == unreadable {
		field = r.cursors[bad].at(i).word
	}
	r.reject(r.spell(i), r.layout.reasonOf(f, field))
}

// spell writes the fields of row i of the batch that are read, as a sample.
func (r *rows) spell(i int) (b []byte) {
	for n, k := range r.cursors {
		if k.reader.Column.MaxRep > 0 {
			continue
		}
		if n > 0 {
			b = append(b, ' ')
		}
		b = append(append(b, r.layout.names[k.place]...), '=')
		b = append(b, k.at(i).text(k.column)...)
	}
	return b
}
