package schema

import (
	"fmt"
	"strings"
	"time"
)

// IsolatedDay is a day with few records, far from all others: mostly a clock was wrong.
type IsolatedDay struct {
	Day              time.Time
	Records, Objects int64     // Objects reach that day
	Place            string    // of one of them, "" for none
	First, Last      time.Time // days of the rest of the window
}

// mostIsolated is how many days are named.
const mostIsolated = 5

// IsolatedWords says which days are isolated, and what to do about it; "" for none.
func IsolatedWords(days []IsolatedDay) string {
	if len(days) == 0 {
		return ""
	}
	var named []string
	for _, d := range days[:min(len(days), mostIsolated)] {
		named = append(named, d.String())
	}
	if n := len(days) - mostIsolated; n > 0 {
		named = append(named, fmt.Sprintf("and %d more days", n))
	}
	first, last := days[0].First, days[0].Last
	return fmt.Sprintf("Days with few records lie far from all others (%s to %s; more than 30 days without any record between) and stretch the window: %s. "+
		"They are judged like all. If their time is wrong, load into another file (--db) with --since %s --until %s.",
		first.Format(time.DateOnly), last.Format(time.DateOnly), strings.Join(named, ", "),
		first.Format(time.DateOnly), last.AddDate(0, 0, 1).Format(time.DateOnly))
}

// String names the day, how many records it has, and where they come from.
func (d IsolatedDay) String() string {
	text := d.Day.Format(time.DateOnly) + " (" + counted(d.Records, "record")
	switch {
	case d.Objects > 1:
		text += fmt.Sprintf(", in %s or %d others", d.Place, d.Objects-1)
	case d.Objects == 1:
		text += ", in " + d.Place
	}
	return text + ")"
}

func counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
