package cloudwatch

import "sync"

// keptBytes bounds what is kept; looksTwice is the size up to which a loader holds an object itself.
const (
	keptBytes  = 128 << 20
	looksTwice = 16 << 20
)

// kept holds large windows that were read, for a loader that looks at their content first and reads it after that:
// to ask for an hour of events twice is slow, and counts against a quota. It is safe for concurrent use.
type kept struct {
	mu      sync.Mutex
	content map[string][]byte
	bytes   int
}

// put keeps a window if it is worth while and there is room. It does not grow by windows that nobody comes back for:
// what is there gives way.
func (k *kept) put(place string, content []byte) {
	if len(content) <= looksTwice || len(content) > keptBytes {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.bytes+len(content) > keptBytes || k.content == nil {
		k.content, k.bytes = map[string][]byte{}, 0
	}
	k.content[place] = content
	k.bytes += len(content)
}

// take hands a window out once.
func (k *kept) take(place string) ([]byte, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	content, ok := k.content[place]
	if ok {
		delete(k.content, place)
		k.bytes -= len(content)
	}
	return content, ok
}
