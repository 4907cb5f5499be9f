package export

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/suggest"
)

// What the script reads of one group, and of the way back.
func TestTablesOfTheScript(t *testing.T) {
	ids := plainIDs()
	e := rendered(t, Format{Name: "cli", Render: func(p suggest.Plan, _ Options) (Export, error) {
		return CLI(p, Options{Groups: []string{ids.db}})
	}}, samplePlan(ids))
	got := map[string]string{}
	for _, f := range e.Files {
		if strings.HasSuffix(f.Name, ".tsv") {
			got[strings.Replace(f.Name, "/"+ids.db, "", 1)] = strings.ReplaceAll(string(f.Content), "\t", "|")
		}
		if f.Name == "undo/"+ids.db+"/0001.json" && !strings.Contains(string(f.Content), `"Description": "as it was"`) {
			t.Errorf("the way back forgets the description:\n%s", f.Content)
		}
	}
	want := map[string]string{
		"apply/groups.tsv": "111122223333|eu-west-1|sg-0bb00000000000002\n",
		"apply/add.tsv":    "0|0001|ingress tcp 7000 7000 sg-0aa00000000000001\n",
		"apply/revoke.tsv": "0|-|-|ingress tcp 5432 5432 10.2.0.0/16\n0|-|-|ingress tcp 6000 6000 sg-0cc00000000000003\n",
		"apply/need.tsv":   "sg-0bb00000000000002|ingress tcp 5432 5432 10.0.0.0/8\nsg-0bb00000000000002|ingress tcp 5000 6000 sg-0aa00000000000001\n",
		"undo/groups.tsv":  "111122223333|eu-west-1|sg-0bb00000000000002\n",
		"undo/add.tsv":     "0|0001|ingress tcp 5432 5432 10.2.0.0/16\n0|0002|ingress tcp 6000 6000 sg-0cc00000000000003\n",
		"undo/revoke.tsv":  "0|-|-|ingress tcp 7000 7000 sg-0aa00000000000001\n",
		"undo/need.tsv":    "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A rule that is gone was revoked by an earlier run only if all that stands for it is there.
func TestRevokedRulesNameWhatStandsForThem(t *testing.T) {
	s := choosePlan(t, samplePlan(plainIDs()), Options{})
	for i := range s.groups {
		for _, w := range []work{s.groups[i].work(), s.groups[i].undo()} {
			for _, r := range w.revokes {
				var linked []string
				for _, n := range r.links {
					linked = append(linked, w.adds[n].rule.words())
				}
				if r.rule.words() == "ingress tcp 22 0.0.0.0/0" && strings.Join(linked, ", ") != "ingress tcp 22 192.0.2.0/28, ingress tcp 22 sg-0bb00000000000002" {
					t.Errorf("%s: %q", r.rule.words(), linked)
				}
				if r.rule.words() == "ingress tcp 22 sg-0bb00000000000002" && strings.Join(linked, ", ") != "ingress tcp 22 0.0.0.0/0, ingress tcp 0-65535 10.0.0.0/8" {
					t.Errorf("%s: %q", r.rule.words(), linked)
				}
			}
		}
	}
}
