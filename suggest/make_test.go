package suggest

import (
	"context"
	"errors"
	"iter"
	"testing"

	"sgfit/analyze"
	"sgfit/schema"
)

// TestMakeHearsItsContext ends it while the uses of the first group are handed over: no rule is decided after that.
func TestMakeHearsItsContext(t *testing.T) {
	groups := []*analyze.Group{{GroupID: "sg-a", Rules: []analyze.Rule{{No: 1, Rule: schema.Rule{Direction: schema.Ingress,
		Protocol: schema.TCP, FromPort: 443, ToPort: 443, Peer: schema.Peer{Kind: schema.PeerIPv4, Value: "10.0.0.0/8"}}}}}}
	planned := func(ctx context.Context, handing func()) (Plan, error) {
		var uses iter.Seq2[*analyze.Group, error] = func(yield func(*analyze.Group, error) bool) {
			handing()
			yield(groups[0], nil)
		}
		made, err := Make(ctx, &analyze.Evidence{}, groups, uses, Options{})
		return made.Plan, err
	}
	ctx, cancel := context.WithCancel(t.Context())
	if plan, err := planned(ctx, func() {}); err != nil || len(plan.Groups) != 1 {
		t.Fatalf("with time: %d groups, %v", len(plan.Groups), err)
	}
	if _, err := planned(ctx, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("ended while the uses came: %v", err)
	}
}

// TestReplayHearsItsContext ends it while the flows come.
func TestReplayHearsItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	endless := func(yield func(Flow, error) bool) {
		for yield(Flow{Direction: schema.Ingress}, nil) {
			if asked++; asked == 10 {
				cancel()
			}
			if asked > 1_000_000 {
				return
			}
		}
	}
	if _, _, err := Replay(ctx, planOf(), endless, nil, nil); !errors.Is(err, context.Canceled) || asked > 10_000 {
		t.Errorf("after %d flows: %v", asked, err)
	}
}
