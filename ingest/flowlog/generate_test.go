package flowlog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"

	"github.com/klauspost/compress/gzip"
)

// traffic makes realistic default-format records from a seed: interfaces with one private address each, clients with
// ephemeral ports, peers by Zipf's law, both directions recorded, connections of several intervals, scanners with random
// sources, and some NODATA.
type traffic struct {
	rng        *rand.Rand
	peers      *rand.Zipf
	interfaces []netip.Addr
	open       []connection
	now        int64
	step       int64 // records a second
	made       int64
}

type connection struct {
	iface          int
	local, remote  netip.Addr
	lport, rport   uint16
	proto          uint8
	left           int
	refused, alone bool
}

const generatedStart = 1767225600 // 2026-01-01T00:00:00Z

func newTraffic(seed uint64, interfaces int, recordsPerSecond int64) *traffic {
	g := &traffic{rng: rand.New(rand.NewPCG(seed, 1)), now: generatedStart, step: recordsPerSecond}
	g.peers = rand.NewZipf(g.rng, 1.2, 8, uint64(interfaces-1))
	for i := range interfaces {
		g.interfaces = append(g.interfaces, netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), byte(4 + i%250)}))
	}
	for range 4 * interfaces {
		g.open = append(g.open, g.connect())
	}
	return g
}

var servicePorts = []uint16{443, 443, 443, 80, 5432, 3306, 6379, 8080, 9092, 22}

func (g *traffic) connect() connection {
	i := g.rng.IntN(len(g.interfaces))
	c := connection{iface: i, local: g.interfaces[i], proto: 6, left: 1 + g.rng.IntN(4)}
	peer := int(g.peers.Uint64())
	if peer == i {
		peer = (peer + 1) % len(g.interfaces)
	}
	c.remote = g.interfaces[peer]
	service, client := servicePorts[peer%len(servicePorts)], uint16(32768+g.rng.IntN(28232))
	switch kind := g.rng.IntN(100); {
	case kind < 8: // a scanner
		c.remote = netip.AddrFrom4([4]byte{byte(11 + g.rng.IntN(150)), byte(g.rng.IntN(256)), byte(g.rng.IntN(256)), byte(g.rng.IntN(256))})
		c.lport, c.rport, c.left, c.alone, c.refused = uint16(g.rng.IntN(10000)), client, 1, true, kind < 7
	case kind < 50: // served here
		c.lport, c.rport = servicePorts[i%len(servicePorts)], client
	case kind < 55: // names and time
		c.proto, c.lport, c.rport = 17, client, 53
	case kind < 56:
		c.proto = 1
	default:
		c.lport, c.rport = client, service
	}
	return c
}

func interfaceName(i int) string { return fmt.Sprintf("eni-%017x", uint64(i)*0x9e3779b97f4a7c15>>4) }

// appendRecords writes n lines, without a header.
func (g *traffic) appendRecords(b []byte, n int) []byte {
	for n > 0 {
		if g.rng.IntN(200) == 0 {
			b = g.appendLine(b, g.rng.IntN(len(g.interfaces)), nil, false)
			n--
			continue
		}
		p := &g.open[g.rng.IntN(len(g.open))]
		b = g.appendLine(b, p.iface, p, false)
		if n--; n > 0 && !p.alone {
			b = g.appendLine(b, p.iface, p, true)
			n--
		}
		if p.left--; p.left <= 0 {
			*p = g.connect()
		}
	}
	return b
}

func (g *traffic) appendLine(b []byte, iface int, c *connection, out bool) []byte {
	if g.made++; g.made%g.step == 0 {
		g.now++
	}
	b = append(b, "2 111122223333 "...)
	b = append(b, interfaceName(iface)...)
	from := g.now + g.rng.Int64N(50)
	if c == nil {
		return fmt.Appendf(b, " - - - - - - - %d %d - NODATA\n", from, from+59)
	}
	src, dst, sport, dport := c.remote, c.local, c.rport, c.lport
	if out {
		src, dst, sport, dport = dst, src, dport, sport
	}
	b = src.AppendTo(append(b, ' '))
	b = dst.AppendTo(append(b, ' '))
	packets := 1 + g.rng.Uint64N(40)
	for _, v := range []uint64{uint64(sport), uint64(dport), uint64(c.proto), packets, packets * (40 + g.rng.Uint64N(1400)), uint64(from), uint64(from) + 1 + g.rng.Uint64N(58)} {
		b = strconv.AppendUint(append(b, ' '), v, 10)
	}
	if c.refused {
		return append(b, " REJECT OK\n"...)
	}
	return append(b, " ACCEPT OK\n"...)
}

// object makes one file: a header and n records, as stored.
func (g *traffic) object(n int, zipped bool) []byte {
	text := g.appendRecords([]byte(defaultFields+"\n"), n)
	if !zipped {
		return text
	}
	return zip(text)
}

func zip(text []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(text)
	w.Close()
	return b.Bytes()
}
