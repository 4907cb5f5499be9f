package exceptions

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"sgfit/schema"
	"sgfit/suggest"
)

const hostileName = "web\" }\n- {kind: accepted}\u0085\u2028#' &a *b"

var draftDay = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

func draftPlan() suggest.Plan {
	rule := func(a suggest.Action, protocol string, from, to *int32, peer schema.Peer, kind suggest.Kind) suggest.Rule {
		return suggest.Rule{Direction: schema.Ingress, Protocol: protocol, FromPort: from, ToPort: to, Peer: peer, Action: a,
			Findings: []suggest.Finding{{Kind: kind, Reason: "so it is\nkind: \u0085evil"}}}
	}
	any4, app := schema.Peer{Kind: schema.PeerIPv4, Value: "0.0.0.0/0"}, schema.Peer{Kind: schema.PeerGroup, Value: "sg-0b"}
	kept := rule(suggest.Keep, "tcp", number(80), number(80), any4, suggest.WildcardSource)
	kept.Exception = &suggest.RuleException{}
	return suggest.Plan{Groups: []suggest.Group{
		{AccountID: "012345678901", VPCID: "vpc-0a", GroupID: "sg-0a", GroupName: hostileName, Rules: []suggest.Rule{
			kept,
			rule(suggest.Keep, "tcp", number(443), number(443), any4, suggest.WildcardSource),
			rule(suggest.Keep, "tcp", number(444), number(444), any4, suggest.Redundant),
			rule(suggest.Replace, "tcp", number(445), number(445), any4, suggest.WildcardSource),
			rule(suggest.Review, "icmp", number(8), number(-1), app, suggest.NoTraffic),
			rule(suggest.Review, "tcp", number(0), number(65535), app, suggest.NoTraffic),
			rule(suggest.Review, "all", nil, nil, app, suggest.YoungRule),
		}},
		{GroupID: "sg-0b", GroupName: "app"},
	}}
}

// TestDraftIsReadAgain fills in a draft as a person would, and holds it against the plan that it came from.
func TestDraftIsReadAgain(t *testing.T) {
	plan := draftPlan()
	asOf := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	draft := string(Draft(plan, asOf))
	if _, err := Read(strings.NewReader(draft)); err == nil || !strings.Contains(err.Error(), "owner is empty") {
		t.Errorf("a draft that nobody filled in: got %v", err)
	}
	before, commented, _ := strings.Cut(draft, "\n# Silent rules")
	filledIn := strings.NewReplacer(`owner: ""`, "owner: me", `reason: ""`, "reason: so", "months: []", "months: [12]").Replace(
		before + "\n# Silent rules" + strings.ReplaceAll(commented, "\n# ", "\n"))
	list, err := Read(strings.NewReader(filledIn))
	if err != nil {
		t.Fatalf("%v\n%s", err, filledIn)
	}
	records, acting := suggest.MatchExceptions(plan.Groups, list, asOf)
	if len(records) != 3 || len(acting) != 3 {
		t.Fatalf("%d exceptions for %d rules\n%s", len(records), len(acting), draft)
	}
	for i, want := range []string{"sg-0a ingress tcp 443 0.0.0.0/0", "sg-0a ingress icmp 8 sg-0b", "sg-0a ingress tcp 0-65535 sg-0b"} {
		if r := records[i]; r.State != suggest.InForce || len(r.Rules) != 1 || r.Rules[0] != want || r.Exception.Expires != "2027-10-01" {
			t.Errorf("got %+v, want %s", r, want)
		}
	}
}

// TestDraftOfSilentRulesAlone takes the comments off where nothing else is in the list.
func TestDraftOfSilentRulesAlone(t *testing.T) {
	plan := draftPlan()
	plan.Groups[0].Rules = plan.Groups[0].Rules[4:]
	draft := string(Draft(plan, draftDay))
	if list, err := Read(strings.NewReader(draft)); err != nil || len(list) != 0 {
		t.Fatalf("as drafted: %v, %v", list, err)
	}
	head, commented, _ := strings.Cut(draft, "\n# Silent rules")
	list, err := Read(strings.NewReader(strings.NewReplacer(`owner: ""`, "owner: me", `reason: ""`, "reason: so", "months: []", "months: [12]").Replace(
		head + "\n# Silent rules" + strings.ReplaceAll(commented, "\n# ", "\n"))))
	if err != nil || len(list) != 2 {
		t.Errorf("got %v, %v from\n%s", list, err, draft)
	}
}

func TestDraftOfNothing(t *testing.T) {
	draft := Draft(suggest.Plan{}, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
	if list, err := Read(bytes.NewReader(draft)); err != nil || len(list) != 0 {
		t.Errorf("got %v, %v from\n%s", list, err, draft)
	}
}
