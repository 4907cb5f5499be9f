package flowlog

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sgfit/schema"
)

// plain is a record as the twin of the line parser reads it: slowly, with the standard library only.
type plain struct {
	iface, account         string
	src, dst, raw0, raw1   netip.Addr // raw0 and raw1: srcaddr and dstaddr
	sport, dport           uint64
	proto, packets, octets uint64
	start, end             uint64
	accepted, flagged      bool
	flags                  uint64
	direction              string
	status                 status
}

// fieldsOf splits at blanks and tabs.
func fieldsOf(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
}

// readPlain reads a line, and says whether it is sound.
func readPlain(names []string, line string) (p plain, sound bool) {
	words := fieldsOf(line)
	if len(words) != len(names) {
		return p, false
	}
	get := map[string]string{}
	for i, n := range names {
		if words[i] != "-" {
			get[n] = words[i]
		}
	}
	switch get["log-status"] {
	case "NODATA":
		return plain{status: noData}, true
	case "SKIPDATA":
		return plain{status: skipData}, true
	case "OK":
	default:
		if slices.Contains(names, "log-status") {
			return p, false
		}
	}
	sound = p.fill(get)
	return p, sound
}

func (p *plain) fill(get map[string]string) bool {
	good := true
	number := func(name string, most uint64) uint64 {
		if get[name] == "" {
			return 0
		}
		v, err := strconv.ParseUint(get[name], 10, 64)
		if name == "start" || name == "end" {
			if v >= 1e12 && v < 1e13 {
				v /= 1000
			}
			good = good && v > 0
		}
		// The parser gives up on numbers that only just fit 64 bits.
		good = good && err == nil && v <= most && !strings.ContainsAny(get[name], "+_")
		return v
	}
	addr := func(name string) netip.Addr {
		if get[name] == "" {
			return netip.Addr{}
		}
		a, err := netip.ParseAddr(get[name])
		good = good && err == nil && a.Zone() == ""
		return a.Unmap()
	}
	p.iface, p.account = get["interface-id"], get["account-id"]
	p.sport, p.dport = number("srcport", 65535), number("dstport", 65535)
	p.proto, p.flags = number("protocol", 255), number("tcp-flags", 255)
	p.flagged = get["tcp-flags"] != ""
	p.packets, p.octets = number("packets", largestCount), number("bytes", largestCount)
	p.start, p.end = number("start", 1<<32-1), number("end", 1<<32-1)
	p.raw0, p.raw1, p.src, p.dst = addr("srcaddr"), addr("dstaddr"), addr("pkt-srcaddr"), addr("pkt-dstaddr")
	p.accepted = get["action"] == "ACCEPT"
	p.direction = get["flow-direction"]
	if p.direction != "" && p.direction != "ingress" && p.direction != "egress" {
		return false
	}
	if !good || p.iface == "" || get["protocol"] == "" || get["start"] == "" || !p.accepted && get["action"] != "REJECT" {
		return false
	}
	if (p.proto == 6 || p.proto == 17) && (get["srcport"] == "" || get["dstport"] == "") {
		return false
	}
	if get["end"] == "" {
		p.end = p.start
	}
	return p.end >= p.start && p.settle()
}

// largestCount is the largest count that a record may hold.
const largestCount = 1 << 48

// settle fills either address pair from the other.
func (p *plain) settle() bool {
	or := func(a, b netip.Addr) netip.Addr {
		if a.IsValid() {
			return a
		}
		return b
	}
	p.src, p.dst = or(p.src, p.raw0), or(p.dst, p.raw1)
	p.raw0, p.raw1 = or(p.raw0, p.src), or(p.raw1, p.dst)
	return p.src.IsValid() && p.dst.IsValid() && p.src.Is4() == p.dst.Is4() && p.raw0.Is4() == p.raw1.Is4()
}

// plainOf turns a parsed record into what the twin makes of it.
func plainOf(r *record) plain {
	if r.status != ok {
		return plain{status: r.status}
	}
	p := plain{
		iface: string(r.iface), src: r.pktSrc.netip(), dst: r.pktDst.netip(), raw0: r.src.netip(), raw1: r.dst.netip(),
		sport: uint64(r.srcPort), dport: uint64(r.dstPort), proto: uint64(r.protocol), packets: r.packets, octets: r.octets,
		start: uint64(r.start), end: uint64(r.end), accepted: r.accepted, flags: uint64(r.flags),
		flagged: r.has.has(tcpFlags),
	}
	if r.has.has(accountID) {
		p.account = string(r.account)
	}
	switch {
	case r.has.has(flowDirection) && r.egress:
		p.direction = "egress"
	case r.has.has(flowDirection):
		p.direction = "ingress"
	}
	return p
}

const allFields = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status " +
	"vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id " +
	"pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path ecs-cluster-arn ecs-cluster-name " +
	"ecs-container-instance-arn ecs-container-instance-id ecs-container-id ecs-second-container-id ecs-service-name " +
	"ecs-task-definition-arn ecs-task-arn ecs-task-id reject-reason resource-id encryption-status"

