package review

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"sgfit/suggest"
)

// Replayer answers from the window's flows what a plan would refuse.
type Replayer interface {
	// Group replays the flows of the interfaces that wore one group. plan returns the plan of given groups, which are those
	// that these interfaces wore as well.
	Group(ctx context.Context, groupID string, plan func(groups map[string]bool) (suggest.Plan, error)) (suggest.Replayed, []suggest.Refusal, error)
	// Whole replays all flows against a whole plan, and fills in its Replay and its exposures.
	Whole(ctx context.Context, plan *suggest.Plan) ([]suggest.Refusal, error)
	// Bits is the exposure of rules together.
	Bits(ctx context.Context, rules []suggest.ReplacementRule) (float64, error)
}

// Trial is what would come of a change. Its text is safe to show, if escaped.
type Trial struct {
	Rules         []string         `json:"rules"` // as they were understood; none where the rule goes
	Bits          float64          `json:"bits"`
	Before        float64          `json:"before"`
	Conversations int64            `json:"conversations"` // that would be refused and are no noise
	Noise         int64            `json:"noise"`
	Sources       int              `json:"sources"` // distinct peers of Conversations
	AtLeast       bool             `json:"at_least"`
	Refusals      []RefusedUse     `json:"refusals"` // the busiest
	Replayed      suggest.Replayed `json:"replayed"`
}

// RefusedUse is one use that would be refused.
type RefusedUse struct {
	Groups        string   `json:"groups"`
	Direction     string   `json:"direction"`
	Protocol      string   `json:"protocol"`
	Port          int      `json:"port"`
	Peer          string   `json:"peer"`
	PeerGroups    string   `json:"peer_groups"`
	Conversations int64    `json:"conversations"`
	Noise         bool     `json:"noise"`
	Through       []string `json:"through"` // the rules that it uses today
}

// mostRefusals is how many uses a page shows.
const mostRefusals = 50

// Try replays what the plan, as it is decided by now, would refuse with other rules in a rule's place. Nothing is stored.
func (b *Book) Try(ctx context.Context, replayer Replayer, i int, text string) (Trial, error) {
	b.mu.RLock()
	if i < 0 || i >= len(b.items) {
		b.mu.RUnlock()
		return Trial{}, &AskError{"that rule is not in the plan"}
	}
	it := &b.items[i]
	rules, err := b.edited(it, text)
	group := b.groupOf(it).GroupID
	b.mu.RUnlock()
	if err != nil {
		return Trial{}, err
	}
	out := Trial{Rules: []string{}, Before: it.before, Refusals: []RefusedUse{}}
	for _, r := range rules {
		out.Rules = append(out.Rules, suggest.Visible(r.Words()))
	}
	if out.Bits, err = replayer.Bits(ctx, rules); err != nil {
		return out, err
	}
	replayed, refusals, err := replayer.Group(ctx, group, func(groups map[string]bool) (suggest.Plan, error) {
		b.mu.RLock()
		defer b.mu.RUnlock()
		return b.accepted(groups, &trial{it, rules})
	})
	if err != nil {
		return out, err
	}
	out.Replayed, out.AtLeast = replayed, len(refusals) >= suggest.MaxRefusals
	out.add(refusals, it.key)
	return out, nil
}

// add counts the refusals of uses that went through a rule.
func (t *Trial) add(refusals []suggest.Refusal, through string) {
	peers := map[string]bool{}
	for _, r := range refusals {
		switch {
		case !slices.Contains(r.Through, through):
			continue
		case r.Noise:
			t.Noise += r.Conversations
		default:
			t.Conversations += r.Conversations
			peers[r.Peer.Unmap().String()] = true
		}
		t.Refusals = append(t.Refusals, refusedUse(r))
	}
	t.Sources, t.Refusals = len(peers), busiest(t.Refusals)
}

func refusedUse(r suggest.Refusal) RefusedUse {
	return suggest.VisibleCopy(RefusedUse{Groups: strings.Join(r.Groups, " "), Direction: string(r.Direction), Protocol: r.Protocol.String(), Port: int(r.Port),
		Peer: r.Peer.Unmap().String(), PeerGroups: strings.Join(r.PeerGroups, " "), Conversations: r.Conversations, Noise: r.Noise, Through: r.Through})
}

// busiest leaves the uses to be shown: demand first, then by conversations.
func busiest(uses []RefusedUse) []RefusedUse {
	slices.SortStableFunc(uses, func(x, y RefusedUse) int {
		if x.Noise != y.Noise {
			if y.Noise {
				return -1
			}
			return 1
		}
		return cmp.Compare(y.Conversations, x.Conversations)
	})
	return uses[:min(len(uses), mostRefusals)]
}
