package suggest

import "sgfit/analyze"

// sourceDays lists the rule's sources by observed days, counted from 1 to observed: days on which some use may have been
// missed are passed over, and what was first seen on one counts for the next. Where these are most of the rule's days
// nothing is changed for it, and sources are listed by all its days.
func (m *maker) sourceDays(s *subject) (sources []SourceDays, observed int) {
	days := s.Observed
	if 2*days.Len() < s.Worn.Len() || days.Len() == 0 {
		days = daysFrom(m.days-min(max(s.DaysInForce, 1), m.days), m.days)
	}
	observed = days.Len()
	for _, span := range s.Sources {
		first, last := days.Rank(span.FirstDay)+1, days.Rank(span.LastDay+1)
		d := SourceDays{First: min(first, observed), Last: max(first, last), Days: span.Days}
		for range span.Sources {
			sources = append(sources, d)
		}
	}
	return sources, observed
}

// daysFrom are the days of [from, to).
func daysFrom(from, to int) analyze.DaySet {
	var s analyze.DaySet
	for d := max(from, 0); d < to; d++ {
		s.Add(d)
	}
	return s
}

// newSources describes how the rule's sources come; it is asked for several times.
func (m *maker) newSources(s *subject) NewSources {
	if s.news == nil {
		sources, observed := m.sourceDays(s)
		n := DescribeNewSources(sources, observed)
		n.LastNewDays = m.lastNew(s)
		s.news = &n
	}
	return *s.news
}

// lastNew is how many days before the window's last day a source was first seen; nil without sources.
func (m *maker) lastNew(s *subject) *int {
	latest := -1
	for _, span := range s.Sources {
		latest = max(latest, span.FirstDay)
	}
	if latest < 0 {
		return nil
	}
	ago := m.days - 1 - latest
	return &ago
}
