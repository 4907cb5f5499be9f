package report

import (
	"errors"
	"io"
	"strings"
	"testing"

	"sgfit/schema"
	"sgfit/suggest"
)

func port(n int32) *int32 { return &n }

func TestRuleName(t *testing.T) {
	v4 := schema.Peer{Kind: schema.PeerIPv4, Value: "10.0.0.0/8"}
	tests := []struct {
		rule suggest.Rule
		want string
	}{
		{suggest.Rule{Direction: "ingress", Protocol: "tcp", FromPort: port(443), ToPort: port(443), Peer: v4}, "sg-0abc ingress tcp 443 10.0.0.0/8"},
		{suggest.Rule{Direction: "ingress", Protocol: "udp", FromPort: port(0), ToPort: port(65535), Peer: v4}, "sg-0abc ingress udp 0-65535 10.0.0.0/8"},
		{suggest.Rule{Direction: "egress", Protocol: "all", Peer: v4}, "sg-0abc egress all 10.0.0.0/8"},
		{suggest.Rule{Direction: "egress", Protocol: "47", Peer: v4}, "sg-0abc egress 47 10.0.0.0/8"},
		{suggest.Rule{Direction: "ingress", Protocol: "icmp", FromPort: port(8), ToPort: port(0), Peer: v4}, "sg-0abc ingress icmp 8/0 10.0.0.0/8"},
		{suggest.Rule{Direction: "ingress", Protocol: "icmp", FromPort: port(8), ToPort: port(-1), Peer: v4}, "sg-0abc ingress icmp 8 10.0.0.0/8"},
		{suggest.Rule{Direction: "ingress", Protocol: "icmpv6", FromPort: port(-1), ToPort: port(-1), Peer: v4}, "sg-0abc ingress icmpv6 10.0.0.0/8"},
	}
	for _, tt := range tests {
		if got := RuleName("sg-0abc", tt.rule); got != tt.want {
			t.Errorf("RuleName = %q, want %q", got, tt.want)
		}
	}
}

func TestParseRuleRef(t *testing.T) {
	tests := []struct {
		in   string
		want RuleRef
	}{
		{"sgr-0A1", RuleRef{RuleID: "sgr-0a1"}},
		{"sg-0abc/3", RuleRef{GroupID: "sg-0abc", Index: 3}},
		{"sg-0abc ingress tcp 443 10.0.0.0/8", RuleRef{GroupID: "sg-0abc", Direction: "ingress", Protocol: "tcp", Ports: "443", Peer: "10.0.0.0/8"}},
		{"SG-0ABC INBOUND TCP/443 from 10.1.2.3/8", RuleRef{GroupID: "sg-0abc", Direction: "ingress", Protocol: "tcp", Ports: "443", Peer: "10.0.0.0/8"}},
		{"outbound udp ports 8000-8100 to pl-0a", RuleRef{Direction: "egress", Protocol: "udp", Ports: "8000-8100", Peer: "pl-0a"}},
		{"sg-0abc in -1 sg-0def", RuleRef{GroupID: "sg-0abc", Direction: "ingress", Protocol: "all", Peer: "sg-0def"}},
		{"sg-0abc egress all ::/0", RuleRef{GroupID: "sg-0abc", Direction: "egress", Protocol: "all", Peer: "::/0"}},
		{"ingress tcp any 10.0.0.9", RuleRef{Direction: "ingress", Protocol: "tcp", Ports: "0-65535", Peer: "10.0.0.9/32"}},
		{"ingress icmp 8/0 10.0.0.9", RuleRef{Direction: "ingress", Protocol: "icmp", Ports: "8/0", Peer: "10.0.0.9/32"}},
		{"ingress 47 10.0.0.9", RuleRef{Direction: "ingress", Protocol: "47", Peer: "10.0.0.9/32"}},
		{"ingress 443", RuleRef{Direction: "ingress", Ports: "443"}},
		{"tcp 22-22", RuleRef{Protocol: "tcp", Ports: "22"}},
	}
	for _, tt := range tests {
		got, err := ParseRuleRef(tt.in)
		if got.text = ""; err != nil || got != tt.want {
			t.Errorf("ParseRuleRef(%q) = %+v, %v, want %+v", tt.in, got, err, tt.want)
		}
	}
}

