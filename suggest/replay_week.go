package suggest

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"time"

	"sgfit/schema"
)

// mostRefusedFlows is how many flows a plan's backtest lists.
const mostRefusedFlows = 20

// ReplayWeek asks of every flow of the window's last seven days whether the plan that would have been made before them
// still admits what today's rules admit. Like Replay it shares no code with what makes plans. weekAgo is Made.WeekAgo;
// flows are real uses with what they did in those days (analyze.Analysis.LateFlows).
func ReplayWeek(ctx context.Context, weekAgo Plan, flows iter.Seq2[Flow, error], lists PrefixLists, opaque func(schema.Peer) bool) (*PlanBacktest, error) {
	index, err := newReplayIndex(weekAgo, lists, opaque)
	if err != nil {
		return nil, err
	}
	out := &PlanBacktest{From: weekAgo.Window.End, To: weekAgo.Window.End.Add(7 * 24 * time.Hour), Changes: changes(weekAgo), Refusals: []RefusedFlow{}}
	sources := map[netip.Addr]bool{}
	asked := 0
	for f, err := range flows {
		if asked++; asked%1024 == 0 && err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("read flows of the last week: %w", err)
		}
		out.Conversations += f.Conversations
		out.Bytes += f.Bytes
		if index.admits(f) {
			continue
		}
		out.Refused += f.Conversations
		out.RefusedBytes += f.Bytes
		sources[f.Peer.Unmap()] = true
		out.keep(RefusedFlow{slices.Clone(f.Groups), f.Direction, f.Protocol.String(), int32(f.Port), f.Peer.Unmap().String(), f.Conversations, f.Bytes, index.through(f)})
	}
	out.trim()
	out.Sources = int64(len(sources))
	return out, nil
}

// changes counts the rules that a plan would remove or replace.
func changes(p Plan) int {
	n := 0
	for _, g := range p.Groups {
		for _, r := range g.Rules {
			if r.Action == Remove || r.Action == Replace {
				n++
			}
		}
	}
	return n
}

// keep adds a refusal to the list, which it keeps short.
func (b *PlanBacktest) keep(f RefusedFlow) {
	if b.Refusals = append(b.Refusals, f); len(b.Refusals) >= 8*mostRefusedFlows {
		b.trim()
	}
}

// trim leaves the busiest refusals.
func (b *PlanBacktest) trim() {
	slices.SortStableFunc(b.Refusals, func(x, y RefusedFlow) int {
		return cmp.Or(-cmp.Compare(x.Conversations, y.Conversations), slices.Compare(x.Groups, y.Groups), cmp.Compare(x.Direction, y.Direction),
			cmp.Compare(x.Protocol, y.Protocol), cmp.Compare(x.Port, y.Port), cmp.Compare(x.Address, y.Address),
			slices.Compare(x.Through, y.Through), cmp.Compare(x.Bytes, y.Bytes))
	})
	b.Refusals = slices.Clip(b.Refusals[:min(mostRefusedFlows, len(b.Refusals))])
}
