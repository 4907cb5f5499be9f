package judge

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sgfit/schema"
	"sgfit/schema/simulate"
	"sgfit/suggest"
)

// Later is what the plan, applied when the window ended, would have refused in the days after it.
type Later struct {
	Week Refusals `json:"week"` // the first seven days
	All  Refusals `json:"all"`
	// Reviewed counts, of all days, the conversations refused had also been done what is suggested of rules for review.
	Reviewed Count `json:"reviewed"`
}

// Refusals are counted over real conversations that today's rules admit. A source is one peer of all interfaces that
// wear the same groups; for egress, a destination.
type Refusals struct {
	Conversations Count `json:"conversations"`
	New           Count `json:"new"` // of those of a peer and service that the window had not
	Sources       Count `json:"sources"`
	Bytes         Count `json:"bytes"`
	Rules         Count `json:"rules"` // rules with a refusal, of those that the plan removes or replaces
	// Narrowed, Redundant and Silent split the refused conversations by what became of the rules that admitted them: one was
	// narrowed; else one was removed since others carried its traffic; else all were removed since nobody used them.
	Narrowed  int64 `json:"narrowed"`
	Redundant int64 `json:"redundant"`
	Silent    int64 `json:"silent"`
}

func (l *Later) add(o Later) {
	l.Week.add(o.Week)
	l.All.add(o.All)
	l.Reviewed.Add(o.Reviewed)
}

func (r *Refusals) add(o Refusals) {
	r.Conversations.Add(o.Conversations)
	r.New.Add(o.New)
	r.Sources.Add(o.Sources)
	r.Bytes.Add(o.Bytes)
	r.Rules.Add(o.Rules)
	r.Narrowed, r.Redundant, r.Silent = r.Narrowed+o.Narrowed, r.Redundant+o.Redundant, r.Silent+o.Silent
}

// encounter is everything alike that happened on one day after the window.
type encounter struct {
	suggest.Flow
	day           int // from 0
	bytes         int64
	isNew, logged bool
	refused       bool
	reviewed      bool  // refused if also what is for review were done as suggested
	rules         []int // of the truth
}

type encounterKey struct {
	day                int
	groups, peerGroups string
	direction          schema.Direction
	protocol           schema.Protocol
	port               uint16
	peer               netip.Addr
}

func keyOf(day int, f suggest.Flow) encounterKey {
	return encounterKey{day, strings.Join(f.Groups, " "), strings.Join(f.PeerGroups, " "), f.Direction, f.Protocol, f.Port, f.Peer}
}

// later replays the days after the window, and compares them with what the plan foretold.
func (h *hearing) later(ctx context.Context) error {
	met := h.encounters()
	err := h.replay(ctx, h.Plan, met, func(e *encounter) { e.refused = true })
	if err == nil {
		err = h.replay(ctx, reviewed(h.Plan), met, func(e *encounter) { e.reviewed = true })
	}
	if err != nil {
		return err
	}
	for _, e := range met {
		c := Count{Of: e.Conversations}
		if e.reviewed {
			c.N = c.Of
		}
		h.Later.Reviewed.Add(c)
	}
	h.Later.Week, h.Later.All = h.refusals(met, 7), h.refusals(met, h.After)
	h.foretold(met)
	return nil
}

// reviewed is the plan in which rules for review are replaced as suggested.
func reviewed(p suggest.Plan) suggest.Plan {
	p.Groups = slices.Clone(p.Groups)
	for i := range p.Groups {
		rules := slices.Clone(p.Groups[i].Rules)
		for j := range rules {
			if rules[j].Action == suggest.Review && len(rules[j].Replacement) > 0 {
				rules[j].Action = suggest.Replace
			}
		}
		p.Groups[i].Rules = rules
	}
	return p
}

