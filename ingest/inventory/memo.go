package inventory

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/zeebo/xxh3"
)

// memoSize is how many readings a load remembers of late, and as many of before; one takes about 250 bytes once the sink
// has its items.
const memoSize = 300_000

// reading is what the text of one configuration item reads to. Every object that repeats the text shares it, so nothing
// in it may be changed but what its comments say.
type reading struct {
	verdict // items go when the sink has them; nobody touches them but the goroutine that stores
	// id, account, region and captured are what the items share.
	id, account, region string
	captured            time.Time
	// numbers are the sink's for the items, nil before it has them. They belong to the goroutine that stores.
	numbers []uint32
}

func newReading(v verdict) *reading {
	r := &reading{verdict: v}
	if len(v.items) > 0 {
		it := &v.items[0]
		r.id, r.account, r.region, r.captured = it.ID, it.AccountID, it.Region, it.Captured
	}
	return r
}

// memo remembers what items read to, by the hash of their text. Every daily snapshot repeats nearly all items of the day
// before, byte for byte, and recognising one costs a fraction of reading it. What was not met for long is forgotten: when
// the young half is full it becomes the old one, and what is met again moves over.
type memo struct {
	size       int
	seed       uint64 // drawn anew for each load, so that nobody can write two items that pass for one
	mu         sync.Mutex
	young, old map[xxh3.Uint128]*reading
	skips      map[string]*reading // one for all items of a type that is passed over
}

func newMemo(size int) *memo {
	return &memo{size: size, seed: rand.Uint64(), young: map[xxh3.Uint128]*reading{}, skips: map[string]*reading{}}
}

// within binds the memo to one file: an item without an account has that of the file's name.
func (m *memo) within(place facts) func(raw []byte) *reading {
	if m == nil {
		return func(raw []byte) *reading { return newReading(readItem(raw, place)) }
	}
	seed := m.seed ^ xxh3.HashString(place.AccountID+"/"+place.Region)
	return func(raw []byte) *reading {
		key := xxh3.Hash128Seed(raw, seed)
		if r := m.find(key); r != nil {
			return r
		}
		v := readItem(raw, place)
		if v.err != nil {
			return newReading(v)
		}
		return m.learn(key, newReading(v))
	}
}

func (m *memo) find(key xxh3.Uint128) *reading {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.young[key]
	if r == nil {
		if r = m.old[key]; r != nil {
			m.put(key, r)
		}
	}
	return r
}

// learn returns the reading that stands: another worker may have read the same text meanwhile.
func (m *memo) learn(key xxh3.Uint128, r *reading) *reading {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known := m.young[key]; known != nil {
		return known
	}
	if r.skipped != "" {
		r = m.skip(r)
	}
	m.put(key, r)
	return r
}

func (m *memo) skip(r *reading) *reading {
	if known := m.skips[string(r.typ)+"|"+r.skipped]; known != nil {
		return known
	}
	if len(m.skips) < 1000 {
		m.skips[string(r.typ)+"|"+r.skipped] = r
	}
	return r
}

func (m *memo) put(key xxh3.Uint128, r *reading) {
	if len(m.young) >= m.size {
		m.young, m.old = make(map[xxh3.Uint128]*reading, m.size), m.young
	}
	m.young[key] = r
}
