package suggest

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"slices"

	"go4.org/netipx"

	"sgfit/analyze"
	"sgfit/schema"
)

// Flow is what the window's edges say of one (groups worn, direction, protocol, port, peer).
type Flow = analyze.Flow

// PrefixLists are the entries of prefix lists by id (pl-…). A list that is absent is not known, and admits any peer; a
// list without entries admits none.
type PrefixLists map[string][]netip.Prefix

// Refusal is one flow that today's rules admit and the plan's do not. Flows that differ in nothing but Conversations
// are one refusal.
type Refusal struct {
	Flow             // Groups as the flow had them; Conversations summed
	Edges   int64    // flows of this kind
	Through []string // rules that admit it today, each to be removed or replaced: "sg-… ingress tcp 443 10.0.0.0/8"
}

// MaxRefusals is the most refusals that Replay returns; all are counted.
const MaxRefusals = 1000

// Replay asks of every flow whether the plan still admits what today's rules admit. It shares no code with whatever
// made the plan, so that a fault there shows here.
//
// Today's rules are those in the plan of the groups that the flow's interface wore; groups that the plan does not hold
// are ignored, and a flow that today's rules do not admit is counted in Edges only. Of the plan, rules to keep or
// review stay as they are, rules to remove go, and rules to replace are replaced. Groups add up. A peer of which
// opaque is true (a group that is not in the inventory, or that a network load balancer wears), or a prefix list that
// is not known, admits every address, before and after. opaque may be nil.
//
// A rule with the finding stale-reference admits nothing: the group it names is gone.
//
// ICMP rules admit by protocol and peer: flow logs have no type and code, so FromPort and ToPort of such rules are
// not looked at, before or after.
//
// Refusals are sorted: demand before noise, then by groups, direction, protocol, port and peer; of more than
// MaxRefusals the first are returned. The error is that of ctx, of the flows, or of a rule in the plan that cannot be read.
func Replay(ctx context.Context, plan Plan, flows iter.Seq2[Flow, error], lists PrefixLists, opaque func(schema.Peer) bool) (Replayed, []Refusal, error) {
	index, err := newReplayIndex(plan, lists, opaque)
	if err != nil {
		return Replayed{}, nil, err
	}
	var total Replayed
	var refused refusals
	for f, err := range flows {
		if err == nil && total.Edges%1024 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return total, refused.sorted(), fmt.Errorf("read flows to replay: %w", err)
		}
		total.Edges++
		if index.admits(f) {
			continue
		}
		if f.Noise {
			total.NoiseRefused++
		} else {
			total.Refused++
		}
		refused.add(f, index.through)
	}
	return total, refused.sorted(), nil
}

// replayRule is one rule ready to be asked. Exactly one of anyPeer, group, set and prefix names the peer.
type replayRule struct {
	protocol schema.Protocol
	from, to int32
	anyPeer  bool
	group    string
	set      *netipx.IPSet
	prefix   netip.Prefix
	name     string
}

// replayReader turns rules of a plan into rules that can be asked.
type replayReader struct {
	lists  PrefixLists
	opaque func(schema.Peer) bool
	sets   map[string]*netipx.IPSet // by prefix list
}

// sort puts a rule where its action says.
func (r replayReader) sort(to *replayRules, side replaySide, rule Rule) error {
	if slices.ContainsFunc(rule.Findings, func(f Finding) bool { return f.Kind == StaleReference }) {
		return nil // it can match nothing today
	}
	before, err := r.read(side, rule.Protocol, rule.FromPort, rule.ToPort, rule.Peer)
	if err != nil {
		return err
	}
	switch rule.Action {
	case Keep, Review:
		to.stays = append(to.stays, before)
		return nil
	case Remove:
		to.goes = append(to.goes, before)
		return nil
	case Replace:
		to.goes = append(to.goes, before)
		for _, n := range rule.Replacement {
			after, err := r.read(side, n.Protocol, n.FromPort, n.ToPort, n.Peer)
			if err != nil {
				return err
			}
			to.comes = append(to.comes, after)
		}
		return nil
	}
	return fmt.Errorf("replay %s: action %q is none of keep, remove, replace and review", before.name, rule.Action)
}