// encounters gathers what is alike, in the order of the truth.
func (h *hearing) encounters() []*encounter {
	end := int(h.Plan.Window.End.Unix() / 86400)
	at := map[encounterKey]*encounter{}
	var met []*encounter
	for _, l := range h.Truth.Later {
		f := suggest.Flow{Groups: l.Groups, Direction: l.Direction, Protocol: schema.Protocol(l.Protocol), Port: l.Port, Peer: l.Peer, PeerGroups: l.PeerGroups}
		key := keyOf(int(l.Day)-end, f)
		e := at[key]
		if e == nil {
			e = &encounter{Flow: f, day: key.day, isNew: l.New, rules: l.Rules}
			at[key], met = e, append(met, e)
		}
		e.Conversations++
		e.bytes += int64(l.Bytes)
		e.logged = e.logged || l.Logged
	}
	return met
}

// replay asks of every encounter whether a plan refuses it, a day at a time, since refusals that are listed are limited.
func (h *hearing) replay(ctx context.Context, plan suggest.Plan, met []*encounter, refuse func(*encounter)) error {
	at := map[encounterKey]*encounter{}
	days := map[int][]suggest.Flow{}
	for _, e := range met {
		at[keyOf(e.day, e.Flow)] = e
		days[e.day] = append(days[e.day], e.Flow)
	}
	for day, flows := range days {
		each := func(yield func(suggest.Flow, error) bool) {
			for _, f := range flows {
				if !yield(f, nil) {
					return
				}
			}
		}
		outcome, refused, err := suggest.Replay(ctx, plan, each, h.Lists, nil)
		if err != nil {
			return fmt.Errorf("replay the days after the window: %w", err)
		}
		if outcome.Refused != int64(len(refused)) {
			return fmt.Errorf("replay the days after the window: %d kinds of refusals on one day, of which %d are listed", outcome.Refused, len(refused))
		}
		for _, r := range refused {
			refuse(at[keyOf(day, r.Flow)])
		}
	}
	return nil
}

// refusals sums up the first days.
func (h *hearing) refusals(met []*encounter, days int) Refusals {
	var r Refusals
	sources, lost := map[encounterKey]bool{}, map[int]bool{}
	for _, e := range met {
		if e.day >= days {
			continue
		}
		source := encounterKey{groups: strings.Join(e.Groups, " "), direction: e.Direction, peer: e.Peer}
		sources[source] = sources[source] || e.refused
		c, bytes := Count{Of: e.Conversations}, Count{Of: e.bytes}
		if e.refused {
			c.N, bytes.N = c.Of, bytes.Of
			*h.cause(&r, e) += e.Conversations
			for _, i := range h.changed(e) {
				lost[i] = true
			}
		}
		r.Conversations.Add(c)
		r.Bytes.Add(bytes)
		if e.isNew {
			r.New.Add(c)
		}
	}
	for _, refused := range sources {
		r.Sources.tell(refused)
	}
	for i, w := range h.Truth.Rules {
		if e, ok := h.rules[name(w)]; ok && (e.Action == suggest.Remove || e.Action == suggest.Replace) {
			r.Rules.tell(lost[i])
		}
	}
	return r
}

// changed are the rules that admitted it and that the plan removes or replaces.
func (h *hearing) changed(e *encounter) []int {
	return slices.DeleteFunc(slices.Clone(e.rules), func(i int) bool {
		a := h.rules[name(h.Truth.Rules[i])].Action
		return a != suggest.Remove && a != suggest.Replace
	})
}

// cause is the counter of what became of the rules that admitted it.
func (h *hearing) cause(r *Refusals, e *encounter) *int64 {
	is := func(f func(simulate.RuleTruth) bool) bool {
		return slices.ContainsFunc(h.changed(e), func(i int) bool { return f(h.Truth.Rules[i]) })
	}
	switch {
	case is(func(w simulate.RuleTruth) bool { return h.rules[name(w)].Action == suggest.Replace }):
		return &r.Narrowed
	case is(func(w simulate.RuleTruth) bool { return w.Uses > 0 }):
		return &r.Redundant
	}
	return &r.Silent
}
