package main

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"sgfit/analyze"
	"sgfit/schema/duck"
	"sgfit/schema/simulate"
	"sgfit/suggest"
)

// TestFoldedRulesRefuseNothing replays the window against what groups come to as wholes, which is what exports write: it refuses
// no more than the plan, and admits what the plan admits in no more rules.
func TestFoldedRulesRefuseNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		dir := t.TempDir()
		if _, err := simulate.New(simulate.Options{Seed: seed + 1, Scale: 0.1, Days: 30}).WriteDir(dir); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "t.db")
		body, err := planOf(t.Context(), dir, path, "")
		if err != nil {
			t.Fatal(err)
		}
		plan, err := decodePlan(body)
		if err != nil {
			t.Fatal(err)
		}
		whole, replaced := plan, 0
		whole.Groups = slices.Clone(plan.Groups)
		for i := range whole.Groups {
			g := &whole.Groups[i]
			folded, ok := g.Folded()
			if !ok {
				t.Fatalf("seed %d: %s is folded to something else", seed+1, g.GroupID)
			}
			g.Rules = slices.Clone(g.Rules)
			for j := range g.Rules {
				if r := &g.Rules[j]; r.Action == suggest.Replace {
					r.Replacement, replaced = folded[suggest.RuleName(g.GroupID, *r)], replaced+1
				}
			}
			if single := countPieces(&plan.Groups[i]); len(g.Suggested) > single {
				t.Errorf("seed %d: %s: %d rules together, %d one by one", seed+1, g.GroupID, len(g.Suggested), single)
			}
		}
		if replaced == 0 {
			t.Fatalf("seed %d: nothing is replaced", seed+1)
		}
		dbo := databaseOptions{path: path, access: working}
		err = withDatabase(t.Context(), &dbo, func(db *duck.DB) error {
			return analyse(t.Context(), &terminal{quiet: true}, db, defaultPlanOptions(), false, func(a *analyze.Analysis) error {
				return checkReplays(t, t.Context(), a, plan, whole)
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func checkReplays(t *testing.T, ctx context.Context, a *analyze.Analysis, plan, whole suggest.Plan) error {
	ev, err := a.Evidence(ctx)
	if err != nil {
		return err
	}
	groups, err := a.Groups(ctx)
	if err != nil {
		return err
	}
	got, _, err := suggest.Replay(ctx, whole, a.Flows(ctx), suggest.ListEntries(ev), suggest.OpaquePeers(groups))
	if err != nil {
		return err
	}
	if got != plan.Replay {
		t.Errorf("together the rules come to %+v, one by one to %+v", got, plan.Replay)
	}
	return nil
}

// countPieces counts the rules that are put in place of others, each once.
func countPieces(g *suggest.Group) int {
	seen := map[string]bool{}
	for _, r := range g.Rules {
		for _, n := range r.Replacement {
			if r.Action == suggest.Replace {
				seen[suggest.RuleName("", suggest.Rule{Direction: r.Direction, Protocol: n.Protocol, FromPort: n.FromPort, ToPort: n.ToPort, Peer: n.Peer})] = true
			}
		}
	}
	return len(seen)
}
