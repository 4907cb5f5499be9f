package suggest

import (
	"fmt"
	"strings"
	"time"

	"sgfit/analyze"
)

// calendarOf counts the last days of months, quarters and years among the days of a window that starts at start. What is
// done once a month, a quarter or a year is mostly done about then.
func calendarOf(start time.Time, days analyze.DaySet) Calendar {
	var c Calendar
	for d := range days.Days {
		next := start.AddDate(0, 0, d+1)
		if next.Day() != 1 {
			continue
		}
		c.MonthEnds++
		if (next.Month()-1)%3 == 0 {
			c.QuarterEnds++
		}
		if next.Month() == time.January {
			c.YearEnds++
		}
	}
	return c
}

// words say which turns of the calendar days hold, and the first that they lack: "2 month ends, but no quarter end".
func (c Calendar) words() string {
	var has []string
	lacks := ""
	for _, turn := range []struct {
		n    int
		noun string
	}{{c.MonthEnds, "month end"}, {c.QuarterEnds, "quarter end"}, {c.YearEnds, "year end"}} {
		if turn.n > 0 {
			has = append(has, count(int64(turn.n), turn.noun))
		} else if lacks == "" {
			lacks = "no " + turn.noun
		}
	}
	switch {
	case lacks == "":
		return strings.Join(has, ", ")
	case len(has) == 0:
		return lacks
	}
	return strings.Join(has, ", ") + ", but " + lacks
}

// strip draws a rule's days in the window, one letter each: # used, . silent, and a use would have been logged, ? silent,
// but a use may have been missed, - not worn by any interface or not in force.
func strip(s *subject, days int) string {
	var b strings.Builder
	for d := range days {
		switch {
		case s.Used.Has(d):
			b.WriteByte('#')
		case s.Observed.Has(d):
			b.WriteByte('.')
		case s.Worn.Has(d):
			b.WriteByte('?')
		default:
			b.WriteByte('-')
		}
	}
	return b.String()
}

// observedWords is how long a silence was observed: "45 observed days (1 month end, but no quarter end)".
func (m *maker) observedWords(s *subject) string {
	return fmt.Sprintf("%s (%s)", count(int64(s.Observed.Len()), "observed day"), calendarOf(m.ev.Start, s.Observed).words())
}
