package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
)

// sceneFormats are the orders of fields that go by a name
// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html).
var sceneFormats = map[string][]string{
	"v2": strings.Fields("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"),
	"v5": strings.Fields(`version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
		vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id
		pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path`),
}

// sceneRecord is one line before it has a format.
type sceneRecord struct {
	state            *sceneState // the interface that logs
	status           string      // OK, NODATA, SKIPDATA; "" for raw
	egress, rejected bool
	src, dst         netip.Addr // as in the packet
	sport, dport     uint16
	protocol         schema.Protocol
	volume           sceneVolume
	start, end       time.Duration
	raw              string
}

// sceneLines counts what was written.
type sceneLines struct {
	records, nodata, skipdata, rejected, raw, repeated int64
}

// writeFiles writes the files of both kinds below dir.
func (s *scenario) writeFiles(dir string) (sceneLines, error) {
	var n sceneLines
	if err := s.writeConfig(dir); err != nil {
		return n, err
	}
	if s.estate.trail {
		if err := s.writeTrail(dir); err != nil {
			return n, err
		}
	}
	records, err := s.records()
	if err != nil {
		return n, err
	}
	return n, s.writeFlowLogs(dir, records, &n)
}

// records makes everything that is logged, in order of end.
func (s *scenario) records() ([]sceneRecord, error) {
	var out []sceneRecord
	n := 0
	for i := range s.flows.flows {
		w := &s.flows.flows[i]
		for _, at := range w.starts(s.flows.days) {
			more, err := s.occurrence(w, at, &n)
			if err != nil {
				return nil, fmt.Errorf("flows: line %d %q: %w", w.line.number, w.line.text, err)
			}
			out = append(out, more...)
		}
	}
	for _, raw := range s.flows.raw {
		out = append(out, sceneRecord{raw: raw.text, start: raw.at, end: raw.at})
	}
	out = append(out, s.skips()...)
	out = append(out, s.idle(out)...)
	slices.SortStableFunc(out, func(a, b sceneRecord) int { return cmp.Compare(a.end, b.end) })
	return out, nil
}

// occurrence is what one line of flows gives at one time. n counts conversations: it spreads them over the day and over
// ephemeral ports.
func (s *scenario) occurrence(w *sceneFlow, at time.Duration, n *int) (out []sceneRecord, err error) {
	lane := 0
	for _, from := range w.from {
		for _, to := range w.to {
			for _, port := range append(w.ports, make([]uint16, max(0, 1-len(w.ports)))...) {
				for range w.times {
					*n, lane = *n+1, lane+1
					c := conversationOf(w, at, port, *n, lane)
					records, err := s.converse(c, from, to)
					if err != nil {
						return nil, err
					}
					out = append(out, records...)
				}
			}
		}
	}
	return out, nil
}

// sceneConversation is one 5-tuple but for its addresses.
type sceneConversation struct {
	protocol      schema.Protocol
	source, port  uint16
	at            time.Duration
	shape         sceneShape
	forward, back sceneVolume
}

func conversationOf(w *sceneFlow, at time.Duration, port uint16, n, lane int) sceneConversation {
	shape := sceneShapes[w.shape]
	c := sceneConversation{protocol: w.protocol, port: port, source: w.source, at: at, shape: shape, forward: shape.forward, back: shape.back}
	if !w.once {
		c.at += 8*time.Hour + time.Duration(n*97%36000)*time.Second
	}
	switch {
	case !w.protocol.HasPorts():
		c.source = 0
	case c.source != 0:
		c.source += uint16(lane - 1)
	case shape.pooled:
		c.source = uint16(40000 + w.line.number*100 + lane)
	default:
		c.source = uint16(32768 + n*7919%28000)
	}
	if w.bytes > 0 {
		c.forward.bytes, c.back.bytes = w.bytes/4, w.bytes-w.bytes/4
	}
	return c
}

// converse gives the records of both ends.
func (s *scenario) converse(c sceneConversation, from, to sceneEnd) ([]sceneRecord, error) {
	opener, openerAddr, err := s.resolve(from, to, c.at)
	if err != nil {
		return nil, err
	}
	responder, responderAddr, err := s.resolve(to, from, c.at)
	if err != nil {
		return nil, err
	}
	if opener == nil && responder == nil {
		return nil, fmt.Errorf("neither %s nor %s is an interface", openerAddr, responderAddr)
	}
	forward := sceneRecord{status: "OK", src: openerAddr, dst: responderAddr, sport: c.source, dport: c.port, protocol: c.protocol}
	back := sceneRecord{status: "OK", src: responderAddr, dst: openerAddr, sport: c.port, dport: c.source, protocol: c.protocol}
	var out []sceneRecord
	put := func(st *sceneState, r sceneRecord, v sceneVolume, egress, rejected bool) {
		if st == nil || v.packets == 0 || slices.Contains(s.flows.unlogged, st.id) {
			return
		}
		r.state, r.egress, r.rejected = st, egress, rejected
		out = append(out, c.spread(r, v)...)
	}
	put(opener, forward, c.forward, true, false)
	put(opener, back, c.back, false, false)
	put(responder, forward, c.forward, false, c.shape.rejected)
	put(responder, back, c.back, true, false)
	return out, nil
}

