package flowlog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// keepEvent counts an event of one object, and keeps its record or what is wrong with it.
func (g *gather) keepEvent(raw []byte) {
	g.object.Records++
	v, err := eventOf(raw)
	if err != nil {
		g.reject(raw, "not readable as an OCSF event: "+err.Error())
		return
	}
	f := v.record(&g.record)
	if f.kind == sound {
		g.keepRecord()
		return
	}
	g.rejectEvent(v, f, func() []byte { return raw })
}

// rejectEvent sets an event aside. One that is no flow log's says so of the object; the others like it are counted.
func (g *gather) rejectEvent(v *event, f fault, spell func() []byte) {
	foreign := f.kind == otherClass || f.kind == otherProduct
	if foreign && g.object.Problem != "" {
		g.object.Malformed++
		return
	}
	if g.crowded() {
		return
	}
	reason := v.reason(f)
	if foreign {
		g.object.Problem = reason
	}
	g.reject(spell(), reason)
}

// reason puts a fault of an event in words.
func (v *event) reason(f fault) string {
	var said []byte
	if e := v.fields[f.column]; e != nil {
		said = e.text(v.layout.columns[f.column])
	}
	switch f.kind {
	case otherClass:
		return fmt.Sprintf("OCSF event of class %q, where VPC flow logs are of class 4001, network activity", sample(said))
	case otherProduct:
		return fmt.Sprintf("OCSF network activity of %q, not of VPC flow logs", sample(said))
	case severalAddresses:
		return v.layout.names[f.column] + " has intermediate_ips that are not one address"
	case contradiction:
		return "action and disposition say different things"
	}
	return v.layout.reasonOf(f, said)
}

// scalar is a JSON value as text: of a text what it says, of a number its digits; none for null, lists and objects.
type scalar []byte

func (s *scalar) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '"':
		var text string
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		*s = scalar(text)
	case 'n', '{', '[':
	default:
		*s = scalar(plainNumber(b))
	}
	return nil
}

// plainNumber writes a whole number without exponent and fraction.
func plainNumber(b []byte) []byte {
	if bytes.ContainsAny(b, ".eE") {
		if v, err := strconv.ParseFloat(string(b), 64); err == nil && v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return strconv.AppendInt(nil, int64(v), 10)
		}
	}
	return bytes.Clone(b)
}

// jsonEnd is an end of an event's connection.
type jsonEnd struct {
	IP              scalar   `json:"ip"`
	Port            scalar   `json:"port"`
	InterfaceUID    scalar   `json:"interface_uid"`
	IntermediateIPs []scalar `json:"intermediate_ips"`
}

// jsonEvent is an event, as far as it is read.
type jsonEvent struct {
	ClassUID      scalar `json:"class_uid"`
	ActivityName  scalar `json:"activity_name"`
	Action        scalar `json:"action"`
	ActionID      scalar `json:"action_id"`
	Disposition   scalar `json:"disposition"`
	DispositionID scalar `json:"disposition_id"`
	StatusCode    scalar `json:"status_code"`
	StatusDetail  scalar `json:"status_detail"`
	Time          scalar `json:"time"`
	TimeDT        scalar `json:"time_dt"`
	StartTime     scalar `json:"start_time"`
	StartTimeDT   scalar `json:"start_time_dt"`
	EndTime       scalar `json:"end_time"`
	EndTimeDT     scalar `json:"end_time_dt"`
	Metadata      struct {
		Product struct {
			Name    scalar `json:"name"`
			Feature struct {
				Name scalar `json:"name"`
			} `json:"feature"`
		} `json:"product"`
	} `json:"metadata"`
	Cloud struct {
		AccountUID scalar `json:"account_uid"`
		Account    struct {
			UID scalar `json:"uid"`
		} `json:"account"`
	} `json:"cloud"`
	ConnectionInfo struct {
		ProtocolNum scalar `json:"protocol_num"`
		TCPFlags    scalar `json:"tcp_flags"`
		Direction   scalar `json:"direction"`
		DirectionID scalar `json:"direction_id"`
	} `json:"connection_info"`
	Src     jsonEnd `json:"src_endpoint"`
	Dst     jsonEnd `json:"dst_endpoint"`
	Traffic struct {
		Packets scalar `json:"packets"`
		Bytes   scalar `json:"bytes"`
	} `json:"traffic"`
	Unmapped unmapped `json:"unmapped"`
}

// unmapped holds fields that have no place in a version: an object, or in old versions a list of keys and values.
type unmapped map[string]scalar

func (u *unmapped) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '{':
		return json.Unmarshal(b, (*map[string]scalar)(u))
	case '[':
		var list []struct {
			Key   scalar `json:"key"`
			Value scalar `json:"value"`
		}
		if err := json.Unmarshal(b, &list); err != nil {
			return err
		}
		*u = unmapped{}
		for _, e := range list {
			(*u)[string(e.Key)] = e.Value
		}
	}
	return nil
}

// eventOf reads an event.
func eventOf(raw []byte) (*event, error) {
	var j jsonEvent
	if err := json.Unmarshal(raw, &j); err != nil {
		return nil, err
	}
	account := j.Cloud.Account.UID
	if account == nil {
		account = j.Cloud.AccountUID
	}
	specs := eventSpecs()
	v := &event{layout: eventLayout(specs)}
	for f, s := range [eventFields]scalar{
		evClass: j.ClassUID, evProduct: j.Metadata.Product.Name, evFeature: j.Metadata.Product.Feature.Name, evAccount: account,
		evProtocol: j.ConnectionInfo.ProtocolNum, evFlags: j.ConnectionInfo.TCPFlags,
		evDirectionID: j.ConnectionInfo.DirectionID, evDirection: j.ConnectionInfo.Direction,
		evSrcIP: j.Src.IP, evSrcPort: j.Src.Port, evSrcInterface: j.Src.InterfaceUID,
		evDstIP: j.Dst.IP, evDstPort: j.Dst.Port, evDstInterface: j.Dst.InterfaceUID,
		evPackets: j.Traffic.Packets, evBytes: j.Traffic.Bytes,
		evStart: j.StartTime, evStartDT: j.StartTimeDT, evTime: j.Time, evTimeDT: j.TimeDT, evEnd: j.EndTime, evEndDT: j.EndTimeDT,
		evAction: j.Action, evActionID: j.ActionID, evDisposition: j.Disposition, evDispositionID: j.DispositionID,
		evActivity: j.ActivityName, evStatusCode: j.StatusCode, evStatusDetail: j.StatusDetail,
	} {
		e := eventCell(specs[f].column, s)
		v.fields[f] = &e
	}
	v.srcVia, v.dstVia = viaCells(srcAddr, j.Src.IntermediateIPs), viaCells(dstAddr, j.Dst.IntermediateIPs)
	for key, value := range j.Unmapped {
		v.keys = append(v.keys, cell{state: someValue, word: []byte(key)})
		v.values = append(v.values, cell{state: someValue, word: value})
	}
	return v, nil
}

func eventCell(c column, s scalar) cell {
	if c == start || c == end {
		return cellOfEventTime(c, s)
	}
	return cellOfText(c, s)
}

func viaCells(c column, list []scalar) []cell {
	var cells []cell
	for _, s := range list {
		cells = append(cells, cellOfText(c, s))
	}
	return cells
}
