package analyze

import (
	"context"

	"sgfit/schema"
)

// loadIsolated loads the days that stretch the window.
func (a *Analysis) loadIsolated(ctx context.Context, ev *Evidence) error {
	const query = `SELECT day, records, objects, place, first_rest, last_rest FROM isolated_day ORDER BY day`
	return a.each(ctx, query, func(scan func(...any) error) error {
		var d schema.IsolatedDay
		err := scan(&d.Day, &d.Records, &d.Objects, &d.Place, &d.First, &d.Last)
		ev.Facts.Isolated = append(ev.Facts.Isolated, d)
		return err
	})
}