// spread cuts one direction into aggregation intervals of ten minutes. Only the first shows how it was opened.
func (c sceneConversation) spread(r sceneRecord, v sceneVolume) (out []sceneRecord) {
	pieces := uint64(c.shape.last/(10*time.Minute)) + 1
	for i := range pieces {
		p := r
		p.volume = sceneVolume{v.packets / pieces, v.bytes / pieces, 0}
		if i == 0 {
			p.volume.packets, p.volume.bytes = v.packets-(pieces-1)*p.volume.packets, v.bytes-(pieces-1)*p.volume.bytes
			p.volume.flags = v.flags
		}
		p.start = c.at + time.Duration(i)*10*time.Minute
		p.end = min(c.at+c.shape.last, p.start+10*time.Minute-time.Second)
		out = append(out, p)
	}
	return out
}

// resolve finds the interface and the address of an end, in the family of the other end.
func (s *scenario) resolve(end, other sceneEnd, at time.Duration) (*sceneState, netip.Addr, error) {
	if end.iface == "" {
		return s.estate.ownerAt(end.addr, at), end.addr, nil
	}
	st := s.estate.stateAt(end.iface, at)
	if st == nil {
		return nil, end.addr, fmt.Errorf("%s is not there at %v", end.iface, at)
	}
	if end.addr.IsValid() {
		return st, end.addr, nil
	}
	a, err := st.address(other.iface == "" && other.addr.Is6())
	return st, a, err
}