const someFields = "account-id action bytes dstaddr dstport end flow-direction interface-id packets pkt-dstaddr pkt-srcaddr protocol srcaddr srcport start tcp-flags"

// FuzzParse compares the parser with its twin on three layouts.
func FuzzParse(f *testing.F) {
	for _, line := range seedLines {
		f.Add(line)
	}
	layouts := []string{defaultFields, allFields, someFields}
	f.Fuzz(func(t *testing.T, line string) {
		for _, fields := range layouts {
			compareWithTwin(t, fields, line)
		}
	})
}

func compareWithTwin(t *testing.T, fields, line string) {
	t.Helper()
	l := layoutOf([]byte(fields))
	var r record
	r.src, r.pktSrc, r.srcPort, r.octets, r.packets, r.flags, r.egress = address{1, 2}, address{3, 4}, 5, 6, 7, 8, true // what an earlier line left
	fault := l.parse([]byte(line), &r)
	want, good := readPlain(l.names, line)
	if good != (fault.kind == sound) {
		t.Fatalf("%q of %d fields: sound is %v (%s), the twin says %v", line, len(l.names), !good, l.reason(fault, []byte(line)), good)
	}
	if good && plainOf(&r) != want {
		t.Fatalf("%q:\n got %+v\nwant %+v", line, plainOf(&r), want)
	}
	if !good && l.reason(fault, []byte(line)) == "" {
		t.Fatalf("%q is refused without a reason", line)
	}
}

var seedLines = []string{
	"2 123456789012 eni-0a1b2c3d4e5f60718 203.0.113.9 10.0.0.4 51000 443 6 9 4300 1767225600 1767225660 ACCEPT OK",
	"2 123456789012 eni-0a1b2c3d4e5f60718 10.0.0.4 203.0.113.9 0 0 1 4 336 1767225600 1767225600 REJECT OK",
	"2 unknown eni-0a1b2c3d4e5f60718 - - - - - - - 1767225600 1767225660 - NODATA",
	"2 1 - 2001:db8::1 10.0.0.1 70000 x 8080 - - 1767225600000 5 ACCEPT SKIPDATA",
	"2 1 eni-1 2001:db8::1 2001:DB8:0:0::2 1 2 6 18446744073709551615 - 1767225600000 1767225600001 ACCEPT OK",
	"2 1 eni-1 ::ffff:10.0.0.1 10.0.0.2 1 2 17 1 1 1 1 ACCEPT OK",
	"2  1\teni-1 10.0.0.1 010.0.0.2 1 2 17 1 1 1 1 ACCEPT OK ",
	"2 1 eni-1 10.0.0.1 fe80::1%eth0 1 2 17 1 1 2 1 ACCEPT OK",
	"2 1 eni-1 1.2.3.4 1.2.3.4 - - 1 - - 1 - ACCEPT OK",
	"1 ACCEPT 100 10.0.0.1 80 1767225660 egress eni-1 3 198.51.100.7 10.0.0.9 6 10.0.0.4 40000 1767225600 18",
	"1 ACCEPT - 10.0.0.1 80 1767225660 - eni-1 - - - 6 10.0.0.4 40000 1767225600 -",
	"",
}

// TestTwinRandom changes sound lines at random places and compares.
func TestTwinRandom(t *testing.T) {
	g := newTraffic(7, 5, 10)
	bits := []string{"-", " ", "::1", "2001:db8::7", "256", "1.2.3", "ACCEPT", "x", "\t", "99999999999999999999", "0", "1512564058000", ":", "::", "OK", "NODATA", "é"}
	for range 20_000 {
		line := []byte(strings.TrimSpace(string(g.appendRecords(nil, 1))))
		for range g.rng.IntN(3) {
			at := g.rng.IntN(len(line))
			to := min(len(line), at+g.rng.IntN(6))
			line = slices.Concat(line[:at], []byte(bits[g.rng.IntN(len(bits))]), line[to:])
		}
		compareWithTwin(t, defaultFields, string(line))
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"10.0.0.1", "::", "::1", "1::", "2001:db8::8d6e:3477", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1.2.3.4.5", "01.2.3.4", "1:2", ":::", "12345::", "1::2::3", "::1.2.3.4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, good := parseAddress([]byte(s))
		want, err := netip.ParseAddr(s)
		if err == nil && want.Zone() != "" {
			return
		}
		if good != (err == nil) {
			t.Fatalf("parseAddress(%q) is %v, netip says %v", s, good, err)
		}
		if hi, lo := schema.AddrBits(orZero(want)); good && (got != address{hi, lo}) {
			t.Fatalf("parseAddress(%q) = %v, want %v", s, got.netip(), want)
		}
	})
}

func orZero(a netip.Addr) netip.Addr {
	if !a.IsValid() {
		return netip.IPv6Unspecified()
	}
	return a
}
