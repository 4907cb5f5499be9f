package ingest

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"

	"github.com/zeebo/xxh3"

	"sgfit/schema"
)

// buffered is the largest object that is held in memory between the look at its content and its reading. AWS cuts flow
// log files at 75 MB, and nearly all are far smaller.
const buffered = 16 << 20

// buffer holds one object's bytes as stored, which are fetched once: in memory, or where they are, if that is a place
// that can be read at random, or in a temporary file.
type buffer struct {
	bytes.Buffer
	temp    string // where temporary files are made; "" for the system's place
	content schema.Content
	close   func() error
}

// fetch reads an object and returns the hash of its content. What it holds is let go by release.
func (b *buffer) fetch(ctx context.Context, source Source, ref Ref) (hash string, err error) {
	from, err := source.Open(ctx, ref)
	if err != nil {
		return "", err
	}
	b.close = from.Close
	defer func() {
		if err != nil {
			err = errors.Join(err, b.release())
		}
	}()
	b.Reset()
	b.Grow(int(min(max(ref.Size, 0), buffered)) + bytes.MinRead)
	if _, err := io.CopyN(&b.Buffer, from, buffered+1); err != nil && err != io.EOF {
		return "", err
	}
	h := xxh3.New128()
	h.Write(b.Bytes())
	if b.Len() <= buffered {
		b.content = bytes.NewReader(b.Bytes())
		return hashName(h.Sum128()), b.release()
	}
	if at, ok := from.(io.ReaderAt); ok {
		rest, err := io.Copy(h, from)
		b.content = io.NewSectionReader(at, 0, int64(b.Len())+rest)
		return hashName(h.Sum128()), err
	}
	return b.spool(from, ref, h)
}

// spool keeps an object in a temporary file, from its front on, which is in memory.
func (b *buffer) spool(from io.Reader, ref Ref, h *xxh3.Hasher128) (hash string, err error) {
	file, err := newTemporary(b.temp)
	if err != nil {
		return "", &TemporaryError{ref.Place, err}
	}
	object := b.close
	b.close = func() error { return errors.Join(file.remove(), object()) }
	if _, err := file.Write(b.Bytes()); err != nil {
		return "", &TemporaryError{ref.Place, err}
	}
	size, err := copyBoth(file, h, from, b.Bytes()[:copySize])
	if err != nil {
		var broken writeError
		if errors.As(err, &broken) {
			err = &TemporaryError{ref.Place, broken.error}
		}
		return "", err
	}
	b.content = io.NewSectionReader(file, 0, int64(b.Len())+size)
	b.close = file.remove
	return hashName(h.Sum128()), object()
}

// release lets go of what fetch holds outside of memory; the content in memory stays until the next fetch.
func (b *buffer) release() error {
	if b.close == nil {
		return nil
	}
	release := b.close
	b.close = nil
	return release()
}

const copySize = 1 << 20

// writeError is an error of the file that is written, not of the object that is read.
type writeError struct{ error }

// copyBoth copies to a file and to a hash.
func copyBoth(file io.Writer, h *xxh3.Hasher128, from io.Reader, room []byte) (size int64, err error) {
	for {
		n, err := from.Read(room)
		h.Write(room[:n])
		if _, failed := file.Write(room[:n]); failed != nil {
			return size, writeError{failed}
		}
		size += int64(n)
		if err == io.EOF {
			return size, nil
		}
		if err != nil {
			return size, err
		}
	}
}

// emptyHash is the hash of no content.
var emptyHash = hashName(xxh3.New128().Sum128())

// hashName spells a content's hash as the manifest does.
func hashName(sum xxh3.Uint128) string {
	b := sum.Bytes()
	return "xxh3:" + hex.EncodeToString(b[:])
}
