package inventory

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// history makes a small random estate: three groups and three interfaces with items of their own, two instances that
// pass three more interfaces around, and snapshots of some of it.
func history(r *rand.Rand) (items []schema.Item, snapshots []schema.Snapshot) {
	order := int64(0)
	stamp := func(it schema.Item, id string) schema.Item {
		order++
		it.ID, it.Captured, it.Order, it.Found = id, at(20*r.IntN(300)), order, r.IntN(3) == 0
		if r.IntN(3) == 0 {
			it.Created = it.Captured.Add(-time.Duration(r.IntN(3000)) * time.Minute)
		}
		if it.Group != nil {
			it.Group.GroupID = id
		}
		if it.Interface != nil {
			it.Interface.InterfaceID = id
		}
		if r.IntN(2) == 0 {
			it.SeenUntil = it.Captured.Add(time.Duration(r.IntN(1500)) * time.Minute)
		}
		return it
	}
	for range 5 + r.IntN(40) {
		id := fmt.Sprint(r.IntN(3))
		switch r.IntN(4) {
		case 0:
			var ports []int32
			for p := range int32(3) {
				if r.IntN(2) == 0 {
					ports = append(ports, p)
				}
			}
			it := groupItem(0, ports...)
			it.Group.Name = []string{"g", "h"}[r.IntN(8)/7]
			items = append(items, stamp(it, "sg-"+id))
		case 1:
			items = append(items, stamp(ifaceItem(0, "sg-"+fmt.Sprint(r.IntN(2)), ""), "eni-"+id))
		case 2:
			dead := groupItem(0)
			if r.IntN(2) == 0 {
				dead = ifaceItem(0, "", "")
			}
			prefix := map[schema.ItemType]string{schema.GroupItem: "sg-", schema.InterfaceItem: "eni-"}[dead.Type]
			items = append(items, stamp(deleted(dead), prefix+id))
		case 3:
			items = append(items, instanceItems(r, stamp)...)
		}
	}
	for range r.IntN(12) {
		s := snapshot(20*r.IntN(400) + r.IntN(3))
		for _, t := range []schema.ItemType{schema.GroupItem, schema.InstanceItem, schema.InterfaceItem} {
			if r.IntN(2) == 0 {
				s.Types = append(s.Types, t)
			}
		}
		snapshots = append(snapshots, s)
	}
	return items, snapshots
}

func instanceItems(r *rand.Rand, stamp func(schema.Item, string) schema.Item) []schema.Item {
	instance := fmt.Sprintf("i-%d", r.IntN(2))
	self := stamp(seen(schema.InstanceItem, instance, 0), instance)
	self.Captured = self.Captured.Add(time.Duration(self.Order) * time.Second) // no two items of one time
	var out []schema.Item
	for n := range 3 {
		if r.IntN(2) == 0 {
			it := ifaceItem(0, "sg-"+fmt.Sprint(r.IntN(2)), instance)
			it.ID, it.Captured, it.Order, it.Found = fmt.Sprintf("eni-shared-%d", n), self.Captured, self.Order, self.Found
			it.Interface.InterfaceID = it.ID
			it.Created, it.SeenUntil = self.Created, self.SeenUntil
			out = append(out, it)
		}
	}
	if len(out) == 0 {
		self.Deleted = true
		out = append(out, self)
	}
	return out
}

// stateAt is the stupid twin: what was the resource at t, told from the items alone, with no interval made.
func stateAt(items []schema.Item, snapshots []schema.Snapshot, typ schema.ItemType, id string, t time.Time, opts Options) *schema.Item {
	var mine []schema.Item
	for _, it := range items {
		if it.Type == typ && it.ID == id {
			mine = append(mine, it)
		}
	}
	slices.SortFunc(mine, func(a, b schema.Item) int {
		return cmp.Or(a.Captured.Compare(b.Captured), cmp.Compare(a.Order, b.Order))
	})
	var last *schema.Item
	for i := range mine {
		if !mine[i].Captured.After(t) {
			last = &mine[i]
		}
	}
	if last != nil && !last.Deleted && !leftBy(items, last, t) && !missedBy(snapshots, last, t) {
		return last
	}
	next := aboutToBegin(mine, t, opts)
	if next != nil && last != nil && !last.Deleted && !leftBy(items, last, t) && leftBy(items, last, next.Captured.Add(-1)) {
		return nil // it was still to leave, so it cannot have come back yet
	}
	return next
}

