package inventory

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// past is a made-up life of sg-1: which of the ports 0 to 3 were open from when on, what Config saw of it and what
// CloudTrail recorded.
type past struct {
	truth   []truth
	items   []schema.Item
	changes []schema.Change
}

type truth struct {
	at    time.Time
	ports [4]bool
}

func (p *past) portsAt(t time.Time) (ports [4]bool) {
	for _, x := range p.truth {
		if !x.at.After(t) {
			ports = x.ports
		}
	}
	return ports
}

func (p *past) capture(at time.Time, shown [4]bool) {
	var ports []int32
	for n, open := range shown {
		if open {
			ports = append(ports, int32(n))
		}
	}
	it := groupItem(0, ports...)
	it.Captured, it.Order = at, at.UnixMilli()
	p.items = append(p.items, it)
}

// live makes a past of an hour or two. Each change is one that AWS would have made; unseen is the share of changes that
// CloudTrail does not have. Config is up to eight minutes late.
func live(r *rand.Rand, unseen float64) *past {
	p := &past{truth: []truth{{at: at(-10000)}}}
	for n := range p.truth[0].ports {
		p.truth[0].ports[n] = r.IntN(2) == 0
	}
	now, step := at(0), 5+r.IntN(600)
	for i := range 4 + r.IntN(30) {
		now = now.Add(time.Duration(r.IntN(step)) * time.Second)
		ports, n := p.portsAt(now), r.IntN(4)
		ports[n] = !ports[n]
		p.truth = append(p.truth, truth{now, ports})
		c := opened(0, int32(n))
		if !ports[n] {
			c = closed(0, int32(n))
		}
		c.At, c.EventID = now, fmt.Sprintf("%08x-%d", r.Uint32(), i)
		if r.Float64() >= unseen {
			p.changes = append(p.changes, c)
		}
	}
	end := now.Add(time.Hour)
	for t := at(5).Add(time.Duration(r.IntN(3600)) * time.Second); t.Before(end); t = t.Add(time.Duration(1+r.IntN(4000)) * time.Second) {
		t = t.Add(time.Duration(r.IntN(1000)) * time.Millisecond)
		p.capture(t, p.portsAt(second(t).Add(-time.Second-time.Duration(r.IntN(480))*time.Second)))
	}
	return p
}

func portsOf(inv schema.Inventory, t time.Time) (ports [4]bool, known bool) {
	for _, v := range inv.Groups {
		known = known || v.Contains(t)
	}
	for _, v := range inv.Rules {
		if v.Contains(t) {
			ports[v.FromPort] = true
		}
	}
	return ports, known
}

// With a whole trail the intervals are the truth to the second, however late and rare Config is.
func TestRetraceTellsTheTruth(t *testing.T) {
	checked, improved := 0, 0
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 31))
		p := live(r, 0)
		if len(p.items) == 0 {
			continue
		}
		sharp, blunt := Timeline(p.items, nil, Options{}, p.changes...), Timeline(p.items, nil, Options{})
		begin := second(p.items[0].Captured).Add(time.Second)
		if len(p.changes) > 0 && p.changes[0].At.Before(begin) {
			begin = p.changes[0].At
		}
		for range 60 {
			when := at(-10).Add(time.Duration(r.IntN(4*3600)) * time.Second)
			want := p.portsAt(when)
			got, known := portsOf(sharp, when)
			if known && got != want || !known && !when.Before(begin) {
				t.Fatalf("seed %d: after %v the ports are %v (%v), want %v", seed, when.Sub(at(0)), got, known, want)
			}
			checked++
			if dull, _ := portsOf(blunt, when); known && dull != want {
				improved++
			}
		}
	}
	if checked < 40_000 || improved < checked/20 {
		t.Errorf("%d questions, of which Config alone would have answered %d wrongly", checked, improved)
	}
}

// twinPort is the stupid twin, for trails with holes: one port at one time, told word by word, with no state made.
func (p *past) twinPort(port int, t time.Time) bool {
	type word struct {
		at    time.Time // cut to the second: a capture comes before the changes of its second
		exact time.Time
		event bool
		open  bool
		mine  bool
	}
	var words []word
	for _, it := range p.items {
		open := slices.ContainsFunc(it.Group.Rules, func(r schema.Rule) bool { return r.FromPort == int32(port) })
		words = append(words, word{second(it.Captured), it.Captured, false, open, true})
	}
	for _, c := range p.changes {
		rules := slices.Concat(c.AddedRules, c.RemovedRules)
		if rules[0].FromPort == int32(port) {
			words = append(words, word{c.At, c.At, true, len(c.AddedRules) > 0, true})
		}
	}
	slices.SortStableFunc(words, func(a, b word) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		if a.event != b.event {
			return map[bool]int{true: 1, false: -1}[a.event]
		}
		return a.exact.Compare(b.exact)
	})
	stands := func(event word, rest []word) bool {
		for _, w := range rest {
			switch {
			case w.event:
				return w.open != event.open
			case w.open == event.open:
				return true
			case w.exact.Sub(event.at) > captureDelay:
				return false
			}
		}
		return true
	}
	open, started := false, false
	for i, w := range words {
		// A change takes effect at the begin of its second, a capture when it was made.
		if when := w.exact; when.After(t) {
			break
		}
		if w.event {
			open = w.open
			continue
		}
		late := false
		for _, e := range words[:i] {
			if e.event {
				late = e.open != w.open && w.exact.Sub(e.at) <= captureDelay && stands(e, words[i+1:])
			}
		}
		if !late {
			open = w.open
		} else if !started {
			open = !w.open
		}
		started = true
	}
	return open
}

func TestRetraceTwin(t *testing.T) {
	open := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 32))
		p := live(r, 0.3)
		p.changes = onePerSecond(p)
		if len(p.items) == 0 {
			continue
		}
		inv := Timeline(p.items, nil, Options{}, p.changes...)
		for range 40 {
			when := p.items[0].Captured.Add(time.Second + time.Duration(r.IntN(3*3600))*time.Second)
			got, known := portsOf(inv, when)
			for port := range got {
				if want := p.twinPort(port, when); !known || got[port] != want {
					t.Fatalf("seed %d: port %d after %v is %v (%v), want %v", seed, port, when.Sub(at(0)), got[port], known, want)
				}
				if got[port] {
					open++
				}
			}
		}
		checkLaws(t, inv, nil)
		shuffled := slices.Clone(p.changes)
		shuffled = append(shuffled, shuffled[:len(shuffled)/2]...) // delivered twice
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if diff := cmp.Diff(inv, Timeline(p.items, nil, Options{}, shuffled...), sameAddrs); diff != "" {
			t.Fatalf("seed %d: the order of the changes shows (-first +shuffled):\n%s", seed, diff)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if open < 10_000 {
		t.Errorf("only %d of the questions met an open port", open)
	}
}

// onePerSecond leaves out changes of a port in a second in which it changed already, which the twin is too stupid for.
func onePerSecond(p *past) []schema.Change {
	taken := map[time.Time]bool{}
	return slices.DeleteFunc(slices.Clone(p.changes), func(c schema.Change) bool {
		again := taken[c.At]
		taken[c.At] = true
		return again
	})
}
