package suggest

import (
	"fmt"
	"slices"

	"sgfit/analyze"
	"sgfit/schema"
)

// OpaquePeers returns what Replay asks about peers that cannot be listed.
func OpaquePeers(groups []*analyze.Group) func(schema.Peer) bool {
	opaque := map[schema.Peer]bool{}
	for _, g := range groups {
		for i := range g.Rules {
			if isOpaque(&g.Rules[i]) {
				opaque[g.Rules[i].Peer] = true
			}
		}
	}
	return func(p schema.Peer) bool { return opaque[p] }
}

// ListEntries returns the entries of known prefix lists at the end of the window.
func ListEntries(ev *analyze.Evidence) PrefixLists {
	lists := PrefixLists{}
	for _, l := range ev.Inventory.PrefixLists {
		lists[l.PrefixListID] = l.Entries
	}
	return lists
}

// Prove replays a plan of Make and puts the outcome into it. A refusal of demand would be a fault of ours or a gap in the
// inventory: the rules that it went through are then put up for review instead of change, with the reason, and the
// plan is replayed again, so that what is applied refuses nothing. What the groups come
// to as wholes is observed at the end.
func Prove(ev *analyze.Evidence, plan Plan, replay func(Plan) (Replayed, []Refusal, error)) (Plan, error) {
	for range 5 {
		outcome, refusals, err := replay(plan)
		if err != nil {
			return plan, err
		}
		plan.Replay = outcome
		if outcome.Refused == 0 || !plan.demote(newEstate(ev), refusals) {
			break
		}
	}
	plan.observe(newEstate(ev))
	return plan, nil
}

// demote turns the rules that refusals went through to review; false when there is none left to turn.
func (p *Plan) demote(e *estate, refusals []Refusal) bool {
	conversations := map[string]int64{}
	for _, r := range refusals {
		if r.Noise {
			continue
		}
		for _, name := range r.Through {
			conversations[name] += r.Conversations
		}
	}
	turned := false
	for i := range p.Groups {
		g := &p.Groups[i]
		for j := range g.Rules {
			r := &g.Rules[j]
			n := conversations[replayName(replaySide{g.GroupID, r.Direction}, r.Protocol, r.FromPort, r.ToPort, r.Peer)]
			if n == 0 || r.Action != Remove && r.Action != Replace {
				continue
			}
			turned = true
			r.Action = Review
			r.Exposure = r.Exposure.demoted(r.Replacement)
			r.Confidence.Grade = "none"
			r.Findings = append(slices.Clone(r.Findings), Finding{ThinEvidence, fmt.Sprintf(
				"the replay of the window would refuse %s that this rule admits; it is not changed before that is explained", count(n, "conversation"))})
		}
	}
	if turned {
		p.sumExposure(e)
	}
	return turned
}
