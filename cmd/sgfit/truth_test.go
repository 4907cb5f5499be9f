package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"sgfit/schema/simulate"
	"sgfit/suggest/judge"
)

// accounts is how many simulated accounts the tests judge, a third in each format, unless SGFIT_TRUTH_ACCOUNTS says another
// number.
const accounts = 24

// TestPlansAreTrue judges the whole program, from files to plan.json, by accounts whose truth is known.
func TestPlansAreTrue(t *testing.T) {
	t.Parallel()
	n := accounts
	if testing.Short() {
		n = 6
	}
	if s := os.Getenv("SGFIT_TRUTH_ACCOUNTS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	var openers [len(formatNames)]judge.Openers
	for i := range n {
		seed, format := uint64(i/3+1), simulate.Format(i%3)
		t.Run(fmt.Sprintf("seed %d %s", seed, formatNames[format]), func(t *testing.T) {
			v := judged(t, simulate.Options{Seed: seed, Format: format, Scale: 0.1, Days: 30, Malformed: 2, Overlap: i%2 == 0})
			for _, f := range v.Faults {
				t.Errorf("%s: %s", f.Kind, f.Text)
			}
			for _, s := range v.Openers.Missed {
				t.Logf("missed service: %+v", s)
			}
			for _, s := range v.Openers.Bogus {
				t.Logf("bogus service: %+v", s)
			}
			openers[format].Add(v.Openers)
		})
	}
	for format, o := range openers {
		checkOpeners(t, simulate.Format(format), o)
	}
}

// judged makes the account's files and runs the program on them, as bench-quality does, and holds the plan to its schema.
func judged(t *testing.T, opt simulate.Options) judge.Verdict {
	t.Helper()
	dir := t.TempDir()
	account := simulate.New(opt)
	truth, err := account.WriteDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(dir, "t.db")
	body, err := planOf(context.Background(), dir, db, "")
	if err != nil {
		t.Fatal(err)
	}
	checkPlanSchema(t, body)
	v, err := judgePlan(context.Background(), account, opt, truth, body, db)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// checkOpeners holds the scores to the figures of the project's reference: 99.5 % of the services found without flags are
// real, all with flags; and as many real ones are found as there.
func checkOpeners(t *testing.T, format simulate.Format, o judge.Openers) {
	if o.Real == 0 {
		return
	}
	t.Logf("openers, %s: %d services found, precision %.2f %%, recall %.2f %%", formatNames[format], o.Found, 100*o.Precision(), 100*o.Recall())
	least := 1.0
	if format == simulate.V2 {
		least = 0.995
	}
	if o.Precision() < least || o.Recall() < 0.95 {
		t.Errorf("openers, %s: want precision of at least %.1f %% and recall of at least 95 %%", formatNames[format], 100*least)
	}
}
