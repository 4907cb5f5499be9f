package suggest

import (
	"go4.org/netipx"

	"sgfit/schema"
)

// replayIndex holds the rules of a plan by group and direction.
type replayIndex struct {
	sides map[replaySide]*replayRules
	// worn are the same for lists of groups, each of which is one slice in memory for many flows, and must not change.
	worn map[replayList][]*replayRules
}

// replayList tells a list of groups by where it lies in memory, and a direction.
type replayList struct {
	first   *string
	n       int
	ingress bool
}

type replaySide struct {
	group     string
	direction schema.Direction
}

// replayRules are the rules of one side, by what becomes of them.
type replayRules struct {
	stays []replayRule // kept or under review: before and after
	comes []replayRule // replacements: only after
	goes  []replayRule // removed or replaced: only before
}

func newReplayIndex(plan Plan, lists PrefixLists, opaque func(schema.Peer) bool) (*replayIndex, error) {
	r := replayReader{lists: lists, opaque: opaque, sets: map[string]*netipx.IPSet{}}
	index := &replayIndex{map[replaySide]*replayRules{}, map[replayList][]*replayRules{}}
	for _, g := range plan.Groups {
		for _, rule := range g.Rules {
			side := replaySide{g.GroupID, rule.Direction}
			if index.sides[side] == nil {
				index.sides[side] = &replayRules{}
			}
			if err := r.sort(index.sides[side], side, rule); err != nil {
				return nil, err
			}
		}
	}
	return index, nil
}

// of are the rules of groups in one direction, of those groups that the plan holds.
func (x *replayIndex) of(groups []string, d schema.Direction) []*replayRules {
	if len(groups) == 0 {
		return nil
	}
	list := replayList{&groups[0], len(groups), d == schema.Ingress}
	rules, known := x.worn[list]
	if !known {
		for _, g := range groups {
			if side := x.sides[replaySide{g, d}]; side != nil {
				rules = append(rules, side)
			}
		}
		x.worn[list] = rules
	}
	return rules
}
