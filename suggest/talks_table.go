package suggest

import (
	"math/bits"

	"sgfit/schema"
)

// talkKey is one service that one party has of another, by their numbers.
type talkKey struct {
	from, to uint32
	protocol schema.Protocol
	port     uint16
}

// talkCount is how many conversations there were.
type talkCount struct {
	talkKey
	there         bool
	conversations [2]int64 // as the opened side's log has them, and the opener's
}

// most is what both logs together say: what both ends logged counts once.
func (t *talkCount) most() int64 { return max(t.conversations[0], t.conversations[1]) }

// talkTable is a map with open addressing: there are millions of talks, and one step to each. Its zero value is empty.
type talkTable struct {
	slots []talkCount // as many as a power of two
	n     int
}

// of is the count of a talk, which begins at nothing. It is valid until the next call.
func (t *talkTable) of(key talkKey) *talkCount {
	if 4*t.n >= 3*len(t.slots) {
		t.grow()
	}
	slot := t.find(key)
	if !slot.there {
		slot.talkKey, slot.there = key, true
		t.n++
	}
	return slot
}

// find is the slot of a talk, or the free one that it would have.
func (t *talkTable) find(key talkKey) *talkCount {
	const golden, silver = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93
	h := uint64(key.from)<<32 | uint64(key.to)
	h = (h*silver ^ h>>32 ^ uint64(uint16(key.protocol))<<16 ^ uint64(key.port)) * golden
	at := int(h >> (65 - bits.Len(uint(len(t.slots)))))
	for t.slots[at].there && t.slots[at].talkKey != key {
		at = (at + 1) & (len(t.slots) - 1)
	}
	return &t.slots[at]
}

func (t *talkTable) grow() {
	old := t.slots
	t.slots = make([]talkCount, max(1024, 2*len(old)))
	for i := range old {
		if old[i].there {
			*t.find(old[i].talkKey) = old[i]
		}
	}
}

// all yields every talk, in no order.
func (t *talkTable) all(yield func(*talkCount) bool) {
	for i := range t.slots {
		if t.slots[i].there && !yield(&t.slots[i]) {
			return
		}
	}
}
