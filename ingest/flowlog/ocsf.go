package flowlog

import (
	"bytes"
	"strings"
	"time"
)

// Security Lake rewrites flow logs as events of the Open Cybersecurity Schema Framework, class network activity
// (https://schema.ocsf.io/classes/network_activity). Its versions name some fields otherwise, and tell what became of
// the packets in other places; all of them are read here.

// eventField is a field of an event.
type eventField uint8

const (
	evClass eventField = iota
	evProduct
	evFeature
	evAccount
	evProtocol
	evFlags
	evDirectionID
	evDirection
	evSrcIP
	evSrcPort
	evSrcInterface
	evDstIP
	evDstPort
	evDstInterface
	evPackets
	evBytes
	evStart
	evStartDT
	evTime
	evTimeDT
	evEnd
	evEndDT
	evAction
	evActionID
	evDisposition
	evDispositionID
	evActivity
	evStatusCode
	evStatusDetail
	eventFields
)

// eventSpec says where a field stands, in older versions too, and what it is read as. A word is what other fields
// decide about.
type eventSpec struct {
	column column
	paths  []string
}

func eventSpecs() [eventFields]eventSpec {
	return [eventFields]eventSpec{
		evClass:         {passedOver, []string{"class_uid"}},
		evProduct:       {passedOver, []string{"metadata.product.name"}},
		evFeature:       {passedOver, []string{"metadata.product.feature.name"}},
		evAccount:       {accountID, []string{"cloud.account.uid", "cloud.account_uid"}},
		evProtocol:      {protocol, []string{"connection_info.protocol_num"}},
		evFlags:         {tcpFlags, []string{"connection_info.tcp_flags"}},
		evDirectionID:   {passedOver, []string{"connection_info.direction_id"}},
		evDirection:     {passedOver, []string{"connection_info.direction"}},
		evSrcIP:         {pktSrcAddr, []string{"src_endpoint.ip"}},
		evSrcPort:       {srcPort, []string{"src_endpoint.port"}},
		evSrcInterface:  {interfaceID, []string{"src_endpoint.interface_uid"}},
		evDstIP:         {pktDstAddr, []string{"dst_endpoint.ip"}},
		evDstPort:       {dstPort, []string{"dst_endpoint.port"}},
		evDstInterface:  {interfaceID, []string{"dst_endpoint.interface_uid"}},
		evPackets:       {packets, []string{"traffic.packets"}},
		evBytes:         {octets, []string{"traffic.bytes"}},
		evStart:         {start, []string{"start_time"}},
		evStartDT:       {start, []string{"start_time_dt"}},
		evTime:          {start, []string{"time"}},
		evTimeDT:        {start, []string{"time_dt"}},
		evEnd:           {end, []string{"end_time"}},
		evEndDT:         {end, []string{"end_time_dt"}},
		evAction:        {passedOver, []string{"action"}},
		evActionID:      {passedOver, []string{"action_id"}},
		evDisposition:   {passedOver, []string{"disposition"}},
		evDispositionID: {passedOver, []string{"disposition_id"}},
		evActivity:      {passedOver, []string{"activity_name"}},
		evStatusCode:    {logStatus, []string{"status_code"}},
		evStatusDetail:  {passedOver, []string{"status_detail"}},
	}
}

// eventLayout is what events are judged by: log-status is none of its fields, since some versions leave it out.
func eventLayout(specs [eventFields]eventSpec) *layout {
	l := &layout{name: "OCSF network activity"}
	for i := range specs {
		l.columns = append(l.columns, specs[i].column)
		l.names = append(l.names, specs[i].paths[0])
		l.has.add(specs[i].column)
	}
	l.columns[evAction], l.names[evAction] = action, "action or disposition"
	l.has &^= 1 << logStatus
	return l
}

// event is one event, its fields read.
type event struct {
	fields         [eventFields]*cell
	srcVia, dstVia []cell // addresses between the end and the packet: srcaddr, dstaddr where they are not the packet's
	keys, values   []cell // of unmapped, side by side
	layout         *layout
}

// cellOfEventTime reads a time as text, too; blank or T may stand before the hours.
func cellOfEventTime(c column, b []byte) cell {
	e := cellOfText(c, b)
	if e.state != badValue {
		return e
	}
	s := string(b)
	if utc, ok := strings.CutSuffix(s, " UTC"); ok {
		s = utc + "Z"
	}
	for _, form := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00"} {
		if t, err := time.Parse(form, s); err == nil {
			e := cellOfInt(c, t.Unix(), 0)
			e.word = b
			return e
		}
	}
	return e
}

// word is what a field says, in lower case without what only some versions put between the words; "" for nothing.
func (v *event) word(f eventField) string {
	if v.fields[f] == nil || v.fields[f].state != someValue {
		return ""
	}
	return plainWord(v.fields[f].word)
}

func plainWord(b []byte) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(string(b)))
}

