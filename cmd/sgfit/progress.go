package main

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows a load: a bar on a terminal, a line a minute elsewhere.
type progress struct {
	term    *terminal
	what    string
	mu      sync.Mutex
	bar     *progressbar.ProgressBar
	objects int
	bytes   int64
	done    struct {
		objects        int
		bytes, records int64
	}
	began, said time.Time
}

func (t *terminal) progress(what string) *progress {
	now := time.Now()
	return &progress{term: t, what: what, began: now, said: now}
}

// Plan hears how much there is to do.
func (p *progress) Plan(objects int, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.objects, p.bytes = objects, bytes
	if p.term.quiet || objects == 0 {
		return
	}
	p.term.tell(fmt.Sprintf("%s: %d objects, %s", p.what, objects, size(bytes)), slog.Int("objects", objects), slog.Int64("bytes", bytes))
	if p.term.draws() {
		total := bytes
		if bytes == 0 { // a source that does not know sizes beforehand: objects are counted
			total = int64(objects)
		}
		p.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(p.term.err),
			progressbar.OptionShowBytes(bytes > 0), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond))
	}
}

// Add hears of finished work.
func (p *progress) Add(objects int, bytes, records int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done.objects += objects
	p.done.bytes += bytes
	p.done.records += records
	now := time.Now()
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%d/%d objects, %s records, %s", p.done.objects, p.objects, many(p.done.records), p.rate(now)))
		step := bytes
		if p.bytes == 0 {
			step = int64(objects)
		}
		_ = p.bar.Add64(step) // a bar that cannot be drawn is no reason to stop
		return
	}
	if now.Sub(p.said) >= time.Minute {
		p.said = now
		p.term.tell(fmt.Sprintf("%s: %d of %d objects, %s of %s, %s records, %s%s", p.what, p.done.objects, p.objects,
			size(p.done.bytes), size(p.bytes), many(p.done.records), p.rate(now), p.left(now)),
			slog.Int("objects", p.objects), slog.Int64("bytes", p.bytes), slog.Int("objects_done", p.done.objects),
			slog.Int64("bytes_done", p.done.bytes), slog.Int64("records_done", p.done.records))
	}
}

// rate is how fast records are read, on the whole.
func (p *progress) rate(now time.Time) string {
	return many(int64(float64(p.done.records)/max(now.Sub(p.began).Seconds(), 0.001))) + "/s"
}

// left is how long the rest takes at the speed so far, where sizes tell it.
func (p *progress) left(now time.Time) string {
	share := float64(p.done.bytes) / float64(max(p.bytes, 1))
	if p.bytes == 0 { // a source that does not know sizes beforehand
		share = float64(p.done.objects) / float64(max(p.objects, 1))
	}
	if share <= 0 || share >= 1 {
		return ""
	}
	rest := time.Duration(float64(now.Sub(p.began)) * (1 - share) / share)
	return fmt.Sprintf(", about %s left", rest.Round(time.Second))
}

// many says a count for people: 950, 12.3 k, 4.5 M.
func many(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f G", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f M", float64(n)/1e6)
	case n >= 1e4:
		return fmt.Sprintf("%.1f k", float64(n)/1e3)
	}
	return fmt.Sprint(n)
}

// finish takes the bar away.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}
