package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	ingestaws "sgfit/ingest/aws"
)

var (
	errStalled = errors.New("nothing was sent for too long")
	errShort   = errors.New("fewer bytes were sent than announced")
	errRange   = errors.New("the server did not send the range that was asked for")
)

// body is the content of an object, read on from where a connection broke off.
type body struct {
	ctx    context.Context // the caller's
	source *Source
	target
	etag    string // of the version that is read; "" until the first answer, where nobody listed it
	size    int64  // -1 when the server does not tell
	offset  int64  // bytes that were read
	resumes int    // made so far

	from   io.ReadCloser // the answer at hand, nil between two
	broken error         // why there is none
	watch  *time.Timer   // runs while a byte is waited for
	stop   context.CancelCauseFunc
	inner  context.Context // of the request at hand
}

// get asks for the object, or for the rest of it, in the version that was listed.
func (b *body) get() error {
	b.inner, b.stop = context.WithCancelCause(b.ctx)
	stop := b.stop
	in := &awss3.GetObjectInput{Bucket: &b.bucket, Key: &b.prefix, RequestPayer: b.source.payer()}
	if b.etag != "" {
		in.IfMatch = &b.etag
	}
	if b.offset > 0 {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", b.offset))
	}
	out, err := b.source.client.GetObject(b.inner, in, b.source.in(b.bucket))
	if err != nil {
		stop(nil)
		return err
	}
	if err := b.accept(out); err != nil {
		stop(nil)
		return errors.Join(err, out.Body.Close())
	}
	b.from, b.broken = out.Body, nil
	b.watch = time.AfterFunc(b.source.options.Stall, func() { stop(errStalled) })
	b.watch.Stop()
	return nil
}

// accept compares an answer with what was asked for: servers that only resemble S3 do not all know If-Match and Range.
func (b *body) accept(out *awss3.GetObjectOutput) error {
	etag := aws.ToString(out.ETag)
	if b.etag != "" && etag != "" && etag != b.etag {
		return &Error{Op: "read", Place: b.String(), Kind: ErrChanged}
	}
	if b.offset > 0 {
		var from, to, size int64
		if _, err := fmt.Sscanf(aws.ToString(out.ContentRange), "bytes %d-%d/%d", &from, &to, &size); err != nil || from != b.offset {
			return errRange
		}
		return nil
	}
	b.etag = etag
	if out.ContentLength != nil {
		b.size = *out.ContentLength
	}
	return nil
}

// Read reads on, over as many connections as it takes and the options allow.
func (b *body) Read(p []byte) (int, error) {
	for {
		if b.from == nil {
			if err := b.resume(); err != nil {
				return 0, err
			}
		}
		b.watch.Reset(b.source.options.Stall)
		n, err := b.from.Read(p)
		b.watch.Stop()
		b.offset += int64(n)
		switch {
		case err == nil || err == io.EOF && n > 0:
			return n, nil // a second Read tells the end again
		case err == io.EOF && (b.size < 0 || b.offset >= b.size):
			return 0, io.EOF
		case err == io.EOF:
			err = errShort
		}
		b.drop(err)
		if n > 0 {
			return n, nil
		}
	}
}

// drop gives up the answer at hand.
func (b *body) drop(err error) {
	if cause := context.Cause(b.inner); cause == errStalled {
		err = errStalled
	}
	b.broken = err
	_ = b.from.Close() // it is broken already
	b.stop(nil)
	b.from = nil
}

// resume asks for the rest after a wait, if that was not done too often.
func (b *body) resume() error {
	if b.ctx.Err() != nil || b.resumes >= b.source.options.Resumes || b.size >= 0 && b.offset >= b.size {
		return b.failure("read", &Error{Op: "read", Place: b.String(), Kind: ingestaws.ErrBroken, Cause: b.broken})
	}
	b.resumes++
	if b.resumes > 1 {
		if err := b.wait(); err != nil {
			return b.failure("read", err)
		}
	}
	if err := b.get(); err != nil {
		return b.failure("read", err)
	}
	return nil
}

// wait lets a server that breaks connections rest.
func (b *body) wait() error {
	delay, err := b.source.client.Options().Retryer.RetryDelay(b.resumes-1, b.broken)
	if err != nil {
		return err
	}
	t := time.NewTimer(delay)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-b.ctx.Done():
		return b.ctx.Err()
	}
}

// Close ends the reading, at whatever point.
func (b *body) Close() error {
	if b.from == nil {
		return nil
	}
	b.watch.Stop()
	err := b.from.Close()
	b.stop(nil)
	b.from, b.broken = nil, errors.New("closed")
	b.resumes = b.source.options.Resumes
	if err != nil {
		return b.failure("close", err)
	}
	return nil
}

func (b *body) failure(op string, err error) error {
	return failure(b.ctx, op, b.String(), b.source.regionOf(b.bucket), err)
}
