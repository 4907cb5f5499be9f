package inventory

import (
	"bytes"
	"encoding/json"

	"sgfit/ingest/jsontext"
)

// trailShape is the format of objects with CloudTrail's events.
const trailShape = "cloudtrail events"

// records reads a list of records, if the first of them shows that they are CloudTrail's.
func (e *envelope) records(s *jsontext.Stream) error {
	e.foreign = "a list of records"
	if c, err := s.Next(); err != nil || c != '[' {
		return errForeign
	}
	first := e.shape == ""
	return s.Elements(func() error {
		raw, err := s.Value()
		if err != nil {
			return err
		}
		if first && !isTrailEvent(raw) {
			return errForeign
		}
		first = false
		e.recognise(trailShape)
		return e.event(raw)
	})
}

// lookedUp reads what `aws cloudtrail lookup-events` answers: each event is a text within an object.
func (e *envelope) lookedUp(s *jsontext.Stream) error {
	if c, err := s.Next(); err != nil || c != '[' {
		return s.Skip()
	}
	return s.Elements(func() error {
		raw, err := s.Value()
		if err != nil {
			return err
		}
		var entry struct{ CloudTrailEvent string }
		if json.Unmarshal(raw, &entry) != nil || entry.CloudTrailEvent == "" {
			return nil
		}
		e.recognise(trailShape)
		return e.event(bytes.TrimSpace([]byte(entry.CloudTrailEvent)))
	})
}

// event counts one event of CloudTrail, whatever becomes of it.
func (d *decoder) event(raw []byte) error {
	d.Records++
	switch v := readTrailEvent(raw); {
	case v.skipped != "":
		d.pass(v.skipped)
	case v.err != nil:
		d.Malformed++
		d.reject(v.err.Error(), raw)
	default:
		d.OK++
		d.Changes = append(d.Changes, v.changes...)
		d.noteTime(v.changes[0].At)
	}
	return nil
}
