package ingest_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"sgfit/ingest"
)

// TestDamagedObject: a gzip object with bits that fell over unpacks to wrong records that look like right ones, which only
// its checksum tells. Whatever else is in its batch folds to what it would without it.
func TestDamagedObject(t *testing.T) {
	whole := func() *objects {
		src := newObjects()
		src.put("a", 1, 0, header+lines(1, 0, 50))
		src.put("c", 1, 2, header+lines(1, 50, 50))
		return src
	}
	want := newMemory()
	load(t, whole(), want, ingest.Options{Workers: 2})

	content := []byte(zipped(header + lines(1, 0, 2000)))
	for name, at := range map[string]int{"content": len(content) / 2, "checksum": len(content) - 6} {
		t.Run(name, func(t *testing.T) {
			broken := bytes.Clone(content)
			broken[at] ^= 0xff
			src, sink := whole(), newMemory()
			src.put("b", 1, 1, string(broken))
			sum := load(t, src, sink, ingest.Options{Workers: 2})
			if sum.Read != 3 || sum.Refused != 1 || sum.Failed != 0 || sum.Records != 100 || sum.OK != 100 || sum.Rejected != 1 || !strings.HasPrefix(sink.manifest["b"].Problem, "gzip data is damaged: ") {
				t.Errorf("summary: %+v", sum)
			}
			if !slices.Equal(want.batches[0].Conversations, sink.batches[0].Conversations) {
				t.Error("conversations are others with a damaged object beside them")
			}
			again := load(t, src, sink, ingest.Options{Workers: 2})
			if again.Skipped != 3 || again.Read != 0 {
				t.Errorf("loaded again: %+v", again)
			}
		})
	}
}
