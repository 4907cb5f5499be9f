package flowlog

import (
	"bytes"

	"sgfit/ingest/jsontext"
)

// text reads a message: a document, or lines.
func (d *documents) text(raw []byte, depth int) error {
	text, ok := jsontext.Text(raw)
	if !ok {
		d.setAside(raw, "a string with a fault")
		return nil
	}
	return d.content(text, depth)
}

// content reads text that was wrapped, whatever in.
func (d *documents) content(text []byte, depth int) error {
	text = bytes.TrimSpace(text)
	if len(text) > 0 && (text[0] == '{' || text[0] == '[') && depth < maxNesting {
		s := &d.layers[depth+1].stream
		s.Reset(text)
		return d.all(s, depth+1)
	}
	d.recognise(messages)
	for line := range bytes.Lines(text) {
		if line = bytes.TrimRight(line, "\r\n"); !isControl(line) {
			d.takeLine(line)
		}
	}
	return nil
}

// isControl knows what CloudWatch Logs says when it tries a destination.
func isControl(line []byte) bool { return bytes.HasPrefix(line, []byte("CWL CONTROL MESSAGE")) }

// takeLine takes one line of a message.
func (d *documents) takeLine(line []byte) {
	d.line = d.object.Records + 1
	if len(bytes.TrimSpace(line)) == 0 || bytes.Equal(line, d.layout.header) {
		return
	}
	switch {
	case isBlankHeader(line):
		d.header(line)
	case len(line) > longestLine:
		d.setAside(line, lineTooLong())
	default:
		d.data(line)
	}
}

// ocsfSigns are the members by which an event of the Open Cybersecurity Schema is known, as which Security Lake keeps
// flow logs.
type ocsfSigns uint8

func (o *ocsfSigns) see(key string) {
	switch key {
	case "class_uid":
		*o |= 4
	case "metadata":
		*o |= 2
	case "src_endpoint":
		*o |= 1
	}
}

func (o ocsfSigns) sure() bool { return o >= 3 }

// ocsf hands an OCSF event over, all of its text in raw, or nil where it is longer than a MiB or two. This is the one place
// where such an event, unwrapped, leaves for its own reader.
func (d *documents) ocsf(raw []byte) {
	d.recognise("ocsf JSON")
	if raw == nil {
		d.setAside(nil, "an OCSF event of more than a MiB, which a flow log's is not")
		return
	}
	d.line = d.object.Records + 1
	d.keepEvent(raw)
}