func TestParseRuleRefRefuses(t *testing.T) {
	for _, in := range []string{
		"", "  ", "sg-0abc/0", "sg-0abc/x", "web", "sg-0abc ingress egress", "tcp 443 444 445", "tcp 70000", "10.0.0.0/33",
		"tcp 22 22", "10.0.0.1 10.0.0.2", "sgr-1 sgr-2", "tcp 1-x", "sg-0abc ingress tcp 443 10.0.0.0/8 \x1b",
	} {
		ref, err := ParseRuleRef(in)
		var refused *RuleRefError
		if !errors.As(err, &refused) {
			t.Errorf("ParseRuleRef(%q) = %+v, %v", in, ref, err)
		}
	}
}

// TestEveryRuleIsFoundByEachOfItsNames is the law between RuleName and the grammar.
func TestEveryRuleIsFoundByEachOfItsNames(t *testing.T) {
	p := samplePlan(t)
	for f := range everyRule(p) {
		for _, ref := range []string{
			RuleName(f.group.GroupID, f.rule), strings.ToUpper(RuleName(f.group.GroupID, f.rule)),
			ruleID(f.rule), indexRef(f.group.GroupID, f.index), "  " + RuleName(f.group.GroupID, f.rule) + " ",
		} {
			if ref == "" {
				continue
			}
			got, err := findRule(p, ref)
			if err != nil || got.group.GroupID != f.group.GroupID || got.index != f.index {
				t.Errorf("findRule(%q) = %s, %v", ref, got.name(), err)
			}
		}
	}
}

func TestFindRuleErrors(t *testing.T) {
	tests := []struct{ ref, reason, first string }{
		{"sgr-0b1000000000000ax", "matches no rule", "sg-0a11ba571000001 ingress icmp 10.0.0.0/8  (sgr-0b1000000000000a1)"},
		{"sg-0a11ba571000001/9", "matches no rule", "sg-0a11ba571000001 ingress icmp 10.0.0.0/8  (sgr-0b1000000000000a1)"},
		{"sg-0a11ba571000001 ingress tcp 23 0.0.0.0/0", "matches no rule", "sg-0a11ba571000001 ingress tcp 22 0.0.0.0/0  (sgr-0b1000000000000a2)"},
		{"sg-0a22a99000000002 ingress", "matches 4 rules", "sg-0a22a99000000002 ingress tcp 8000-8999 10.0.0.0/8  (sgr-0b2000000000000b1)"},
		{"sg-0ffffffffffffffff egress tcp 1 203.0.113.1", "matches no rule", ""},
	}
	for _, tt := range tests {
		_, err := findRule(samplePlan(t), tt.ref)
		var refused *RuleRefError
		if !errors.As(err, &refused) || !strings.HasPrefix(refused.Reason, tt.reason) {
			t.Errorf("findRule(%q): %v, want %q", tt.ref, err, tt.reason)
			continue
		}
		if tt.first != "" && (len(refused.Near) == 0 || refused.Near[0] != tt.first) {
			t.Errorf("findRule(%q) suggests %q, want %q first", tt.ref, refused.Near, tt.first)
		}
		if !strings.Contains(err.Error(), tt.ref) {
			t.Errorf("the error does not repeat the reference: %v", err)
		}
	}
}

// TestExactNameWinsOverWords: "icmp" without a type is a whole name, and also words that leave the type out.
func TestExactNameWinsOverWords(t *testing.T) {
	peer := schema.Peer{Kind: schema.PeerIPv4, Value: "10.0.0.0/8"}
	p := suggest.Plan{Groups: []suggest.Group{{GroupID: "sg-0a", Rules: []suggest.Rule{
		{Direction: "ingress", Protocol: "icmp", FromPort: port(8), ToPort: port(0), Peer: peer},
		{Direction: "ingress", Protocol: "icmp", FromPort: port(-1), ToPort: port(-1), Peer: peer},
	}}}}
	if got, err := findRule(p, "sg-0a ingress icmp 10.0.0.0/8"); err != nil || got.index != 2 {
		t.Errorf("found rule %d, %v", got.index, err)
	}
	if _, err := findRule(p, "sg-0a icmp"); err == nil {
		t.Error("two rules, and no error")
	}
}

