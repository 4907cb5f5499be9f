package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sgfit/suggest"
)

func talkOf(from, to string, n int64) suggest.Talk {
	party := func(s string) suggest.Party {
		if s == "internet" || s == "private" {
			return suggest.Party{Kind: suggest.PartyKind(s), Groups: []string{}}
		}
		return suggest.Party{Kind: suggest.PartyGroups, Groups: strings.Split(s, ",")}
	}
	return suggest.Talk{From: party(from), To: party(to), Conversations: n, Services: []suggest.Service{{Protocol: "tcp", Port: 443, Conversations: n}}}
}

// TestTierMapPutsTiersInOrder: what opens stands left of what answers, also where a pair talks both ways.
func TestTierMapPutsTiersInOrder(t *testing.T) {
	plan := suggest.Plan{Talks: []suggest.Talk{talkOf("internet", "sg-lb", 900), talkOf("sg-lb", "sg-web", 800), talkOf("sg-web", "sg-db", 700),
		talkOf("sg-db", "sg-web", 3), talkOf("sg-web", "internet", 20), talkOf("private", "sg-web", 10)}}
	m := tierMap(plan)
	x := map[string][]int{}
	for _, n := range m.Nodes {
		x[n.Title] = append(x[n.Title], n.X)
	}
	if len(x["internet"]) != 2 || !(slices.Min(x["internet"]) < x["sg-lb"][0] && x["sg-lb"][0] < x["sg-web"][0] && x["sg-web"][0] < x["sg-db"][0]) {
		t.Errorf("columns: %v", x)
	}
	if len(m.Links) != len(plan.Talks) || len(m.Talks) != len(plan.Talks) || m.Hidden != 0 {
		t.Errorf("%d curves and %d lines of %d talks, %d hidden", len(m.Links), len(m.Talks), len(plan.Talks), m.Hidden)
	}
	if tierMap(suggest.Plan{}) != nil {
		t.Error("a map of nothing")
	}
}

// TestTierMapStaysSmall: of many parties the busiest are drawn, no box lies on another, and all is in the frame.
func TestTierMapStaysSmall(t *testing.T) {
	var plan suggest.Plan
	for i := range 200 {
		plan.Talks = append(plan.Talks, talkOf(fmt.Sprintf("sg-%d", i%60), fmt.Sprintf("sg-%d", (i*7+1)%90), int64(1000-i)))
	}
	m := tierMap(plan)
	if len(m.Nodes) != mostNodes || m.Hidden == 0 {
		t.Errorf("%d boxes, %d hidden", len(m.Nodes), m.Hidden)
	}
	for i, a := range m.Nodes {
		if a.X < 0 || a.Y < 0 || a.X+a.Width > m.Width || a.Y+a.Height > m.Height {
			t.Errorf("box %d lies outside: %+v of %d x %d", i, a, m.Width, m.Height)
		}
		for _, b := range m.Nodes[:i] {
			if a.X == b.X && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height {
				t.Errorf("%q lies on %q", a.Title, b.Title)
			}
		}
	}
}

func TestDays(t *testing.T) {
	start := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC) // a Tuesday
	d := days("##.?", start)
	if want := "M0 23h9v9h-9zM0 34h9v9h-9z"; d.Used != want {
		t.Errorf("used days %q, want %q", d.Used, want)
	}
	if d.Silent != "M0 45h9v9h-9z" || d.Missed != "M0 56h9v9h-9z" || d.Words != "used on 2 days, silent on 1, on 1 a use may have been missed" {
		t.Errorf("%+v", d)
	}
	if len(d.Months) != 1 || d.Months[0] != (Month{0, "Sep"}) || d.Width != 11 {
		t.Errorf("months %v, width %d", d.Months, d.Width)
	}
	if days("---", start) != nil {
		t.Error("a calendar of a rule that no interface wore")
	}
	if d := days(strings.Repeat(".", 61), start); len(d.Months) != 2 { // to October 31
		t.Errorf("months of 61 days: %v", d.Months)
	}
}
