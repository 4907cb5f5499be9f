package inventory

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// moment is a time as Config's many writers spell it: ISO with or without a colon in the zone, seconds since 1970
// (the command line's old output), or a {"__class__": "datetime"} object, which carries no zone (recorded API calls).
type moment struct {
	time.Time
	// Naive says that the zone is the writer's, and unknown; Time then holds the figures as if they were UTC.
	Naive bool
}

// Times that are tried in turn. Without a zone UTC is meant, as AWS says everywhere else.
var momentLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"}

// UnmarshalJSON takes a string, a number, a datetime object, or null.
func (m *moment) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case 'n':
		return nil
	case '{':
		return m.fromFields(b)
	case '"':
		return m.fromText(b)
	}
	return m.fromSeconds(b)
}

func (m *moment) fromText(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil || s == "" {
		return err
	}
	for _, layout := range momentLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return m.set(t)
		}
	}
	return fmt.Errorf("want a time, got %s", clip(b, 40))
}

func (m *moment) fromSeconds(b []byte) error {
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.Abs(f) > 1e11 {
		return fmt.Errorf("want a time in seconds, got %s", clip(b, 40))
	}
	return m.set(time.UnixMilli(int64(math.Round(f * 1000))))
}

func (m *moment) fromFields(b []byte) error {
	var f struct {
		Class                                               string `json:"__class__"`
		Year, Month, Day, Hour, Minute, Second, Microsecond int
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	t := time.Date(f.Year, time.Month(f.Month), f.Day, f.Hour, f.Minute, f.Second, f.Microsecond*1000, time.UTC)
	if f.Class != "datetime" || t.Day() != f.Day || t.Hour() != f.Hour || t.Minute() != f.Minute {
		return fmt.Errorf("want a time, got %s", clip(b, 40))
	}
	m.Naive = true
	return m.set(t)
}

// set refuses times that no AWS service can have written (EC2 dates from 2006), which a wrong unit would give.
func (m *moment) set(t time.Time) error {
	if t.Year() < 2006 || t.Year() > 2099 {
		return fmt.Errorf("want a time from 2006 to 2099, got the year %d", t.Year())
	}
	m.Time = t.UTC()
	return nil
}

// captured is the capture time. configurationStateId is the capture's milliseconds since 1970, in UTC; where the time
// itself has lost its zone and the two differ by a possible zone (a multiple of 15 minutes), it tells the truth.
func captured(m moment, id stateID) time.Time {
	if !m.Naive {
		return m.Time
	}
	off := time.UnixMilli(int64(id)).UTC().Sub(m.Time.Truncate(time.Millisecond))
	if off%(15*time.Minute) == 0 && off.Abs() <= 14*time.Hour {
		return m.Time.Add(off)
	}
	return m.Time
}
