package suggest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"sgfit/schema"
)

func compilePlanSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("plan.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("plan.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// schemaSample is a plan with a value in every field that a plan has.
func schemaSample() Plan {
	few, chance, refused := 9, 0.25, int64(3)
	day := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	id, port := "sgr-0a1b2c", int32(22)
	narrow := ReplacementRule{Protocol: "tcp", FromPort: &port, ToPort: &port, Peer: schema.Peer{Kind: schema.PeerIPv4, Value: "10.20.0.8/32"}, Description: "from the bastion"}
	rule := Rule{
		RuleID: &id, Direction: schema.Ingress, Protocol: "tcp", FromPort: &port, ToPort: &port,
		Peer: schema.Peer{Kind: schema.PeerIPv4, Value: "10.0.0.0/8"}, PeerOwner: "444455556666", Description: "ssh", Action: Replace,
		Findings: []Finding{{SmallerSource, "Only one address of 10.0.0.0/8 used the rule."}},
		Evidence: Evidence{
			Conversations: 9, Sole: 9, Probes: 1, Bytes: 4096, Peers: 1, Ports: []PortRange{{"tcp", 22, 22}}, Days: 4, ObservedDays: 30,
			Coverage: 1, FirstSeen: &day, LastSeen: &day, Ambiguous: 1, Noise: 1, Strip: "--##..?.",
			TopPeers: []PeerUse{{"10.20.0.8", "eni-0a", []string{"sg-0a"}, "subnet-0a", "app", "Amazon S3", 9, 4}},
		},
		Confidence: Confidence{"medium", NewSources{D7: 1, D15: 2, Q1: 1, Q2: 1, Bound7d: 5, Bound30d: 14, Coverage: 0.98, LastNewDays: &few, Label: "C"},
			Backtest{1, 2, 900, 30, &day, 2, []RefusedSource{{"10.20.0.9", "tcp", 22, 2, 900}}},
			&Silence{IdleDays: 3, LongestGapDays: 2, Alive: 0.7, Like: 40, Return7d: &chance}},
		Replacement: []ReplacementRule{narrow}, ReplacementTraffic: []Traffic{{9, 2}}, Alternatives: []Alternative{{"exact", []ReplacementRule{narrow}, 0, &AlternativeBacktest{1, 2}}}, Curve: []CurveStep{{1, 8.5}},
		Opened:       &Opened{day, "arn:aws:iam::111122223333:user/alice", "AuthorizeSecurityGroupIngress"},
		StillThrough: []string{"sg-0b ingress tcp 22 10.0.0.0/8"}, NamedUsers: []string{"10.20.0.8"},
	}
	exposure := &ExposureChange{
		Before:    Exposed{Combinations: Count{1, 0}, Bits: 64, Ports: 1, Protocols: 2, Unknown: 1, Classes: []ExposedClass{{InternetIPv6, Count{1, 0}, 1, 2, Count{1, 0}, 64}}},
		After:     &Exposed{},
		Suggested: &Exposed{},
	}
	rule.Exposure = exposure
	rule.Services = []RuleService{{"Amazon S3", "com.amazonaws.eu-central-1.s3", "pl-0a", 1, 2, 3, true, ToldByFlowLogs}}
	rule.Exception = &RuleException{Seasonal, "payroll", "the yearly statement", "2027-06-30", []Kind{NoTraffic}}
	rule.Decision = &Decided{schema.DecisionAccept, "it is the bastion's", "ann", day}
	scope := []ScopeExposure{{"111122223333", "eu-central-1", "vpc-0a", 1, exposure, exposure}}
	return Plan{
		Exposure: &PlanExposure{scope, scope, scope},
		Schema:   SchemaVersion, Window: Window{day, day.AddDate(0, 0, 30), 30, Calendar{1, 1, 0}},
		Accounting: Accounting{Records: 3, Matched: 2, Rejected: 1},
		Groups: []Group{{
			AccountID: "111122223333", Region: "eu-central-1", VPCID: "vpc-0a", GroupID: "sg-0a", GroupName: "bastion", Interfaces: 1,
			Findings: []Finding{{DefaultGroup, "This is the VPC's default group."}}, Rules: []Rule{rule},
			ExposureBits: ExposureBits{Ingress: BeforeAfter{24, 0}},
			Exposure:     &GroupExposure{exposure, exposure},
			Suggested:    []SuggestedRule{{schema.Ingress, narrow, true, []string{"sg-0a ingress tcp 22 10.0.0.0/8"}, &Traffic{9, 2}}},
		}},
		Backtest: &PlanBacktest{From: day, To: day, Conversations: 30, Bytes: 9000, Refused: 2, RefusedBytes: 900, Sources: 1, Changes: 1,
			Refusals: []RefusedFlow{{[]string{"sg-0a"}, "ingress", "tcp", 22, "10.20.0.9", 2, 900, []string{"sg-0a ingress tcp 22 10.0.0.0/8"}}}},
		Talks:       []Talk{{Party{PartyInternet, []string{}}, Party{PartyGroups, []string{"sg-0a"}}, 9, []Service{{"tcp", 22, 9}}}},
		ReturnCurve: []ReturnPoint{{7, 40, &chance, nil}},
		Settings:    &Settings{MinDays: 14, WildcardSources: 100, RulesQuota: 60, ExceptionsFile: "exceptions.yaml", AsOf: &day, Profile: Strict, IPRangesFile: "ip-ranges.json"},
		Profile:     &ProfileCost{Strict, ProfileSums{9.5, 2, 3, &refused, &refused}, ProfileSums{BitsRemoved: 8}},
		Exceptions: []ExceptionRecord{{Exception{Seasonal, "bastion", "vpc-0a", "111122223333", schema.Ingress, "tcp", &port, &port, "10.0.0.0/8",
			"payroll", "the yearly statement", "2027-06-30", []int{12}}, InForce, "it stands for 1 rule", []string{"sg-0a ingress tcp 22 10.0.0.0/8"}}},
		PrefixLists: []ListWeight{{"pl-0a", 20}},
		Replay:      Replayed{Edges: 3}, Notes: []Note{{"never-logged", "AWS never logs DHCP."}},
	}
}

func planDocument(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestJSONSchemaAcceptsAPlan(t *testing.T) {
	if err := compilePlanSchema(t).Validate(planDocument(t, schemaSample())); err != nil {
		t.Error(err)
	}
}

func TestJSONSchemaKnowsEveryKind(t *testing.T) {
	p := schemaSample()
	for _, k := range []Kind{
		NoTraffic, ProbeOnly, WildcardSource, SmallerSource, WidePorts, AllProtocols, Redundant, Shadowed, AdminPortOpen,
		DefaultGroup, OpenEgress, UnattachedGroup, StaleReference, NotObservable, YoungRule, ThinEvidence,
	} {
		p.Groups[0].Findings = append(p.Groups[0].Findings, Finding{k, "So it is."})
	}
	if err := compilePlanSchema(t).Validate(planDocument(t, p)); err != nil {
		t.Error(err)
	}
}

func TestJSONSchemaAcceptsAddedFields(t *testing.T) {
	doc := planDocument(t, schemaSample()).(map[string]any)
	doc["made_later"] = "yes"
	planNode(doc, "groups.0.rules.0").(map[string]any)["made_later"] = true
	if err := compilePlanSchema(t).Validate(doc); err != nil {
		t.Error(err)
	}
}

// planNode walks "groups.0.rules.0" into a document.
func planNode(doc any, path string) any {
	for step := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' }) {
		switch d := doc.(type) {
		case map[string]any:
			doc = d[step]
		case []any:
			doc = d[int(step[0]-'0')]
		}
	}
	return doc
}

func TestJSONSchemaRefuses(t *testing.T) {
	remove := struct{}{}
	tests := []struct {
		name, at, field string
		value           any // remove: the field is taken away
	}{
		{"another version", "", "schema", "sgfit.plan/v2"},
		{"no notes", "", "notes", remove},
		{"null for a list of groups", "", "groups", nil},
		{"a day that is none", "window", "start", "yesterday"},
		{"a negative count", "accounting", "matched", json.Number("-1")},
		{"a class left out", "accounting", "ambiguous", remove},
		{"a group without id", "groups.0", "group_id", ""},
		{"exposure as text", "groups.0.exposure_bits.ingress", "before", "24"},
		{"exposure of one direction only", "groups.0.exposure_bits", "egress", remove},
		{"an unheard-of action", "groups.0.rules.0", "action", "drop"},
		{"an unheard-of direction", "groups.0.rules.0", "direction", "in"},
		{"a protocol by another name", "groups.0.rules.0", "protocol", "TCP"},
		{"TCP without ports", "groups.0.rules.0", "from_port", nil},
		{"a port too high", "groups.0.rules.0", "to_port", json.Number("65536")},
		{"ports of all protocols", "groups.0.rules.0", "protocol", "all"},
		{"an empty rule id", "groups.0.rules.0", "rule_id", ""},
		{"a peer without kind", "groups.0.rules.0.peer", "kind", remove},
		{"a peer of an unheard-of kind", "groups.0.rules.0.peer", "kind", "cidr"},
		{"an unheard-of finding", "groups.0.rules.0.findings.0", "kind", "nice"},
		{"a finding without reason", "groups.0.rules.0.findings.0", "reason", ""},
		{"a group finding without reason", "groups.0.findings.0", "reason", remove},
		{"a replacement that is empty", "groups.0.rules.0", "replacement", []any{}},
		{"a removal with a replacement", "groups.0.rules.0", "action", "remove"},
		{"a replacement without peer", "groups.0.rules.0.replacement.0", "peer", remove},
		{"a replacement of UDP without ports", "groups.0.rules.0.replacement.0", "from_port", nil},
		{"an alternative without rules", "groups.0.rules.0.alternatives.0", "rules", remove},
		{"coverage over one", "groups.0.rules.0.evidence", "coverage", json.Number("1.5")},
		{"half a conversation", "groups.0.rules.0.evidence", "conversations", json.Number("0.5")},
		{"null for no peers", "groups.0.rules.0.evidence", "top_peers", nil},
		{"a port range without protocol", "groups.0.rules.0.evidence.ports.0", "protocol", remove},
		{"a top peer without address", "groups.0.rules.0.evidence.top_peers.0", "address", ""},
		{"an unheard-of grade", "groups.0.rules.0.confidence", "grade", "certain"},
		{"an unheard-of label", "groups.0.rules.0.confidence.new_sources", "label", "F"},
		{"no backtest", "groups.0.rules.0.confidence", "backtest", remove},
		{"no replay", "", "replay", remove},
		{"a note without text", "notes.0", "text", ""},
		{"exposure without accounts", "exposure", "accounts", remove},
		{"a count of combinations as a number", "groups.0.rules.0.exposure.before", "combinations", json.Number("7")},
		{"a count that is none", "groups.0.exposure.ingress.before.classes.0", "addresses", "many"},
		{"a class of addresses by another name", "exposure.vpcs.0.egress.before.classes.0", "class", "internet"},
		{"an exception that nobody answers for", "exceptions.0.exception", "owner", ""},
		{"an exception without end", "exceptions.0.exception", "expires", "never"},
		{"an exception of an unheard-of kind", "groups.0.rules.0.exception", "kind", "nice"},
		{"an exception in an unheard-of state", "exceptions.0", "state", "perhaps"},
		{"a change without a beginning", "exposure.regions.0.ingress", "before", remove},
	}
	s := compilePlanSchema(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := planDocument(t, schemaSample())
			at := planNode(doc, tt.at).(map[string]any)
			if _, ok := at[tt.field]; !ok {
				t.Fatalf("no field %q at %q: the mutation changes nothing", tt.field, tt.at)
			}
			if at[tt.field] = tt.value; tt.value == remove {
				delete(at, tt.field)
			}
			if s.Validate(doc) == nil {
				t.Error("the schema let it pass")
			}
		})
	}
}
