package inventory

import (
	"context"
	"encoding/hex"
	"io"
	"time"

	"github.com/zeebo/xxh3"

	"sgfit/ingest"
	"sgfit/schema"
)

// Object is one object read whole, as a sink takes it.
type Object struct {
	schema.Observations
	Skipped map[string]int64 // items of other types, by type
}

// Read reads one object of a source. A fault of its content is in Object.Problem and Rejected; the error is for an
// object that could not be fetched, about which nothing is known.
func Read(ctx context.Context, source ingest.Source, ref ingest.Ref) (Object, error) {
	o, readings, err := read(ctx, source, ref, time.Time{}, nil)
	o.share(readings)
	return o, err
}

// read reads one object, but leaves its items in their readings, which other objects may share. Answers of EC2 that say no
// time are taken to be of the time captured, or else of the object's modification.
func read(ctx context.Context, source ingest.Source, ref ingest.Ref, captured time.Time, known *memo) (o Object, readings []*reading, err error) {
	o.Object = schema.Object{Place: ref.Place, Kind: schema.ConfigObject, Size: ref.Size, Modified: ref.Modified}
	r, err := source.Open(ctx, ref)
	if err != nil {
		return o, nil, err
	}
	defer r.Close()
	hash := xxh3.New()
	stored := io.TeeReader(&contextReader{ctx, r}, hash)
	contents, err := decode(stored, ref.Place, times{Captured: captured, Modified: ref.Modified}, known, func(r *reading) error {
		readings = append(readings, r)
		return nil
	})
	if err != nil {
		return o, nil, err
	}
	if contents.Format != "" { // refused objects are not read to their end
		if _, err := io.Copy(io.Discard, stored); err != nil {
			return o, nil, err
		}
		sum := hash.Sum128().Bytes()
		o.Object.Hash = "xxh3:" + hex.EncodeToString(sum[:])
	}
	o.fill(contents)
	return o, readings, nil
}

func (o *Object) fill(c Contents) {
	line := &o.Object
	line.Format, line.Problem, line.Records, line.OK, line.Malformed = c.Format, c.Problem, c.Records, c.OK, c.Malformed
	line.First, line.Last = unixSeconds(c.First), unixSeconds(c.Last)
	o.Snapshot, o.Rejected, o.Skipped, o.Changes = c.Snapshot, c.Rejected, c.Skipped, c.Changes
}

func unixSeconds(t time.Time) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(t.Unix())
}

// contextReader stops reading when the context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
