package report

import (
	"fmt"
	"strings"
	"time"
)

// Days is the calendar of one rule, ready to be drawn: a column a week from Monday down, a path for each kind of day.
type Days struct {
	Width                int
	Used, Silent, Missed string // paths
	Months               []Month
	Words                string
}

// Month is the name of a month above the week in which it begins.
type Month struct {
	X    int
	Name string
}

const (
	daySize = 9
	dayStep = 11
	dayTop  = 12 // room for the months
)

// days draws the strip of a rule; nil for a rule that no interface wore.
func days(strip string, start time.Time) *Days {
	if strings.Trim(strip, "-") == "" {
		return nil
	}
	lead := (int(start.UTC().Weekday()) + 6) % 7
	var used, silent, missed strings.Builder
	d := &Days{}
	for i, letter := range strip {
		x, y := (i+lead)/7*dayStep, dayTop+(i+lead)%7*dayStep
		if date := start.UTC().AddDate(0, 0, i); date.Day() == 1 || i == 0 && date.Day() < 22 {
			d.Months = append(d.Months, Month{x, date.Format("Jan")})
		}
		to := map[rune]*strings.Builder{'#': &used, '.': &silent, '?': &missed}[letter]
		if to != nil {
			fmt.Fprintf(to, "M%d %dh%dv%dh-%dz", x, y, daySize, daySize, daySize)
		}
	}
	d.Width = (len(strip) + lead + 6) / 7 * dayStep
	d.Used, d.Silent, d.Missed = used.String(), silent.String(), missed.String()
	d.Words = fmt.Sprintf("used on %s, silent on %s", count(strings.Count(strip, "#"), "day", "days"), thousands(strings.Count(strip, ".")))
	if n := strings.Count(strip, "?"); n > 0 {
		d.Words += ", on " + thousands(n) + " a use may have been missed"
	}
	return d
}
