package suggest

import (
	"time"

	"sgfit/analyze"
)

// knowLess makes the makers that know less: the backtest's.
func (m *maker) knowLess(groups []*analyze.Group) {
	weeks := min(analyze.Weeks, max(0, m.days/7-1)) // those that have a week before them
	m.earlier = make([]*maker, weeks)
	eachApart(weeks, func(w int) {
		e := m.earlierThan(w)
		for _, g := range groups {
			e.groups[g.GroupID] = e.earlierGroup(g)
		}
		for no, s := range m.rules {
			e.rules[no].bits = s.bits
		}
		e.findRedundant()
		m.earlier[w] = e
	})
	for w, e := range m.earlier {
		e.later, e.earlier = m, m.earlier[w+1:]
	}
}

// recall gives the makers that know less the uses of a group, as far as they know them.
func (m *maker) recall(g *analyze.Group) {
	for _, e := range m.earlier {
		for i := range g.Rules {
			e.rules[g.Rules[i].No].Uses = e.earlierUses(g.Rules[i].Uses)
		}
	}
}

// forget drops a group's uses, and what was worked out from them.
func (m *maker) forget(g *analyze.Group) {
	for i := range g.Rules {
		g.Rules[i].Uses = nil
		m.rules[g.Rules[i].No].fitted, m.rules[g.Rules[i].No].carried = nil, nil
		for _, e := range m.earlier {
			s := e.rules[g.Rules[i].No]
			s.Uses, s.carried, s.fitted, s.tested, s.news = nil, nil, nil, nil, nil
		}
	}
}

// earlierThan is a maker that knows only what was seen before week w of the window's end, but for the inventory, which is
// that of the end, and for what was lost or could not be told. It decides as its like would have decided then.
func (m *maker) earlierThan(w int) *maker {
	e := &maker{opt: m.opt, estate: m.estate, rules: map[uint32]*subject{}, groups: map[string]*analyze.Group{}, days: m.days - 7*(w+1), lateFrom: w,
		excepted: m.excepted}
	ev := *m.ev
	ev.End = ev.Start.Add(time.Duration(e.days) * 24 * time.Hour)
	ev.Atoms = nil
	for _, a := range m.ev.Atoms {
		for k := range w + 1 {
			a.Conversations -= a.Late[k]
		}
		if a.Conversations > 0 {
			ev.Atoms = append(ev.Atoms, a)
		}
	}
	e.ev = &ev
	return e
}

// earlierGroup enters a group as that maker knows it, without uses.
func (m *maker) earlierGroup(g *analyze.Group) *analyze.Group {
	out := *g
	out.Rules = make([]analyze.Rule, len(g.Rules))
	for i := range g.Rules {
		out.Rules[i] = m.earlierRule(&g.Rules[i])
		m.rules[out.Rules[i].No] = &subject{Rule: &out.Rules[i], group: &out}
	}
	return &out
}

// earlierRule is the rule with the evidence of before. Probes, noise, ambiguous conversations and lost records are those
// of the whole window, and so are bytes and times, which decide nothing.
func (m *maker) earlierRule(r *analyze.Rule) analyze.Rule {
	w, out := m.lateFrom, *r
	out.Uses, out.TopPeers = nil, nil
	out.Used, out.Observed, out.Worn = r.Used.Before(m.days), r.Observed.Before(m.days), r.Worn.Before(m.days)
	out.DaysInForce -= 7 * (w + 1)
	out.Ports, out.Sources = make([]analyze.PortUse, 0, len(r.Ports)), make([]analyze.SourceSpan, 0, len(r.Sources))
	out.Conversations, out.Peers = 0, 0
	for _, p := range r.Ports {
		for k := range w + 1 {
			p.Conversations -= p.Late[k]
		}
		p.Peers = p.Early[w]
		out.Conversations += p.Conversations
		if p.Conversations > 0 || p.Ambiguous > 0 {
			out.Ports = append(out.Ports, p)
		}
	}
	for _, s := range r.Sources {
		if s.FirstDay < m.days {
			s.Days = s.Early[w]
			out.Sources = append(out.Sources, s)
			out.Peers += int64(s.Sources)
		}
	}
	analyze.AcceptWildcards(&out, m.opt.WildcardSources)
	return out
}

// earlierUses are the uses of before. They count what came later too, but where there was nothing before but what could not be
// told.
func (m *maker) earlierUses(uses []*analyze.Use) []*analyze.Use {
	out := make([]*analyze.Use, 0, len(uses))
	for _, u := range uses {
		conversations := u.Conversations
		for k := range m.lateFrom + 1 {
			conversations -= u.Late[k].Conversations
		}
		if u.FirstDay >= 0 && u.FirstDay < m.days && conversations > 0 {
			out = append(out, u)
		} else if u.Ambiguous > 0 && conversations <= 0 {
			untold := *u
			untold.Conversations, untold.FirstDay, untold.LastDay = 0, -1, -1
			out = append(out, &untold)
		}
	}
	return out
}
