package duck

import (
	"context"
	"testing"
	"time"
)

func TestWidenWindow(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 9, n, 0, 0, 0, 0, time.UTC) }
	none := time.Time{}
	type ask struct{ since, until time.Time }
	for _, c := range []struct {
		name         string
		loaded       bool // without bounds, before
		asks         []ask
		noted        bool
		since, until time.Time
	}{
		{"never", false, nil, false, none, none},
		{"once", false, []ask{{day(1), day(15)}}, true, day(1), day(15)},
		{"one after another", false, []ask{{day(15), day(29)}, {day(1), day(15)}}, true, day(1), day(29)},
		{"one bound", false, []ask{{day(5), none}, {day(1), day(15)}}, true, day(1), none},
		{"the other", false, []ask{{day(5), day(6)}, {none, day(15)}}, true, none, day(15)},
		{"without bounds in between", false, []ask{{day(5), day(6)}, {none, none}}, false, none, none},
		{"what was loaded without stays", true, []ask{{day(5), day(6)}}, false, none, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, db := context.Background(), open(t)
			if c.loaded {
				if err := db.AddBatch(ctx, batch("a", 1)); err != nil {
					t.Fatal(err)
				}
			}
			for i, a := range c.asks {
				if err := db.WidenWindow(ctx, a.since, a.until); err != nil {
					t.Fatal(err)
				}
				if i == 0 && c.noted {
					if err := db.AddBatch(ctx, batch("a", 1)); err != nil {
						t.Fatal(err)
					}
				}
			}
			got, err := db.window(ctx)
			if err != nil || got.noted != c.noted || !got.since.Equal(c.since) || !got.until.Equal(c.until) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// TestWidenWindowForgets the analysis when the window is another, and keeps it when not.
func TestWidenWindowForgets(t *testing.T) {
	ctx, db := context.Background(), open(t)
	analyzed := func() (n int) {
		if err := db.SQL().QueryRow(`SELECT count(*) FROM meta WHERE key = 'analyzed'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	since := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	for i, want := range []int{0, 1} {
		if i == 0 {
			if _, err := db.SQL().Exec(`INSERT INTO meta VALUES ('analyzed', 'yes')`); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.WidenWindow(ctx, since, time.Time{}); err != nil || analyzed() != want {
			t.Errorf("ask %d: %d, %v", i, analyzed(), err)
		}
		if _, err := db.SQL().Exec(`INSERT OR REPLACE INTO meta VALUES ('analyzed', 'yes')`); err != nil {
			t.Fatal(err)
		}
	}
}
