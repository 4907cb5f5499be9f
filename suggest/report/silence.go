package report

import (
	"fmt"
	"strings"
	"time"

	"sgfit/suggest"
)

// silenceWords says how long a used rule has not been used, against its own habit and against that of the account's other
// rules; "" where the silence is nothing out of the way.
func silenceWords(r suggest.Rule) string {
	s := r.Confidence.Silence
	if s == nil || s.IdleDays < 3 || s.IdleDays <= s.LongestGapDays {
		return ""
	}
	words := count(s.IdleDays, "observed day", "observed days") + " since its last use; "
	switch {
	case r.Evidence.Days == 1:
		words += "it was used on that day only"
	case s.LongestGapDays == 0:
		words += "before, it had no silent day between two uses"
	default:
		words += "its longest silence before was " + count(s.LongestGapDays, "day", "days")
	}
	for _, ahead := range []struct {
		days   int
		chance *float64
	}{{7, s.Return7d}, {30, s.Return30d}} {
		if ahead.chance != nil {
			words += fmt.Sprintf("; of %s in this account that lasted longer, %s ended within %d days more",
				count(s.Like, "silence", "silences"), percent(*ahead.chance), ahead.days)
		}
	}
	if s.Return7d == nil && s.Return30d == nil {
		words += "; too few rules of this account were silent as long to say how often such a silence ends"
	}
	return words
}

// calendarLines draws a strip of days as weeks, one line each, from Monday on.
func calendarLines(strip string, start time.Time) []string {
	if strings.Trim(strip, "-") == "" {
		return nil
	}
	lead := (int(start.Weekday()) + 6) % 7
	first := start.AddDate(0, 0, -lead)
	cells := strings.Repeat(" ", lead) + strip
	var out []string
	for i := 0; i < len(cells); i += 7 {
		week := cells[i:min(i+7, len(cells))]
		out = append(out, first.AddDate(0, 0, i).Format("2006-01-02")+"  "+strings.Join(strings.Split(week, ""), " "))
	}
	return out
}

// curveWords tells the estate's return curve in a few sentences, one a length of silence.
func curveWords(points []suggest.ReturnPoint) []string {
	var out []string
	for _, p := range points {
		var parts []string
		if p.Within7d != nil {
			parts = append(parts, percent(*p.Within7d)+" within 7 days more")
		}
		if p.Within30d != nil {
			parts = append(parts, percent(*p.Within30d)+" within 30")
		}
		out = append(out, fmt.Sprintf("Of %s longer than %s, %s.", count(p.Silences, "silence", "silences"), count(p.IdleDays, "day", "days"), strings.Join(parts, ", ")))
	}
	return out
}