func (r replayReader) read(side replaySide, protocol string, from, to *int32, peer schema.Peer) (replayRule, error) {
	out := replayRule{from: 0, to: 65535, name: replayName(side, protocol, from, to, peer)}
	var err error
	if out.protocol, err = schema.ParseProtocol(protocol); err != nil {
		return out, fmt.Errorf("replay %s: %w", out.name, err)
	}
	if from != nil && to != nil && (out.protocol == schema.TCP || out.protocol == schema.UDP) {
		out.from, out.to = *from, *to
	}
	if r.opaque != nil && r.opaque(peer) {
		out.anyPeer = true
		return out, nil
	}
	switch peer.Kind {
	case schema.PeerGroup:
		out.group = peer.Value
	case schema.PeerPrefixList:
		out.set, err = r.list(peer.Value)
		out.anyPeer = out.set == nil
	case schema.PeerIPv4, schema.PeerIPv6:
		out.prefix, err = netip.ParsePrefix(peer.Value)
	default:
		err = fmt.Errorf("peer kind %q is not known", peer.Kind)
	}
	if err != nil {
		return out, fmt.Errorf("replay %s: %w", out.name, err)
	}
	return out, nil
}

// list is the set of a prefix list's addresses, nil when the list is not known.
func (r replayReader) list(id string) (*netipx.IPSet, error) {
	entries, known := r.lists[id]
	if set, ok := r.sets[id]; ok || !known {
		return set, nil
	}
	var b netipx.IPSetBuilder
	for _, p := range entries {
		b.AddPrefix(p)
	}
	set, err := b.IPSet()
	if err != nil {
		return nil, fmt.Errorf("read entries of %s: %w", id, err)
	}
	r.sets[id] = set
	return set, nil
}

func replayName(side replaySide, protocol string, from, to *int32, peer schema.Peer) string {
	ports := ""
	switch {
	case from == nil || to == nil:
	case *from == *to:
		ports = fmt.Sprintf(" %d", *from)
	default:
		ports = fmt.Sprintf(" %d-%d", *from, *to)
	}
	return fmt.Sprintf("%s %s %s%s %s", side.group, side.direction, protocol, ports, peer.Value)
}

// admits says whether the plan leaves the flow as it is: it is admitted after, or was not admitted before.
func (x *replayIndex) admits(f Flow) bool {
	f.Peer = f.Peer.Unmap()
	lost := false
	for _, rules := range x.of(f.Groups, f.Direction) {
		if anyAdmits(rules.stays, &f) || anyAdmits(rules.comes, &f) {
			return true
		}
		lost = lost || anyAdmits(rules.goes, &f)
	}
	return !lost
}

// through names the rules that admit the flow today.
func (x *replayIndex) through(f Flow) []string {
	f.Peer = f.Peer.Unmap()
	var names []string
	for _, rules := range x.of(f.Groups, f.Direction) {
		for i := range rules.goes {
			if rules.goes[i].admits(&f) {
				names = append(names, rules.goes[i].name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func anyAdmits(rules []replayRule, f *Flow) bool {
	for i := range rules {
		if rules[i].admits(f) {
			return true
		}
	}
	return false
}

func (r *replayRule) admits(f *Flow) bool {
	if r.protocol != schema.AllProtocols {
		if r.protocol != f.Protocol {
			return false
		}
		if (f.Protocol == schema.TCP || f.Protocol == schema.UDP) && (int32(f.Port) < r.from || int32(f.Port) > r.to) {
			return false
		}
	}
	switch {
	case r.anyPeer:
		return true
	case r.group != "":
		return slices.Contains(f.PeerGroups, r.group)
	case r.set != nil:
		return r.set.Contains(f.Peer)
	}
	return r.prefix.Contains(f.Peer)
}
