package review

import (
	"context"
	"strings"
	"testing"

	"sgfit/schema"
	"sgfit/suggest"
)

// counting is a Replayer that counts how often everything was replayed.
type counting struct {
	Replayer
	whole *int
}

func (c counting) Whole(ctx context.Context, p *suggest.Plan) ([]suggest.Refusal, error) {
	*c.whole++
	return c.Replayer.Whole(ctx, p)
}

// TestExports: a download is of the accepted plan as it is by now, which is replayed and written once for each state of it.
func TestExports(t *testing.T) {
	s := serve(t, testPlan(t), &memory{})
	var replays, writes int
	s.opt.Replayer, s.opt.Exporter = counting{webFlows(), &replays}, exporter{&writes}
	get := func(path, want string) {
		t.Helper()
		code, body, headers := s.send(t, "GET", path, "", nil)
		if code != 200 || body != want {
			t.Errorf("%s: %d %q, want %q", path, code, body, want)
		}
		if headers.Get("Content-Disposition") != `attachment; filename="rules.csv"` || headers.Get("Content-Type") != "text/csv; charset=utf-8" || headers.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", headers)
		}
	}
	get("exports/csv", "")
	mustDecide(t, s.book, s.book.asked(schema.DecisionAccept, "", removed))
	mustDecide(t, s.book, s.book.asked(schema.DecisionReject, "no", replaced))
	get("exports/csv", "sg-web ingress tcp 22 10.0.0.0/8\n")
	get("exports/csv", "sg-web ingress tcp 22 10.0.0.0/8\n")
	code, body, _ := s.send(t, "GET", "api/exports/csv", "", nil)
	if code != 200 || !strings.Contains(body, `"name":"rules.csv","rules":1`) || !strings.Contains(body, `look at \\u202e this`) {
		t.Errorf("%d %s", code, body)
	}
	if replays != 2 || writes != 2 {
		t.Errorf("%d replays and %d exports of two states", replays, writes)
	}
	if code, body, _ := s.send(t, "GET", "exports/terraform", "", nil); code != 422 || !strings.Contains(body, "no rule has an id") {
		t.Errorf("%d %s", code, body)
	}
}
