package export

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// scripted is what a script would do to a group in its state, call after call, until it has made so many calls. It says what
// keeps it from doing anything, as its inspection does.
func scripted(files []File, way string, state plainState, calls int, look func(when string)) (problem string, done bool) {
	table := func(name string) (out [][]string) {
		for _, f := range files {
			if f.Name == way+"/sg-0aa/"+name {
				for line := range strings.Lines(string(f.Content)) {
					out = append(out, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
				}
			}
		}
		return out
	}
	var add, revoke [][]string
	missing := map[string]bool{}
	for _, row := range table("add.tsv") {
		if !state[row[2]] {
			add, missing[row[1]] = append(add, row), true
		}
	}
	for _, row := range table("revoke.tsv") {
		if state[row[3]] {
			revoke = append(revoke, row)
		} else if slices.ContainsFunc(strings.Split(row[2], ","), func(n string) bool { return missing[n] }) {
			return row[3] + " is gone, and what should stand for it is not there", false
		}
	}
	for _, row := range table("need.tsv") {
		if row[0] == "sg-0aa" && !state[row[1]] {
			return row[1] + " is gone, and a change relies on it", false
		}
	}
	for step := range 30 {
		for i, rows := range [][][]string{add, revoke} {
			for _, d := range []string{"ingress", "egress"} {
				called := false
				for _, row := range rows {
					if rule := row[len(row)-1]; row[0] == strconv.Itoa(step) && strings.HasPrefix(rule, d) {
						if !called && calls == 0 {
							return "", false
						}
						called = true
						if state[rule] = true; i == 1 {
							delete(state, rule)
						}
					}
				}
				if called {
					calls--
					look(fmt.Sprintf("%s, step %d", way, step))
				}
			}
		}
	}
	return "", true
}

// TestScriptsThatWereStopped stops scripts after any call, and goes on with either of them: neither refuses, none passes the quota or
// shuts out what the plan keeps, and in the end all is as it should be, or as it was.
func TestScriptsThatWereStopped(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	world := worldOfTests()
	stops := 0
	for round := range 300 {
		plan := randomPlan(t, random)
		e, err := CLI(plan, Options{PerRule: random.IntN(3) == 0})
		if err != nil {
			t.Fatal(err)
		}
		start := plainState{}
		for _, r := range plan.Groups[0].Rules {
			made, err := makeRule(r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer, "")
			if err != nil {
				t.Fatal(err)
			}
			start[made.key()] = true
		}
		clone := func(s plainState) plainState {
			out := plainState{}
			for r := range s {
				out[r] = true
			}
			return out
		}
		end := clone(start)
		replayed(e.Files, "apply", end, func(string) {})
		keeps, before, most := end.admitted(world), start.admitted(world), start.counts()
		state := clone(start)
		look := func(when string) {
			for k, n := range state.counts() {
				if n > max(plan.Settings.RulesQuota, most[k]) {
					t.Fatalf("round %d, %s: %d of %s; %v", round, when, n, k, state)
				}
			}
			now := state.admitted(world)
			for p := range keeps {
				if before[p] && !now[p] {
					t.Fatalf("round %d, %s: %v is shut out", round, when, p)
				}
			}
		}
		for range 6 {
			way := []string{"apply", "undo"}[random.IntN(2)]
			problem, done := scripted(e.Files, way, state, random.IntN(5), look)
			if problem != "" {
				t.Fatalf("round %d: %s refuses: %s; %v", round, way, problem, state)
			}
			if !done {
				stops++
			}
		}
		for way, want := range map[string]plainState{"apply": end, "undo": start} {
			if problem, done := scripted(e.Files, way, state, 1000, look); problem != "" || !done || !same(state, want) {
				t.Fatalf("round %d: %s ends with %v, not %v; %s", round, way, state, want, problem)
			}
		}
	}
	if stops < 300 {
		t.Errorf("only %d stops", stops)
	}
}
