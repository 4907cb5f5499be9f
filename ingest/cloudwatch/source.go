// Package cloudwatch is the ingest source of flow logs that are delivered to CloudWatch Logs. Start at New.
//
// A log group has no objects, so its time is cut into windows of one UTC hour of event timestamps (which are the records'
// starts), and each window is an object: listed once it is certainly complete, read whole or not at all, and the same bytes
// however often it is read. Its content is the text of the messages, one a line, below a header that names the fields, which
// the log group itself does not tell: EC2 knows the format of the flow logs that deliver there.
//
// Limits: the events of a window are held in memory while it is read; what is delivered later than Options.Settle after a
// window's end is not seen; a window that retention cuts into between two looks is as it was at the first; sizes are not
// known before reading, so refs have none.
package cloudwatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"sgfit/ingest"
	"sgfit/schema"
)

// Source lists and opens the windows of its log groups. Places are cwl://region/log-group/2026-09-01T13Z. It opens what it
// has listed, so List comes first. It is safe for concurrent use.
type Source struct {
	options Options
	targets []target
	clients map[string]*client // by region
	turns   chan struct{}      // one for each window that is read

	mu      sync.RWMutex
	formats map[target]formats // of the groups that were listed
	outside ingest.Outside     // of the last listing
}

var _ ingest.Source = (*Source)(nil)

// New returns the source of cwl://region/log-group URLs. A group whose name begins with a slash may be written without
// it. It reads AWS's configuration, but makes no request yet. The error is an *Error.
func New(ctx context.Context, options Options, urls ...string) (*Source, error) {
	if options.Now.IsZero() {
		return nil, errors.New("the time of now is missing")
	}
	s := &Source{options: options.withDefaults(), clients: map[string]*client{}, formats: map[target]formats{}}
	s.turns = make(chan struct{}, s.options.Readers)
	for _, url := range urls {
		t, ok := parse(url)
		if !ok {
			return nil, &Error{Op: "open", Place: url, Kind: ErrURL}
		}
		if s.clients[t.region] == nil {
			c, err := connect(ctx, s.options, t.region)
			if err != nil {
				return nil, failure(ctx, "connect to", url, "", err)
			}
			s.clients[t.region] = c
		}
		s.targets = append(s.targets, t)
	}
	return s, nil
}

// List returns every complete window once, however many URLs name its group. Their Modified is their end. A group that
// is not there, cannot be read, or has flow logs of formats that cannot be told apart, is an *Error.
func (s *Source) List(ctx context.Context) ([]ingest.Ref, []schema.Rejected, error) {
	s.forgetOutside()
	var refs []ingest.Ref
	for _, t := range s.targets {
		t, listed, err := s.scan(ctx, t)
		if err != nil {
			return nil, nil, err
		}
		for _, w := range listed {
			refs = append(refs, ingest.Ref{Place: t.place(w), Modified: w.end(), Slot: w.start})
		}
	}
	slices.SortFunc(refs, ingest.CompareRefs)
	return slices.CompactFunc(refs, func(a, b ingest.Ref) bool { return a.Place == b.Place }), nil, nil
}

// scan finds out what a group is called, which windows it has, and how its records read.
func (s *Source) scan(ctx context.Context, t target) (target, []window, error) {
	c := s.clients[t.region]
	g, err := c.group(ctx, t)
	if err != nil {
		return t, nil, err
	}
	t.group = g.name
	done := s.options.Now.Add(-s.options.Settle)
	all := windows(g.begins(s.options.Now), done, done)
	if len(all) == 0 {
		return t, nil, &Error{Op: "list", Place: t.String(), Kind: ErrNothing}
	}
	first, last := all[0].start, all[len(all)-1].end()
	wanted := slices.DeleteFunc(all, func(w window) bool {
		return !s.options.Since.IsZero() && !w.end().After(s.options.Since) || !s.options.Until.IsZero() && !w.start.Before(s.options.Until)
	})
	if len(wanted) == 0 {
		s.leave(first, last)
		return t, nil, nil
	}
	if err := c.probe(ctx, t, wanted[0]); err != nil {
		return t, nil, err
	}
	known, err := s.formatsOf(ctx, c, t)
	if err != nil {
		return t, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.formats[t] = known
	return t, wanted, nil
}

// leave notes a group of which nothing lies in the window.
func (s *Source) leave(first, last time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outside.Add(first, last)
}

func (s *Source) forgetOutside() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outside = ingest.Outside{}
}

// Outside returns the groups of which the last listing left everything out, since it lies outside of the window.
func (s *Source) Outside() ingest.Outside {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.outside
}

// formatsOf returns the formats that were given, or those that EC2 knows of, or AWS's default with a warning.
func (s *Source) formatsOf(ctx context.Context, c *client, t target) (formats, error) {
	if s.options.LogFormat != "" {
		return formats{schema.FieldNames(s.options.LogFormat)}, nil
	}
	known, err := c.formats(ctx, t)
	if err != nil {
		return nil, err
	}
	if len(known) == 0 {
		s.options.Warn(fmt.Sprintf("%s: no flow log in this account and region delivers there now, so its records are read in AWS's default format; say otherwise with --log-format", t))
		return formats{schema.DefaultFields}, nil
	}
	if a, b, ok := known.alike(); ok {
		return nil, &Error{Op: "list", Place: t.String(), Kind: ErrFormats, Cause: &formatsError{a, b}}
	}
	return known, nil
}

// Open reads a window to its end. The error is an *Error; nothing of a window whose reading broke off is handed out.
func (s *Source) Open(ctx context.Context, ref ingest.Ref) (io.ReadCloser, error) {
	t, w, ok := parsePlace(ref.Place)
	s.mu.RLock()
	known := s.formats[t]
	s.mu.RUnlock()
	if !ok || known == nil {
		return nil, &Error{Op: "open", Place: ref.Place, Kind: ErrURL}
	}
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return nil, failure(ctx, "read", ref.Place, "", ctx.Err())
	}
	events, err := s.clients[t.region].events(ctx, t, w)
	if err != nil {
		return nil, err
	}
	return text{bytes.NewReader(known.text(events))}, nil
}

// text is a window's content. It is in memory, and can be read at random, so that no loader need keep it elsewhere.
type text struct{ *bytes.Reader }

func (text) Close() error { return nil }