// address is the primary address of a family.
func (st *sceneState) address(v6 bool) (netip.Addr, error) {
	for _, a := range st.iface.addresses {
		if a.Is6() == v6 {
			return a, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("%s has no such address", st.id)
}

func (s *scenario) skips() (out []sceneRecord) {
	for _, skip := range s.flows.skipped {
		for d := skip.days.from; d <= skip.days.to; d++ {
			at := time.Duration(d)*24*time.Hour + 15*time.Hour
			if st := s.estate.stateAt(skip.iface, at); st != nil {
				out = append(out, sceneRecord{state: st, status: "SKIPDATA", start: at, end: at + 10*time.Minute})
			}
		}
	}
	return out
}

// idle gives a NODATA line for every day on which a logged interface had no traffic, as AWS does.
func (s *scenario) idle(records []sceneRecord) (out []sceneRecord) {
	type day struct {
		iface string
		n     int
	}
	busy := map[day]bool{}
	for _, r := range records {
		if r.state != nil && r.status == "OK" {
			busy[day{r.state.id, int(r.start / (24 * time.Hour))}] = true
		}
	}
	if s.flows.noIdle {
		return nil
	}
	for _, id := range s.estate.ids(schema.InterfaceItem) {
		for d := range s.flows.days {
			at := time.Duration(d)*24*time.Hour + 7*time.Hour
			st := s.estate.stateAt(id, at)
			if st != nil && !busy[day{id, d}] && !slices.Contains(s.flows.unlogged, id) {
				out = append(out, sceneRecord{state: st, status: "NODATA", start: at, end: at + 10*time.Minute})
			}
		}
	}
	return out
}

// sceneObject is one file of flow logs.
type sceneObject struct {
	account, region string
	log             string
	day             int // -1: all days
}

// The flow logs of a scenario, where it names no others: the second one repeats all records.
const (
	firstFlowLog  = "fl-0aaaaaaaaaaaaaaaa"
	secondFlowLog = "fl-0bbbbbbbbbbbbbbbb"
)

// path is named as AWS names objects, or as who joined them did.
func (o sceneObject) path() string {
	if o.day < 0 {
		return filepath.Join("flow-logs", o.account, o.region, o.log+".log.gz")
	}
	at := sceneStart.Add(time.Duration(o.day) * 24 * time.Hour)
	return filepath.Join("flow-logs", "AWSLogs", o.account, "vpcflowlogs", o.region, at.Format("2006/01/02"),
		fmt.Sprintf("%s_vpcflowlogs_%s_%s_%s_%08x.log.gz", o.account, o.region, o.log, at.Format("20060102T1504Z"), o.day))
}

// writeFlowLogs writes an object a day and account, or an account.
func (s *scenario) writeFlowLogs(dir string, records []sceneRecord, n *sceneLines) error {
	var order []sceneObject
	texts := map[sceneObject][]string{}
	for i := range records {
		r := &records[i]
		day := int(r.start / (24 * time.Hour))
		o := sceneObject{"111122223333", "eu-west-1", firstFlowLog, -1}
		if r.state != nil {
			o.account, o.region, o.log = r.state.account, r.state.region, cmp.Or(s.flows.streams[r.state.id], firstFlowLog)
		}
		if s.flows.outage.has(day) && (s.flows.outageOf == "" || s.flows.outageOf == o.log) {
			continue
		}
		if s.flows.daily {
			o.day = day
		}
		if texts[o] == nil {
			order = append(order, o)
		}
		texts[o] = append(texts[o], r.line(s.flows.format))
		n.count(r)
	}
	header := strings.Join(s.flows.format, " ") + "\n"
	for _, o := range order {
		if err := writeZipped(filepath.Join(dir, o.path()), []byte(header+strings.Join(texts[o], ""))); err != nil {
			return err
		}
		if !s.flows.overlap {
			continue
		}
		slices.Reverse(texts[o]) // another flow log's file is not the same byte for byte
		again := o
		again.log = secondFlowLog
		if err := writeZipped(filepath.Join(dir, again.path()), []byte(header+strings.Join(texts[o], ""))); err != nil {
			return err
		}
		n.records, n.repeated = n.records+int64(len(texts[o])), n.repeated+int64(len(texts[o]))
	}
	return nil
}

func (n *sceneLines) count(r *sceneRecord) {
	n.records++
	switch {
	case r.raw != "":
		n.raw++
	case r.status == "NODATA":
		n.nodata++
	case r.status == "SKIPDATA":
		n.skipdata++
	case r.rejected:
		n.rejected++
	}
}

func (r *sceneRecord) line(format []string) string {
	if r.raw != "" {
		return r.raw + "\n"
	}
	words := make([]string, len(format))
	for i, field := range format {
		words[i] = r.field(field, len(format) > len(sceneFormats["v2"]))
	}
	return strings.Join(words, " ") + "\n"
}

// sceneServices are some of AWS's own addresses, with what flow logs call them
// (https://ip-ranges.amazonaws.com/ip-ranges.json).
var sceneServices = map[string]string{"52.218.0.0/17": "S3", "52.216.0.0/15": "S3", "52.94.0.0/22": "DYNAMODB", "130.176.0.0/16": "CLOUDFRONT", "52.95.0.0/20": "AMAZON"}

func sceneService(a netip.Addr) string {
	for prefix, name := range sceneServices {
		if netip.MustParsePrefix(prefix).Contains(a) {
			return name
		}
	}
	return "-"
}

// field spells one field; "-" where AWS has nothing to say.
func (r *sceneRecord) field(name string, custom bool) string {
	switch name {
	case "version":
		if custom {
			return "5"
		}
		return "2"
	case "account-id":
		return r.state.account
	case "interface-id":
		return r.state.id
	case "start", "end":
		at := r.start
		if name == "end" {
			at = r.end
		}
		return fmt.Sprint(sceneStart.Add(at).Unix())
	case "log-status":
		return r.status
	}
	if r.status != "OK" {
		return "-"
	}
	return r.measured(name)
}

// measured spells what only a record of traffic has. srcaddr and dstaddr show the interface's own end by its primary
// address, whatever the packet says.
func (r *sceneRecord) measured(name string) string {
	src, dst := r.src, r.dst
	if own, err := r.state.address(false); err == nil && r.src.Is4() {
		if r.egress {
			src = own
		} else {
			dst = own
		}
	}
	values := map[string]any{
		"srcaddr": src, "dstaddr": dst, "pkt-srcaddr": r.src, "pkt-dstaddr": r.dst, "srcport": r.sport, "dstport": r.dport,
		"protocol": int(r.protocol), "packets": r.volume.packets, "bytes": r.volume.bytes, "action": "ACCEPT",
		"vpc-id": r.state.vpc, "subnet-id": cmp.Or(r.state.iface.subnet, "-"), "instance-id": cmp.Or(r.state.iface.instance, "-"),
		"tcp-flags": r.volume.flags, "type": "IPv4", "region": r.state.region, "az-id": "euw1-az1", "flow-direction": "ingress",
		"pkt-src-aws-service": sceneService(r.src), "pkt-dst-aws-service": sceneService(r.dst),
	}
	if r.rejected {
		values["action"] = "REJECT"
	}
	if r.egress {
		values["flow-direction"], values["traffic-path"] = "egress", 1
	}
	if r.src.Is6() {
		values["type"] = "IPv6"
	}
	if v, ok := values[name]; ok {
		return fmt.Sprint(v)
	}
	return "-"
}
