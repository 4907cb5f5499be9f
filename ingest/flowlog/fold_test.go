package flowlog

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	diff "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sgfit/schema"
)

var addrs = diff.Comparer(func(a, b netip.Addr) bool { return a == b })

// drained folds texts, one object each, and drains.
func drained(t *testing.T, texts ...string) *schema.Batch {
	t.Helper()
	contents := make([][]byte, len(texts))
	for i, text := range texts {
		contents[i] = []byte(text)
	}
	return foldOf(t, contents...)
}

// plainFold folds with a map of structs. Own addresses are told, not found out.
type plainFold struct {
	own     map[string]netip.Addr
	seen    map[plain]bool
	conv    map[plainKey]*schema.Conversation
	cover   map[plainDay]*schema.Coverage
	refs    map[string]string
	objects []schema.Object
}

type plainKey struct {
	iface         string
	day           int32
	proto         uint8
	local, remote netip.AddrPort
}

type plainDay struct {
	day   int32
	iface string
}

func newPlainFold(own map[string]netip.Addr) *plainFold {
	return &plainFold{own: own, seen: map[plain]bool{}, conv: map[plainKey]*schema.Conversation{}, cover: map[plainDay]*schema.Coverage{}, refs: map[string]string{}}
}

func (f *plainFold) read(fields, text string) {
	var o schema.Object
	names := fieldsOf(fields)
	for _, line := range strings.Split(text, "\n") {
		if line == "" || line == fields {
			continue
		}
		o.Records++
		p, sound := readPlain(names, line)
		if !sound {
			o.Malformed++
			continue
		}
		get := map[string]string{}
		for i, w := range fieldsOf(line) {
			get[names[i]] = w
		}
		f.count(&o, p, get)
	}
	f.objects = append(f.objects, o)
}

func hourBits(day int32, start, end uint64) (bits uint32) {
	for h := range uint64(24) {
		from := uint64(day)*86400 + h*3600
		if start < from+3600 && end >= from {
			bits |= 1 << h
		}
	}
	return bits
}

func (f *plainFold) count(o *schema.Object, p plain, get map[string]string) {
	if p.status != ok {
		p.start, p.end, p.iface = countOf(get["start"]), countOf(get["end"]), get["interface-id"]
	}
	f.refs[p.iface] = get["account-id"]
	day := int32(p.start / 86400)
	c := f.cover[plainDay{day, p.iface}]
	if c == nil {
		c = &schema.Coverage{Day: day, FirstSecond: uint32(p.start)}
		f.cover[plainDay{day, p.iface}] = c
	}
	hours := hourBits(day, p.start, p.end)
	silent := plain{status: p.status, iface: p.iface, start: p.start, end: max(p.start, p.end)}
	told := p.status != ok && p.start > 0
	switch {
	case told && f.seen[silent]:
		o.Duplicates++
		return
	case p.status == noData:
		o.NoData++
		c.NoData++
	case p.status == skipData:
		o.SkipData++
		c.SkipData++
		c.SkipHours |= hours
		hours = 0
	case f.seen[p]:
		o.Duplicates++
		return
	default:
		o.OK++
		f.seen[p] = true
		f.add(p, day, hours)
		if p.accepted {
			c.Accepted++
		} else {
			c.Rejected++
		}
	}
	if told {
		f.seen[silent] = true
	}
	c.Hours |= hours
	c.FirstSecond = min(c.FirstSecond, uint32(p.start))
	c.LastSecond = max(c.LastSecond, uint32(p.end))
}

func countOf(s string) (v uint64) {
	fmt.Sscan(s, &v)
	return v
}

