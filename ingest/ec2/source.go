// Package ec2 is the ingest source of what EC2 itself says of an account now: its groups, rules, interfaces, prefix lists,
// subnets, VPCs and flow logs. Start at New.
//
// Its objects are the answers of the Describe calls, one of each call and region, in the JSON that the AWS command line
// writes (so that one decoder reads both) with a schema.Capture in front. It asks page by page, while the object is read,
// and calls nothing that changes anything. Limits: what is true now says little of the past; the answers of one run are
// asked for over some seconds and taken to be of one time, its beginning.
package ec2

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"sgfit/ingest"
	ingestaws "sgfit/ingest/aws"
	"sgfit/schema"
)

// Options says whom to ask. The zero value asks AWS, in the region that environment or profile name.
type Options struct {
	ingestaws.Options
	Regions     []string // nil means Options.Region, or what the environment or the profile say
	EndpointURL string   // of another server that speaks EC2 and STS; "" means AWS's
	// At is the time that the answers are taken to be of. It is needed.
	At time.Time
	// Page bounds the elements of one answer; 0 means the most that each call allows.
	Page int32
}

// Source asks EC2. It is safe for concurrent use.
type Source struct {
	options Options
	config  aws.Config

	mu      sync.Mutex
	objects map[string]object // by place
	failed  []error
}

var _ ingest.Source = (*Source)(nil)

// object is one call to one region.
type object struct {
	call
	capture schema.Capture
}

// New reads AWS's configuration, but makes no request yet. The error is an *Error.
func New(ctx context.Context, o Options) (*Source, error) {
	if o.Anonymous {
		return nil, &Error{Op: "ask EC2", Kind: ingestaws.ErrCredentials, Cause: errUnsigned}
	}
	cfg, err := ingestaws.Config(ctx, o.Options)
	if err != nil {
		return nil, failure(ctx, "read the AWS configuration", err)
	}
	if len(o.Regions) == 0 && cfg.Region != "" {
		o.Regions = []string{cfg.Region}
	}
	if len(o.Regions) == 0 {
		return nil, &Error{Op: "ask EC2", Kind: ErrRegion}
	}
	slices.Sort(o.Regions)
	o.Regions = slices.Compact(o.Regions)
	return &Source{options: o, config: cfg, objects: map[string]object{}}, nil
}

// List names the calls to make, after asking who is calling. The error is an *Error.
func (s *Source) List(ctx context.Context) ([]ingest.Ref, []schema.Rejected, error) {
	account, err := s.account(ctx)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var refs []ingest.Ref
	for _, region := range s.options.Regions {
		for _, c := range calls() {
			capture := schema.Capture{AccountID: account, Region: region, Time: s.options.At.UTC()}
			place := fmt.Sprintf("ec2://%s/%s/%s/%s", account, region, c.name, capture.Time.Format("20060102T150405Z"))
			s.objects[place] = object{c, capture}
			refs = append(refs, ingest.Ref{Place: place, Modified: capture.Time})
		}
	}
	slices.SortFunc(refs, ingest.CompareRefs)
	return refs, nil, nil
}

// account asks for the caller's account, which needs no permission: it also tells whether there are credentials at all.
func (s *Source) account(ctx context.Context) (string, error) {
	client := sts.NewFromConfig(s.config, func(o *sts.Options) {
		o.Region = s.options.Regions[0]
		if s.options.EndpointURL != "" {
			o.BaseEndpoint = &s.options.EndpointURL
		}
	})
	out, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", failure(ctx, "ask who is calling", err)
	}
	return aws.ToString(out.Account), nil
}

// Open asks, and returns the answer as it comes. A Read fails with an *Error when a call does.
func (s *Source) Open(ctx context.Context, ref ingest.Ref) (io.ReadCloser, error) {
	s.mu.Lock()
	o, ok := s.objects[ref.Place]
	s.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("open %s: it was not listed", ref.Place)
	}
	ctx, stop := context.WithCancel(ctx)
	from, to := io.Pipe()
	ask := &asking{ctx: ctx, client: s.client(o.capture.Region), out: to, capture: o.capture, page: s.options.Page}
	go func() {
		err := o.ask(ask)
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			err = s.failure(ctx, o, err)
		}
		_ = to.CloseWithError(err)
	}()
	return &reply{from, stop}, nil
}

// reply ends the calls when nobody reads on.
type reply struct {
	*io.PipeReader
	stop context.CancelFunc
}

func (r *reply) Close() error {
	r.stop()
	return r.PipeReader.Close()
}

func (s *Source) client(region string) *awsec2.Client {
	return awsec2.NewFromConfig(s.config, func(o *awsec2.Options) {
		o.Region, o.HTTPClient = region, answers{o.HTTPClient}
		if s.options.EndpointURL != "" {
			o.BaseEndpoint = &s.options.EndpointURL
		}
	})
}

// failure makes an *Error, and keeps it unless the call is one that can be done without.
func (s *Source) failure(ctx context.Context, o object, err error) error {
	err = failure(ctx, o.name+" in "+o.capture.Region, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !o.optional {
		s.failed = append(s.failed, err)
	}
	return err
}

// Needs says whether a place is that of a call without whose answer the inventory is not whole.
func (s *Source) Needs(place string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, listed := s.objects[place]
	return listed && !o.optional
}

// Failed returns why calls failed without whose answers the inventory is not whole, nil if none did. Calls that can be
// done without (stale groups, flow logs) do not count.
func (s *Source) Failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortFunc(s.failed, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(s.failed...)
}
