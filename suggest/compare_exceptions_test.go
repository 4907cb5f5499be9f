package suggest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompareExceptions(t *testing.T) {
	record := func(group, expires string, state ExceptionState) ExceptionRecord {
		r := ExceptionRecord{Exception: Exception{Kind: Untouchable, Group: group, Owner: "ops", Reason: "so", Expires: expires}, State: state, Why: "why " + string(state)}
		if state != Unmatched {
			r.Rules = []string{"sg-1 ingress tcp 443 10.0.0.0/8"}
		}
		return r
	}
	far := record("web", "2026-06-30", InForce)
	far.Rules = []string{"sg-9 ingress tcp 443 10.0.0.0/8"} // of an account that the new plan does not know
	tests := []struct {
		name     string
		old, now []ExceptionRecord
		want     []string
	}{
		{"holds on", []ExceptionRecord{record("web", "2026-12-31", InForce)}, []ExceptionRecord{record("web", "2026-12-31", InForce)}, nil},
		{"its day passed", []ExceptionRecord{record("web", "2026-06-30", InForce)}, []ExceptionRecord{record("web", "2026-06-30", Expired)}, []string{"web expired: why expired; 1"}},
		{"had run out before", []ExceptionRecord{record("web", "2026-01-31", Expired)}, []ExceptionRecord{record("web", "2026-01-31", Expired)}, nil},
		{"its rule went", []ExceptionRecord{record("web", "2026-12-31", InForce)}, []ExceptionRecord{record("web", "2026-12-31", Unmatched)}, []string{"web unmatched: why unmatched; 1"}},
		{"taken out of the file", []ExceptionRecord{record("web", "2026-12-31", InForce)}, []ExceptionRecord{},
			[]string{"web withdrawn: it is not in the file any more: ask ops whether the opening can go; 1"}},
		{"no file", []ExceptionRecord{record("web", "2026-12-31", InForce)}, nil, []string{"web withdrawn: the new plan was made without exceptions; 1"}},
		{"extended", []ExceptionRecord{record("web", "2026-06-30", InForce)}, []ExceptionRecord{record("web", "2026-12-31", InForce)},
			[]string{"web extended: it held until 2026-06-30, and holds until 2026-12-31 now; 1"}},
		{"another one beside that which ran out", []ExceptionRecord{record("web", "2026-06-30", InForce)},
			[]ExceptionRecord{record("web", "2026-06-30", Expired), record("web", "2026-12-31", InForce)},
			[]string{"web extended: it held until 2026-06-30, and holds until 2026-12-31 now; 1"}},
		{"granted, also again", []ExceptionRecord{record("web", "2026-06-30", Expired)}, []ExceptionRecord{record("db", "2026-12-31", InForce), record("web", "2026-12-31", InForce)},
			[]string{"web new: why in-force; 1", "db new: why in-force; 1"}},
		{"came too late", nil, []ExceptionRecord{record("web", "2026-06-30", Expired), record("db", "2026-12-31", Unmatched)}, nil},
		{"of an account that is not there", []ExceptionRecord{far}, []ExceptionRecord{record("web", "2026-06-30", Unmatched)}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			old, now := groupPlan(t, "in tcp 443 10.0.0.0/8"), groupPlan(t, "in tcp 443 10.0.0.0/8")
			old.Groups = append(old.Groups, Group{AccountID: "999900001111", GroupID: "sg-9"})
			old.Exceptions, now.Exceptions = tt.old, tt.now
			var got []string
			c := Compare(old, now)
			for _, x := range c.Exceptions {
				got = append(got, fmt.Sprintf("%s %s: %s; %d", x.Exception.Group, x.Change, x.Why, len(x.Rules)))
				if c.Counts[string(x.Change)+"-exception"] == 0 {
					t.Errorf("%s is not counted: %v", x.Change, c.Counts)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is on record fails no job: it is counted apart, by finding, and only where the exception answers for that.
func TestCountsLeaveOutWhatIsOnRecord(t *testing.T) {
	p := groupPlan(t, "in tcp 22 0.0.0.0/0", "in tcp 23 0.0.0.0/0", "in tcp 24 0.0.0.0/0")
	for i, kind := range []ExceptionKind{Accepted, Seasonal, ""} {
		r := &p.Groups[0].Rules[i]
		r.Action, r.Findings = Review, []Finding{{Kind: AdminPortOpen}, {Kind: NoTraffic}, {Kind: StaleReference}}
		if kind != "" {
			r.Exception = &RuleException{Kind: kind, Covers: (&Exception{Kind: kind}).covered(r.Findings, true)}
		}
	}
	counts, apart := p.Counts(), p.OnRecord()
	for name, want := range map[string][2]int{"admin-port-open": {2, 1}, "no-traffic": {2, 1}, "stale-reference": {3, 0}} {
		if got := [2]int{counts[name], apart[name]}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if seen := (&Exception{Kind: Seasonal}).covered(p.Groups[0].Rules[0].Findings, false); len(seen) != 0 {
		t.Errorf("a season that was observed explains %v", seen)
	}
	p.Groups[0].Findings = []Finding{{Kind: DefaultGroup}}
	for i := range p.Groups[0].Rules {
		r := &p.Groups[0].Rules[i]
		r.Exception = &RuleException{Kind: Untouchable, Covers: (&Exception{Kind: Untouchable}).covered(r.Findings, false)}
	}
	counts, apart = p.Counts(), p.OnRecord()
	for name, want := range map[string][2]int{"admin-port-open": {0, 3}, "stale-reference": {0, 3}, "default-group": {0, 1}} {
		if got := [2]int{counts[name], apart[name]}; got != want {
			t.Errorf("untouchable, %s: %v, want %v", name, got, want)
		}
	}
}

func TestNewOpeningsOnRecord(t *testing.T) {
	old, now := groupPlan(t, "in tcp 443 0.0.0.0/0"), groupPlan(t, "in tcp 443 0.0.0.0/0", "in tcp 22 0.0.0.0/0")
	if c := Compare(old, now).Counts; c["wider"] != 1 || c["new-open-admin"] != 1 || c["new-wildcard"] != 1 || c["new-on-record"] != 0 {
		t.Errorf("not on record: %v", c)
	}
	now.Groups[0].Rules[1].Exception = &RuleException{Kind: Accepted}
	if c := Compare(old, now).Counts; c["wider"] != 0 || c["new-open-admin"] != 0 || c["new-wildcard"] != 0 || c["new-on-record"] != 1 {
		t.Errorf("on record: %v", c)
	}
}

// An exception for a whole group answers for the rules that it was granted for, and for none that comes later; one that names
// the rule, or is granted once the rule is there, does.
func TestOldExceptionsForGroupsAnswerForNoNewOpening(t *testing.T) {
	open := "in tcp 22 0.0.0.0/0"
	record := func(x Exception, rules ...string) ExceptionRecord { return ExceptionRecord{x, InForce, "so", rules} }
	whole := Exception{Kind: Untouchable, Group: "web", Owner: "ops", Expires: "2026-12-31"}
	named := whole
	named.Direction, named.Protocol, named.Peer = "ingress", "tcp", "0.0.0.0/0"
	was, is := "sg-1 ingress tcp 443 0.0.0.0/0", "sg-1 ingress tcp 22 0.0.0.0/0"
	for _, tt := range []struct {
		name     string
		old, now []ExceptionRecord
		on       int
	}{
		{"older than the rule", []ExceptionRecord{record(whole, was)}, []ExceptionRecord{record(whole, was, is)}, 0},
		{"granted since", nil, []ExceptionRecord{record(whole, was, is)}, 1},
		{"named as well", []ExceptionRecord{record(whole, was)}, []ExceptionRecord{record(whole, was, is), record(named, is)}, 1},
	} {
		old, now := groupPlan(t, "in tcp 443 0.0.0.0/0"), groupPlan(t, "in tcp 443 0.0.0.0/0", open)
		old.Exceptions, now.Exceptions = tt.old, tt.now
		now.Groups[0].Rules[1].Exception = &RuleException{Kind: Untouchable, Owner: "ops", Expires: "2026-12-31"}
		c := Compare(old, now).Counts
		if c["new-on-record"] != tt.on || c["new-open-admin"] != 1-tt.on || c["wider"] != 1-tt.on || c["new-wildcard"] != 1-tt.on {
			t.Errorf("%s: %v", tt.name, c)
		}
	}
}
