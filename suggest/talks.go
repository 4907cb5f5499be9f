package suggest

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"sgfit/analyze"
	"sgfit/schema"
)

// Talk is what one party opened at another in the window.
type Talk struct {
	From          Party     `json:"from"`
	To            Party     `json:"to"`
	Conversations int64     `json:"conversations"`
	Services      []Service `json:"services"` // by conversations, at most ten
}

// Party is one end: interfaces that wear the same groups, or addresses that the inventory does not know.
type Party struct {
	Kind   PartyKind `json:"kind"`
	Groups []string  `json:"groups"` // ids, sorted; of kind groups only
}

// PartyKind says what a party is.
type PartyKind string

// The kinds of parties.
const (
	PartyGroups   PartyKind = "groups"
	PartyInternet PartyKind = "internet"
	PartyPrivate  PartyKind = "private" // a private address of nobody known
)

// Service is one service with its conversations.
type Service struct {
	Protocol      string `json:"protocol"`
	Port          int32  `json:"port"` // 0 where the protocol has none
	Conversations int64  `json:"conversations"`
}

const (
	mostTalks  = 300
	mostSpoken = 10 // services of one talk
)

// Talks adds up who talks to whom while flows pass by.
type Talks struct {
	estate *estate
	seen   map[talkKey]map[serviceKey]*[2]int64 // conversations as the opened side's log has them, and the opener's
}

type talkKey struct{ from, to string }

type serviceKey struct {
	protocol schema.Protocol
	port     uint16
}

// NewTalks begins with nothing.
func NewTalks(ev *analyze.Evidence) *Talks {
	return &Talks{newEstate(ev), map[talkKey]map[serviceKey]*[2]int64{}}
}

// Watch counts the real uses among flows while they are read.
func (t *Talks) Watch(flows iter.Seq2[Flow, error]) iter.Seq2[Flow, error] {
	return func(yield func(Flow, error) bool) {
		for f, err := range flows {
			if err == nil && !f.Noise && len(f.Groups) > 0 {
				t.add(&f)
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

func (t *Talks) add(f *Flow) {
	own, peer := strings.Join(f.Groups, ","), t.party(f)
	key, side := talkKey{peer, own}, 0
	if f.Direction == schema.Egress {
		key, side = talkKey{own, peer}, 1
	}
	services := t.seen[key]
	if services == nil {
		services = map[serviceKey]*[2]int64{}
		t.seen[key] = services
	}
	n := services[serviceKey{f.Protocol, f.Port}]
	if n == nil {
		n = new([2]int64)
		services[serviceKey{f.Protocol, f.Port}] = n
	}
	n[side] += f.Conversations
}

// party names the other end of a flow: its groups, or what kind of address it is.
func (t *Talks) party(f *Flow) string {
	switch {
	case len(f.PeerGroups) > 0:
		return strings.Join(f.PeerGroups, ",")
	case t.estate.isPrivate(f.Peer.Unmap()):
		return string(PartyPrivate)
	}
	return string(PartyInternet)
}

func partyOf(name string) Party {
	switch kind := PartyKind(name); kind {
	case PartyInternet, PartyPrivate:
		return Party{kind, []string{}}
	}
	return Party{PartyGroups, strings.Split(name, ",")}
}

// List is who talked to whom, the busiest first. What both ends logged counts once.
func (t *Talks) List() []Talk {
	out := []Talk{}
	for key, services := range t.seen {
		talk := Talk{From: partyOf(key.from), To: partyOf(key.to)}
		for s, n := range services {
			c := max(n[0], n[1])
			talk.Conversations += c
			talk.Services = append(talk.Services, Service{s.protocol.String(), int32(s.port), c})
		}
		slices.SortFunc(talk.Services, func(a, b Service) int {
			return cmp.Or(-cmp.Compare(a.Conversations, b.Conversations), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port))
		})
		talk.Services = slices.Clip(talk.Services[:min(mostSpoken, len(talk.Services))])
		out = append(out, talk)
	}
	slices.SortFunc(out, func(a, b Talk) int {
		return cmp.Or(-cmp.Compare(a.Conversations, b.Conversations), a.From.compare(b.From), a.To.compare(b.To))
	})
	return slices.Clip(out[:min(mostTalks, len(out))])
}

func (p Party) compare(o Party) int {
	return cmp.Or(cmp.Compare(p.Kind, o.Kind), slices.Compare(p.Groups, o.Groups))
}
