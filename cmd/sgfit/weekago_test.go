package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"sgfit/analyze"
	"sgfit/schema/duck"
	"sgfit/schema/simulate"
	"sgfit/suggest"
)

// TestWeekAgoIsAsIfMadeThen holds the plan of a week ago, which is made from the whole window's evidence, to the plan that
// the program makes of the files of a week ago alone.
func TestWeekAgoIsAsIfMadeThen(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("seed %d", seed+1), func(t *testing.T) {
			dir := t.TempDir()
			if _, err := simulate.New(simulate.Options{Seed: seed + 1, Format: simulate.V5, Scale: 0.1, Days: 42}).WriteDir(dir); err != nil {
				t.Fatal(err)
			}
			whole := makeOf(t, dir, "whole.db")
			then := makeOf(t, dir, "then.db", "--until", "2026-10-06")
			if whole.WeekAgo == nil || !whole.WeekAgo.Window.End.Equal(then.Plan.Window.End) {
				t.Fatalf("a week ago is %+v, the other window %+v", whole.WeekAgo, then.Plan.Window)
			}
			want := outcomes(then.Plan)
			same, differ := 0, 0
			for name, got := range outcomes(*whole.WeekAgo) {
				w, there := want[name]
				switch {
				case !there: // it came into force after
					if got != "keep " {
						t.Errorf("%s did not exist a week ago, but would have become %q", name, got)
					}
				case got == w:
					same++
				default:
					differ++
					t.Errorf("%s: of the whole window %q, of the files of then %q", name, got, w)
				}
			}
			if same < 80 {
				t.Errorf("%d rules decided alike, %d not", same, differ)
			}
		})
	}
}

// outcomes says what becomes of each rule, by its name.
func outcomes(p suggest.Plan) map[string]string {
	out := map[string]string{}
	for _, g := range p.Groups {
		for _, r := range g.Rules {
			became := ""
			if r.Action == suggest.Replace {
				became = fmt.Sprint(slices.Sorted(slices.Values(words(r.Replacement))))
			}
			out[suggest.RuleName(g.GroupID, r)] = fmt.Sprintf("%s %s", r.Action, became)
		}
	}
	return out
}

// makeOf loads a simulated account and makes its plans.
func makeOf(t *testing.T, dir, name string, args ...string) (made suggest.Made) {
	t.Helper()
	ctx, db := context.Background(), filepath.Join(dir, name)
	var stdout, stderr bytes.Buffer
	args = append([]string{"run", "--quiet", "--flow-logs", filepath.Join(dir, "flow-logs"), "--config", filepath.Join(dir, "config"),
		"--out", filepath.Join(dir, name+".out"), "--db", db}, args...)
	if code := run(ctx, args, &stdout, &stderr); code != exitDone {
		t.Fatalf("exit code %d\n%s", code, stderr.String())
	}
	opened, err := duck.Open(ctx, db, duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	term := &terminal{out: &stdout, err: &stderr, quiet: true}
	err = analyse(ctx, term, opened, defaultPlanOptions(), false, func(a *analyze.Analysis) error {
		ev, err := a.Evidence(ctx)
		if err != nil {
			return err
		}
		groups, err := a.Groups(ctx)
		if err != nil {
			return err
		}
		made, err = suggest.Make(ctx, ev, groups, a.WithUses(ctx, groups), suggest.Options{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}
