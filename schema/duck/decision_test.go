package duck

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// TestDecisions keeps the log as it was given, whole or not at all.
func TestDecisions(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	at := time.Date(2026, 10, 1, 12, 0, 0, 123000, time.UTC)
	first := []schema.Decision{
		{No: 1, Batch: 1, GroupID: "sg-1", Rule: "sg-1 ingress tcp 22 0.0.0.0/0", Action: schema.DecisionAccept, Suggested: "[]", Replacement: "[]", Who: "ann", At: at},
		{No: 2, Batch: 1, GroupID: "sg-1", Rule: "sg-1 egress all ::/0", Action: schema.DecisionReject, Reason: "'; DROP TABLE decision --\x00\u202e", Who: "<b>", At: at},
	}
	if err := db.AddDecisions(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	third, again := first[0], first[1]
	third.No = 3
	if err := db.AddDecisions(t.Context(), []schema.Decision{third, again}); err == nil {
		t.Error("a number is there twice")
	}
	unknown := third
	unknown.Action = "approve"
	if err := db.AddDecisions(t.Context(), []schema.Decision{unknown}); err == nil {
		t.Error("an action that does not exist was stored")
	}
	got, err := db.Decisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first, got); d != "" {
		t.Errorf("-given +kept\n%s", d)
	}
}
