package inventory

import (
	"sync"

	"github.com/zeebo/xxh3"
)

// memoSize bounds the remembered items of one load; an interface takes about 1 KiB.
const memoSize = 200_000

// memo remembers what items read to, by the hash of their text. Every daily snapshot repeats nearly all items of the
// day before, byte for byte, and recognising one costs a tenth of reading it. When it is full it learns no more: the
// estate's long-lived resources come first and stay useful.
type memo struct {
	mu    sync.Mutex
	known map[xxh3.Uint128]verdict
}

func newMemo() *memo { return &memo{known: map[xxh3.Uint128]verdict{}} }

// read is readItem. The bodies of a remembered verdict are shared and must not be changed.
func (m *memo) read(raw []byte, place facts) verdict {
	if m == nil {
		return readItem(raw, place)
	}
	key := xxh3.Hash128Seed(raw, xxh3.HashString(place.AccountID+"/"+place.Region))
	m.mu.Lock()
	v, ok := m.known[key]
	m.mu.Unlock()
	if ok {
		return v
	}
	if v = readItem(raw, place); v.err != nil {
		return v
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) < memoSize {
		m.known[key] = v
	}
	return v
}
