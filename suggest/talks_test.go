package suggest

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/analyze"
	"sgfit/schema"
)

func TestTalks(t *testing.T) {
	flow := func(d schema.Direction, groups []string, peer string, peerGroups []string, port uint16, n int64, noise bool) Flow {
		return Flow{Direction: d, Groups: groups, Peer: netip.MustParseAddr(peer), PeerGroups: peerGroups, Protocol: schema.TCP, Port: port, Conversations: n, Noise: noise}
	}
	web, app := []string{"sg-web"}, []string{"sg-app", "sg-base"}
	flows := []Flow{
		flow("ingress", web, "203.0.113.9", nil, 443, 50, false),
		flow("ingress", web, "198.51.100.7", nil, 443, 30, false),
		flow("ingress", web, "198.51.100.8", nil, 22, 900, true), // strangers are nobody's traffic
		flow("egress", web, "10.0.2.5", app, 8080, 70, false),
		flow("ingress", app, "10.0.1.5", web, 8080, 72, false), // the same, as the other end logged it
		flow("ingress", app, "10.9.9.9", nil, 22, 3, false),
		flow("egress", app, "203.0.113.80", nil, 443, 5, false),
		flow("ingress", nil, "10.9.9.9", nil, 22, 3, false), // wears no group
	}
	talks := NewTalks(&analyze.Evidence{})
	passed := 0
	for range talks.Watch(func(yield func(Flow, error) bool) {
		for _, f := range flows {
			if !yield(f, nil) {
				return
			}
		}
	}) {
		passed++
	}
	if passed != len(flows) {
		t.Errorf("%d of %d flows passed", passed, len(flows))
	}
	internet, private := Party{PartyInternet, []string{}}, Party{PartyPrivate, []string{}}
	want := []Talk{
		{internet, Party{PartyGroups, web}, 80, []Service{{"tcp", 443, 80}}},
		{Party{PartyGroups, web}, Party{PartyGroups, app}, 72, []Service{{"tcp", 8080, 72}}},
		{Party{PartyGroups, app}, internet, 5, []Service{{"tcp", 443, 5}}},
		{private, Party{PartyGroups, app}, 3, []Service{{"tcp", 22, 3}}},
	}
	if diff := cmp.Diff(want, talks.List()); diff != "" {
		t.Errorf("talks (-want +got):\n%s", diff)
	}
	if !slices.IsSortedFunc(talks.List(), func(a, b Talk) int { return int(b.Conversations - a.Conversations) }) {
		t.Error("the busiest are not first")
	}
}
