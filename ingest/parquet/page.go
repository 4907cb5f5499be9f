package parquet

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/parquet-go/parquet-go/format"
)

// dictionary reads the distinct values of the row group's column.
func (r *Reader) dictionary(h *format.DictionaryPageHeader, packed []byte, size int) error {
	if r.hasDict {
		return damaged("a second dictionary")
	}
	if h.Encoding != format.Plain && h.Encoding != format.PlainDictionary {
		return foreign("its dictionary is encoded by %s", h.Encoding)
	}
	if h.NumValues < 0 {
		return damaged("a dictionary of %d values", h.NumValues)
	}
	if err := r.room(int64(size) + int64(h.NumValues)*(dictionaryRoom+8)); err != nil {
		return err
	}
	var err error
	if r.dict, err = r.codecs.unpack(r.codec, r.dict, packed, size); err != nil {
		return err
	}
	if err := r.Dict.plain(r.Column, r.dict, int(h.NumValues)); err != nil {
		return err
	}
	r.hasDict, r.NewDict = true, true
	return r.hold()
}

// first reads a page of the first version: levels, each with its length in front, and values, all packed together.
func (r *Reader) first(h *format.DataPageHeader, packed []byte, size int) error {
	n, err := r.places(h.NumValues)
	if err != nil {
		return err
	}
	if r.plain, err = r.codecs.unpack(r.codec, r.plain, packed, size); err != nil {
		return err
	}
	b := r.plain
	r.Rep, r.Def = nil, nil
	for i, most := range [2]uint8{r.Column.MaxRep, r.Column.MaxDef} {
		if most == 0 {
			continue
		}
		if e := [2]format.Encoding{h.RepetitionLevelEncoding, h.DefinitionLevelEncoding}[i]; e != format.RLE {
			return foreign("its levels are encoded by %s", e)
		}
		if len(b) < 4 || uint64(binary.LittleEndian.Uint32(b)) > uint64(len(b)-4) {
			return damaged("its levels are cut off")
		}
		length := int(binary.LittleEndian.Uint32(b))
		if err := r.level(i, most, b[4:4+length], n); err != nil {
			return err
		}
		b = b[4+length:]
	}
	return r.values(h.Encoding, b, n)
}

// second reads a page of the second version: levels, not packed, and values, packed or not.
func (r *Reader) second(h *format.DataPageHeaderV2, packed []byte, size int) error {
	n, err := r.places(h.NumValues)
	if err != nil {
		return err
	}
	rep, def := int(h.RepetitionLevelsByteLength), int(h.DefinitionLevelsByteLength)
	if rep < 0 || def < 0 || rep > len(packed) || def > len(packed)-rep || rep+def > size {
		return damaged("its levels are cut off")
	}
	r.Rep, r.Def = nil, nil
	if r.Column.MaxRep > 0 {
		if err := r.level(0, r.Column.MaxRep, packed[:rep], n); err != nil {
			return err
		}
	}
	if r.Column.MaxDef > 0 {
		if err := r.level(1, r.Column.MaxDef, packed[rep:rep+def], n); err != nil {
			return err
		}
	}
	codec := r.codec
	if h.IsCompressed.Valid && !h.IsCompressed.V {
		codec = format.Uncompressed
	}
	if r.plain, err = r.codecs.unpack(codec, r.plain, packed[rep+def:], size-rep-def); err != nil {
		return err
	}
	return r.values(h.Encoding, r.plain, n)
}

// places checks how many places a page declares.
func (r *Reader) places(n int32) (int, error) {
	if n < 0 || int64(n) > r.left {
		return 0, damaged("a page has %d values where the column has %d left", n, r.left)
	}
	if err := r.room(int64(n) * 16); err != nil { // levels, indexes or numbers
		return 0, err
	}
	return int(n), nil
}

// level decodes repetition levels (i 0) or definition levels (1).
func (r *Reader) level(i int, most uint8, b []byte, n int) (err error) {
	r.levels[i], err = runs(r.levels[i], b, bits.Len8(most), n)
	if err != nil {
		return err
	}
	if int(most) != 1<<bits.Len8(most)-1 { // else no number of so many bits is higher
		for _, l := range r.levels[i] {
			if l > most {
				return damaged("a level of %d where %d is the highest", l, most)
			}
		}
	}
	if i == 0 {
		r.Rep = r.levels[0]
	} else {
		r.Def = r.levels[1]
	}
	return nil
}

// values decodes the values of n places.
func (r *Reader) values(e format.Encoding, b []byte, n int) (err error) {
	some := n
	if r.Def != nil {
		some = bytes.Count(r.Def, []byte{r.Column.MaxDef})
	}
	if some == n && r.Column.MaxRep == 0 {
		r.Def = nil
	}
	r.Indexed = e == format.RLEDictionary || e == format.PlainDictionary
	switch {
	case r.Indexed:
		err = r.indexes(b, some)
	default:
		err = r.direct(e, b, some)
	}
	if err != nil {
		return err
	}
	r.Levels = n
	return r.hold()
}

// indexes decodes places in the dictionary: a byte tells their width.
func (r *Reader) indexes(b []byte, n int) (err error) {
	if n == 0 {
		r.Index = r.Index[:0]
		return nil
	}
	if !r.hasDict || len(b) == 0 || b[0] > 32 {
		return damaged("values of a dictionary that is not there")
	}
	if r.Index, err = runs(r.Index, b[1:], int(b[0]), n); err != nil {
		return err
	}
	most := uint32(0)
	for _, i := range r.Index {
		most = max(most, i)
	}
	if int(most) >= r.Dict.Len() {
		return damaged("value %d of a dictionary of %d", most, r.Dict.Len())
	}
	return nil
}

// direct decodes values that are not in a dictionary.
func (r *Reader) direct(e format.Encoding, b []byte, n int) error {
	switch e {
	case format.Plain:
		return r.Values.plain(r.Column, b, n)
	case format.DeltaBinaryPacked:
		return r.deltas(b, n)
	case format.DeltaLengthByteArray:
		return r.deltaLengths(b, n)
	case format.DeltaByteArray:
		return r.deltaTexts(b, n)
	case format.ByteStreamSplit:
		return r.streams(b, n)
	}
	return foreign("its values are encoded by %s", e)
}
