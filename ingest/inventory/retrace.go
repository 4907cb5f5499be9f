package inventory

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"sgfit/schema"
)

// retrace sharpens what AWS Config saw of one resource by what CloudTrail recorded of it. It returns the observations in
// order of time, with one more at the exact second of each change. It is pure.
//
// Forwards, changes are applied to the latest known state:
//
//	Config      ●───────────────────────────●──▶       a rule that Config saw at the second capture is in force from
//	CloudTrail        + rule                            its authorisation on; one that came and went between two
//	rule              ├─────────────────────────▶       captures was in force in between
//
// Config is right at the time of a capture, but for its delay (captureDelay). A capture that does not show a change made
// shortly before counts as late, and the change stands, unless later words speak against it (see confirmed):
//
//	CloudTrail  + rule                                  + rule
//	Config         ● without    ● with                     ● without    ● without
//	rule        ├────────────────────▶                  ├──┤ something unseen has undone it
//
// Before the first capture, changes are undone one by one for as long as the state shows them (see before):
//
//	CloudTrail        + rule a     + rule b
//	Config                                 ● a and b
//	state       ┤ none├─── a ──────┤ a and b ├─▶       known a little before the first change, as before a capture
//
// A resource whose creation was recorded is known from then on, even if Config never saw it. A change that does not fit
// is left aside and counted: Config's word is kept, nothing is guessed.
//
// said are the remarks on a group's rules, in order of time.
func retrace(life []observation, changes []*schema.Change, said []schema.Remark) ([]observation, TrailSummary) {
	r := &retracing{steps: stepsOf(changes, life, said)}
	r.sum.Changes = len(r.steps)
	r.sight(life)
	r.bury()
	r.bear()
	r.order()
	for i := range r.notices {
		r.visit(i)
	}
	return r.out, r.sum
}

// TrailSummary says what became of CloudTrail's changes.
type TrailSummary struct {
	Changes int // of resources, each once
	// Unplaced changes are of resources, or of times, of which no state is known that they could be applied to.
	Unplaced int
	// Contradicted changes do not fit what AWS Config saw, which is believed.
	Contradicted int
}

func (s *TrailSummary) add(o TrailSummary) {
	s.Changes, s.Unplaced, s.Contradicted = s.Changes+o.Changes, s.Unplaced+o.Unplaced, s.Contradicted+o.Contradicted
}

// notice is what is said of the resource at one time: by Config (a capture, or that a snapshot still held an item), or
// by a step.
type notice struct {
	at    time.Time
	step  *step        // nil for Config's words
	sight *observation // nil for steps
	again bool         // a snapshot held what was captured before
	cond  condition    // what a living sight shows
}

func (m *notice) dead() bool  { return m.sight != nil && m.sight.Deleted }
func (m *notice) alive() bool { return m.sight != nil && !m.sight.Deleted }

// rank orders notices of one second: a birth, then captures (which may not know yet of what happened in that second),
// then changes, then a death. There is one step a second.
func (m *notice) rank() int {
	switch {
	case m.sight != nil && m.sight.exact && !m.sight.Deleted:
		return 0
	case m.sight != nil && m.sight.exact:
		return 3
	case m.sight != nil:
		return 1
	}
	return 2
}

type retracing struct {
	steps   []step
	notices []notice
	out     []observation
	sum     TrailSummary

	cond  condition    // the present state, nil when none is known
	from  *observation // the latest observation that told it
	floor int          // index of the notice that ended the state before
	alive int          // index of the last living sight
}

// sight makes notices of what Config saw.
func (r *retracing) sight(life []observation) {
	for i := range life {
		o := &life[i]
		m := notice{at: o.Captured, sight: o}
		if !o.Deleted {
			m.cond = conditionOf(o.Item)
		}
		r.notices = append(r.notices, m)
		last := i+1 == len(life)
		if !o.Deleted && o.seen.After(o.Captured) && (last || o.seen.Before(life[i+1].Captured)) {
			m.at, m.again = o.seen, true
			r.notices = append(r.notices, m)
		}
	}
}

// bury turns a deletion into a sight of its own and forgets what came too late for it. Ids are never used again, so a
// resource that Config saw alive long after contradicts the deletion.
func (r *retracing) bury() {
	if slices.ContainsFunc(r.notices, func(m notice) bool { return m.dead() }) { // Config knows better than an instance's end
		r.steps = slices.DeleteFunc(r.steps, func(s step) bool { return s.Deleted && s.Partial })
	}
	i := slices.IndexFunc(r.steps, func(s step) bool { return s.Deleted })
	if i < 0 {
		return
	}
	end := r.steps[i]
	rest := slices.DeleteFunc(slices.Clone(r.steps), func(s step) bool { return s.Deleted })
	if slices.ContainsFunc(r.notices, func(m notice) bool { return m.alive() && m.at.Sub(end.At) > captureDelay }) {
		r.sum.Contradicted++
		r.steps = rest
		return
	}
	r.notices = slices.DeleteFunc(r.notices, func(m notice) bool { return m.alive() && second(m.at).After(end.At) })
	r.steps = slices.DeleteFunc(rest, func(s step) bool {
		if s.At.After(end.At) {
			r.sum.Contradicted++
			return true
		}
		return false
	})
	gone := end.item()
	gone.Deleted = true
	r.notices = append(r.notices, notice{at: end.At, sight: &observation{Item: gone, seen: end.At, exact: true}})
}