func TestGroupsByName(t *testing.T) {
	peer := schema.Peer{Kind: schema.PeerIPv4, Value: "10.0.0.0/8"}
	rule := func(d schema.Direction, n int32) suggest.Rule {
		return suggest.Rule{Direction: d, Protocol: "tcp", FromPort: port(n), ToPort: port(n), Peer: peer}
	}
	p := suggest.Plan{Groups: []suggest.Group{
		{GroupID: "sg-0a", GroupName: "web", Rules: []suggest.Rule{rule("ingress", 443), rule("ingress", 80)}},
		{GroupID: "sg-0b", GroupName: "web  tier", Rules: []suggest.Rule{rule("ingress", 22)}},
		{GroupID: "sg-0c", GroupName: "tcp", Rules: []suggest.Rule{rule("egress", 25), rule("ingress", 8080)}},
		{GroupID: "sg-0d", GroupName: "Web", Rules: []suggest.Rule{rule("ingress", 80)}},
		{GroupID: "sg-0e", GroupName: "", Rules: []suggest.Rule{rule("ingress", 9)}},
	}}
	for ref, want := range map[string]string{
		"web ingress tcp 443 10.0.0.0/8": "sg-0a/1", "WEB 443": "sg-0a/1", "web/2": "sg-0a/2", "web tier": "sg-0b/1", "web  tier/1": "sg-0b/1",
		"tcp/1": "sg-0c/1", "tcp tcp 8080": "sg-0c/2", "tcp 25": "sg-0c/1", "sg-0d/1": "sg-0d/1", " ingress tcp 9": "sg-0e/1",
	} {
		if f, err := findRule(p, ref); err != nil || indexRef(f.group.GroupID, f.index) != want {
			t.Errorf("findRule(%q) = %s/%d, %v, want %s", ref, f.group.GroupID, f.index, err, want)
		}
	}
	for ref, reason := range map[string]string{
		"web tcp 80": "matches 2 rules", "web/1": "matches 2 rules", "web": "matches 3 rules", "webs 80": "is not understood at", "web/9": "matches no rule", "tcp": "matches 7 rules",
	} {
		_, err := findRule(p, ref)
		var refused *RuleRefError
		if !errors.As(err, &refused) || !strings.HasPrefix(refused.Reason, reason) {
			t.Errorf("findRule(%q): %v, want %q", ref, err, reason)
		}
		if reason == "matches 2 rules" && len(refused.Near) != 2 {
			t.Errorf("findRule(%q) lists %q", ref, refused.Near)
		}
	}
}

func TestExplainWritesNothingOnError(t *testing.T) {
	got := &strings.Builder{}
	if err := Explain(got, samplePlan(t), "sgr-none", ExplainOptions{}); err == nil || got.Len() > 0 {
		t.Errorf("error %v, wrote %q", err, got)
	}
}

func TestEditDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"sg-0abc", "sg-0abc", 0}, {"sg-0abc", "sg-0acb", 2}, {"sg-0abc", "sg-0abcd", 1}, {"kitten", "sitting", 3}, {"a", "aaaaa", 3}} {
		if got := editDistance(tt.a, tt.b); got != tt.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrorsComeBack(t *testing.T) {
	p := samplePlan(t)
	for name, render := range map[string]func(io.Writer) error{
		"HTML":     func(w io.Writer) error { return HTML(w, p, Options{}) },
		"Markdown": func(w io.Writer) error { return Markdown(w, p, Options{}) },
		"Summary":  func(w io.Writer) error { return Summary(w, p, SummaryOptions{}) },
		"Explain":  func(w io.Writer) error { return Explain(w, p, "sg-0a11ba571000001/1", ExplainOptions{}) },
	} {
		if err := render(fullDisk{}); !errors.Is(err, errFull) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
