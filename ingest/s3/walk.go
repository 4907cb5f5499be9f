package s3

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"sgfit/ingest"
	ingestaws "sgfit/ingest/aws"
)

const (
	// lostAfter is how many folders deep a walk looks for AWS's layout before it lists plainly what is below.
	lostAfter = 4
	// crowd is how many folders in one, nothing of AWS's in sight, are too many to look into one by one.
	crowd = 64
)

// walk lists one target: folder by folder where that spares requests, plainly where not.
type walk struct {
	*Source
	target
	*found
	within string        // the service whose folder the target is in, "" for none
	turns  chan struct{} // one for each request at a time

	group  sync.WaitGroup
	cancel context.CancelFunc
	failed sync.Once
	err    error
}

func newWalk(s *Source, t target, found *found) *walk {
	return &walk{Source: s, target: t, found: found, within: locate(t.prefix).service,
		turns: make(chan struct{}, s.options.Listers)}
}

// run walks with as many requests at a time as the options allow.
func (w *walk) run(ctx context.Context) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	w.cancel = cancel
	w.follow(inner, w.prefix, 0, newWindow(w.options))
	w.group.Wait()
	if ctx.Err() != nil {
		return failure(ctx, "list", w.String(), "", ctx.Err())
	}
	return w.err
}

// follow lists what is below a prefix, at the same time as others.
func (w *walk) follow(ctx context.Context, prefix string, lost int, window window) {
	w.group.Go(func() {
		if err := w.folder(ctx, prefix, lost, window); err != nil {
			w.failed.Do(func() { w.err = err })
			w.cancel()
		}
	})
}

// folder lists what is below a prefix. lost is how many folders above it were nothing of AWS's. A folder below the
// target that may not be listed is set aside.
func (w *walk) folder(ctx context.Context, prefix string, lost int, window window) error {
	at := locate(prefix)
	err := w.narrow(ctx, prefix, at, &window)
	takeAll := func(p page, _ bool) (bool, error) { return w.takeAll(p, window) }
	switch {
	case err != nil:
	case w.stepwise(at, prefix, lost, window):
		err = w.list(ctx, prefix, "/", func(p page, first bool) (bool, error) {
			if first && at.next == unknown && len(p.folders) > crowd {
				return false, w.list(ctx, prefix, "", takeAll)
			}
			for _, f := range p.folders {
				w.descend(ctx, at, f, lost, window)
			}
			return w.takeAll(p, window)
		})
	default:
		err = w.list(ctx, prefix, "", takeAll)
	}
	if errors.Is(err, ingestaws.ErrDenied) && prefix != w.prefix {
		w.reject(placeOf(w.bucket, prefix), "folder cannot be listed: access denied; allow s3:ListBucket on it, then load again")
		return nil
	}
	return err
}

// stepwise says whether it is worth while to look at a folder's folders one by one.
func (w *walk) stepwise(at position, prefix string, lost int, window window) bool {
	switch {
	case prefix != "" && !strings.HasSuffix(prefix, "/"), at.next == foreign, at.next == inside:
		return false
	case at.next == unknown:
		return lost < lostAfter
	}
	return at.next < year || !window.open()
}

// descend goes into a folder that is wanted.
func (w *walk) descend(ctx context.Context, above position, folder string, lost int, window window) {
	at := locate(folder)
	switch {
	case ingest.IsDigest(folder):
		w.skip(digests)
		return
	case !w.wantsService(at):
		w.skip(services)
		return
	case !window.wantsFolder(at):
		from, to, _ := ingest.SpanOf(at.dates...)
		w.leave(days, from, to)
		return
	}
	if above.next == unknown && at.next == unknown {
		lost++
	}
	w.follow(ctx, folder, lost, window)
}

// wantsService says whether a service's folder is wanted. The service that the target is in is.
func (w *walk) wantsService(at position) bool {
	return !at.sure || at.service == "" || at.service == w.within || len(w.options.Services) == 0 ||
		slices.Contains(w.options.Services, at.service)
}

// takeAll takes a page's objects, and goes on to the next page.
func (w *walk) takeAll(p page, window window) (bool, error) {
	for i := range p.objects {
		w.take(&p.objects[i], window)
	}
	return true, nil
}

// take lists an object, unless it is none of ours.
func (w *walk) take(o *object, window window) {
	start, length := ingest.SlotOf(o.key)
	place := placeOf(w.bucket, o.key)
	switch {
	case o.size == 0 && (strings.HasSuffix(o.key, "/") || strings.HasSuffix(o.key, "_$folder$")):
		w.skip(markers)
	case ingest.IsWriteTest(o.key):
		w.skip(writeTests)
	case ingest.IsDigest(o.key):
		w.skip(digests)
	case len(w.options.Services) > 0 && !w.wantsService(locate(o.key[:strings.LastIndexByte(o.key, '/')+1])):
		w.skip(services)
	case !window.wants(start, length):
		w.leave(slots, start, start.Add(length))
	case o.archived != "":
		w.reject(place, "object is archived ("+o.archived+"); restore it, then load again")
	default:
		w.add(ingest.Ref{Place: place, Size: o.size, Modified: o.modified, Slot: start}, o.etag)
	}
}
