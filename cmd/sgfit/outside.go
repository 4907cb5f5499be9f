package main

import (
	"context"
	"fmt"
	"time"

	"sgfit/ingest"
	"sgfit/schema"
	"sgfit/schema/duck"
)

// outsideError says that a window leaves nothing of what was found.
type outsideError struct {
	since, until time.Time
	outside      ingest.Outside
}

func (e *outsideError) Error() string {
	return fmt.Sprintf("nothing lies %s; what was found is from %s to %s",
		windowWords(e.since, e.until), shortTime(e.outside.First), shortTime(e.outside.Last))
}

// windowWords says a window that has a bound.
func windowWords(since, until time.Time) string {
	switch {
	case until.IsZero():
		return "after --since " + shortTime(since)
	case since.IsZero():
		return "before --until " + shortTime(until)
	}
	return "between --since " + shortTime(since) + " and --until " + shortTime(until)
}

// shortTime is a date for midnights, else a time.
func shortTime(t time.Time) string {
	if t = t.UTC().Truncate(time.Minute); t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02T15:04Z")
}

// checkListed looks at what a source has listed: when the window leaves nothing of it, and the database has nothing of the
// kind either, there is nothing to go on with.
func (o *windowOptions) checkListed(ctx context.Context, term *terminal, db *duck.DB, source ingest.Source, kind schema.ObjectKind) error {
	refs, rejected, err := source.List(ctx)
	outside := ingest.OutsideOf(source)
	if err != nil || len(refs)+len(rejected) > 0 || outside.Objects == 0 {
		return err
	}
	nothing := &outsideError{o.since, o.until, outside}
	holds, err := db.Holds(ctx, kind)
	if holds && err == nil {
		term.warn("%v, so nothing was added; other --since and --until take more", nothing)
	}
	if holds || err != nil {
		return err
	}
	return nothing
}

// warnOutside warns when objects that tell no time by their names have no record in the window: then all are judged.
func (o *windowOptions) warnOutside(ctx context.Context, term *terminal, db *duck.DB) error {
	if o.since.IsZero() && o.until.IsZero() {
		return nil
	}
	first, last, inside, err := db.DaysInWindow(ctx)
	if err != nil || inside || first.IsZero() {
		return err
	}
	term.warn("no record lies %s; those that were loaded are from %s to %s, and these days are judged; their files tell no time by their names, so give other --since and --until, or none",
		windowWords(o.since, o.until), shortTime(first), shortTime(last))
	return nil
}
