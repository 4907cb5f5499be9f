package flowlog

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"sgfit/ingest/gunzip"
)

// cpuSeconds is the processor time of this process so far: wall time says little on a machine that others use.
func cpuSeconds(b *testing.B) float64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano()).Seconds()
}

// benchObjects makes a day of 2,000 interfaces in objects of 50,000 records.
func benchObjects(n int, zipped bool) [][]byte {
	g := newTraffic(1, 2000, int64(n)*50_000/80_000+1)
	objects := make([][]byte, n)
	for i := range objects {
		objects[i] = g.object(50_000, zipped)
	}
	return objects
}

func foldAll(b testing.TB, f *Fold, objects [][]byte) (records int64) {
	for i, o := range objects {
		object, _, err := f.Read(bytes.NewReader(o), "object", i)
		if err != nil || object.Problem != "" || object.Malformed > 0 {
			b.Fatalf("object %d: %v %+v", i, err, object)
		}
		records += object.Records
	}
	return records
}

// benchFold reads the objects again and again.
func benchFold(b *testing.B, f *Fold, objects [][]byte) {
	b.ReportAllocs()
	var records int64
	began := cpuSeconds(b)
	for b.Loop() {
		f.Reset()
		records += foldAll(b, f, objects)
	}
	b.ReportMetric(float64(records)/(cpuSeconds(b)-began), "records/cpu-s")
	b.ReportMetric(float64(f.Bytes())/(1<<20), "MiB")
}

func BenchmarkRead(b *testing.B) {
	for _, bench := range []struct {
		name   string
		zipped bool
		opts   Options
	}{
		{"text", false, Options{}},
		{"text, duplicates kept", false, Options{KeepDuplicates: true}},
		{"gzip", true, Options{}},
		{"gzip, duplicates kept", true, Options{KeepDuplicates: true}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			objects := benchObjects(40, bench.zipped)
			benchFold(b, New(bench.opts), objects)
		})
	}
}

// BenchmarkReadWrapped reads the records of one object in the wrappings that they come in.
func BenchmarkReadWrapped(b *testing.B) {
	lines := strings.SplitAfter(string(newTraffic(1, 2000, 50_000).appendRecords(nil, 50_000)), "\n")
	lines = lines[:len(lines)-1]
	var deliveries, direct strings.Builder
	for batch := range slices.Chunk(lines, 200) {
		deliveries.WriteString(delivery(batch...))
	}
	table := []string{strings.ReplaceAll(defaultFields, " ", ",")}
	var objects []string
	for _, l := range lines {
		direct.WriteString(message(l) + "\n")
		table = append(table, `"`+strings.Join(strings.Fields(l), `","`)+`"`)
		object := map[string]string{}
		for i, w := range strings.Fields(l) {
			object[strings.Fields(defaultFields)[i]] = w
		}
		objects = append(objects, quoted(object))
	}
	for _, bench := range []struct{ name, stored string }{
		{"text", strings.Join(lines, "")},
		{"csv", strings.Join(table, "\n")},
		{"subscription", deliveries.String()},
		{"messages", direct.String()},
		{"fields", strings.Join(objects, "\n")},
	} {
		b.Run(bench.name, func(b *testing.B) {
			f := New(Options{})
			b.ReportAllocs()
			var records int64
			began := cpuSeconds(b)
			for b.Loop() {
				f.Reset()
				records += foldAll(b, f, [][]byte{[]byte(bench.stored)})
			}
			b.ReportMetric(float64(records)/(cpuSeconds(b)-began), "records/cpu-s")
		})
	}
}

func BenchmarkDrain(b *testing.B) {
	objects := benchObjects(40, false)
	f := New(Options{})
	conversations := 0
	for b.Loop() {
		b.StopTimer()
		foldAll(b, f, objects)
		b.StartTimer()
		conversations += len(f.Drain().Conversations)
	}
	b.ReportMetric(float64(conversations)/b.Elapsed().Seconds(), "conversations/s")
}

func BenchmarkParse(b *testing.B) {
	text := newTraffic(1, 2000, 1000).appendRecords(nil, 50_000)
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	l := defaultLayout()
	var r record
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if f := l.parse(lines[n%len(lines)], &r); f.kind != sound {
			b.Fatalf("line %q: %+v", lines[n%len(lines)], f)
		}
		n++
	}
}

// BenchmarkReadTwo reads with two goroutines into one fold.
func BenchmarkReadTwo(b *testing.B) {
	objects := benchObjects(40, true)
	f := New(Options{})
	var records int64
	began := cpuSeconds(b)
	for b.Loop() {
		f.Reset()
		var wg sync.WaitGroup
		for w := range 2 {
			wg.Go(func() { foldAll(b, f, objects[w*20:w*20+20]) })
		}
		wg.Wait()
		records += 40 * 50_000
	}
	b.ReportMetric(float64(records)/(cpuSeconds(b)-began), "records/cpu-s")
}

// BenchmarkParquet reads the same records as gzip text and as Parquet of several forms, by libdeflate where the machine has it.
func BenchmarkParquet(b *testing.B) {
	g := newTraffic(1, 2000, 20*50_000/80_000+1)
	var text [][]byte
	for range 20 {
		text = append(text, g.object(50_000, false))
	}
	for _, form := range []struct {
		name string
		make func(text []byte) []byte
	}{
		{"gzip text", zip},
		{"snappy", func(text []byte) []byte { return tableForm{}.table(b, text) }},
		{"gzip", func(text []byte) []byte { return tableForm{codec: &parquet.Gzip}.table(b, text) }},
		{"zstd", func(text []byte) []byte { return tableForm{codec: &parquet.Zstd}.table(b, text) }},
		{"snappy, no dictionaries", func(text []byte) []byte { return tableForm{plain: true}.table(b, text) }},
	} {
		b.Run(form.name, func(b *testing.B) {
			var objects [][]byte
			size := 0
			for _, t := range text {
				objects = append(objects, form.make(t))
				size += len(objects[len(objects)-1])
			}
			benchFold(b, New(Options{Unzip: gunzip.Whole}), objects)
			b.ReportMetric(float64(size)/(20*50_000), "stored-B/record")
		})
	}
}
