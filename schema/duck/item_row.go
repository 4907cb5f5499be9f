package duck

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"sgfit/schema"
)

// itemRow is an item on its way into config_item.
type itemRow struct {
	*schema.Item
	body   string
	digest uhugeint
	number uint32
}

func itemRows(items []schema.Item) ([]itemRow, error) {
	rows := make([]itemRow, len(items))
	var text []byte
	for i := range items {
		r := &rows[i]
		r.Item = &items[i]
		var err error
		if r.body, err = encodeBody(r.Item); err != nil {
			return nil, fmt.Errorf("item %s: %w", r.ID, err)
		}
		text = r.text(text[:0])
		r.digest = digestOf(text)
	}
	return rows, nil
}

// instance is the instance that the item was read off, "" for all others.
func (r *itemRow) instance() string {
	if r.Indirect && r.Interface != nil {
		return r.Interface.InstanceID
	}
	return ""
}

// text writes all that an item says, in the way that migration 0003 does in SQL. Lengths stand in front, so that no two
// items have one text.
func (r *itemRow) text(b []byte) []byte {
	words := [...]string{string(r.Type), valid(r.ID), valid(r.AccountID), valid(r.Region)}
	for _, w := range words {
		b = append(strconv.AppendInt(b, int64(len(w)), 10), '|')
	}
	for _, w := range words {
		b = append(append(b, w...), '|')
	}
	for _, n := range [...]int64{microseconds(r.Captured), r.Order, bit(r.Deleted), bit(r.Found), microseconds(r.Created), bit(r.Indirect)} {
		b = append(strconv.AppendInt(b, n, 10), '|')
	}
	return append(b, r.body...)
}

// microseconds since 1970, 0 for the zero time; micro reads them back.
func microseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// digestOf is cryptographic, since names and descriptions are written by anyone: nobody shall make two states of a
// group that pass for one.
func digestOf(text []byte) uhugeint {
	sum := sha256.Sum256(text)
	return uhugeint{upper: binary.BigEndian.Uint64(sum[:8]), lower: binary.BigEndian.Uint64(sum[8:16])}
}

// numberItems gives each row its number: the one that the item has, or the next. It returns the indexes of the rows that
// are to be written.
func (db *DB) numberItems(rows []itemRow) (fresh []int, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	if err := db.exec(`CREATE OR REPLACE TEMP TABLE asked (place UINTEGER, digest UHUGEINT)`); err != nil {
		return nil, err
	}
	err = db.appendRows("asked", len(rows), func(p *appender, i int) {
		put(p, uint32(i))
		put(p, rows[i].digest)
	})
	if err != nil {
		return nil, err
	}
	last, err := db.numbers(`SELECT coalesce(max(item_no), 0)::UINTEGER FROM config_item`)
	if err != nil {
		return nil, err
	}
	known, err := db.numbers(`
		SELECT coalesce(max(i.item_no), 0)::UINTEGER
		FROM asked a LEFT JOIN config_item i USING (digest)
		GROUP BY a.place ORDER BY a.place`)
	if err != nil {
		return nil, err
	}
	return assign(rows, known, last[0]), nil
}

func assign(rows []itemRow, known []uint32, last uint32) (fresh []int) {
	made := map[uhugeint]uint32{} // the same item can stand in one object twice
	for i := range rows {
		r := &rows[i]
		if r.number = known[i]; r.number != 0 {
			continue
		}
		if r.number = made[r.digest]; r.number != 0 {
			continue
		}
		last++
		r.number, made[r.digest] = last, last
		fresh = append(fresh, i)
	}
	return fresh
}
