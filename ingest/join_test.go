package ingest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// shelf is a source whose objects all hold its name.
type shelf struct {
	name     string
	refs     []Ref
	rejected []schema.Rejected
	err      error
}

func (s *shelf) List(context.Context) ([]Ref, []schema.Rejected, error) {
	return s.refs, s.rejected, s.err
}
func (s *shelf) Open(context.Context, Ref) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(s.name)), nil
}

func TestJoin(t *testing.T) {
	ctx := context.Background()
	at := func(minute int) time.Time { return time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC) }
	a := &shelf{name: "a", refs: []Ref{{Place: "z"}, {Place: "both", Slot: at(5)}}, rejected: []schema.Rejected{{Place: "y", Reason: "a"}}}
	b := &shelf{name: "b", refs: []Ref{{Place: "c"}, {Place: "d", Slot: at(0)}, {Place: "both", Slot: at(5), Size: 1}},
		rejected: []schema.Rejected{{Place: "x", Reason: "b"}}}
	source := Join(a, b)
	if _, err := source.Open(ctx, Ref{Place: "c"}); err == nil {
		t.Error("opens what was not listed")
	}
	refs, rejected, err := source.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := []Ref{{Place: "c"}, {Place: "z"}, {Place: "d", Slot: at(0)}, {Place: "both", Slot: at(5)}}
	if d := cmp.Diff(want, refs); d != "" {
		t.Errorf("refs (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]schema.Rejected{{Place: "x", Reason: "b"}, {Place: "y", Reason: "a"}}, rejected); d != "" {
		t.Errorf("rejected (-want +got):\n%s", d)
	}
	var opened string
	for _, ref := range refs {
		f, err := source.Open(ctx, ref)
		if err != nil {
			t.Fatal(err)
		}
		name, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		opened += string(name)
	}
	if opened != "baba" {
		t.Errorf("opened of %s, want of baba", opened)
	}
}

func TestJoinOne(t *testing.T) {
	one := &shelf{}
	if Join(one) != Source(one) {
		t.Error("one source is wrapped")
	}
}

func TestJoinFails(t *testing.T) {
	broken := errors.New("broken")
	if _, _, err := Join(&shelf{}, &shelf{err: broken}).List(context.Background()); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}
