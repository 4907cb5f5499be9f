package duck

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// WidenWindow notes, before flow logs are loaded, which time [since, until) they were asked for; zero is no bound. The
// window of the database reaches from the earliest to the latest that was ever asked for, and is without bounds once
// anything is loaded that was asked for without.
func (db *DB) WidenWindow(ctx context.Context, since, until time.Time) error {
	have, err := db.window(ctx)
	if err != nil {
		return fmt.Errorf("note the window: %w", err)
	}
	want := askedWindow{noted: true, since: since, until: until}
	switch {
	case since.IsZero() && until.IsZero(), have.loaded && !have.noted:
		want = askedWindow{}
	case have.noted:
		want.since, want.until = orEarlier(have.since, since), orLater(have.until, until)
	}
	if want.noted == have.noted && want.since.Equal(have.since) && want.until.Equal(have.until) {
		return nil
	}
	err = db.write(func() error {
		script := forgetAnalysis + "; DELETE FROM meta WHERE key IN ('window_since', 'window_until')"
		if want.noted {
			script += "; INSERT INTO meta VALUES ('window_since', " + quote(spell(want.since)) + "), ('window_until', " + quote(spell(want.until)) + ")"
		}
		return db.exec(script)
	})
	if err != nil {
		return fmt.Errorf("note the window: %w", err)
	}
	return nil
}

// WiderThan says whether the window that is judged reaches beyond [since, until), where that has a bound.
func (db *DB) WiderThan(ctx context.Context, since, until time.Time) (bool, error) {
	if since.IsZero() && until.IsZero() {
		return false, nil
	}
	have, err := db.window(ctx)
	if err != nil {
		return false, fmt.Errorf("look at the window: %w", err)
	}
	before := !since.IsZero() && (have.since.IsZero() || have.since.Before(since.Truncate(time.Second)))
	after := !until.IsZero() && (have.until.IsZero() || have.until.After(until.Add(time.Second)))
	return have.loaded && (before || after), nil
}

// DaysInWindow says whether any day with records lies in the window that flow logs were asked for, and of which days there
// are records at all: [first, last], zero for none.
func (db *DB) DaysInWindow(ctx context.Context) (first, last time.Time, inside bool, err error) {
	have, err := db.window(ctx)
	if err != nil {
		return first, last, false, fmt.Errorf("look at the window: %w", err)
	}
	const query = `SELECT DISTINCT epoch_us(day::TIMESTAMP) AS day FROM coverage ORDER BY day`
	err = db.each(ctx, query, func(rows *sql.Rows) error {
		var us int64
		if err := rows.Scan(&us); err != nil {
			return err
		}
		day := micro(us)
		if first.IsZero() {
			first = day
		}
		last = day
		inside = inside || day.Add(24*time.Hour).After(have.since) && (have.until.IsZero() || day.Before(have.until))
		return nil
	})
	if err != nil {
		return first, last, false, fmt.Errorf("look at the window: %w", err)
	}
	return first, last, inside, nil
}

// Loading says how what is in the database was loaded, as far as answers hang on it.
type Loading struct {
	AssumeUnchanged bool      // resources were taken to have been before what they were when first seen
	Since, Until    time.Time // bounds of the flow logs that were asked for; zero for none
}

// Loading reads it.
func (db *DB) Loading(ctx context.Context) (l Loading, err error) {
	w, err := db.window(ctx)
	if err == nil {
		l.Since, l.Until = w.since, w.until
		const query = `SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'assume_unchanged' AND value = 'true')`
		err = db.sql.QueryRowContext(ctx, query).Scan(&l.AssumeUnchanged)
	}
	if err != nil {
		return l, fmt.Errorf("look up how the input was loaded: %w", err)
	}
	return l, nil
}

// askedWindow is what meta says of the window.
type askedWindow struct {
	noted        bool // all that is loaded was asked for within bounds
	loaded       bool // there are flow logs
	since, until time.Time
}

const windowForm = time.DateTime

func (db *DB) window(ctx context.Context) (w askedWindow, err error) {
	const query = `
		SELECT (SELECT value FROM meta WHERE key = 'window_since'), (SELECT value FROM meta WHERE key = 'window_until'),
		       EXISTS (SELECT 1 FROM object WHERE kind = 'flow-log')`
	var since, until sql.NullString
	if err := db.sql.QueryRowContext(ctx, query).Scan(&since, &until, &w.loaded); err != nil {
		return w, err
	}
	w.noted = since.Valid
	w.since, _ = time.Parse(windowForm, since.String) // "" is no bound
	w.until, _ = time.Parse(windowForm, until.String)
	return w, nil
}

// spell writes a bound as SQL casts it, rounded up to the second; "" for none.
func spell(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Add(time.Second - 1).Truncate(time.Second).Format(windowForm)
}

// orEarlier returns the earlier of two times, and the zero time, which is before all, where one is that.
func orEarlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// orLater returns the later of two times, and the zero time, which here is after all, where one is that.
func orLater(a, b time.Time) time.Time {
	switch {
	case a.IsZero() || b.IsZero():
		return time.Time{}
	case a.After(b):
		return a
	}
	return b
}
