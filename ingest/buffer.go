package ingest

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"

	"github.com/zeebo/xxh3"
)

// buffered is the largest object that is held in memory between the look at its content and its reading; larger ones
// are opened twice. AWS cuts flow log files at 75 MB, and nearly all are far smaller.
const buffered = 16 << 20

// buffer holds one object's bytes as stored.
type buffer struct {
	bytes.Buffer
	whole bool
}

// fetch reads an object and returns the hash of its content.
func (b *buffer) fetch(ctx context.Context, source Source, ref Ref) (hash string, err error) {
	from, err := source.Open(ctx, ref)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	b.Reset()
	b.Grow(int(min(max(ref.Size, 0), buffered)) + bytes.MinRead)
	if _, err := io.CopyN(&b.Buffer, from, buffered+1); err != nil && err != io.EOF {
		return "", err
	}
	h := xxh3.New128()
	h.Write(b.Bytes())
	b.whole = b.Len() <= buffered
	if !b.whole {
		if _, err := io.Copy(h, from); err != nil {
			return "", err
		}
	}
	return hashName(h.Sum128()), nil
}

// emptyHash is the hash of no content.
var emptyHash = hashName(xxh3.New128().Sum128())

// hashName spells a content's hash as the manifest does.
func hashName(sum xxh3.Uint128) string {
	b := sum.Bytes()
	return "xxh3:" + hex.EncodeToString(b[:])
}

// open returns the object that fetch read, from memory where it is there.
func (b *buffer) open(ctx context.Context, source Source, ref Ref) (io.ReadCloser, error) {
	if b.whole {
		return io.NopCloser(bytes.NewReader(b.Bytes())), nil
	}
	return source.Open(ctx, ref)
}
