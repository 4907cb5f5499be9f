package flowlog

import "sgfit/ingest/jsontext"

// namedLayout is that of records whose fields stand by name.
func namedLayout() *layout {
	l := &layout{separator: ','}
	for _, name := range []string{"account-id", "interface-id", "srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr", "srcport",
		"dstport", "protocol", "packets", "bytes", "start", "end", "action", "log-status", "tcp-flags", "flow-direction"} {
		c, _ := fieldNamed(name)
		l.names = append(l.names, name)
		l.columns = append(l.columns, c)
	}
	return l
}

// takeFields takes an object's fields for a record.
func (d *documents) takeFields(f *found, raw []byte) error {
	d.recognise(fieldsJSON)
	d.object.Records++
	d.line = d.object.Records
	r := &d.record
	r.clear()
	bad := -1
	for n, c := range d.fields.columns {
		if f.has.has(c) && !r.read(c, f.text(c)) && bad < 0 {
			bad = n
		}
	}
	d.fields.has = f.has
	if fault := d.fields.judge(r, bad); fault.kind != sound {
		d.reject(raw, d.fields.reasonOf(fault, f.text(d.fields.columns[fault.column])))
		return nil
	}
	d.keepRecord()
	return nil
}

// text is a field's value without quotes.
func (f *found) text(c column) []byte {
	raw := f.at(f.cells[c])
	if text, ok := jsontext.Text(raw); ok {
		return text
	}
	return raw
}
