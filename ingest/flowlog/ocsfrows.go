package flowlog

import (
	"slices"
	"strings"

	"sgfit/ingest/parquet"
)

// events is what rows need to be read as events: cursors of single fields are among those of the rows, in the order
// of fields; lists are apart.
type events struct {
	event
	fields         []eventField // of the cursors, in their order
	srcVia, dstVia *cursor
	keys, values   *cursor
}

// isEvents knows Security Lake's tables by the column that all classes have.
func isEvents(columns []parquet.Column) bool {
	return slices.ContainsFunc(columns, func(c parquet.Column) bool { return strings.Join(c.Path, ".") == "class_uid" })
}

// adoptEvents makes cursors for the fields and lists of events.
func (r *rows) adoptEvents() {
	specs := eventSpecs()
	r.layout = eventLayout(specs)
	r.layout.name = "parquet OCSF network activity"
	r.object.Format = r.layout.name
	r.events = &events{event: event{layout: r.layout}}
	for f := range eventFields {
		for _, path := range specs[f].paths {
			if i := r.column(path); i >= 0 {
				r.open(i, specs[f].column, int(f), readEventValue)
				r.events.fields = append(r.events.fields, f)
				break
			}
		}
	}
	r.events.srcVia = r.lists("src_endpoint.intermediate_ips", "", srcAddr)
	r.events.dstVia = r.lists("dst_endpoint.intermediate_ips", "", dstAddr)
	r.events.keys = r.lists("unmapped", "key", passedOver)
	r.events.values = r.lists("unmapped", "value", passedOver)
	if missing := r.missingFields(); len(missing) > 0 {
		r.layout.refusal = "OCSF events without " + strings.Join(missing, ", ") + " say nothing about rules; VPC flow logs have them"
	}
}

// missingFields names the columns without which no event can be used.
func (r *rows) missingFields() (missing []string) {
	for _, f := range []eventField{evSrcIP, evSrcPort, evDstIP, evDstPort, evProtocol} {
		if !slices.Contains(r.events.fields, f) {
			missing = append(missing, r.layout.names[f])
		}
	}
	if !slices.Contains(r.events.fields, evSrcInterface) && !slices.Contains(r.events.fields, evDstInterface) {
		missing = append(missing, "interface_uid")
	}
	return missing
}

// column finds a column that is in no list.
func (r *rows) column(path string) int {
	return slices.IndexFunc(r.file.Columns, func(c parquet.Column) bool {
		return c.MaxRep == 0 && strings.Join(c.Path, ".") == path
	})
}

// lists finds the column of a list below a path, whatever the levels between are called: there are several ways to
// store one. A map is two such, whose names end in key and value.
func (r *rows) lists(path, last string, as column) *cursor {
	for i, c := range r.file.Columns {
		if c.MaxRep == 1 && strings.HasPrefix(strings.Join(c.Path, ".")+".", path+".") && (last == "" || c.Path[len(c.Path)-1] == last) {
			return r.open(i, as, 0, readEventValue)
		}
	}
	return nil
}

// readEventValue reads a value of an event: times stand there as texts, too.
func readEventValue(c column, v *parquet.Values, i int, unit int64) cell {
	if (c == start || c == end) && len(v.Offsets) > 0 {
		return cellOfEventTime(c, v.Text(i))
	}
	return readValue(c, v, i, unit)
}

// event reads row i of the batch as an event.
func (r *rows) event(i int) (err error) {
	v := r.events
	for n, f := range v.fields {
		v.event.fields[f] = r.cursors[n].at(i)
	}
	for _, l := range [...]struct {
		from *cursor
		to   *[]cell
	}{{v.srcVia, &v.event.srcVia}, {v.dstVia, &v.event.dstVia}, {v.keys, &v.event.keys}, {v.values, &v.event.values}} {
		if l.from == nil {
			continue
		}
		if *l.to, err = l.from.list((*l.to)[:0]); err != nil {
			return err
		}
	}
	r.line++
	r.object.Records++
	f := v.record(&r.record)
	if f.kind == sound {
		r.keepRecord()
		return nil
	}
	r.rejectEvent(&v.event, f, func() []byte { return r.spell(i) })
	return nil
}