// leftBy: the instance that had the interface was seen again without it.
func leftBy(items []schema.Item, last *schema.Item, t time.Time) bool {
	if !last.Indirect {
		return false
	}
	for _, it := range items {
		other := it.ID
		if it.Type != schema.InstanceItem {
			if !it.Indirect {
				continue
			}
			other = it.Interface.InstanceID
		}
		if other == last.Interface.InstanceID && it.Captured.After(last.Captured) && !it.Captured.After(t) {
			return true
		}
	}
	return false
}

func missedBy(snapshots []schema.Snapshot, last *schema.Item, t time.Time) bool {
	typ := last.Type
	if last.Indirect {
		typ = schema.InstanceItem
	}
	for _, s := range snapshots {
		expected := s.Taken.After(last.Captured.Add(captureDelay))
		if !last.SeenUntil.Before(last.Captured) {
			expected = s.Taken.After(last.SeenUntil)
		}
		if expected && slices.Contains(s.Types, typ) && !s.Taken.After(t) {
			return true
		}
	}
	return false
}

// aboutToBegin: nothing is known at t, but the next item tells back to t.
func aboutToBegin(mine []schema.Item, t time.Time, opts Options) *schema.Item {
	first := true
	for i := range mine {
		it := &mine[i]
		if !it.Captured.After(t) {
			first = first && it.Deleted
			continue
		}
		group := mine[i:]
		for j := range group { // the last of that time, and the earliest creation of them all
			if group[j].Captured.Equal(it.Captured) {
				if c := group[j].Created; it.Created.IsZero() || (!c.IsZero() && c.Before(it.Created)) {
					it.Created = c
				}
				group[j].Created = it.Created
				it = &group[j]
			}
		}
		begin := it.Captured.Add(-10 * time.Minute)
		age := it.Captured.Sub(it.Created)
		if it.Created.IsZero() {
			if opts.AssumeUnchanged && first {
				begin = time.Unix(0, 0)
			}
		} else if age >= 0 && (age <= 24*time.Hour || opts.AssumeUnchanged && first) {
			begin = it.Created
		}
		if it.Deleted || t.Before(begin) {
			return nil
		}
		return it
	}
	return nil
}

func TestTimelineTwin(t *testing.T) {
	alive := 0
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 7))
		items, snapshots := history(r)
		opts := Options{AssumeUnchanged: r.IntN(4) == 0}
		inv := Timeline(items, snapshots, opts)
		for range 30 {
			when := at(10*r.IntN(700) - 100).Add(time.Duration(r.IntN(3)-1) * time.Second)
			for n := range 9 {
				typ, id := schema.InterfaceItem, fmt.Sprintf("eni-%d", n%3)
				if n < 3 {
					typ, id = schema.GroupItem, fmt.Sprintf("sg-%d", n)
				} else if n < 6 {
					id = fmt.Sprintf("eni-shared-%d", n%3)
				}
				want := describe(stateAt(items, snapshots, typ, id, when, opts))
				if got := inForce(inv, typ, id, when); got != want {
					t.Fatalf("seed %d: %s at minute %v is %q, want %q", seed, id, when.Sub(at(0)).Minutes(), got, want)
				}
				if want != "" {
					alive++
				}
			}
		}
	}
	if alive < 50_000 {
		t.Errorf("only %d of the questions met a resource that was there", alive)
	}
}

// describe writes a state, "" for none.
func describe(it *schema.Item) string {
	if it == nil {
		return ""
	}
	if it.Group != nil {
		return fmt.Sprint(it.Group.Name, it.Group.Rules, it.Group.Rules)
	}
	return fmt.Sprint(it.Interface.InstanceID, it.Interface.Groups)
}

