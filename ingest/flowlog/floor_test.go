package flowlog

import (
	"bytes"
	"io"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// BenchmarkUnzip is the floor under BenchmarkRead: the same objects, unpacked only.
func BenchmarkUnzip(b *testing.B) {
	objects := benchObjects(40, true)
	var z gzip.Reader
	began, records := cpuSeconds(b), 0
	for b.Loop() {
		for _, o := range objects {
			if err := z.Reset(bytes.NewReader(o)); err != nil {
				b.Fatal(err)
			}
			if _, err := z.WriteTo(io.Discard); err != nil {
				b.Fatal(err)
			}
			records += 50_000
		}
	}
	b.ReportMetric(float64(records)/(cpuSeconds(b)-began), "records/cpu-s")
}
