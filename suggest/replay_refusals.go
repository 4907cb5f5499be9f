package suggest

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"sgfit/schema"
)

// refusals keeps the first MaxRefusals in sorted order of any number. What is once left out stays out, since the last
// one kept only moves forward; so what is kept is summed in full.
type refusals struct {
	byKey map[refusalKey]*Refusal
	full  bool
	last  *Refusal // where full, nothing that sorts after it is kept
}

type refusalKey struct {
	noise              bool
	groups, peerGroups string
	direction          schema.Direction
	protocol           schema.Protocol
	port               uint16
	peer               netip.Addr
}

func (r *refusals) add(f Flow, through func(Flow) []string) {
	key := refusalKey{f.Noise, strings.Join(f.Groups, " "), strings.Join(f.PeerGroups, " "), f.Direction, f.Protocol, f.Port, f.Peer}
	if old := r.byKey[key]; old != nil {
		old.Conversations, old.Edges = old.Conversations+f.Conversations, old.Edges+1
		return
	}
	one := &Refusal{Flow: f, Edges: 1}
	if r.full && compareRefusals(one, r.last) > 0 {
		return
	}
	if r.byKey == nil {
		r.byKey = map[refusalKey]*Refusal{}
	}
	one.Groups, one.PeerGroups = slices.Clone(f.Groups), slices.Clone(f.PeerGroups)
	one.Through = through(f)
	r.byKey[key] = one
	if len(r.byKey) >= 2*MaxRefusals {
		r.shrink()
	}
}

// shrink drops all but the first MaxRefusals.
func (r *refusals) shrink() {
	for i, one := range r.ordered() {
		if i == MaxRefusals-1 {
			r.full, r.last = true, one.refusal
		}
		if i >= MaxRefusals {
			delete(r.byKey, one.key)
		}
	}
}

type keyedRefusal struct {
	key     refusalKey
	refusal *Refusal
}

func (r *refusals) ordered() []keyedRefusal {
	all := make([]keyedRefusal, 0, len(r.byKey))
	for key, one := range r.byKey {
		all = append(all, keyedRefusal{key, one})
	}
	slices.SortFunc(all, func(a, b keyedRefusal) int { return compareRefusals(a.refusal, b.refusal) })
	return all
}

func (r *refusals) sorted() []Refusal {
	var out []Refusal
	for _, one := range r.ordered() {
		if len(out) < MaxRefusals {
			out = append(out, *one.refusal)
		}
	}
	return out
}

// compareRefusals orders by everything that makes up a refusal's key, so that the order is total.
func compareRefusals(a, b *Refusal) int {
	if a.Noise != b.Noise {
		if b.Noise {
			return -1
		}
		return 1
	}
	return cmp.Or(
		slices.Compare(a.Groups, b.Groups),
		cmp.Compare(a.Direction, b.Direction),
		cmp.Compare(a.Protocol, b.Protocol),
		cmp.Compare(a.Port, b.Port),
		a.Peer.Compare(b.Peer),
		slices.Compare(a.PeerGroups, b.PeerGroups),
	)
}
