// Package s3 is the ingest source of objects in Amazon S3, or in a server that speaks like it. Start at New.
//
// It finds AWS's layouts by listing folders, not by guessing keys, and goes down only into the days that are wanted;
// what is laid out otherwise is listed plainly. It retries, resumes bodies that break off, and notices objects that
// changed or vanished after they were listed. It does not look into objects. Limits: versions other than the latest are
// not seen; ETags of what was listed are held in memory; objects in Intelligent-Tiering's archive tiers look readable
// until they are opened.
package s3

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"sgfit/ingest"
	"sgfit/schema"
)

// Source lists and opens the objects that its URLs reach. Places are s3://bucket/key. It is safe for concurrent use.
type Source struct {
	options Options
	client  *awss3.Client
	targets []target

	mu      sync.RWMutex
	etags   map[string]string // by place, of the objects that were listed
	outside ingest.Outside    // what the window left out of them
	regions map[string]string // by bucket, where S3 said that it is in another one
}

var _ ingest.Source = (*Source)(nil)

// New returns the source of s3://bucket/prefix URLs. A prefix names a folder, or else (when there is none) all keys that
// begin with it, such as one object's. It reads AWS's configuration, but makes no request yet. The error is an *Error.
func New(ctx context.Context, options Options, urls ...string) (*Source, error) {
	s := &Source{options: options.withDefaults(), etags: map[string]string{}, regions: map[string]string{}}
	for _, url := range urls {
		t, ok := parse(url)
		if !ok {
			return nil, &Error{Op: "open", Place: url, Kind: ErrURL}
		}
		s.targets = append(s.targets, t)
	}
	client, err := connect(ctx, s.options)
	if err != nil {
		return nil, failure(ctx, "connect to", strings.Join(urls, ", "), "", err)
	}
	s.client = client
	return s, nil
}

// Skipped counts what a listing passed over, once for each URL that reaches it.
type Skipped struct {
	WriteTests int // aws-logs-write-test and ConfigWritabilityCheckFile, by which AWS tries whether it may write
	Digests    int // CloudTrail's digests, as far as their folders were looked into
	Markers    int // empty objects that stand for folders
	Services   int // folders and objects of services that are not wanted
	Days       int // folders of years, months and days outside the window
	Slots      int // objects outside the window
}

// Listing is what the URLs reach.
type Listing struct {
	Refs     []ingest.Ref      // sorted by Slot, then Place
	Rejected []schema.Rejected // folders that may not be listed, and archived objects
	Skipped  Skipped
	Requests int // listing requests, without retries
}

// List returns every object of the window once, however many URLs reach it.
func (s *Source) List(ctx context.Context) ([]ingest.Ref, []schema.Rejected, error) {
	l, err := s.Scan(ctx)
	return l.Refs, l.Rejected, err
}

// Scan is List with a count of what was passed over. A bucket that cannot be listed, and a URL that reaches nothing at
// all to load, whatever the window, are an *Error.
func (s *Source) Scan(ctx context.Context) (Listing, error) {
	found := &found{etags: map[string]string{}}
	for _, t := range s.targets {
		if err := s.scan(ctx, t, found); err != nil {
			return Listing{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.etags = found.etags
	s.outside = found.outside
	l := found.listing()
	if s.options.State {
		refs, before := ingest.StateOf(l.Refs, ingest.Window{Since: s.options.Since, Until: s.options.Until})
		l.Refs = refs
		s.outside.Join(before)
	}
	return l, nil
}

// Outside returns what the last listing left out since it lies outside of the window.
func (s *Source) Outside() ingest.Outside {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.outside
}

// scan gathers what one URL reaches.
func (s *Source) scan(ctx context.Context, t target, found *found) error {
	t, err := s.resolve(ctx, t, found)
	var wrong *Error
	if errors.As(err, &wrong) && wrong.Kind == ErrRegion && wrong.Region != "" && s.options.Region == "" {
		s.moved(t.bucket, wrong.Region)
		t, err = s.resolve(ctx, t, found)
	}
	if err != nil {
		return err
	}
	before := found.reached()
	if err := newWalk(s, t, found).run(ctx); err != nil {
		return err
	}
	if found.reached() == before {
		return &Error{Op: "list", Place: t.String(), Kind: ErrNothing}
	}
	return nil
}

// moved notes where a bucket is.
func (s *Source) moved(bucket, region string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.regions[bucket] = region
}

// in directs a request to the region of the bucket.
func (s *Source) in(bucket string) func(*awss3.Options) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	region := s.regions[bucket]
	return func(o *awss3.Options) { o.Region = orDefault(region, o.Region) }
}

// regionOf is the region in which a bucket is asked for.
func (s *Source) regionOf(bucket string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return orDefault(s.regions[bucket], s.client.Options().Region)
}

// Open starts to read an object, of which the first request has been answered. If it is not what was listed, the error
// is an *Error of ErrVanished or ErrChanged, at once or on a Read: the next load will list what is there then. A body that
// breaks off is read on from where it broke.
func (s *Source) Open(ctx context.Context, ref ingest.Ref) (io.ReadCloser, error) {
	t, ok := parse(ref.Place)
	if !ok {
		return nil, &Error{Op: "open", Place: ref.Place, Kind: ErrURL}
	}
	s.mu.RLock()
	etag := s.etags[ref.Place]
	s.mu.RUnlock()
	b := &body{ctx: ctx, source: s, target: t, etag: etag, size: -1}
	if err := b.get(); err != nil {
		return nil, b.failure("open", err)
	}
	return b, nil
}
