package ingest

import (
	"context"
	"io"
	"time"

	"sgfit/schema"
)

// Outside says what a listing left out since it lies outside of the window that was asked for.
type Outside struct {
	Objects     int       // or folders, where those were not looked into
	First, Last time.Time // the time that they stand for, from the earliest to the latest; zero for none
}

// Add counts one more object or folder, of the time [from, to).
func (o *Outside) Add(from, to time.Time) {
	o.Join(Outside{1, from, to})
}

// Join adds what another listing left out.
func (o *Outside) Join(other Outside) {
	if other.Objects == 0 {
		return
	}
	if o.Objects == 0 || other.First.Before(o.First) {
		o.First = other.First
	}
	if other.Last.After(o.Last) {
		o.Last = other.Last
	}
	o.Objects += other.Objects
}

// OutsideOf returns what the last listing of a source left out; nothing for a source without a window.
func OutsideOf(source Source) Outside {
	if s, ok := source.(interface{ Outside() Outside }); ok {
		return s.Outside()
	}
	return Outside{}
}

// Once returns a source that lists at once, so that what is wrong with its places is known before other work begins, and
// gives the same list whenever it is asked.
func Once(ctx context.Context, source Source) (Source, error) {
	refs, rejected, err := source.List(ctx)
	return &once{source, refs, rejected}, err
}

type once struct {
	source   Source
	refs     []Ref
	rejected []schema.Rejected
}

func (o *once) List(context.Context) ([]Ref, []schema.Rejected, error) {
	return o.refs, o.rejected, nil
}

func (o *once) Open(ctx context.Context, ref Ref) (io.ReadCloser, error) {
	return o.source.Open(ctx, ref)
}

func (o *once) Outside() Outside { return OutsideOf(o.source) }
