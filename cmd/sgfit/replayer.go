package main

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"sgfit/analyze"
	"sgfit/schema"
	"sgfit/schema/duck"
	"sgfit/suggest"
)

// mostFlows is how many flows are kept in memory, of all groups together; about 200 bytes each.
const mostFlows = 1_000_000

// replayer replays plans against the flows of one database. The flows of groups that were asked for are kept, the latest
// ones, since a person who changes a rule asks again and again.
type replayer struct {
	ready chan struct{} // closed when all below it is known
	err   error
	// running ends with run. A question that was begun is finished also when its page went away.
	running context.Context

	lists    suggest.PrefixLists
	opaque   func(schema.Peer) bool
	measurer *suggest.Measurer
	a        *analyze.Analysis

	mu    sync.Mutex // one question at a time: the analysis has one connection
	kept  map[string]groupFlows
	order []string // groups kept, the one asked for last behind
	flows int      // kept
}

// groupFlows are the flows of the interfaces that wore a group, and all groups that these wore.
type groupFlows struct {
	flows []suggest.Flow // nil where they are too many to be kept
	worn  map[string]bool
}

func newReplayer() *replayer {
	return &replayer{ready: make(chan struct{}), kept: map[string]groupFlows{}}
}

// run makes the flows ready, and keeps them so until ctx ends.
func (r *replayer) run(ctx context.Context, term *terminal, db *duck.DB, settings *suggest.Settings) error {
	opt := defaultPlanOptions()
	if settings != nil {
		opt.wildcardSources = settings.WildcardSources
	}
	opened := false
	open := func(err error) { opened, r.err = true, err; close(r.ready) }
	err := analyse(ctx, term, db, opt, false, func(a *analyze.Analysis) error {
		if err := r.load(ctx, a); err != nil {
			return err
		}
		r.running = ctx
		open(nil)
		<-ctx.Done()
		r.mu.Lock() // a replay that is under way has heard of it too
		defer r.mu.Unlock()
		r.err = ctx.Err()
		return nil
	})
	if !opened {
		open(fmt.Errorf("prepare the replay: %w", err))
		if ctx.Err() == nil {
			term.warn("%v; decisions can be made, but nothing can be replayed", r.err)
		}
		<-ctx.Done()
		return nil
	}
	return err
}

func (r *replayer) load(ctx context.Context, a *analyze.Analysis) error {
	ev, err := a.Evidence(ctx)
	if err != nil {
		return err
	}
	groups, err := a.Groups(ctx)
	if err != nil {
		return err
	}
	r.a, r.lists = a, suggest.ListEntries(ev)
	r.opaque = suggest.OpaquePeers(groups)
	r.measurer = suggest.NewMeasurer(ev, r.opaque)
	return nil
}

// lock waits until flows are there and nobody else asks.
func (r *replayer) lock(ctx context.Context) error {
	select {
	case <-r.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	r.mu.Lock()
	if r.err != nil {
		defer r.mu.Unlock()
		return r.err
	}
	return nil
}

// Group replays the flows of one group's interfaces.
func (r *replayer) Group(ctx context.Context, groupID string, planOf func(map[string]bool) (suggest.Plan, error)) (suggest.Replayed, []suggest.Refusal, error) {
	if err := r.lock(ctx); err != nil {
		return suggest.Replayed{}, nil, err
	}
	defer r.mu.Unlock()
	ctx = r.running
	of, err := r.flowsOf(ctx, groupID)
	if err != nil {
		return suggest.Replayed{}, nil, err
	}
	plan, err := planOf(of.worn)
	if err != nil {
		return suggest.Replayed{}, nil, err
	}
	flows := each(of.flows)
	if of.flows == nil {
		flows = r.a.GroupFlows(ctx, groupID)
	}
	return suggest.Replay(ctx, plan, flows, r.lists, r.opaque)
}

// flowsOf finds the flows of a group, or loads them. Of more than can be kept only the groups are known.
func (r *replayer) flowsOf(ctx context.Context, groupID string) (groupFlows, error) {
	if of, known := r.kept[groupID]; known {
		return of, nil
	}
	of := groupFlows{flows: []suggest.Flow{}, worn: map[string]bool{groupID: true}}
	for f, err := range r.a.GroupFlows(ctx, groupID) {
		if err != nil {
			return of, err
		}
		for _, g := range f.Groups {
			of.worn[g] = true
		}
		if len(of.flows) == mostFlows {
			of.flows = nil
		}
		if of.flows != nil {
			of.flows = append(of.flows, f)
		}
	}
	r.keep(groupID, of)
	return of, nil
}

// keep makes room by dropping the groups that came first.
func (r *replayer) keep(groupID string, of groupFlows) {
	r.kept[groupID], r.order, r.flows = of, append(r.order, groupID), r.flows+len(of.flows)
	for r.flows > mostFlows && len(r.order) > 1 {
		oldest := r.order[0]
		r.flows -= len(r.kept[oldest].flows)
		delete(r.kept, oldest)
		r.order = r.order[1:]
	}
}

func each(flows []suggest.Flow) iter.Seq2[suggest.Flow, error] {
	return func(yield func(suggest.Flow, error) bool) {
		for _, f := range flows {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// Whole replays all flows, and measures the plan.
func (r *replayer) Whole(ctx context.Context, plan *suggest.Plan) (refusals []suggest.Refusal, err error) {
	if err := r.lock(ctx); err != nil {
		return nil, err
	}
	defer r.mu.Unlock()
	ctx = r.running
	plan.Replay, refusals, err = suggest.Replay(ctx, *plan, r.a.Flows(ctx), r.lists, r.opaque)
	if err == nil {
		r.measurer.Plan(plan)
	}
	return refusals, err
}

// Bits is the exposure of rules together.
func (r *replayer) Bits(ctx context.Context, rules []suggest.ReplacementRule) (float64, error) {
	if err := r.lock(ctx); err != nil {
		return 0, err
	}
	defer r.mu.Unlock()
	return r.measurer.Bits(rules), nil
}
