package ingest

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"sgfit/schema"
)

// Window is the time of which records are wanted: [Since, Until), zero for no bound.
type Window struct{ Since, Until time.Time }

// Open says whether the window has no bound.
func (w Window) Open() bool { return w.Since.IsZero() && w.Until.IsZero() }

// Wants says whether a delivery slot can hold a wanted record, late being how long after it began a record can be
// delivered: the slot ends after Since, as its records do, and begins by Until and late. A slot that nobody knows does.
func (w Window) Wants(start time.Time, length, late time.Duration) bool {
	if start.IsZero() {
		return true
	}
	return (w.Since.IsZero() || start.Add(length).After(w.Since)) && (w.Until.IsZero() || !start.After(w.Until.Add(late)))
}

// Late is how long after a record began AWS can deliver it: the longest aggregation interval, and five minutes.
const Late = 15 * time.Minute

// TrailLead is how long before a window CloudTrail's changes are wanted: since the last snapshot of Config, which tells what
// was so then, and which is written once a day at least.
const TrailLead = 24 * time.Hour

// Within returns what of a source's objects lies in the window, by the slots that their places tell.
func Within(source Source, w Window) Source {
	return &chosen{source: source, choose: func(refs []Ref) ([]Ref, Outside) {
		return split(refs, func(r Ref) (Window, time.Duration) { return w, Late })
	}}
}

// WithState returns what of a source's objects of AWS Config, and of CloudTrail, tells what was so in the window: of each
// account and Region those from the last snapshot before Since on, or all where there is none.
func WithState(source Source, w Window) Source {
	return &chosen{source: source, choose: func(refs []Ref) ([]Ref, Outside) { return StateOf(refs, w) }}
}

// StateOf is WithState for a list.
func StateOf(refs []Ref, w Window) ([]Ref, Outside) {
	if w.Open() {
		return refs, Outside{}
	}
	anchors := map[string]time.Time{}
	for _, r := range refs {
		owner, snapshot := configName(r.Place)
		if start, _ := SlotOf(slashes(r.Place)); snapshot && !start.After(w.Since) && start.After(anchors[owner]) {
			anchors[owner] = start
		}
	}
	return split(refs, func(r Ref) (Window, time.Duration) {
		owner, _ := configName(r.Place)
		return Window{anchors[owner], w.Until}, 0
	})
}

// split tells apart what lies in the window that goes for it, and what does not.
func split(refs []Ref, windowOf func(Ref) (w Window, late time.Duration)) (inside []Ref, outside Outside) {
	for _, r := range refs {
		start, length := SlotOf(slashes(r.Place))
		if _, snapshot := configName(r.Place); snapshot {
			length = 1 // it is of one moment, and wanted where it is the anchor
		}
		if w, late := windowOf(r); w.Wants(start, length, late) {
			inside = append(inside, r)
		} else {
			outside.Add(start, start.Add(length))
		}
	}
	return inside, outside
}

// configName reads whose an object of AWS Config or CloudTrail is by its name, such as
// 111122223333_Config_eu-west-1_ConfigSnapshot_20260901T120000Z_….json.gz, and whether it is a snapshot.
func configName(place string) (owner string, snapshot bool) {
	place = slashes(place)
	parts := strings.SplitN(place[strings.LastIndexByte(place, '/')+1:], "_", 5)
	if len(parts) < 4 || parts[1] != "Config" && parts[1] != "CloudTrail" {
		return "", false
	}
	return parts[0] + "/" + parts[2], parts[3] == "ConfigSnapshot"
}

func slashes(place string) string { return strings.ReplaceAll(place, `\`, "/") }

// chosen is a source with a choice of what it lists.
type chosen struct {
	source  Source
	choose  func([]Ref) ([]Ref, Outside)
	mu      sync.Mutex
	outside Outside
}

func (c *chosen) List(ctx context.Context) ([]Ref, []schema.Rejected, error) {
	refs, rejected, err := c.source.List(ctx)
	if err != nil {
		return nil, nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	refs, c.outside = c.choose(refs)
	return refs, rejected, nil
}

func (c *chosen) Open(ctx context.Context, ref Ref) (io.ReadCloser, error) {
	return c.source.Open(ctx, ref)
}

// Outside returns what the last List left out.
func (c *chosen) Outside() Outside {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outside
}
