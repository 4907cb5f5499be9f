package flowlog

import (
	"bytes"
	"io"

	"sgfit/ingest/parquet"
)

// cursor goes through one column of a Parquet file, row by row or, in lists, value by value.
type cursor struct {
	reader  *parquet.Reader
	column  column // what its values are read as
	place   int    // in the layout
	read    valueReader
	next    int // place in the page
	value   int // of the page that stands there, or behind it
	dict    []cell
	page    []cell
	cells   []cell      // what index means
	index   []uint32    // into cells, of the rows of a batch; 0: no value
	numbers []shortCell // of dict, where the column is of numbers: six times as many fit where the processor has them at hand
}

// batchRows is how many rows are read of every column before any is judged.
const batchRows = 256

// valueReader reads value i of a page or dictionary for a column; unit is how many make a second where the values are
// points in time, else 0.
type valueReader func(c column, v *parquet.Values, i int, unit int64) cell

// mostSpareCells is how many cells of a column are kept for the next file.
const mostSpareCells = 1 << 15

// reset makes it the cursor of another column.
func (k *cursor) reset(reader *parquet.Reader, c column, place int, read valueReader) {
	if cap(k.dict) > mostSpareCells {
		k.dict, k.numbers = nil, nil
	}
	k.reader, k.column, k.place, k.read = reader, c, place, read
}

// readValue reads value i of a page or dictionary.
func readValue(c column, v *parquet.Values, i int, unit int64) cell {
	switch {
	case len(v.Ints) > 0:
		return cellOfInt(c, v.Ints[i], unit)
	case len(v.Floats) > 0:
		return cellOfFloat(c, v.Floats[i], unit)
	}
	return cellOfText(c, v.Text(i))
}

// start goes to a row group.
func (k *cursor) start(group int) error {
	k.next, k.value = 0, 0
	k.dict, k.numbers = k.dict[:0], k.numbers[:0]
	return k.reader.Start(group)
}

// left is how many places of the page were not passed.
func (k *cursor) left() int { return k.reader.Levels - k.next }

// more goes to the next page where this one is used up.
func (k *cursor) more() error {
	if k.left() > 0 {
		return nil
	}
	k.next, k.value = 0, 0
	if err := k.reader.Next(); err != nil {
		return err
	}
	if k.reader.NewDict {
		k.dict = append(k.dict[:0], cell{})
		for i := range k.reader.Dict.Len() {
			k.dict = append(k.dict, k.read(k.column, &k.reader.Dict, i, k.reader.Column.Unit))
		}
		k.shorten()
	}
	return nil
}

// fill reads the next n places, which must be in the page: index then tells of each.
func (k *cursor) fill(n int) {
	k.index = k.index[:0]
	if k.reader.Indexed {
		k.cells = k.dict
	} else {
		k.page = append(k.page[:0], cell{})
	}
	if def := k.reader.Def; def == nil {
		k.fillValues(n)
	} else {
		most := k.reader.Column.MaxDef
		for _, d := range def[k.next : k.next+n] {
			if d == most {
				k.fillValues(1)
			} else {
				k.index = append(k.index, 0)
			}
		}
	}
	if !k.reader.Indexed {
		k.cells = k.page
	}
	k.next += n
}

// fillValues reads n places that all have values.
func (k *cursor) fillValues(n int) {
	if k.reader.Indexed {
		for _, i := range k.reader.Index[k.value : k.value+n] {
			k.index = append(k.index, i+1)
		}
	} else {
		for i := k.value; i < k.value+n; i++ {
			k.index = append(k.index, uint32(len(k.page)))
			k.page = append(k.page, k.read(k.column, &k.reader.Values, i, k.reader.Column.Unit))
		}
	}
	k.value += n
}

// at is the value in row i of the batch.
func (k *cursor) at(i int) *cell { return &k.cells[k.index[i]] }

// list appends to dst the values of the next row of a column of lists: those up to the next place that begins a row.
func (k *cursor) list(dst []cell) ([]cell, error) {
	for first := true; ; first = false {
		if k.left() == 0 {
			keepWords(dst)
		}
		err := k.more()
		if err == io.EOF && !first {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
		if !first && k.reader.Rep[k.next] == 0 {
			return dst, nil
		}
		if first && k.reader.Rep[k.next] != 0 {
			return dst, errAstray
		}
		k.fill(1)
		dst = append(dst, *k.at(0))
	}
}

// keepWords copies texts that the next page would take the place of.
func keepWords(cells []cell) {
	for i := range cells {
		cells[i].word = bytes.Clone(cells[i].word)
	}
}

// shortCell is a cell of a number: its state in the lowest byte, the number above.
type shortCell uint64

func (s shortCell) state() cellState { return cellState(s) }

func (s shortCell) number() uint64 { return uint64(s >> 8) }

// shorten keeps the numbers of the dictionary of a column of such, none of which has more than 48 bits.
func (k *cursor) shorten() {
	k.numbers = k.numbers[:0]
	if kindOf(k.column) != aNumber {
		return
	}
	for i := range k.dict {
		k.numbers = append(k.numbers, shortCell(k.dict[i].addr.lo<<8|uint64(k.dict[i].state)))
	}
}