func (f *plainFold) add(p plain, day int32, hours uint32) {
	local, remote := netip.AddrPortFrom(p.src, uint16(p.sport)), netip.AddrPortFrom(p.dst, uint16(p.dport))
	if p.proto != 6 && p.proto != 17 {
		local, remote = netip.AddrPortFrom(p.src, 0), netip.AddrPortFrom(p.dst, 0)
	}
	in := p.direction == "ingress" || p.direction == "" && p.raw1 == f.own[p.iface]
	if in {
		local, remote = remote, local
	}
	k := plainKey{p.iface, day, uint8(p.proto), local, remote}
	c := f.conv[k]
	if c == nil {
		c = &schema.Conversation{Day: day, Protocol: k.proto, LocalBy: schema.LocalByAddress, Local: local.Addr(), LocalPort: local.Port(), Remote: remote.Addr(), RemotePort: remote.Port()}
		f.conv[k] = c
	}
	if p.direction != "" {
		c.LocalBy = schema.LocalByDirection
	}
	side := &c.Out
	if in {
		side = &c.In
	}
	c.Hours |= hours
	c.Last = max(c.Last, uint32(p.end))
	if !p.accepted {
		if side.Records == 0 && (side.First == 0 || uint32(p.start) < side.First) {
			side.First = uint32(p.start)
		}
		side.Rejected++
		return
	}
	if side.Records == 0 || uint32(p.start) < side.First {
		side.First = uint32(p.start)
	}
	side.Records++
	side.Packets += p.packets
	side.Bytes += p.octets
	side.Flags |= schema.TCPFlags(p.flags)
	c.HasFlags = c.HasFlags || p.flagged
}

// batch sorts what was folded.
func (f *plainFold) batch() *schema.Batch {
	b := &schema.Batch{}
	place := map[string]uint32{}
	for id, account := range f.refs {
		b.Interfaces = append(b.Interfaces, schema.InterfaceRef{AccountID: account, InterfaceID: id, OwnIPv4: f.own[id]})
	}
	slices.SortFunc(b.Interfaces, func(x, y schema.InterfaceRef) int { return cmp.Compare(x.InterfaceID, y.InterfaceID) })
	for i, r := range b.Interfaces {
		place[r.InterfaceID] = uint32(i)
	}
	for k, c := range f.conv {
		c.Interface = place[k.iface]
		b.Conversations = append(b.Conversations, *c)
	}
	slices.SortFunc(b.Conversations, func(x, y schema.Conversation) int {
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Interface, y.Interface), cmp.Compare(x.Protocol, y.Protocol),
			x.Local.Compare(y.Local), cmp.Compare(x.LocalPort, y.LocalPort), x.Remote.Compare(y.Remote), cmp.Compare(x.RemotePort, y.RemotePort))
	})
	for k, c := range f.cover {
		c.Interface = place[k.iface]
		b.Coverage = append(b.Coverage, *c)
	}
	slices.SortFunc(b.Coverage, func(x, y schema.Coverage) int {
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Interface, y.Interface))
	})
	return b
}

// manyObjects makes objects of default records, some lines delivered twice: in one object, and in two.
func manyObjects(n, records int) (texts []string, own map[string]netip.Addr) {
	g := newTraffic(3, 40, 7)
	own = map[string]netip.Addr{}
	for i, a := range g.interfaces {
		own[interfaceName(i)] = a
	}
	g.now += 86400 - 600 // over midnight
	for range n {
		text := string(g.object(records, false))
		lines := strings.SplitAfter(text, "\n")
		if len(texts) > 0 {
			text += strings.Join(strings.SplitAfter(texts[len(texts)-1], "\n")[5:40], "")
		}
		texts = append(texts, text+strings.Join(lines[1:10], ""))
	}
	return texts, own
}

func TestFoldTwin(t *testing.T) {
	texts, own := manyObjects(12, 2500)
	twin := newPlainFold(own)
	for _, text := range texts {
		twin.read(defaultFields, text)
	}
	want, got := twin.batch(), drained(t, texts...)
	if len(want.Conversations) < 2000 || len(want.Coverage) < 60 {
		t.Fatalf("the input is too small to say anything: %d conversations", len(want.Conversations))
	}
	opts := diff.Options{addrs, cmpopts.IgnoreFields(schema.Object{}, "Place", "Kind", "Size", "Hash", "Format", "First", "Last")}
	if d := diff.Diff(want.Conversations, got.Conversations, opts); d != "" {
		t.Errorf("conversations (-twin +fold):\n%.3000s", d)
	}
	if d := diff.Diff(want.Coverage, got.Coverage); d != "" {
		t.Errorf("coverage (-twin +fold):\n%.3000s", d)
	}
	if d := diff.Diff(want.Interfaces, got.Interfaces, addrs); d != "" {
		t.Errorf("interfaces (-twin +fold):\n%.3000s", d)
	}
	if d := diff.Diff(twin.objects, got.Objects, opts); d != "" {
		t.Errorf("objects (-twin +fold):\n%.3000s", d)
	}
}