// record makes a record of the event.
func (v *event) record(r *record) fault {
	r.clear()
	if f := v.foreign(); f.kind != sound {
		return f
	}
	bad := -1
	take := func(c column, e *cell, f eventField) {
		if e == nil {
			return
		}
		if e.state == badValue && bad < 0 {
			bad = int(f)
		}
		r.take(c, e)
	}
	for _, f := range [...]eventField{evAccount, evProtocol, evFlags, evSrcIP, evSrcPort, evDstIP, evDstPort, evPackets, evBytes} {
		take(v.layout.columns[f], v.fields[f], f)
	}
	for _, fs := range [...][]eventField{{evStart, evStartDT, evTime, evTimeDT}, {evEnd, evEndDT}} {
		f := v.firstOf(fs)
		take(v.layout.columns[f], v.fields[f], f)
	}
	if !v.via(r, srcAddr, v.srcVia) && bad < 0 {
		bad = int(evSrcIP)
		return v.settle(r, fault{severalAddresses, bad})
	}
	if !v.via(r, dstAddr, v.dstVia) && bad < 0 {
		bad = int(evDstIP)
		return v.settle(r, fault{severalAddresses, bad})
	}
	v.direction(r)
	v.iface(r)
	if !v.action(r) {
		return v.settle(r, fault{contradiction, int(evAction)})
	}
	if !v.status(r) && bad < 0 {
		bad = int(evStatusCode)
	}
	return v.layout.judge(r, bad)
}

// settle lets a fault of the values stand only where the event stands for traffic.
func (v *event) settle(r *record, f fault) fault {
	v.direction(r)
	v.iface(r)
	if v.status(r); r.status == noData || r.status == skipData {
		return fault{}
	}
	return f
}

// foreign tells events that are no flow log's.
func (v *event) foreign() fault {
	if v.word(evClass) != "4001" {
		return fault{otherClass, int(evClass)}
	}
	feature, product := v.word(evFeature), v.word(evProduct)
	if feature == "" && product == "" || strings.Contains(feature, "flowlog") || strings.Contains(product, "vpc") {
		return fault{}
	}
	return fault{otherProduct, int(evProduct)}
}

// firstOf returns the first of the fields that has a value.
func (v *event) firstOf(fs []eventField) eventField {
	for _, f := range fs {
		if v.fields[f] != nil && v.fields[f].state != noValue {
			return f
		}
	}
	return fs[0]
}

// via takes the address that an end had when it was not the packet's; two such are more than a flow log has.
func (v *event) via(r *record, c column, between []cell) bool {
	found := 0
	for i := range between {
		if between[i].state == noValue {
			continue
		}
		if found++; found > 1 || between[i].state == badValue {
			return false
		}
		r.take(c, &between[i])
	}
	return true
}

// direction reads the side of the interface on which a packet was seen.
func (v *event) direction(r *record) {
	side := v.word(evDirectionID)
	if side != "1" && side != "2" {
		side = v.word(evDirection)
	}
	switch side {
	case "1", "inbound", "ingress":
		r.egress = false
	case "2", "outbound", "egress":
		r.egress = true
	default:
		return
	}
	r.has.add(flowDirection)
}

// iface finds the interface, which stands at its own end: the destination of what comes in, the source of what goes
// out. Where the direction is not told, as in NODATA, one end alone has it.
func (v *event) iface(r *record) {
	ends := [2]eventField{evDstInterface, evSrcInterface}
	if r.egress {
		ends = [2]eventField{evSrcInterface, evDstInterface}
	}
	first, second := v.fields[ends[0]], v.fields[ends[1]]
	has := func(e *cell) bool { return e != nil && e.state == someValue }
	switch {
	case has(first) && (r.has.has(flowDirection) || !has(second) || bytes.Equal(first.word, second.word)):
		r.take(interfaceID, first)
	case has(second) && !has(first):
		r.take(interfaceID, second)
	}
}

// action reads what became of the packets. The activity tells it only where nothing else does: in version 0.39.
func (v *event) action(r *record) (agreed bool) {
	allowed, refused := 0, 0
	for _, said := range [...]string{v.word(evAction), v.unmapped("action"), v.word(evActionID), v.word(evDisposition), v.word(evDispositionID)} {
		switch said {
		case "1", "accept", "accepted", "allow", "allowed":
			allowed++
		case "2", "reject", "rejected", "deny", "denied", "block", "blocked":
			refused++
		}
	}
	if allowed+refused == 0 {
		switch v.word(evActivity) {
		case "established":
			allowed++
		case "refuse", "refused":
			refused++
		}
	}
	if allowed+refused > 0 {
		r.has.add(action)
		r.accepted = allowed > 0
	}
	return allowed == 0 || refused == 0
}

// unmapped returns the value of one of the fields that have no place in a version.
func (v *event) unmapped(key string) string {
	for i := range min(len(v.keys), len(v.values)) {
		if string(v.keys[i].word) == key {
			return plainWord(v.values[i].word)
		}
	}
	return ""
}

// status reads log-status from the places where it has stood. One that says NODATA or SKIPDATA decides.
func (v *event) status(r *record) (readable bool) {
	code := v.fields[evStatusCode]
	for _, said := range [...]string{v.word(evStatusCode), v.unmapped("logstatus"), v.unmapped("log_status"), v.word(evStatusDetail)} {
		switch said {
		case "nodata":
			r.status = noData
			return true
		case "skipdata":
			r.status = skipData
			return true
		}
	}
	return code == nil || code.state != badValue
}
