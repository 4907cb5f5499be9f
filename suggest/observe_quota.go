package suggest

import (
	"fmt"
	"maps"
	"strings"

	"sgfit/schema"
)

// quotaOnTheWay finds groups in which old and new rules do not fit at once: the change takes steps, or there is no room for
// some of it at all.
func (p *Plan) quotaOnTheWay() []Observation {
	var out []Observation
	for i := range p.Groups {
		g := &p.Groups[i]
		for _, d := range []schema.Direction{schema.Ingress, schema.Egress} {
			if text := p.stepsWords(g, d); text != "" {
				out = append(out, Observation{QuotaOnTheWay, fmt.Sprintf("%s, %s: %s", groupName(g), d, text), []string{g.GroupID}, nil})
			}
		}
	}
	return sorted(out)
}

// stepsWords says how a direction of a group gets to what is suggested; "" where all is added at once.
func (p *Plan) stepsWords(g *Group, d schema.Direction) string {
	there, moves := g.moves(d)
	quota := NewQuota(p.Quota(), p.Weight(), there)
	steps, last := quota.Steps(moves), 0
	var without []string
	for i, step := range steps {
		if last = max(last, step); step == NoRoom {
			without = append(without, moves[i].Rule.Key)
		}
	}
	if last == 0 && len(without) == 0 {
		return ""
	}
	now, both := NewQuota(p.Quota(), p.Weight(), there).atOnce(d, moves)
	text := fmt.Sprintf("today's %s and the new ones are %d, more than %d at once.", count(int64(now), "rule"), both, p.Quota())
	if last > 0 {
		text += fmt.Sprintf(" The change must be made in %d steps: what goes for good is revoked first, then rule by rule what is new is added and what it stands for revoked.", last+1)
	}
	if len(without) > 0 {
		text += fmt.Sprintf(" There is no room for what stands for %s: ask AWS for more rules a group (Service Quotas, L-0EA8095F), or narrow it in its place by hand (aws ec2 modify-security-group-rules).", list(without, 3))
	}
	return text
}

// atOnce is how many rules there are, and how many with all that moves need, of the family that then has more. It books them.
func (q *Quota) atOnce(d schema.Direction, moves []Move) (now, both int) {
	before := maps.Clone(q.used)
	q.addAll(missing(moves, map[string]bool{}))
	for _, family := range []schema.PeerKind{schema.PeerIPv4, schema.PeerIPv6} {
		if k := (quotaKey{d, family}); q.used[k] > both {
			now, both = before[k], q.used[k]
		}
	}
	return now, both
}

// moves are what a direction of a group has, and what becomes of it.
func (g *Group) moves(d schema.Direction) (there []QuotaRule, moves []Move) {
	folded := g.standIns()
	today, after := map[string]bool{}, map[string]bool{}
	for i := range g.Rules {
		if r := &g.Rules[i]; r.Direction == d {
			there = append(there, r.quotaRule())
			today[r.quotaRule().Key] = true
		}
	}
	for i := range g.Rules {
		r := &g.Rules[i]
		if r.Direction != d || r.Action != Remove && r.Action != Replace {
			continue
		}
		m := Move{Rule: r.quotaRule()}
		for _, n := range folded[RuleName(g.GroupID, *r)] {
			piece := Rule{Direction: d, Protocol: n.Protocol, FromPort: n.FromPort, ToPort: n.ToPort, Peer: n.Peer}
			one := piece.quotaRule()
			after[one.Key] = true
			if !today[one.Key] {
				m.StandIn = append(m.StandIn, one)
			}
		}
		moves = append(moves, m)
	}
	for i := range moves {
		moves[i].Stays = after[moves[i].Rule.Key]
	}
	return there, moves
}

func (r *Rule) quotaRule() QuotaRule {
	return QuotaRule{strings.TrimSpace(RuleName("", *r)), r.Direction, r.Peer}
}
