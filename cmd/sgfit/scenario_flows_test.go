package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"sgfit/schema"
)

// The section flows, line by line. Days count from 0.
//
//	days 30                                 length of the window (default 30)
//	format v5                               AWS's v2 default, all fields of v5, or a list of fields
//	unlogged eni-b                          these interfaces have no flow log
//	idle none                               no NODATA lines for days without traffic
//	outage days=4..6 [of=fl-0b…]            nothing was delivered on these days, or nothing of that flow log
//	stream fl-0b… eni-b,eni-c               records of these interfaces come in files of that flow log
//	skipdata eni-a days=3..3                AWS lost records of it, and says so
//	objects daily                           a file a day, as delivered (default: one, joined)
//	overlap                                 a second flow log repeats every record
//	raw +3d TEXT                            a line as it stands
//
//	daily 192.168.22.7 -> eni-a tcp 80                      who opens, who answers, service
//	daily 10.0.0.1-10.0.0.9,10.0.3.3 -> eni-a tcp 80,443 x3 each of these, three times
//	once +3d12h eni-a -> 10.0.9.9 udp 514 oneway
//	every 7d eni-a/10.0.1.6 -> eni-b tcp 5432 days=2..20 bytes=5000 from=40000
//
// An address of a known interface is that interface: each end that is logged writes its own records, as in AWS. Last on
// the line may be a shape (sceneShapes), session if none.
type sceneFlows struct {
	days     int
	format   []string
	unlogged []string
	noIdle   bool
	daily    bool
	overlap  bool
	outage   sceneDays
	outageOf string            // "": of all flow logs
	streams  map[string]string // interface -> flow log; others are of firstFlowLog
	skipped  []sceneSkip
	raw      []sceneRaw
	flows    []sceneFlow
}

// sceneDays is a closed range of days; the zero value is none.
type sceneDays struct {
	from, to int
	some     bool
}

func (d sceneDays) has(day int) bool { return d.some && d.from <= day && day <= d.to }

type sceneSkip struct {
	iface string
	days  sceneDays
}

type sceneRaw struct {
	at   time.Duration
	text string
}

// sceneFlow is one line: its conversations are the product of times, ends and ports.
type sceneFlow struct {
	line     sceneText
	once     bool
	every    int // days
	at       time.Duration
	days     sceneDays
	from, to []sceneEnd
	protocol schema.Protocol
	ports    []uint16
	times    int
	source   uint16 // 0: ephemeral
	shape    string
	bytes    uint64 // of both directions together; 0: the shape's
}

// sceneEnd is an interface, with the address meant if it has several, or a foreign address.
type sceneEnd struct {
	iface string
	addr  netip.Addr
}

// sceneVolume is one direction of a conversation; flags are the OR that tcp-flags shows.
type sceneVolume struct {
	packets, bytes uint64
	flags          uint8
}

type sceneShape struct {
	forward, back sceneVolume // no packets: nothing was sent
	last          time.Duration
	rejected      bool // by the responder's groups
	pooled        bool // one connection through all days, opened before the window
}