// inForce writes what the intervals say; two versions at one time show as two.
func inForce(inv schema.Inventory, typ schema.ItemType, id string, when time.Time) (text string) {
	if typ == schema.InterfaceItem {
		for _, v := range inv.Interfaces {
			if v.InterfaceID == id && v.Contains(when) {
				text += fmt.Sprint(v.InstanceID, v.Interface.Groups)
			}
		}
		return text
	}
	var rules []schema.Rule
	for _, v := range inv.Rules {
		if v.GroupID == id && v.Contains(when) {
			rules = append(rules, v.Rule)
		}
	}
	slices.SortFunc(rules, compareRules)
	for _, v := range inv.Groups {
		if v.GroupID == id && v.Contains(when) {
			text += fmt.Sprint(v.Name, v.Group.Rules, rules)
		}
	}
	if text == "" && len(rules) > 0 {
		text = fmt.Sprint("rules without a group ", rules)
	}
	return text
}

// Versions of one resource do not overlap, are not empty, differ from their neighbours, and are sorted; and the order
// of the input does not matter.
func TestTimelineLaws(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 8))
		items, snapshots := history(r)
		items = append(items, items[:len(items)/3]...) // the same item is in several files
		inv := Timeline(items, snapshots, Options{})
		checkLaws(t, inv, breaks(items))
		r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		r.Shuffle(len(snapshots), func(i, j int) { snapshots[i], snapshots[j] = snapshots[j], snapshots[i] })
		if diff := gocmp.Diff(inv, Timeline(items, snapshots, Options{}), sameAddrs); diff != "" {
			t.Fatalf("seed %d: the order of the input shows (-first +shuffled):\n%s", seed, diff)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// breaks are the times at which something may have been deleted, and so may not be continued.
func breaks(items []schema.Item) map[time.Time]bool {
	at := map[time.Time]bool{}
	for _, it := range items {
		if it.Deleted || it.Indirect {
			at[it.Captured] = true
		}
	}
	return at
}

func checkLaws(t *testing.T, inv schema.Inventory, broken map[time.Time]bool) {
	t.Helper()
	for i, v := range inv.Groups {
		checkInterval(t, v.Interval)
		if i > 0 {
			p := inv.Groups[i-1]
			checkNeighbours(t, p.GroupID, v.GroupID, p.Interval, v.Interval, !broken[v.From] && sameGroup(&schema.Item{Group: &p.Group}, &schema.Item{Group: &v.Group}))
		}
	}
	for i, v := range inv.Interfaces {
		checkInterval(t, v.Interval)
		if i > 0 {
			p := inv.Interfaces[i-1]
			checkNeighbours(t, p.InterfaceID, v.InterfaceID, p.Interval, v.Interval, !broken[v.From] && sameInterface(&schema.Item{Interface: &p.Interface}, &schema.Item{Interface: &v.Interface}))
		}
	}
	for i, v := range inv.Rules {
		checkInterval(t, v.Interval)
		if i > 0 && cmp.Or(strings.Compare(inv.Rules[i-1].GroupID, v.GroupID), inv.Rules[i-1].From.Compare(v.From)) > 0 {
			t.Errorf("rules are not sorted at %d", i)
		}
		for _, o := range inv.Rules[:i] {
			if o.GroupID == v.GroupID && o.Key() == v.Key() && (o.To.IsZero() || v.From.Before(o.To) || v.From.Equal(o.To) && !broken[v.From]) {
				t.Errorf("%s: a rule from %v to %v goes on from %v", v.GroupID, o.From, o.To, v.From)
			}
		}
	}
}

func checkInterval(t *testing.T, i schema.Interval) {
	t.Helper()
	if i.From.IsZero() || (!i.To.IsZero() && !i.From.Before(i.To)) {
		t.Errorf("from %v to %v is no interval", i.From, i.To)
	}
}

func checkNeighbours(t *testing.T, a, b string, x, y schema.Interval, same bool) {
	t.Helper()
	switch {
	case a > b:
		t.Errorf("%s stands before %s", a, b)
	case a == b && (x.To.IsZero() || y.From.Before(x.To)):
		t.Errorf("%s: %v and %v overlap", a, x, y)
	case a == b && same && x.To.Equal(y.From):
		t.Errorf("%s: %v and %v are one", a, x, y)
	}
}