// bear turns a creation into a sight of its own, unless the resource was there before.
func (r *retracing) bear() {
	i := slices.IndexFunc(r.steps, func(s step) bool { return s.Created })
	if i < 0 {
		return
	}
	birth := r.steps[i]
	r.steps = slices.DeleteFunc(slices.Clone(r.steps), func(s step) bool { return s.Created })
	before := func(m notice) bool { return second(m.at).Before(birth.At) }
	if slices.ContainsFunc(r.notices, before) || slices.ContainsFunc(r.steps, func(s step) bool { return s.At.Before(birth.At) }) {
		r.sum.Contradicted++
		return
	}
	it := birth.item()
	it.Found, it.Created = true, birth.At
	it.Group, it.Interface, it.FlowLog = birth.Group, birth.Interface, birth.FlowLog
	if it.Interface != nil && len(r.notices) > 0 {
		it.Indirect = r.notices[0].sight.Indirect
	}
	if it.Group != nil {
		g := *birth.Group
		g.Rules = r.bornWith()
		it.Group = &g
	}
	o := &observation{Item: it, seen: birth.At, exact: true}
	r.notices = append(r.notices, notice{at: birth.At, sight: o, cond: conditionOf(it)})
}

// bornWith are the rules that AWS gives a new group, which no event announces: all IPv4 egress, and all IPv6 egress
// where the VPC has IPv6, which the first word on that rule tells
// (https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html).
func (r *retracing) bornWith() []schema.Rule {
	all := func(cidr string, kind schema.PeerKind) schema.Rule {
		return schema.Rule{Direction: schema.Egress, Protocol: schema.AllProtocols, FromPort: -1, ToPort: -1,
			Peer: schema.Peer{Kind: kind, Value: cidr}}
	}
	v4, v6 := all("0.0.0.0/0", schema.PeerIPv4), all("::/0", schema.PeerIPv6)
	f := facet{rule: v6.Key()}
	for i := range r.steps {
		if value, ok := r.steps[i].finds(f); ok {
			if value == "" {
				return []schema.Rule{v4, v6}
			}
			return []schema.Rule{v4}
		}
	}
	if i := slices.IndexFunc(r.notices, func(m notice) bool { return m.alive() }); i >= 0 && r.notices[i].cond.value(f) == there {
		return []schema.Rule{v4, v6}
	}
	return []schema.Rule{v4}
}

// order brings the steps in among the notices.
func (r *retracing) order() {
	r.steps = perSecond(r.steps)
	for i := range r.steps {
		r.notices = append(r.notices, notice{at: r.steps[i].At, step: &r.steps[i]})
	}
	slices.SortStableFunc(r.notices, func(a, b notice) int {
		return cmp.Or(second(a.at).Compare(second(b.at)), cmp.Compare(a.rank(), b.rank()), a.at.Compare(b.at))
	})
	r.floor, r.alive = -1, -1
	for i := range r.notices {
		if r.notices[i].alive() {
			r.alive = i
		}
	}
}

// item is an observation without a body.
func (s *step) item() *schema.Item {
	return &schema.Item{Type: s.Type, ID: s.ID, AccountID: s.AccountID, Region: s.Region, Captured: s.At, Order: s.At.UnixMilli()}
}

func (r *retracing) visit(i int) {
	m := &r.notices[i]
	switch {
	case m.dead():
		r.emit(*m.sight)
		r.cond, r.floor = nil, i
	case m.alive():
		r.see(i)
	case r.cond != nil:
		r.change(m.step)
	case i > r.alive:
		r.sum.Unplaced++
	}
}

// see takes Config's word, but for what it cannot know yet.
func (r *retracing) see(i int) {
	m := &r.notices[i]
	seen := r.settle(i)
	if r.cond == nil {
		r.before(i, seen)
	} else {
		keepIDs(seen, r.cond)
	}
	if !m.again || !seen.equal(r.cond) {
		o := *m.sight
		o.Item = dress(o.Item, seen)
		o.Captured = m.at
		r.emit(o)
	}
	r.cond, r.from = seen, m.sight
}

// keepIDs copies the ids of rules, which Config does not know.
func keepIDs(c, from condition) {
	for f, s := range c {
		if s.rule.RuleID == "" && from[f].rule.RuleID != "" {
			s.rule.RuleID = from[f].rule.RuleID
			c[f] = s
		}
	}
}

// change applies a step.
func (r *retracing) change(s *step) {
	next, changed := maps.Clone(r.cond), false
	for _, x := range s.sets {
		changed = next.set(x) || changed
	}
	if r.cond = next; changed {
		r.emit(r.synthetic(s.At, next))
	}
}

// synthetic is an observation that a change makes of the latest one. As long as a snapshot held that one, the resource
// is known to have been there.
func (r *retracing) synthetic(at time.Time, c condition) observation {
	o := *r.from
	o.Item = dress(o.Item, c)
	o.Captured, o.exact = at, true
	if !o.seen.After(at) {
		o.seen, o.SeenUntil = at, time.Time{}
	}
	return o
}

// emit keeps observations apart: a change of the second of a capture comes after it.
func (r *retracing) emit(o observation) {
	if n := len(r.out); n > 0 && !o.Captured.After(r.out[n-1].Captured) {
		it := *o.Item
		it.Captured = r.out[n-1].Captured.Add(time.Microsecond)
		o.Item = &it
	}
	r.out = append(r.out, o)
}
