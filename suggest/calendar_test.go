package suggest

import (
	"testing"
	"time"

	"sgfit/analyze"
)

func TestCalendarOf(t *testing.T) {
	for _, tt := range []struct {
		start string
		days  int
		want  Calendar
		words string
	}{
		{"2026-09-01", 29, Calendar{}, "no month end"},
		{"2026-09-01", 30, Calendar{1, 1, 0}, "1 month end, 1 quarter end, but no year end"},
		{"2026-10-02", 60, Calendar{2, 0, 0}, "2 month ends, but no quarter end"},
		{"2027-02-28", 1, Calendar{1, 0, 0}, "1 month end, but no quarter end"},
		{"2028-02-28", 1, Calendar{}, "no month end"}, // a leap year
		{"2026-01-15", 365, Calendar{12, 4, 1}, "12 month ends, 4 quarter ends, 1 year end"},
	} {
		start, err := time.Parse(time.DateOnly, tt.start)
		if err != nil {
			t.Fatal(err)
		}
		got := calendarOf(start, daysFrom(0, tt.days))
		if got != tt.want || got.words() != tt.words {
			t.Errorf("%d days from %s: %+v, %q; want %+v, %q", tt.days, tt.start, got, got.words(), tt.want, tt.words)
		}
	}
	var some analyze.DaySet
	some.Add(29) // September 30 alone
	if got := calendarOf(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), some); got != (Calendar{1, 1, 0}) {
		t.Errorf("one observed day: %+v", got)
	}
}

// TestSourceDays maps days of the window to observed ones.
func TestSourceDays(t *testing.T) {
	used, observed := daysOf("??...?....") // seven observed days: 2 to 4 and 6 to 9
	rule := &analyze.Rule{Used: used, Observed: observed, Worn: observed, DaysInForce: 10}
	rule.Sources = []analyze.SourceSpan{
		{FirstDay: 0, LastDay: 9, Days: 5, Sources: 1},
		{FirstDay: 5, LastDay: 5, Days: 1, Sources: 2},
		{FirstDay: 9, LastDay: 9, Days: 1, Sources: 1},
	}
	m := &maker{days: 10}
	got, days := m.sourceDays(&subject{Rule: rule})
	want := []SourceDays{{1, 7, 5}, {4, 4, 1}, {4, 4, 1}, {7, 7, 1}}
	if days != 7 || len(got) != len(want) {
		t.Fatalf("%d observed days, sources %v", days, got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("source %d: %v, want %v", i, got[i], want[i])
		}
	}
	rule.Worn = daysFrom(0, 30) // observed on less than half of its days: all its days count
	m.days, rule.DaysInForce = 30, 30
	if _, days := m.sourceDays(&subject{Rule: rule}); days != 30 {
		t.Errorf("%d days count for a rule that was mostly not observed", days)
	}
}
