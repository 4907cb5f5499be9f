package flowlog

import (
	"bytes"
	"strings"

	"sgfit/ingest/jsontext"
)

const (
	mostKeys   = 8
	longestKey = 40
)

// found is what the members of one object came to, as far as they may say something of a record.
type found struct {
	raw     []byte // values, one after the other
	cells   [lastColumn + 1]span
	has     columns
	fields  int // members with the names of fields
	message span
	data    span   // base64
	nested  []span // objects in which to look
	payload string // what the nested object that holds a payload is called; "" for none
	keys    []string
	control bool // a document by which CloudWatch Logs tries whether anybody listens
	whole   bool // a list was read: the object is more than a record
	transit bool // it has fields that only transit gateways have
	ocsf    ocsfSigns
}

// span is a place in found.raw.
type span struct{ from, to int }

func (f *found) reset() {
	*f = found{raw: f.raw[:0], nested: f.nested[:0], keys: f.keys[:0]}
}

// keep puts a value aside: the stream's own goes with the next.
func (f *found) keep(raw []byte) span {
	from := len(f.raw)
	f.raw = append(f.raw, raw...)
	return span{from, len(f.raw)}
}

func (f *found) at(s span) []byte { return f.raw[s.from:s.to] }

// members reads the object that comes next; raw is all of it, or nil when the stream holds it.
func (d *documents) members(s *jsontext.Stream, raw []byte, depth int) error {
	f := &d.layers[depth].found
	f.reset()
	err := s.Members(func(key string) error { return d.member(s, f, key, depth) })
	if err != nil {
		return err
	}
	if raw == nil {
		raw = s.Held()
	}
	return d.settle(f, raw, depth)
}

// member takes one member.
func (d *documents) member(s *jsontext.Stream, f *found, key string, depth int) error {
	switch key {
	case "messageType":
		raw, err := d.value(s)
		if bytes.Equal(raw, []byte(`"CONTROL_MESSAGE"`)) {
			f.control = true
			d.recognise(subscription)
		}
		return err
	case "logEvents":
		d.recognise(subscription)
		if f.whole = true; f.control {
			return s.Skip()
		}
		return d.list(s, depth)
	case "events":
		return d.listOf(s, f, key, eventsJSON, depth)
	case "results":
		return d.listOf(s, f, key, insights, depth)
	case "records", "Records":
		f.whole = true
		return d.list(s, depth)
	}
	return d.leaf(s, f, key, depth)
}

// listOf is list for one that gives the document's shape away.
func (d *documents) listOf(s *jsontext.Stream, f *found, key, shape string, depth int) error {
	if c, err := s.Next(); err != nil || c != '[' {
		return d.leaf(s, f, key, depth)
	}
	d.recognise(shape)
	f.whole = true
	return d.list(s, depth)
}

// list reads what may be records, one element at a time.
func (d *documents) list(s *jsontext.Stream, depth int) error {
	if c, err := s.Next(); err != nil || c != '[' {
		return s.Skip()
	}
	return s.Elements(func() error { return d.element(s, depth+1) })
}

// leaf keeps a member that may say something of a record, and passes over all others.
func (d *documents) leaf(s *jsontext.Stream, f *found, key string, depth int) error {
	c, err := s.Next()
	if err != nil {
		return err
	}
	if len(f.keys) < mostKeys {
		f.keys = append(f.keys, strings.ToValidUTF8(key[:min(len(key), longestKey)], ""))
	}
	column := d.column(key)
	f.transit = f.transit || strings.HasPrefix(key, "tgw") && isTransitGatewayField(key)
	f.ocsf.see(key)
	switch {
	case isMessage(key) || key == "body":
		return d.keep(s, f, &f.message)
	case c == '"' && (key == "data" || key == "rawData"):
		return d.keep(s, f, &f.data)
	case column != passedOver && c != '{' && c != '[':
		f.has.add(column)
		f.fields++
		return d.keep(s, f, &f.cells[column])
	case c == '{':
		if key == "kinesis" || key == "awslogs" {
			f.payload = key
			f.nested = f.nested[:0]
		} else if f.payload != "" {
			return s.Skip()
		}
		f.nested = append(f.nested, span{})
		return d.keep(s, f, &f.nested[len(f.nested)-1])
	}
	return s.Skip()
}

func (d *documents) keep(s *jsontext.Stream, f *found, at *span) error {
	raw, err := d.value(s)
	*at = f.keep(raw)
	return err
}

// column is fieldNamed, remembered.
func (d *documents) column(key string) column {
	c, known := d.columns[key]
	if !known {
		c, _ = fieldNamed(key)
		if len(d.columns) < 512 {
			d.columns[key] = c
		}
	}
	return c
}

// settle decides what the members make together. Fields say at least as much as the message that they were taken from,
// so they go first where there are enough of them, also when they stand in an object within (opensearch's aws.vpc).
func (d *documents) settle(f *found, raw []byte, depth int) error {
	switch {
	case f.whole || f.control:
		return nil
	case f.ocsf.sure():
		d.ocsf(raw)
		return nil
	case f.payload == "awslogs":
		d.recognise(lambdaEvent)
		return d.piece(f.at(f.nested[0]), depth+1)
	case f.payload == "kinesis":
		d.recognise(kinesisEvent)
		return d.piece(f.at(f.nested[0]), depth+1)
	case f.complete():
		return d.takeFields(f, raw)
	}
	if records := d.within(f, depth); len(records) > 0 {
		return d.pieces(records, depth+1)
	}
	switch {
	case f.message.to > 0:
		d.recognise(messages)
		return d.piece(f.at(f.message), depth+1)
	case f.data.to > 0:
		d.recognise(firehose)
		return d.unpack(f.at(f.data), depth)
	case f.transit:
		d.recognise(fieldsJSON)
		d.setAside(raw, transitGatewayRefusal)
		return nil
	case f.fields > 1:
		return d.takeFields(f, raw)
	}
	return d.unknown(raw, f.keys)
}

// complete says whether the fields are those of a record. One without data may have lost its empty ones.
func (f *found) complete() bool {
	const always = 1<<interfaceID | 1<<start | 1<<action | 1<<protocol
	addresses := f.has&(1<<srcAddr|1<<pktSrcAddr) != 0 && f.has&(1<<dstAddr|1<<pktDstAddr) != 0
	return f.has&always == always && addresses
}

// within finds the objects with the fields of a record among the members of members.
func (d *documents) within(f *found, depth int) (records [][]byte) {
	if depth == maxNesting || f.has.has(interfaceID) {
		return nil
	}
	for _, at := range f.nested {
		raw := f.at(at)
		if !bytes.Contains(raw, []byte("srcaddr")) { // nearly none has it, and a look inside costs more
			continue
		}
		in, s := &d.layers[depth+1].found, &d.layers[depth+1].stream
		in.reset()
		s.Reset(raw)
		err := s.Members(func(key string) error { return d.leaf(s, in, key, depth+1) })
		switch {
		case err != nil:
		case in.complete():
			records = append(records, bytes.Clone(raw)) // it lies where the level that reads it keeps its own
		default:
			records = append(records, d.within(in, depth+1)...)
		}
	}
	return records
}
