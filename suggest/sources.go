package suggest

// sourceDays lists the rule's sources by the days of its own life in the window.
func (s *subject) sourceDays(windowDays int) (sources []SourceDays, observed int) {
	observed = min(max(s.DaysInForce, 1), windowDays)
	before := windowDays - observed
	for _, span := range s.Sources {
		d := SourceDays{First: max(1, span.FirstDay+1-before), Last: max(1, span.LastDay+1-before), Days: span.Days}
		for range span.Sources {
			sources = append(sources, d)
		}
	}
	return sources, observed
}

// windowDays counts the whole days of the window.
func (m *maker) windowDays() int { return int(m.ev.End.Sub(m.ev.Start).Hours() / 24) }

func (m *maker) newSources(s *subject) NewSources {
	sources, observed := s.sourceDays(m.windowDays())
	return DescribeNewSources(sources, observed)
}
