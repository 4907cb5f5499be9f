package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/suggest"
)

// demoPlan is the plan of the demo's account, as text.
func demoPlan(t testing.TB) []byte {
	t.Helper()
	dir := t.TempDir()
	command(t, "demo", "--quiet", "--scale", "0.05", "--out", dir)
	body, err := os.ReadFile(filepath.Join(dir, "report", "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestDecodePlan holds the reading of groups side by side to the standard library's.
func TestDecodePlan(t *testing.T) {
	body := demoPlan(t)
	var want suggest.Plan
	if err := json.Unmarshal(body, &want); err != nil {
		t.Fatal(err)
	}
	got, err := decodePlan(body)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got.Groups) < 5 {
		t.Errorf("%d groups\n%s", len(got.Groups), diff)
	}
	again, err := encodePlan(got)
	if err != nil || !bytes.Equal(again, body) {
		t.Errorf("written again it is another: %v", err)
	}
}

func TestDecodePlanThatIsNone(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"nothing", "", "EOF"},
		{"cut", `{"schema": "sgfit.plan/v1", "groups": [{"group_id": "sg-1"}`, "EOF"},
		{"cut in a group", `{"schema": "sgfit.plan/v1", "groups": [{"group_id": "sg-`, "EOF"},
		{"a group that is none", `{"schema": "sgfit.plan/v1", "groups": [{"group_id": "sg-1"}, 7]}`, "number"},
		{"groups that are none", `{"schema": "sgfit.plan/v1", "groups": 7}`, "number"},
		{"another schema", `{"schema": "sgfit.plan/v9", "groups": []}`, `its schema is "sgfit.plan/v9"`},
		{"no groups", `{"schema": "sgfit.plan/v1", "groups": null}`, ""},
	} {
		_, err := decodePlan([]byte(tt.body))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

// BenchmarkDecodePlan reads a plan of 5,000 groups.
func BenchmarkDecodePlan(b *testing.B) {
	var plan suggest.Plan
	if err := json.Unmarshal(demoPlan(b), &plan); err != nil {
		b.Fatal(err)
	}
	few := plan.Groups
	plan.Groups = nil
	for i := range 5000 {
		g := few[i%len(few)]
		g.GroupID = fmt.Sprintf("sg-%017x", i)
		plan.Groups = append(plan.Groups, g)
	}
	body, err := encodePlan(plan)
	if err != nil {
		b.Fatal(err)
	}
	for _, how := range []struct {
		name string
		read func() error
	}{
		{"standard", func() error { var p suggest.Plan; return json.Unmarshal(body, &p) }},
		{"decodePlan", func() error { _, err := decodePlan(body); return err }},
	} {
		b.Run(how.name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if err := how.read(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