// TestFoldAnyOrder reads the same objects with several goroutines, in random orders: the batch must not change.
func TestFoldAnyOrder(t *testing.T) {
	texts, _ := manyObjects(12, 800)
	texts = append(texts, sixTexts...)
	want := drained(t, texts...)
	rng := rand.New(rand.NewPCG(5, 6))
	f := New(Options{})
	for round := range 6 {
		work := make(chan int, len(texts))
		for _, i := range rng.Perm(len(texts)) {
			work <- i
		}
		close(work)
		var wg sync.WaitGroup
		for range 1 + round {
			wg.Go(func() {
				for i := range work {
					if _, _, err := f.Read(strings.NewReader(texts[i]), fmt.Sprintf("object-%d", i), i); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if d := diff.Diff(want, f.Drain(), addrs); d != "" {
			t.Fatalf("with %d readers (-one +many):\n%.3000s", 1+round, d)
		}
	}
}

const v5Fields = "interface-id account-id srcaddr dstaddr srcport dstport protocol start end action tcp-flags flow-direction pkt-srcaddr pkt-dstaddr packets bytes log-status"

// sixTexts tell of one IPv6 conversation: without and with flow-direction, with and without flags; and one is delivered
// twice, once without flags.
var sixTexts = []string{
	defaultFields + "\n" +
		"2 unknown eni-6 2001:db8:0:1::7 2001:db8:ffff::1 40000 443 6 10 1000 1767225600 1767225630 ACCEPT OK\n" +
		"2 7 eni-6 2001:db8:ffff::1 2001:db8:0:1::7 443 40000 6 11 9000 1767225601 1767225640 ACCEPT OK\n",
	v5Fields + "\n" +
		"eni-6 7 2001:db8:ffff::1 2001:db8:0:1::7 443 40000 6 1767229200 1767229260 ACCEPT 19 ingress 2001:db8:ffff::1 2001:db8:0:1::7 1 50 OK\n" +
		"eni-6 7 2001:db8:0:1::7 2001:db8:ffff::1 40000 443 6 1767229200 1767229260 REJECT 2 egress - - 1 50 OK\n",
	defaultFields + " tcp-flags\n" +
		"2 7 eni-6 2001:db8:0:1::7 2001:db8:ffff::1 40000 443 6 10 1000 1767225600 1767225630 ACCEPT OK 3\n",
}

func TestFoldMixedFormats(t *testing.T) {
	want := schema.Conversation{
		Day: 20454, Protocol: 6, LocalBy: schema.LocalByDirection, HasFlags: true,
		Local: netip.MustParseAddr("2001:db8:0:1::7"), LocalPort: 40000,
		Remote: netip.MustParseAddr("2001:db8:ffff::1"), RemotePort: 443,
		In:   schema.Traffic{Records: 2, Packets: 12, Bytes: 9050, Flags: 19, First: 1767225601},
		Out:  schema.Traffic{Records: 1, Rejected: 1, Packets: 10, Bytes: 1000, Flags: 3, First: 1767225600},
		Last: 1767229260, Hours: 0b11,
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		b := drained(t, sixTexts[order[0]], sixTexts[order[1]], sixTexts[order[2]])
		if d := diff.Diff([]schema.Conversation{want}, b.Conversations, addrs); d != "" {
			t.Errorf("order %v (-want +got):\n%s", order, d)
		}
		if d := diff.Diff([]schema.InterfaceRef{{AccountID: "7", InterfaceID: "eni-6", OwnIPv6: netip.MustParseAddr("2001:db8:0:1::7")}}, b.Interfaces, addrs); d != "" {
			t.Errorf("order %v, interfaces (-want +got):\n%s", order, d)
		}
	}
}

// TestDirectionSettlesOthers: records without flow-direction follow one of their conversation that has it, even where
// counting addresses says otherwise.
func TestDirectionSettlesOthers(t *testing.T) {
	b := drained(t, header+
		"2 1 eni-1 10.0.0.7 10.0.0.1 1 2 6 1 40 1767225600 1767225660 ACCEPT OK\n"+
		"2 1 eni-1 10.0.0.7 10.0.0.1 3 2 6 1 40 1767225600 1767225660 ACCEPT OK\n"+
		"2 1 eni-1 10.0.0.9 10.0.0.1 6 5 6 1 40 1767225600 1767225660 ACCEPT OK\n",
		v5Fields+"\neni-1 1 10.0.0.1 10.0.0.9 5 6 6 1767225600 1767225660 ACCEPT - ingress - - 1 50 OK\n")
	n := 0
	for _, c := range b.Conversations {
		if c.Local.String() == "10.0.0.9" && c.In.Records == 1 && c.Out.Records == 1 && c.LocalBy == schema.LocalByDirection {
			n++
		}
	}
	if n != 1 || len(b.Conversations) != 3 {
		t.Errorf("conversations are %+v", b.Conversations)
	}
}

// TestForeignAddresses: an address behind the interface's own (a pod's) does not spoil what is known of the own one.
func TestForeignAddresses(t *testing.T) {
	b := drained(t, header+
		"2 1 eni-1 10.0.0.7 10.0.0.1 1 2 6 1 40 1767225600 1767225660 ACCEPT OK\n"+
		"2 1 eni-1 10.0.0.2 10.0.0.7 3 2 6 1 40 1767225600 1767225660 ACCEPT OK\n",
		v5Fields+"\neni-1 1 10.0.0.7 10.0.0.1 5 6 6 1767225600 1767225660 ACCEPT - egress 10.9.9.9 10.0.0.1 1 50 OK\n")
	var got []string
	for _, c := range b.Conversations {
		got = append(got, fmt.Sprintf("%s by %d", c.Local, c.LocalBy))
	}
	if d := diff.Diff([]string{"10.0.0.7 by 2", "10.0.0.7 by 2", "10.9.9.9 by 1"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestNoPorts: whatever stands in the ports of a protocol that has none.
func TestNoPorts(t *testing.T) {
	c := drained(t, "2 1 eni-1 10.0.0.7 10.0.0.1 8 3 1 1 40 1767225600 1767225660 ACCEPT OK\n"+
		"2 1 eni-1 10.0.0.1 10.0.0.7 0 0 1 1 40 1767225600 1767225660 ACCEPT OK\n").Conversations
	if len(c) != 1 || c[0].LocalPort != 0 || c[0].RemotePort != 0 {
		t.Errorf("conversations are %+v", c)
	}
}

func TestHoursOf(t *testing.T) {
	for _, c := range [][2]uint32{
		{1767225600, 1767225600}, {1767225600, 1767229199}, {1767225600, 1767229200}, {1767311999, 1767312005},
		{1767229000, 1767229000 + 86400}, {1767229000, 1767229000 + 200000}, {3600, 1<<32 - 1}, {86399, 1<<32 - 1},
	} {
		if got, want := hoursOf(c[0], c[1]), hourBits(int32(c[0]/86400), uint64(c[0]), uint64(c[1])); got != want {
			t.Errorf("hoursOf(%d, %d) = %024b, want %024b", c[0], c[1], got, want)
		}
	}
}

// TestFirst joins parts of one conversation in every order: First is that of ACCEPT records where there are any.
func TestFirst(t *testing.T) {
	part := func(records, rejected, first uint32) *entry {
		return &entry{records: [2]uint32{records}, rejected: [2]uint32{rejected}, first: [2]uint32{first}}
	}
	for _, c := range []struct {
		parts []*entry
		want  uint32
	}{
		{[]*entry{part(0, 1, 100), part(1, 0, 200), part(1, 1, 300)}, 200},
		{[]*entry{part(0, 1, 100), part(0, 0, 0), part(0, 2, 90)}, 90},
		{[]*entry{part(0, 1, 400), part(2, 0, 200), part(0, 1, 100)}, 200},
	} {
		for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			var sum schema.Traffic
			for _, i := range order {
				c.parts[i].addTo(&sum, 0)
			}
			if sum.First != c.want {
				t.Errorf("order %v: first is %d, want %d", order, sum.First, c.want)
			}
		}
	}
}

func TestOwnEnd(t *testing.T) {
	record := func(iface, src, dst string, sport, dport int) string {
		return fmt.Sprintf("2 1 %s %s %s %d %d 6 1 40 1767225600 1767225660 ACCEPT OK\n", iface, src, dst, sport, dport)
	}
	type end struct {
		local string
		by    schema.LocalBy
	}
	for _, c := range []struct {
		name string
		text string
		want []end // of the conversations of eni-1, in their order
	}{
		{"in every record", record("eni-1", "10.0.0.1", "10.0.0.7", 1, 2) + record("eni-1", "10.0.0.7", "9.9.9.9", 3, 4),
			[]end{{"10.0.0.7", schema.LocalByAddress}, {"10.0.0.7", schema.LocalByAddress}}},
		{"one peer only: a private address", record("eni-1", "9.9.9.9", "10.0.0.7", 1, 2),
			[]end{{"10.0.0.7", schema.LocalByGuess}}},
		{"one peer only, which is some other interface's own",
			record("eni-1", "10.0.0.1", "10.0.0.7", 1, 2) + record("eni-2", "10.0.0.7", "10.0.0.1", 2, 1) + record("eni-2", "10.0.0.1", "10.0.0.8", 1, 2),
			[]end{{"10.0.0.7", schema.LocalByGuess}}},
		{"no address in every record: the most frequent",
			record("eni-1", "10.0.0.7", "10.0.0.1", 1, 2) + record("eni-1", "10.0.0.7", "10.0.0.2", 1, 2) +
				record("eni-1", "10.0.0.7", "10.0.0.3", 1, 2) + record("eni-1", "10.0.0.9", "10.0.0.3", 1, 2),
			[]end{{"10.0.0.3", schema.LocalByGuess}, {"10.0.0.7", schema.LocalByGuess}, {"10.0.0.7", schema.LocalByGuess}, {"10.0.0.7", schema.LocalByGuess}}},
		{"address families apart", record("eni-1", "10.0.0.1", "10.0.0.7", 1, 2) + record("eni-1", "10.0.0.2", "10.0.0.7", 1, 2) +
			record("eni-1", "2001:db8::1", "2001:db8::7", 1, 2) + record("eni-1", "2001:db8::7", "2001:db8::2", 1, 2),
			[]end{{"10.0.0.7", schema.LocalByAddress}, {"10.0.0.7", schema.LocalByAddress}, {"2001:db8::7", schema.LocalByAddress}, {"2001:db8::7", schema.LocalByAddress}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []end
			for _, conv := range drained(t, c.text).Conversations {
				if conv.Interface == 0 {
					got = append(got, end{conv.Local.String(), conv.LocalBy})
				}
			}
			if d := diff.Diff(c.want, got, diff.AllowUnexported(end{})); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// TestOwnEndLater: what one drain found out holds for the next, also for that of a load that goes on where it stopped.
func TestOwnEndLater(t *testing.T) {
	read := func(f *Fold, lines string) *schema.Batch {
		if _, _, err := f.Read(strings.NewReader(lines), "o", 0); err != nil {
			t.Fatal(err)
		}
		return f.Drain()
	}
	const lone = "2 1 eni-1 10.0.0.1 10.0.0.7 1 2 6 1 40 1767225600 1767225660 ACCEPT OK\n"
	f := New(Options{})
	guess := read(f, lone)
	if c := guess.Conversations[0]; c.LocalBy != schema.LocalByGuess || guess.Interfaces[0].OwnIPv4.IsValid() {
		t.Errorf("a lone conversation: LocalBy is %d, interfaces %v", c.LocalBy, guess.Interfaces)
	}
	sure := read(f, "2 1 eni-1 10.0.0.7 10.0.0.2 1 2 6 1 40 1767225600 1767225660 ACCEPT OK\n"+lone)
	next := New(Options{Known: sure.Interfaces})
	for _, fold := range []*Fold{f, next} {
		b := read(fold, lone)
		if c := b.Conversations[0]; c.LocalBy != schema.LocalByAddress || c.Local.String() != "10.0.0.7" {
			t.Errorf("after more was known: LocalBy is %d, Local %s", c.LocalBy, c.Local)
		}
		if d := diff.Diff(sure.Interfaces, b.Interfaces, addrs); d != "" {
			t.Errorf("what is known (-before +after):\n%s", d)
		}
	}
}

// TestPacketAddresses: the conversation is that of the packet; srcaddr and dstaddr tell whose end is whose.
func TestPacketAddresses(t *testing.T) {
	const fields = "interface-id srcaddr dstaddr srcport dstport protocol start action pkt-srcaddr pkt-dstaddr\n"
	b := drained(t, fields+
		"eni-nat 10.0.1.5 10.0.0.220 40000 443 6 1767225600 ACCEPT 10.0.1.5 203.0.113.5\n"+ // instance to NAT
		"eni-nat 10.0.0.220 203.0.113.5 50000 443 6 1767225600 ACCEPT 10.0.0.220 203.0.113.5\n"+
		"eni-nat 203.0.113.5 10.0.0.220 443 50000 6 1767225601 ACCEPT 203.0.113.5 10.0.0.220\n"+
		"eni-nat 10.0.0.220 10.0.1.5 443 40000 6 1767225601 ACCEPT 203.0.113.5 10.0.1.5\n")
	var got []string
	for _, c := range b.Conversations {
		got = append(got, fmt.Sprintf("%s:%d %s:%d in %d out %d by %d", c.Local, c.LocalPort, c.Remote, c.RemotePort, c.In.Records, c.Out.Records, c.LocalBy))
	}
	want := []string{
		"10.0.0.220:50000 203.0.113.5:443 in 1 out 1 by 2",
		"203.0.113.5:443 10.0.1.5:40000 in 1 out 1 by 2",
	}
	if d := diff.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestDuplicates(t *testing.T) {
	const base = "2 1 eni-1 10.0.0.1 10.0.0.7 1 2 6 3 40 1767225600 1767225660 ACCEPT OK\n"
	others := []string{ // differ in one thing each
		"2 1 eni-2 10.0.0.1 10.0.0.7 1 2 6 3 40 1767225600 1767225660 ACCEPT OK\n",
		"2 1 eni-1 10.0.0.2 10.0.0.7 1 2 6 3 40 1767225600 1767225660 ACCEPT OK\n",
		"2 1 eni-1 10.0.0.7 10.0.0.1 2 1 6 3 40 1767225600 1767225660 ACCEPT OK\n",
		"2 1 eni-1 10.0.0.1 10.0.0.7 3 2 6 3 40 1767225600 1767225660 ACCEPT OK\n",
		"2 1 eni-1 10.0.0.1 10.0.0.7 1 3 6 3 40 1767225600 1767225660 ACCEPT OK\n",
		"2 1 eni-1 10.0.0.1 10.0.0.7 1 2 17 3 40 1767225600 1767225660 ACCEPT OK\n",
		"2 1 eni-1 10.0.0.1 10.0.0.7 1 2 6 4 40 1767225600 1767225660 ACCEPT OK\n",
		"2 1 eni-1 10.0.0.1 10.0.0.7 1 2 6 3 41 1767225600 1767225660 ACCEPT OK\n",
		"2 1 eni-1 10.0.0.1 10.0.0.7 1 2 6 3 40 1767225601 1767225660 ACCEPT OK\n",
		"2 1 eni-1 10.0.0.1 10.0.0.7 1 2 6 3 40 1767225600 1767225661 ACCEPT OK\n",
		"2 1 eni-1 10.0.0.1 10.0.0.7 1 2 6 3 40 1767225600 1767225660 REJECT OK\n",
	}
	b := drained(t, base+base+strings.Join(others, ""), base+others[0])
	if o := b.Objects[0]; o.OK != 12 || o.Duplicates != 1 {
		t.Errorf("first object: %d OK, %d duplicates; want 12 and 1", o.OK, o.Duplicates)
	}
	if o := b.Objects[1]; o.OK != 0 || o.Duplicates != 2 {
		t.Errorf("second object: %d OK, %d duplicates; want 0 and 2", o.OK, o.Duplicates)
	}
	f := New(Options{KeepDuplicates: true})
	if o, _, err := f.Read(strings.NewReader(base+base), "o", 0); err != nil || o.OK != 2 || o.Duplicates != 0 {
		t.Errorf("duplicates kept: %v, %+v", err, o)
	}
	if c := f.Drain().Conversations; c[0].In.Records+c[0].Out.Records != 2 {
		t.Errorf("duplicates kept: %+v", c[0])
	}
}

// TestSeenGrows enters more hashes than there is room for at first, twice, against a map.
func TestSeenGrows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	s, twin := newSeen(), map[uint64]bool{}
	var hashes []uint64
	for i := range 200_000 {
		h := rng.Uint64()
		if i%10 == 9 {
			h = hashes[rng.IntN(len(hashes))]
		}
		if i > 150_000 {
			h &= 1<<56 - 1 // all in one region
		}
		hashes = append(hashes, h)
	}
	for i, h := range hashes {
		items := []item{{mark: h}}
		s.add(items, uint16(i/1000))
		if items[0].known.duplicate != twin[h] {
			t.Fatalf("hash %d: duplicate is %v", i, items[0].known.duplicate)
		}
		twin[h] = true
	}
}

func TestNoAllocations(t *testing.T) {
	g := newTraffic(1, 50, 1000)
	g.open = g.open[:40]
	for i := range g.open {
		g.open[i].left = 1 << 30
	}
	text := g.appendRecords(nil, 20_000)
	f := New(Options{KeepDuplicates: true})
	read := func() {
		if _, _, err := f.Read(bytes.NewReader(text), "o", 0); err != nil {
			t.Fatal(err)
		}
	}
	read()
	f.done = nil
	if n := testing.AllocsPerRun(5, read); n > 40 {
		t.Errorf("%v allocations for 20,000 records of known conversations; there should be a few for each object only", n)
	}
}

func TestReadFails(t *testing.T) {
	f := New(Options{})
	broken := io.NewSectionReader(errorReader{strings.NewReader(defaultFields + "\n")}, 0, 1000)
	if _, _, err := f.Read(broken, "place", 0); err == nil || !strings.Contains(err.Error(), "place") {
		t.Errorf("error is %v", err)
	}
}

// errorReader breaks off where its text ends.
type errorReader struct{ *strings.Reader }

func (r errorReader) ReadAt(p []byte, at int64) (int, error) {
	n, err := r.Reader.ReadAt(p, at)
	if err != nil {
		err = io.ErrClosedPipe
	}
	return n, err
}

// TestReuse: what is drained where an earlier batch stood is what is drained elsewhere, be it more or less.
func TestReuse(t *testing.T) {
	reusing, keeping := New(Options{}), New(Options{})
	for i, records := range []int{3000, 10, 2000, 6000} {
		text := newTraffic(uint64(i), 20, 10).object(records, false)
		for _, f := range []*Fold{reusing, keeping} {
			if _, _, err := f.Read(bytes.NewReader(text), "object-0", 0); err != nil {
				t.Fatal(err)
			}
		}
		got := reusing.Drain()
		if d := diff.Diff(keeping.Drain(), got, addrs); d != "" {
			t.Fatalf("batch %d (-elsewhere +reused):\n%.3000s", i, d)
		}
		reusing.Reuse(got)
	}
}
