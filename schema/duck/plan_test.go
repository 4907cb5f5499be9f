package duck

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestSavePlan(t *testing.T) {
	db, ctx := open(t), context.Background()
	if _, err := db.LatestPlan(ctx); !errors.Is(err, ErrNoPlan) {
		t.Fatal(err)
	}
	long := strings.Repeat(`{"text":"the rule's peers"},`, 1<<16)      // more than a block
	bodies := []string{`{"a":"'é"}`, `{"a":"'è"}`, long, `{"a":"'é"}`} // two of one length; the first again
	for i, body := range bodies {
		for range 2 { // the second time it is there
			if err := db.SavePlan(ctx, []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
		var n, last int
		if err := db.SQL().QueryRow(`SELECT count(*), max(plan_no) FROM plan`).Scan(&n, &last); err != nil || n != i+1 || last != n {
			t.Errorf("%d plans, the last is %d: %v", n, last, err)
		}
		got, err := db.LatestPlan(ctx)
		if err != nil || string(got) != body {
			t.Errorf("%d bytes, %v; want %d", len(got), err, len(body))
		}
	}
	if got, err := db.EarlierPlan(ctx); err != nil || string(got) != long {
		t.Errorf("%d bytes, %v; want %d", len(got), err, len(long))
	}
}
