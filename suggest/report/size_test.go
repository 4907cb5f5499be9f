package report

import (
	"fmt"
	"io"
	"testing"
	"time"

	"sgfit/schema"
	"sgfit/suggest"
)

// bigPlan has that many groups of eight rules each: three that stay, two that go, one to replace, two to review.
func bigPlan(groups int) suggest.Plan {
	start := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	p := suggest.Plan{Schema: suggest.SchemaVersion, Window: suggest.Window{Start: start, End: start.AddDate(0, 0, 92), ObservedDays: 92}}
	var vpcs []suggest.ScopeExposure
	actions := []suggest.Action{suggest.Keep, suggest.Keep, suggest.Keep, suggest.Remove, suggest.Remove, suggest.Replace, suggest.Review, suggest.Review}
	for i := range groups {
		g := suggest.Group{
			AccountID: "111122223333", Region: "eu-central-1", VPCID: fmt.Sprintf("vpc-%08x", i/50), GroupID: fmt.Sprintf("sg-%017x", i),
			GroupName: fmt.Sprintf("service-%d", i), Interfaces: i % 40,
			ExposureBits: suggest.ExposureBits{Ingress: suggest.BeforeAfter{Before: 40, After: float64(i % 40)}},
		}
		g.Exposure = &suggest.GroupExposure{Ingress: bigExposure(suggest.Replace)}
		if i%50 == 0 {
			vpcs = append(vpcs, suggest.ScopeExposure{AccountID: g.AccountID, Region: g.Region, VPCID: g.VPCID, Groups: 50, Ingress: bigExposure(suggest.Replace)})
		}
		for j, a := range actions {
			g.Rules = append(g.Rules, bigRule(i, j, a, start))
		}
		p.Groups = append(p.Groups, g)
	}
	p.Exposure = &suggest.PlanExposure{VPCs: vpcs, Accounts: []suggest.ScopeExposure{{AccountID: "111122223333", Groups: groups, Ingress: bigExposure(suggest.Replace)}}}
	return p
}

func bigExposure(a suggest.Action) *suggest.ExposureChange {
	none := &suggest.Exposed{}
	c := &suggest.ExposureChange{Before: both(exposedTo(suggest.InternetIPv4, suggest.Count{Lo: 1 << 31}, 1, 0), exposedTo(suggest.OwnVPCIPv4, suggest.Count{Lo: 1 << 16}, 1, 0))}
	switch a {
	case suggest.Remove, suggest.Replace:
		c.After = none
	case suggest.Review:
		c.Suggested = none
	}
	return c
}

func bigRule(i, j int, a suggest.Action, first time.Time) suggest.Rule {
	id, p, last := fmt.Sprintf("sgr-%017x", i*8+j), int32(8000+j), first.AddDate(0, 0, 90)
	r := suggest.Rule{
		RuleID: &id, Direction: schema.Ingress, Protocol: "tcp", FromPort: &p, ToPort: &p, Action: a, Description: "made for a test",
		Peer:       schema.Peer{Kind: schema.PeerIPv4, Value: fmt.Sprintf("10.%d.%d.0/24", i%256, j)},
		Evidence:   suggest.Evidence{ObservedDays: 92, Coverage: 1},
		Confidence: suggest.Confidence{Grade: "high"},
		Exposure:   bigExposure(a),
	}
	switch a {
	case suggest.Remove:
		r.Findings = []suggest.Finding{{Kind: suggest.NoTraffic, Reason: "No traffic on 92 observed days."}}
	case suggest.Review:
		r.Findings = []suggest.Finding{{Kind: suggest.ThinEvidence, Reason: "12 observed days are too few; a removal needs at least 14."}}
	default:
		r.Evidence.Conversations, r.Evidence.Peers, r.Evidence.Days, r.Evidence.FirstSeen, r.Evidence.LastSeen = 4000, 3, 80, &first, &last
		r.Evidence.Ports = []suggest.PortRange{{Protocol: "tcp", From: p, To: p}}
		for k := range 3 {
			r.Evidence.TopPeers = append(r.Evidence.TopPeers, suggest.PeerUse{Address: fmt.Sprintf("10.0.0.%d", k), Interface: "eni-0123456789abcdef0", Conversations: 1300, Days: 80})
		}
		r.Confidence.NewSources.Label = "A"
	}
	if a == suggest.Replace {
		r.Replacement = []suggest.ReplacementRule{{Protocol: "tcp", FromPort: &p, ToPort: &p, Peer: schema.Peer{Kind: schema.PeerIPv4, Value: "10.0.0.0/30"}}}
	}
	return r
}

// counting counts bytes.
type counting int64

func (c *counting) Write(b []byte) (int, error) {
	*c += counting(len(b))
	return len(b), nil
}

// TestPageStaysLean: a page of 5,000 groups must still open in a browser. What counts is bytes for each rule.
func TestPageStaysLean(t *testing.T) {
	const groups = 5000
	var size counting
	if err := HTML(&size, bigPlan(groups), Options{}); err != nil {
		t.Fatal(err)
	}
	perRule := int64(size) / (8 * groups)
	t.Logf("%d groups, %d rules: %.1f MB, %d bytes a rule", groups, 8*groups, float64(size)/1e6, perRule)
	if perRule > 420 {
		t.Errorf("%d bytes a rule, want at most 420", perRule)
	}
	var short counting
	if err := Markdown(&short, bigPlan(groups), Options{}); err != nil {
		t.Fatal(err)
	}
	if t.Logf("Markdown: %.2f MB", float64(short)/1e6); short > 500_000 {
		t.Errorf("%d bytes of Markdown: more than GitHub renders", short)
	}
}

func BenchmarkHTML(b *testing.B) {
	p := bigPlan(5000)
	b.ReportAllocs()
	for b.Loop() {
		if err := HTML(io.Discard, p, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
