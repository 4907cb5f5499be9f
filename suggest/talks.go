package suggest

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"go4.org/netipx"

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
	private *netipx.IPSet
	parties []string             // by number: ids of groups with commas between, or a kind
	numbers map[string]uint32    // of parties
	worn    map[groupList]uint32 // of lists of groups, each of which is one slice in memory for many flows
	seen    talkTable
}

// groupList tells a list of groups by where it lies in memory.
type groupList struct {
	first *string
	n     int
}

// listOf tells a list, which must not change as long as it is told.
func listOf(groups []string) groupList {
	if len(groups) == 0 {
		return groupList{}
	}
	return groupList{&groups[0], len(groups)}
}

// NewTalks begins with nothing.
func NewTalks(ev *analyze.Evidence) *Talks {
	return &Talks{private: privateAddresses(&ev.Inventory), numbers: map[string]uint32{}, worn: map[groupList]uint32{}}
}

// Watch counts the real uses among flows while they are read, and ahead of who reads them: all are counted when all were read.
func (t *Talks) Watch(flows iter.Seq2[Flow, error]) iter.Seq2[Flow, error] {
	return analyze.Ahead(func(yield func(Flow, error) bool) {
		for f, err := range flows {
			if err == nil && !f.Noise && len(f.Groups) > 0 {
				t.add(&f)
			}
			if !yield(f, err) {
				return
			}
		}
	})
}

func (t *Talks) add(f *Flow) {
	own, peer := t.groups(f.Groups), t.peer(f)
	key, side := talkKey{peer, own, f.Protocol, f.Port}, 0
	if f.Direction == schema.Egress {
		key.from, key.to, side = own, peer, 1
	}
	t.seen.of(key).conversations[side] += f.Conversations
}

// peer numbers the other end of a flow: its groups, or what kind of address it is.
func (t *Talks) peer(f *Flow) uint32 {
	switch {
	case len(f.PeerGroups) > 0:
		return t.groups(f.PeerGroups)
	case t.private.Contains(f.Peer.Unmap()):
		return t.number(string(PartyPrivate))
	}
	return t.number(string(PartyInternet))
}

// groups numbers the interfaces that wear the same groups. The slice must not change afterwards.
func (t *Talks) groups(groups []string) uint32 {
	list := listOf(groups)
	n, ok := t.worn[list]
	if !ok {
		n = t.number(strings.Join(groups, ","))
		t.worn[list] = n
	}
	return n
}

func (t *Talks) number(name string) uint32 {
	n, ok := t.numbers[name]
	if !ok {
		n = uint32(len(t.parties))
		t.numbers[name], t.parties = n, append(t.parties, name)
	}
	return n
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
	sums := map[[2]uint32]int64{}
	for talk := range t.seen.all {
		sums[[2]uint32{talk.from, talk.to}] += talk.most()
	}
	counts := slices.Sorted(maps.Values(sums))
	least := int64(0)
	if len(counts) > mostTalks {
		least = counts[len(counts)-mostTalks]
	}
	busy := map[[2]uint32]*Talk{}
	for pair, sum := range sums {
		if sum >= least {
			busy[pair] = &Talk{From: partyOf(t.parties[pair[0]]), To: partyOf(t.parties[pair[1]]), Conversations: sum}
		}
	}
	for one := range t.seen.all {
		if talk := busy[[2]uint32{one.from, one.to}]; talk != nil {
			talk.Services = append(talk.Services, Service{one.protocol.String(), int32(one.port), one.most()})
		}
	}
	out := []Talk{}
	for _, talk := range busy {
		slices.SortFunc(talk.Services, func(a, b Service) int {
			return cmp.Or(-cmp.Compare(a.Conversations, b.Conversations), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port))
		})
		talk.Services = slices.Clip(talk.Services[:min(mostSpoken, len(talk.Services))])
		out = append(out, *talk)
	}
	slices.SortFunc(out, func(a, b Talk) int {
		return cmp.Or(-cmp.Compare(a.Conversations, b.Conversations), a.From.compare(b.From), a.To.compare(b.To))
	})
	return slices.Clip(out[:min(mostTalks, len(out))])
}

func (p Party) compare(o Party) int {
	return cmp.Or(cmp.Compare(p.Kind, o.Kind), slices.Compare(p.Groups, o.Groups))
}
