package suggest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func portsOf(spans ...PortSpan) []uint16 {
	var out []uint16
	for _, s := range spans {
		for p := int(s.From); p <= int(s.To); p++ {
			out = append(out, uint16(p))
		}
	}
	return out
}

func TestPortRanges(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ports []uint16
		most  int
		want  []PortSpan
	}{
		{"none", nil, 1, nil},
		{"one", []uint16{443}, 1, []PortSpan{{443, 443}}},
		{"unsorted, twice", []uint16{81, 443, 80, 443}, 2, []PortSpan{{80, 81}, {443, 443}}},
		{"no limit", []uint16{1, 3, 5}, 0, []PortSpan{{1, 1}, {3, 3}, {5, 5}}},
		{"the widest gap stays", []uint16{22, 80, 443}, 2, []PortSpan{{22, 80}, {443, 443}}},
		{"of equal gaps the lower stays", []uint16{1, 3, 5}, 2, []PortSpan{{1, 1}, {3, 5}}},
		{"all in one", []uint16{0, 65535}, 1, []PortSpan{{0, 65535}}},
		{"first and last", []uint16{0, 65535}, 2, []PortSpan{{0, 0}, {65535, 65535}}},
		{"whole", portsOf(PortSpan{0, 65535}), 3, []PortSpan{{0, 65535}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := PortRanges(tt.ports, tt.most); !slices.Equal(got, tt.want) {
				t.Errorf("PortRanges = %v, want %v", got, tt.want)
			}
		})
	}
}

// leastRanges tries every way to cut the sorted ports into at most most ranges, and returns the least cost.
func leastRanges(ports []uint16, most int, cost func(from, to uint16, seen int) float64) float64 {
	if len(ports) == 0 {
		return 0
	}
	if most == 0 {
		return math.Inf(1)
	}
	least := math.Inf(1)
	for n := 1; n <= len(ports); n++ {
		least = min(least, cost(ports[0], ports[n-1], n)+leastRanges(ports[n:], most-1, cost))
	}
	return least
}

// exactlyRanges is leastRanges with exactly n ranges.
func exactlyRanges(ports []uint16, n int, cost func(from, to uint16, seen int) float64) float64 {
	if n == 1 {
		return cost(ports[0], ports[len(ports)-1], len(ports))
	}
	least := math.Inf(1)
	for i := 1; i <= len(ports)-n+1; i++ {
		least = min(least, cost(ports[0], ports[i-1], i)+exactlyRanges(ports[i:], n-1, cost))
	}
	return least
}

