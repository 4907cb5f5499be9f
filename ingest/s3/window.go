package s3

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"sgfit/ingest"
)

// configFolder is AWS Config's below an account's.
const configFolder = "Config"

// window is the time in which a slot begins or ends that can hold a wanted record.
type window struct {
	ingest.Window
	late   time.Duration // how long after Until a wanted record can be delivered
	sought bool          // a folder above was searched for the begin of the state
	// anchored: Since is the begin of the day from which on a Region's Config files are wanted, those that are filed there
	// and named after a time before included.
	anchored bool
}

// newWindow makes room for records that end, and are delivered, after Until. Where the state at Since is wanted, it is
// only found on the way where that begins.
func newWindow(o Options) window {
	w := window{Window: ingest.Window{Since: o.Since, Until: o.Until}, late: o.Aggregation + o.Lateness}
	if o.State {
		w.Since, w.late = time.Time{}, 0
	}
	return w
}

func (w window) open() bool { return w.Open() }

func (w window) wants(start time.Time, length time.Duration) bool {
	if w.anchored {
		length += configSlack
	}
	return w.Wants(start, length, w.late)
}

// configSlack is how far a Config file's slot can lie from its day's folder: a history file is named after the begin of
// its six hours and filed when it is delivered.
const configSlack = 12 * time.Hour

// wantsFolder says whether a wanted slot can lie in a folder.
func (w window) wantsFolder(p position) bool {
	from, to, ok := ingest.SpanOf(p.dates...)
	switch {
	case !ok:
		return true
	case p.service != configFolder:
		return w.Wants(from, to.Sub(from), w.late)
	case w.anchored && !to.After(w.Since):
		return false
	}
	from, to = from.Add(-configSlack), to.Add(configSlack)
	return w.Wants(from, to.Sub(from), w.late)
}

// narrow sets the window of a service's folder in which dates come next, where the state at Since is wanted: Config's
// begins with the last day before that has a snapshot, or with the first of all; CloudTrail's, which has changes, a day
// before Since.
func (w *walk) narrow(ctx context.Context, prefix string, at position, window *window) error {
	dated := at.next >= year && at.next <= day && strings.HasSuffix(prefix, "/")
	if !w.options.State || w.options.Since.IsZero() || window.sought || !dated {
		return nil
	}
	window.sought = true
	if at.service != configFolder {
		window.Since = w.options.Since.Add(-ingest.TrailLead)
		return nil
	}
	first, found, err := w.lastSnapshot(ctx, prefix, at)
	if err == nil && found {
		window.Since, window.anchored = first, true
	}
	return err
}

// lastSnapshot looks for the last day before Since of which a folder of Config's holds a snapshot, by looking into years,
// months and days from the last one on.
func (w *walk) lastSnapshot(ctx context.Context, prefix string, at position) (day time.Time, found bool, err error) {
	from, _, _ := ingest.SpanOf(at.dates...)
	if at.next == inside {
		p, err := w.turn(ctx, prefix+"ConfigSnapshot/", "", nil)
		return from, len(p.objects) > 0, err
	}
	var folders []string
	err = w.list(ctx, prefix, "/", func(p page, _ bool) (bool, error) {
		folders = append(folders, p.folders...)
		return true, nil
	})
	slices.SortFunc(folders, func(a, b string) int { return cmp.Or(begin(b).Compare(begin(a)), cmp.Compare(a, b)) })
	for _, f := range folders {
		below := locate(f)
		if start := begin(f); err != nil || start.IsZero() || below.next == foreign || !start.Before(w.options.Since.Truncate(24*time.Hour)) {
			continue
		}
		if day, found, err = w.lastSnapshot(ctx, f, below); found {
			return day, found, err
		}
	}
	return day, false, err
}

// begin is when the time begins that a folder of a year, a month or a day stands for; zero for others.
func begin(folder string) time.Time {
	from, _, _ := ingest.SpanOf(locate(folder).dates...)
	return from
}
