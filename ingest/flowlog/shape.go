package flowlog

import (
	"slices"
	"strings"
)

// What JSON can be recognised as; as in schema.Object.Format.
const (
	subscription = "cloudwatch subscription JSON"
	eventsJSON   = "cloudwatch events JSON"
	insights     = "cloudwatch insights JSON"
	lambdaEvent  = "lambda event JSON"
	kinesisEvent = "kinesis event JSON"
	firehose     = "firehose event JSON"
	messages     = "message JSON"
	fieldsJSON   = "fields JSON"
)

// unknown counts an object in which nothing was recognised, and gives up where there is nothing else.
func (d *documents) unknown(raw []byte, keys []string) error {
	what := "nothing in it is a flow log record"
	if len(keys) > 0 {
		what += " (its members: " + strings.Join(keys, ", ") + ")"
	}
	for _, k := range keys {
		if len(d.keys) < mostKeys && !slices.Contains(d.keys, k) {
			d.keys = append(d.keys, k)
		}
	}
	d.setAside(raw, "JSON, but "+what)
	if d.object.Format == "" && d.object.Records >= mostUnknown {
		return d.foreign()
	}
	return nil
}

// foreign takes back what was counted of JSON that is something else than flow logs.
func (d *documents) foreign() error {
	problem := "looks like JSON, but nothing in it is a flow log record"
	if len(d.keys) > 0 {
		problem += " (it has " + strings.Join(d.keys, ", ") + ")"
	}
	piece := ""
	if len(d.rejected) > 0 {
		piece = d.rejected[0].Sample
	}
	d.object.Records, d.object.Malformed, d.rejected = 0, 0, d.rejected[:0]
	d.rejectObject(problem, []byte(piece))
	return errForeign
}

// recognise names the JSON, when it is the first time in a document.
func (d *documents) recognise(shape string) {
	if d.shape != "" {
		return
	}
	d.shape = shape
	switch d.wrapping {
	case shape:
		return
	case "":
		d.wrapping = shape
	default:
		d.wrapping = "JSON, several formats"
	}
	d.object.Format = d.wrapping
	if d.layout.header != nil {
		d.object.Format += ", " + d.layout.name
	}
}