// sceneShapes are what conversations look like. Bytes include IP and TCP headers.
var sceneShapes = map[string]sceneShape{
	"session":   {forward: sceneVolume{12, 1800, 3}, back: sceneVolume{10, 9000, 19}, last: 4 * time.Second},
	"long":      {forward: sceneVolume{400, 30000, 3}, back: sceneVolume{500, 200000, 19}, last: 20 * time.Minute},
	"pooled":    {forward: sceneVolume{60, 9000, 0}, back: sceneVolume{50, 40000, 0}, last: 50 * time.Second, pooled: true},
	"probe":     {forward: sceneVolume{2, 120, 2}, last: time.Second},                                                     // SYN, again, no answer
	"refused":   {forward: sceneVolume{1, 60, 2}, back: sceneVolume{1, 40, 4}},                                            // SYN, RST
	"handshake": {forward: sceneVolume{3, 164, 3}, back: sceneVolume{2, 112, 19}},                                         // opened and closed, no data
	"reject":    {forward: sceneVolume{3, 180, 2}, last: 7 * time.Second, rejected: true},                                 // stopped by the groups
	"ruok":      {forward: sceneVolume{5, 272, 3}, back: sceneVolume{4, 220, 19}, last: time.Second},                      // four bytes and four back
	"oneway":    {forward: sceneVolume{3, 720, 0}, last: 2 * time.Second},                                                 // datagrams without answer
	"datagrams": {forward: sceneVolume{2, 170, 0}, back: sceneVolume{2, 420, 0}, last: time.Second},                       // question and answer
	"packets":   {forward: sceneVolume{4, 336, 0}, back: sceneVolume{4, 336, 0}, last: 3 * time.Second},                   // ping and the like
	"brief":     {forward: sceneVolume{14, 2600, 3}, back: sceneVolume{12, 3100, 19}, last: 2 * time.Second},              // a login that fails
	"idle":      {forward: sceneVolume{40, 1660, 0}, back: sceneVolume{40, 2080, 0}, last: 9 * time.Minute, pooled: true}, // keepalives only
}

func (s *scenario) parseFlows(body string) error {
	f := &s.flows
	f.days = 30
	for _, line := range sceneTexts(body) {
		words, pairs := scenePairs(strings.Fields(line.text))
		var err error
		switch words[0] {
		case "daily", "once", "every":
			err = f.flow(line, words, pairs)
		default:
			err = f.setting(line.text, words, pairs)
		}
		if err != nil {
			return fmt.Errorf("line %d %q: %w", line.number, line.text, err)
		}
	}
	if f.format == nil {
		f.format = sceneFormats["v2"]
	}
	return nil
}

// setting reads a line that is no flow.
func (f *sceneFlows) setting(text string, words []string, pairs map[string]string) (err error) {
	switch words[0] {
	case "days":
		f.days, err = strconv.Atoi(words[1])
	case "format":
		if f.format = sceneFormats[words[1]]; f.format == nil {
			f.format = words[1:]
		}
	case "unlogged":
		f.unlogged = append(f.unlogged, strings.Split(words[1], ",")...)
	case "idle":
		f.noIdle = true
	case "objects":
		f.daily = words[1] == "daily"
	case "overlap":
		f.overlap = true
	case "outage":
		f.outage, err = parseSceneDays(pairs["days"])
		f.outageOf = pairs["of"]
	case "stream":
		if f.streams == nil {
			f.streams = map[string]string{}
		}
		for id := range strings.SplitSeq(words[2], ",") {
			f.streams[id] = words[1]
		}
	case "skipdata":
		var days sceneDays
		days, err = parseSceneDays(pairs["days"])
		f.skipped = append(f.skipped, sceneSkip{words[1], days})
	case "raw":
		var at time.Duration
		at, err = sceneOffset(words[1])
		_, rest, _ := strings.Cut(text, words[1])
		f.raw = append(f.raw, sceneRaw{at, strings.TrimSpace(rest)})
	default:
		return fmt.Errorf("%q is no word of the flows", words[0])
	}
	return err
}

func parseSceneDays(s string) (d sceneDays, err error) {
	a, b, ok := strings.Cut(s, "..")
	if !ok {
		b = a
	}
	if d.from, err = strconv.Atoi(a); err != nil {
		return d, fmt.Errorf("want days=2..9: %w", err)
	}
	d.to, err = strconv.Atoi(b)
	d.some = true
	return d, err
}

