package ingest

import (
	"context"
	"fmt"

	"sgfit/schema"
)

// sending is a batch on its way into the sink, while the next one is read.
type sending struct {
	batch *schema.Batch
	round *round     // that read it
	done  chan error // nil when nothing is on its way
}

// send begins to store a batch, and calls refused when the sink does not take it. There must be none on its way.
func (l *load) send(ctx context.Context, b *schema.Batch, r *round, refused func()) {
	b.Rejected = append(l.pending, b.Rejected...)
	done := make(chan error, 1)
	l.sending = sending{b, r, done}
	go func() {
		err := l.store(ctx, b)
		if err != nil {
			refused()
		}
		done <- err
	}()
}

// store hands a batch over.
func (l *load) store(ctx context.Context, b *schema.Batch) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("load flow logs: %w", err)
	}
	if err := l.sink.AddBatch(ctx, b); err != nil {
		return fmt.Errorf("store a batch of flow logs: %w", err)
	}
	return nil
}

// settle waits for the batch on its way, if there is one, and counts it.
func (l *load) settle() error {
	if l.sending.done == nil {
		return nil
	}
	err := <-l.sending.done
	b, r := l.sending.batch, l.sending.round
	l.sending = sending{}
	if err != nil {
		return err
	}
	l.pending = nil
	l.sum.add(r)
	l.sum.Batches++
	l.sum.Conversations += int64(len(b.Conversations))
	l.sum.Rejected += schema.SetAside(b.Rejected)
	for i := range b.Objects {
		l.sum.addObject(&b.Objects[i])
	}
	l.Fold.Reuse(b)
	return nil
}