func randomPorts(r *rand.Rand) []uint16 {
	var ports []uint16
	for range 1 + r.IntN(11) {
		ports = append(ports, uint16(r.IntN(60)))
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

func TestPortRangesAgainstTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	width := func(from, to uint16, _ int) float64 { return float64(to-from) + 1 }
	for range 2000 {
		ports, most := randomPorts(r), 1+r.IntN(5)
		got := PortRanges(ports, most)
		sum := checkPorts(t, ports, got, most)
		if want := leastRanges(ports, most, width); float64(sum) != want {
			t.Fatalf("PortRanges(%v, %d) = %v holds %d ports, least is %v", ports, most, got, sum, want)
		}
	}
}

// checkPorts checks that the ranges are sorted, apart, few enough and hold the ports, and counts what they hold.
func checkPorts(t *testing.T, ports []uint16, got []PortSpan, most int) int {
	t.Helper()
	sum := 0
	for i, s := range got {
		sum += s.width()
		if s.From > s.To || i > 0 && s.From <= got[i-1].To {
			t.Fatalf("%v is not sorted or not apart", got)
		}
	}
	for _, p := range ports {
		if !slices.ContainsFunc(got, func(s PortSpan) bool { return s.From <= p && p <= s.To }) {
			t.Fatalf("%v does not hold %d", got, p)
		}
	}
	if most >= 1 && len(got) > most {
		t.Fatalf("%v are more than %d", got, most)
	}
	return sum
}

// TestFitPortsAgainstTwin compares with the least description over all ways to cut: the tree of gaps may miss it, but
// seldom and never by much.
func TestFitPortsAgainstTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	loose := func(from, to uint16, seen int) float64 {
		return portRuleBits + cloudAlpha*exactChoose(int(to)-int(from)+1, seen)
	}
	strict := func(from, to uint16, seen int) float64 {
		if width := int(to) - int(from) + 1; seen < width && (seen < cloudPorts || width > cloudDensity*seen) {
			return math.Inf(1)
		}
		return loose(from, to, seen)
	}
	const rounds = 1500
	optimal, bound, worst := 0, 0, 1.0
	for range rounds {
		ports, most := randomPorts(r), 1+r.IntN(6)
		want := leastRanges(ports, len(ports), strict)
		if leastRanges(ports, most, strict) > want {
			want = exactlyRanges(ports, most, loose)
			bound++
		}
		got := FitPorts(ports, most)
		checkPorts(t, ports, got, most)
		sum := 0.0
		for _, s := range got {
			sum += loose(s.From, s.To, portsWithin(ports, s))
		}
		if sum < want-1e-3 {
			t.Fatalf("FitPorts(%v, %d) = %v costs %v, less than the least cost %v", ports, most, got, sum, want)
		}
		if sum < want+1e-3 {
			optimal++
		}
		worst = max(worst, sum/want)
	}
	t.Logf("%d of %d optimal, worst ratio %.3f, limit bound in %d", optimal, rounds, worst, bound)
	if optimal < rounds*95/100 || worst > 1.25 || bound < rounds/10 || bound > rounds*9/10 {
		t.Errorf("%d of %d optimal, worst ratio %.3f, limit bound in %d", optimal, rounds, worst, bound)
	}
}

func portsWithin(ports []uint16, s PortSpan) int {
	n := 0
	for _, p := range ports {
		if s.From <= p && p <= s.To {
			n++
		}
	}
	return n
}

func TestFitPorts(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	cloud := func(n int, s PortSpan) []uint16 {
		all := portsOf(s)
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		return append(all[:n-2], s.From, s.To)
	}
	services := []uint16{22, 25, 80, 443, 1433, 3306, 5432, 6379, 8080, 8082, 8443, 9090, 9092, 9094, 9200, 11211, 15672, 27017}
	var each []PortSpan
	for _, p := range services {
		each = append(each, PortSpan{p, p})
	}
	ftp := PortSpan{49152, 49999}
	for _, tt := range []struct {
		name  string
		ports []uint16
		most  int
		want  []PortSpan
	}{
		{"none", nil, 5, nil},
		{"neighbouring services stay apart", []uint16{8080, 8082}, 5, []PortSpan{{8080, 8080}, {8082, 8082}}},
		{"many services stay apart", services, 0, each},
		{"a tenth of passive FTP", cloud(85, ftp), 0, []PortSpan{ftp}},
		{"passive FTP with its control port", append(cloud(85, ftp), 21), 0, []PortSpan{{21, 21}, ftp}},
		{"the dynamic range, one port in 29", cloud(570, PortSpan{49152, 65535}), 0, []PortSpan{{49152, 65535}}},
		{"a cloud among services", append(cloud(85, ftp), services...), 0, append(slices.Clone(each), ftp)},
		{"only the limit joins services", []uint16{22, 80, 443}, 2, []PortSpan{{22, 80}, {443, 443}}},
		{"runs are exact", portsOf(PortSpan{100, 300}, PortSpan{302, 302}), 0, []PortSpan{{100, 302}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := FitPorts(tt.ports, tt.most); !slices.Equal(got, tt.want) {
				t.Errorf("FitPorts = %v, want %v", got, tt.want)
			}
		})
	}
}

func BenchmarkFitPorts(b *testing.B) {
	var ports []uint16
	r := rand.New(rand.NewPCG(9, 10))
	for range 30000 {
		ports = append(ports, uint16(r.IntN(65536)))
	}
	for b.Loop() {
		FitPorts(ports, 10)
	}
}