// flow reads WHEN FROM -> TO PROTOCOL [PORTS] [SHAPE] [xN].
func (f *sceneFlows) flow(line sceneText, words []string, pairs map[string]string) (err error) {
	w := sceneFlow{line: line, every: 1, times: 1, shape: ""}
	arrow := slices.Index(words, "->")
	if arrow < 2 || len(words) < arrow+3 {
		return fmt.Errorf("want WHEN FROM -> TO PROTOCOL PORT")
	}
	if words[0] != "daily" {
		if err := w.when(words[0], words[1]); err != nil {
			return err
		}
	}
	if w.from, err = parseSceneEnds(words[arrow-1]); err != nil {
		return err
	}
	if w.to, err = parseSceneEnds(words[arrow+1]); err != nil {
		return err
	}
	if w.protocol, err = schema.ParseProtocol(words[arrow+2]); err != nil {
		return err
	}
	for _, word := range words[arrow+3:] {
		if err := w.word(word); err != nil {
			return err
		}
	}
	if err := w.options(pairs); err != nil {
		return err
	}
	if w.protocol.HasPorts() != (w.ports != nil) {
		return fmt.Errorf("ports do not fit the protocol")
	}
	f.flows = append(f.flows, w)
	return nil
}

func (w *sceneFlow) when(kind, value string) (err error) {
	if kind == "once" {
		w.once = true
		w.at, err = sceneOffset(value)
		return err
	}
	w.every, err = strconv.Atoi(strings.TrimSuffix(value, "d"))
	return err
}

// word reads ports, a shape, or xN.
func (w *sceneFlow) word(word string) (err error) {
	if _, ok := sceneShapes[word]; ok {
		w.shape = word
		return nil
	}
	if n, ok := strings.CutPrefix(word, "x"); ok {
		w.times, err = strconv.Atoi(n)
		return err
	}
	for part := range strings.SplitSeq(word, ",") {
		from, to, err := scenePorts(part)
		if err != nil {
			return err
		}
		for p := from; p <= to; p++ {
			w.ports = append(w.ports, uint16(p))
		}
	}
	return nil
}

func (w *sceneFlow) options(pairs map[string]string) (err error) {
	for key, value := range pairs {
		switch key {
		case "days":
			w.days, err = parseSceneDays(value)
		case "bytes":
			w.bytes, err = strconv.ParseUint(value, 10, 64)
		case "from":
			var port uint64
			port, err = strconv.ParseUint(value, 10, 16)
			w.source = uint16(port)
		default:
			err = fmt.Errorf("%q is no option of a flow", key)
		}
		if err != nil {
			return err
		}
	}
	if w.shape == "" {
		w.shape = map[schema.Protocol]string{schema.TCP: "session", schema.UDP: "datagrams"}[w.protocol]
	}
	if w.shape == "" {
		w.shape = "packets"
	}
	return nil
}

// parseSceneEnds reads a list of interfaces (eni-a, eni-a/10.0.1.6), addresses, and ranges of addresses.
func parseSceneEnds(s string) (ends []sceneEnd, err error) {
	for part := range strings.SplitSeq(s, ",") {
		if strings.HasPrefix(part, "eni-") {
			id, a, some := strings.Cut(part, "/")
			end := sceneEnd{iface: id}
			if some {
				if end.addr, err = netip.ParseAddr(a); err != nil {
					return nil, err
				}
			}
			ends = append(ends, end)
			continue
		}
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		a, err := netip.ParseAddr(from)
		if err != nil {
			return nil, err
		}
		z, err := netip.ParseAddr(to)
		if err != nil {
			return nil, err
		}
		for ; a.Compare(z) <= 0; a = a.Next() {
			ends = append(ends, sceneEnd{addr: a})
		}
	}
	return ends, nil
}

// starts lists when the flow happens, as offsets of whole days, or of the one time.
func (w *sceneFlow) starts(days int) (out []time.Duration) {
	if w.once {
		return []time.Duration{w.at}
	}
	for d := 0; d < days; d++ {
		if first := w.days.from; d >= first && (!w.days.some || d <= w.days.to) && (d-first)%w.every == 0 {
			out = append(out, time.Duration(d)*24*time.Hour)
		}
	}
	return out
}
