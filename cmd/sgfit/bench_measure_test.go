package main

import (
	"bufio"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// measure calls op once an iteration, each time with an empty folder, and reports processor seconds, which other
// programs on the machine disturb less than wall time, and the most memory that the process held.
func (e *estate) measure(b *testing.B, op func(dir string)) {
	b.Helper()
	debug.FreeOSMemory()
	watched := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) == nil // Linux: begins the peak anew
	began := cpuTime(b)
	for b.Loop() {
		op(b.TempDir())
	}
	b.ReportMetric((cpuTime(b)-began).Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(e.records*b.N)/b.Elapsed().Seconds(), "records/s")
	if watched {
		b.ReportMetric(peakMiB(b), "peak-MiB")
	}
}

// cpuTime is the processor time so far of this process, and of its children that have ended.
func cpuTime(b *testing.B) time.Duration {
	var sum int64
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var use syscall.Rusage
		if err := syscall.Getrusage(who, &use); err != nil {
			b.Fatal(err)
		}
		sum += use.Utime.Nano() + use.Stime.Nano()
	}
	return time.Duration(sum)
}

// peakMiB is the most memory that this process held since the peak was begun anew.
func peakMiB(b *testing.B) float64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kB, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			if err != nil {
				b.Fatal(err)
			}
			return float64(kB) / 1024
		}
	}
	b.Fatal("no VmHWM in /proc/self/status")
	return 0
}
