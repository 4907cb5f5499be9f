package s3

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	ingestaws "sgfit/ingest/aws"
)

// errNoToken would make half a listing look whole.
var errNoToken = errors.New("it says that there are more keys, but not how to ask for them")

// page is one answer to a listing request.
type page struct {
	objects []object
	folders []string // full keys, with the slash
	next    *string  // token of the next page, nil on the last
}

// object is what a listing tells of an object.
type object struct {
	key, etag string
	size      int64
	modified  time.Time
	archived  string // its storage class if it must be restored before it can be read, else ""
}

// list hands over the pages below a prefix until take says that it has enough. Folders are told apart by the delimiter.
func (w *walk) list(ctx context.Context, prefix, delimiter string, take func(p page, first bool) (bool, error)) error {
	var token *string
	for first := true; first || token != nil; first = false {
		p, err := w.turn(ctx, prefix, delimiter, token)
		if err != nil {
			return err
		}
		if more, err := take(p, first); err != nil || !more {
			return err
		}
		token = p.next
	}
	return nil
}

// turn waits until there is room for a request.
func (w *walk) turn(ctx context.Context, prefix, delimiter string, token *string) (page, error) {
	select {
	case w.turns <- struct{}{}:
	case <-ctx.Done():
		return page{}, failure(ctx, "list", placeOf(w.bucket, prefix), "", ctx.Err())
	}
	defer func() { <-w.turns }()
	return w.page(ctx, w.found, target{w.bucket, prefix}, delimiter, token, 0)
}

// resolve finds out whether a URL means a folder: if there is one it does, and else what begins with it.
func (s *Source) resolve(ctx context.Context, t target, found *found) (target, error) {
	folder := t
	if t.prefix != "" && !strings.HasSuffix(t.prefix, "/") {
		folder.prefix += "/"
	}
	for _, t := range []target{folder, t} {
		p, err := s.page(ctx, found, t, "", nil, 1)
		if err != nil {
			return t, err
		}
		if len(p.objects) > 0 || p.next != nil {
			return t, nil
		}
		if t == folder && folder.prefix == "" {
			break
		}
	}
	return t, &Error{Op: "list", Place: t.String(), Kind: ErrNothing}
}

// page makes one request; most is how many keys are asked for, 0 for as many as S3 gives.
func (s *Source) page(ctx context.Context, found *found, t target, delimiter string, token *string, most int32) (page, error) {
	in := &awss3.ListObjectsV2Input{Bucket: &t.bucket, Prefix: &t.prefix, ContinuationToken: token, RequestPayer: s.payer(),
		EncodingType: types.EncodingTypeUrl, OptionalObjectAttributes: []types.OptionalObjectAttributes{types.OptionalObjectAttributesRestoreStatus}}
	if delimiter != "" {
		in.Delimiter = &delimiter
	}
	if most > 0 {
		in.MaxKeys = &most
	}
	found.asked()
	out, err := s.client.ListObjectsV2(ctx, in, s.in(t.bucket))
	if err != nil {
		return page{}, failure(ctx, "list", t.String(), s.regionOf(t.bucket), err)
	}
	if aws.ToBool(out.IsTruncated) && out.NextContinuationToken == nil {
		return page{}, &Error{Op: "list", Place: t.String(), Kind: ingestaws.ErrRefused, Cause: errNoToken}
	}
	return readPage(out), nil
}

func (s *Source) payer() types.RequestPayer {
	if s.options.RequestPayer {
		return types.RequestPayerRequester
	}
	return ""
}

// readPage undoes the encoding of keys, which XML could not carry otherwise.
func readPage(out *awss3.ListObjectsV2Output) page {
	name := func(s *string) string { return aws.ToString(s) }
	if out.EncodingType == types.EncodingTypeUrl {
		name = func(s *string) string { return decode(aws.ToString(s)) }
	}
	var p page
	for _, f := range out.CommonPrefixes {
		p.folders = append(p.folders, name(f.Prefix))
	}
	for i := range out.Contents {
		o := &out.Contents[i]
		p.objects = append(p.objects, object{key: name(o.Key), etag: aws.ToString(o.ETag), size: aws.ToInt64(o.Size),
			modified: aws.ToTime(o.LastModified), archived: archived(o)})
	}
	if aws.ToBool(out.IsTruncated) {
		p.next = out.NextContinuationToken
	}
	return p
}

// decode undoes the URL encoding of a key; what is not encoded rightly stays as it is.
func decode(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}

// archived returns the storage class of an object that cannot be read unless it is restored, and was not
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html).
func archived(o *types.Object) string {
	if o.StorageClass != types.ObjectStorageClassGlacier && o.StorageClass != types.ObjectStorageClassDeepArchive {
		return ""
	}
	if r := o.RestoreStatus; r != nil && r.RestoreExpiryDate != nil && !aws.ToBool(r.IsRestoreInProgress) {
		return ""
	}
	return string(o.StorageClass)
}
