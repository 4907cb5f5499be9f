package simulate

import (
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// line is one flow-log record read back by header, the way that a person would.
type line map[string]string

func (l line) number(t *testing.T, field string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(l[field], 10, 64)
	if err != nil {
		t.Fatalf("%s of %v: %v", field, l, err)
	}
	return n
}

// ends are source and destination, from the packet where the format has it.
func (l line) ends(t *testing.T) (src, dst netip.AddrPort) {
	t.Helper()
	from, to := l["pkt-srcaddr"], l["pkt-dstaddr"]
	if from == "" {
		from, to = l["srcaddr"], l["dstaddr"]
	}
	return netip.AddrPortFrom(netip.MustParseAddr(from), uint16(l.number(t, "srcport"))),
		netip.AddrPortFrom(netip.MustParseAddr(to), uint16(l.number(t, "dstport")))
}

// readLines returns every record of every flow log, and the lines that have another number of fields.
func readLines(t *testing.T, found map[string][]byte) (lines []line, junk int) {
	t.Helper()
	for p, content := range found {
		if !strings.HasPrefix(p, "flow-logs/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/09/") {
			if strings.HasPrefix(p, "flow-logs/") {
				t.Errorf("unexpected place %s", p)
			}
			continue
		}
		text := strings.TrimSuffix(string(unpack(t, content)), "\n")
		header, rest, _ := strings.Cut(text, "\n")
		names := strings.Fields(header)
		for _, s := range strings.Split(rest, "\n") {
			fields := strings.Fields(s)
			if len(fields) != len(names) || strings.Contains(s, "MAYBE") {
				junk++
				continue
			}
			l := line{"file": path.Base(p)}
			for i, f := range fields {
				l[names[i]] = f
			}
			lines = append(lines, l)
		}
	}
	return lines, junk
}

type conversationKey struct {
	day           int32
	host          string
	protocol      uint8
	local, remote netip.AddrPort
}

// fold adds records up to conversations, with each end taken as local if the truth says so.
func fold(t *testing.T, lines []line, truth *Truth) (map[conversationKey]ConversationTruth, Accounting) {
	t.Helper()
	known := map[conversationKey]ConversationTruth{}
	for _, c := range truth.Conversations {
		c.Accepted, c.Rejected, c.Bytes = 0, 0, 0
		known[conversationKey{c.Day, c.InterfaceID, c.Protocol, netip.AddrPortFrom(c.Local, c.LocalPort), netip.AddrPortFrom(c.Remote, c.RemotePort)}] = c
	}
	var n Accounting
	repeated := map[string]bool{}
	for _, l := range lines {
		n.Records++
		if l["log-status"] != "OK" {
			if l["log-status"] == "NODATA" {
				n.NoData++
			} else {
				n.SkipData++
			}
			continue
		}
		src, dst := l.ends(t)
		id := strings.Join([]string{l["interface-id"], src.String(), dst.String(), l["protocol"], l["start"], l["end"], l["action"], l["flow-direction"]}, " ")
		if repeated[id] {
			n.Duplicate++
			continue
		}
		repeated[id] = true
		key := conversationKey{int32(l.number(t, "start") / 86400), l["interface-id"], uint8(l.number(t, "protocol")), dst, src}
		c, ok := known[key]
		if l["flow-direction"] == "egress" || !ok {
			key.local, key.remote = src, dst
			c, ok = known[key]
		}
		if !ok {
			t.Fatalf("the truth does not know %v", l)
		}
		if l["action"] == "REJECT" {
			n.Rejected++
			c.Rejected++
		} else {
			c.Accepted++
			c.Bytes += l.number(t, "bytes")
		}
		known[key] = c
	}
	return known, n
}

// What is written, read back, is the truth: conversation by conversation and class by class.
func TestRecordsAddUpToTheTruth(t *testing.T) {
	for _, aggregation := range []int{60, 600} {
		for _, format := range []Format{V2, V5, Shuffled} {
			opts := small(11, format)
			opts.Overlap, opts.Malformed, opts.AggregationSeconds = true, 4, aggregation
			found, truth := files(t, opts)
			lines, junk := readLines(t, found)
			got, n := fold(t, lines, truth)
			for _, want := range truth.Conversations {
				key := conversationKey{want.Day, want.InterfaceID, want.Protocol, netip.AddrPortFrom(want.Local, want.LocalPort), netip.AddrPortFrom(want.Remote, want.RemotePort)}
				if got[key] != want {
					t.Errorf("format %d, %d s: folded %+v, want %+v", format, aggregation, got[key], want)
				}
			}
			want := truth.Records
			n.Records, n.Malformed = n.Records+int64(junk), int64(junk)
			want.UnknownInterface, want.NoGroup, want.Admitted, want.Carried, want.Lost = 0, 0, 0, 0, 0
			if n != want {
				t.Errorf("format %d, %d s: %+v, want %+v", format, aggregation, n, want)
			}
			if want.Duplicate == 0 || want.Malformed != int64(4*opts.Days) || len(truth.Malformed) != junk {
				t.Errorf("format %d: planted %d duplicates and %d malformed lines", format, want.Duplicate, want.Malformed)
			}
		}
	}
}

// Records keep to what AWS writes.
func TestRecordsLookReal(t *testing.T) {
	opts := small(12, V5)
	found, _ := files(t, opts)
	lines, _ := readLines(t, found)
	type pair struct {
		host, ends, protocol string
		slot                 uint64
	}
	starts := map[pair][]uint64{}
	flags := map[string]int{}
	for _, l := range lines {
		start, end := l.number(t, "start"), l.number(t, "end")
		if end < start || end-start >= 600 || start/86400 != end/86400 {
			t.Fatalf("from %d to %d: %v", start, end, l)
		}
		if slot := l["file"][strings.LastIndex(l["file"], "_2026")+1:]; slot[:8] != dayName(end) || slot[9:11] != slotHour(end) {
			t.Errorf("record that ends at %d is in %s", end, l["file"])
		}
		if l["log-status"] != "OK" {
			if l["srcaddr"] != "-" || l["action"] != "-" || l["bytes"] != "-" || l["interface-id"][:4] != "eni-" {
				t.Errorf("not blank: %v", l)
			}
			continue
		}
		packets, bytes := l.number(t, "packets"), l.number(t, "bytes")
		if packets == 0 || bytes < 28*packets || bytes > 1500*packets {
			t.Fatalf("%d packets of %d bytes: %v", packets, bytes, l)
		}
		flags[l["protocol"]+" "+l["action"]+" "+l["tcp-flags"]]++
		src, dst := l.ends(t)
		if dst.Compare(src) < 0 {
			src, dst = dst, src
		}
		if l["action"] == "ACCEPT" {
			key := pair{l["interface-id"], src.String() + dst.String(), l["protocol"], end / 600}
			starts[key] = append(starts[key], start)
		}
	}
	for _, want := range []string{"6 ACCEPT 2", "6 ACCEPT 3", "6 ACCEPT 18", "6 ACCEPT 19", "6 ACCEPT 0", "6 ACCEPT 1", "6 ACCEPT 6",
		"6 ACCEPT 4", "6 REJECT 2", "17 ACCEPT 0", "1 ACCEPT 0"} {
		if flags[want] == 0 {
			t.Errorf("no record is %q: %v", want, flags)
		}
	}
	equal, pairs := 0, 0
	for _, s := range starts {
		if len(s) == 2 {
			pairs++
			if s[0] == s[1] {
				equal++
			}
		}
	}
	if share := float64(equal) / float64(pairs); share < 0.85 || share > 0.95 || pairs < 1000 {
		t.Errorf("%.3f of %d pairs start in the same second", share, pairs)
	}
}

func dayName(t uint64) string { return "202609" + twoDigits(1+(t-1788220800)/86400) }

func slotHour(t uint64) string { return twoDigits(t % 86400 / 3600 / 6 * 6) }

func twoDigits(n uint64) string {
	s := strconv.FormatUint(n, 10)
	return strings.Repeat("0", 2-len(s)) + s
}

// One interface's second address is seen in pkt-* only; the gateway's peers likewise.
func TestSubstitutedAddresses(t *testing.T) {
	a := New(small(13, V5))
	found, _ := files(t, a.opts)
	lines, _ := readLines(t, found)
	nfs, nat := a.hostOf("nfs"), a.hostOf("nat")
	second, through := 0, 0
	for _, l := range lines {
		switch {
		case l["interface-id"] == nfs.id && l["pkt-dstaddr"] == nfs.addrs[1].String():
			second++
			if l["dstaddr"] != nfs.addrs[0].String() || l["flow-direction"] != "ingress" {
				t.Fatalf("secondary address is shown outside pkt-*: %v", l)
			}
		case l["interface-id"] == nat.id && l["dstaddr"] == nat.addrs[0].String() && l["pkt-dstaddr"] != l["dstaddr"]:
			through++
		}
	}
	if second == 0 || through == 0 {
		t.Errorf("%d records of the secondary address, %d through the gateway", second, through)
	}
}

func TestColumns(t *testing.T) {
	orders := map[string]bool{}
	for seed := range uint64(5) {
		for _, test := range []struct {
			format  Format
			version int
			columns int
		}{{V2, 2, 14}, {V5, 5, 29}, {Shuffled, 10, 35}} {
			a := New(Options{Seed: seed, Format: test.format, Days: 4, Scale: 0.05})
			columns := a.columns()
			var names []string
			newest := 0
			for _, c := range columns {
				names = append(names, c.name)
				newest = max(newest, c.version)
			}
			if len(columns) != test.columns || a.version() != test.version || newest != test.version {
				t.Errorf("format %d: %d columns of version %d, says %d", test.format, len(columns), newest, a.version())
			}
			if slices.Sort(names); len(slices.Compact(names)) != test.columns {
				t.Errorf("format %d: a column is there twice", test.format)
			}
			orders[header(columns)] = true
		}
	}
	if len(orders) != 2+5 {
		t.Errorf("%d different headers, want one each for V2 and V5 and one for each shuffled seed", len(orders))
	}
}

// spells agrees with a walk second by second.
func TestSpellsAgreeWithTwin(t *testing.T) {
	a := New(small(14, V5))
	r := a.rng("spells", 0)
	for range 3000 {
		c := &connection{start: r.Int64N(2*day) - day/2, beat: 20 + r.Int64N(900)}
		c.end = c.start + r.Int64N(2*hour)
		today, length := span{0, day}, []int64{60, 600}[r.IntN(2)]
		skew := r.Int64N(length)
		var want []spell
		for s := max(c.start, 0); s <= c.end && s < day; s++ {
			if (s-c.start)%c.beat != 0 && s != c.end {
				continue
			}
			if cell := (s + skew) / length; len(want) == 0 || want[len(want)-1].cell != cell {
				want = append(want, spell{cell: cell, first: s})
			}
			w := &want[len(want)-1]
			w.last, w.points, w.opens, w.closes = s, w.points+1, w.opens || s == c.start, w.closes || s == c.end
		}
		if diff := cmp.Diff(want, c.spells(nil, today, length, skew), cmp.AllowUnexported(spell{})); diff != "" && len(want) > 0 {
			t.Fatalf("%+v length %d skew %d:\n%s", c, length, skew, diff)
		}
	}
}
