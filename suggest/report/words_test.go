package report

import (
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"sgfit/schema"
	"sgfit/suggest"
)

func TestThousands(t *testing.T) {
	for in, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567", math.MaxInt64: "9,223,372,036,854,775,807"} {
		if got := thousands(in); got != want {
			t.Errorf("thousands(%d) = %s, want %s", in, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for in, want := range map[float64]string{0: "0 %", 1: "100 %", 0.5: "50 %", 0.337: "33.7 %", 0.00001: "< 0.1 %", 0.99999: "> 99.9 %"} {
		if got := percent(in); got != want {
			t.Errorf("percent(%v) = %s, want %s", in, got, want)
		}
	}
}

func TestByteSize(t *testing.T) {
	for in, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1.0 kB", 999_960: "1.0 MB", 3_400_000_000: "3.4 GB", math.MaxInt64: "9.2 EB"} {
		if got := byteSize(in); got != want {
			t.Errorf("byteSize(%d) = %s, want %s", in, got, want)
		}
	}
}

func TestFewer(t *testing.T) {
	for in, want := range map[float64]string{
		0: "as many", -1: "more", 0.5: "29 % fewer", 1: "2 times fewer", 1.5: "2.8 times fewer", 10: "1,024 times fewer",
		17: "about 131,000 times fewer", 33.7: "about 14.0 billion times fewer", 40: "about 1.10 trillion times fewer",
		60: "about 10¹⁸ times fewer", 128: "about 10³⁹ times fewer",
	} {
		if got := fewer(in); got != want {
			t.Errorf("fewer(%v) = %q, want %q", in, got, want)
		}
	}
}

func TestSumBits(t *testing.T) {
	for _, tt := range []struct {
		in   []float64
		want float64
	}{{[]float64{8}, 8}, {[]float64{8, 8}, 9}, {[]float64{144, 3}, 144}, {[]float64{0, 0, 1}, 2}} {
		if got, ok := sumBits(tt.in); !ok || math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("sumBits(%v) = %v, want %v", tt.in, got, tt.want)
		}
	}
	if _, ok := sumBits(nil); ok {
		t.Error("the sum of nothing has no bits")
	}
}

func TestExposureOfNothing(t *testing.T) {
	in := func(actions ...suggest.Action) Exposure {
		var rules []suggest.Rule
		for _, a := range actions {
			rules = append(rules, suggest.Rule{Direction: schema.Ingress, Action: a})
		}
		return exposure(suggest.BeforeAfter{Before: 20, After: 0}, rules, schema.Ingress)
	}
	for _, tt := range []struct {
		x           Exposure
		bits, words string
	}{
		{in(), "none", "admits nothing, and did not before"},
		{in(suggest.Remove, suggest.Remove), "20.0 bits → none", "admits nothing any more"},
		{in(suggest.Remove, suggest.Replace), "20.0 → 0.0 bits", "admits about 1.05 million times fewer (protocol, port, address) combinations"},
	} {
		if tt.x.Bits() != tt.bits || tt.x.Words() != tt.words {
			t.Errorf("%q %q, want %q %q", tt.x.Bits(), tt.x.Words(), tt.bits, tt.words)
		}
	}
}

func TestShrinking(t *testing.T) {
	if n, median := shrinking([]float64{0, 9, 1, 0.01, 5}); n != 3 || median != 5 {
		t.Errorf("%d shrink, the middle one by %v", n, median)
	}
}

func TestRuleWords(t *testing.T) {
	rule := func(d schema.Direction, protocol string, from, to int32, peer schema.Peer) suggest.Rule {
		return suggest.Rule{Direction: d, Protocol: protocol, FromPort: port(from), ToPort: port(to), Peer: peer}
	}
	for want, r := range map[string]suggest.Rule{
		"inbound tcp 443 from 10.0.0.0/8":                        rule("ingress", "tcp", 443, 443, schema.Peer{Kind: "ipv4", Value: "10.0.0.0/8"}),
		"outbound udp 1-9 to ::/0 (any IPv6 address)":            rule("egress", "udp", 1, 9, schema.Peer{Kind: "ipv6", Value: "::/0"}),
		"inbound tcp, every port, from security group sg-0a":     rule("ingress", "tcp", 0, 65535, schema.Peer{Kind: "security-group", Value: "sg-0a"}),
		"inbound icmp type 8 code 0 from prefix list pl-0a":      rule("ingress", "icmp", 8, 0, schema.Peer{Kind: "prefix-list", Value: "pl-0a"}),
		"inbound icmpv6 from 10.0.0.0/8":                         rule("ingress", "icmpv6", -1, -1, schema.Peer{Kind: "ipv4", Value: "10.0.0.0/8"}),
		"outbound all protocols to 0.0.0.0/0 (any IPv4 address)": {Direction: "egress", Protocol: "all", Peer: schema.Peer{Kind: "ipv4", Value: "0.0.0.0/0"}},
		"inbound protocol 47 from 10.0.0.0/8":                    {Direction: "ingress", Protocol: "47", Peer: schema.Peer{Kind: "ipv4", Value: "10.0.0.0/8"}},
	} {
		if got := groupNames(nil).ruleWords(r); got != want {
			t.Errorf("ruleWords = %q, want %q", got, want)
		}
	}
}

func TestPortsWords(t *testing.T) {
	got := portsWords([]suggest.PortRange{{Protocol: "icmp"}, {Protocol: "tcp", From: 22, To: 22}, {Protocol: "tcp", From: 80, To: 90}, {Protocol: "udp", From: 53, To: 53}})
	if want := "icmp; tcp 22, 80-90; udp 53"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWindowEndsOnItsLastDay(t *testing.T) {
	w := suggest.Window{Start: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), ObservedDays: 29, Calendar: suggest.Calendar{MonthEnds: 1, QuarterEnds: 1}}
	if got, want := windowWords(w)+"; "+periodWords(w), "2026-09-01 to 2026-09-30; 30 days, 29 of them observed; 1 month end, 1 quarter end, no year end"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTroubleIsSaidFirst(t *testing.T) {
	p := samplePlan(t)
	p.Accounting.Records += 5
	p.Replay.Refused = 3
	page := rendered(t, func(w io.Writer) error { return HTML(w, p, Options{}) })
	md := rendered(t, func(w io.Writer) error { return Markdown(w, p, Options{}) })
	summary := rendered(t, func(w io.Writer) error { return Summary(w, p, SummaryOptions{Width: 300}) })
	for name, got := range map[string]string{"HTML": page, "Markdown": md, "summary": summary} {
		for _, want := range []string{"The accounting does not add up: 48,213,382 records", "the plan refuses 3 that today’s rules admit"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
	}
	if !strings.Contains(summary, "Next: do not apply this plan") {
		t.Errorf("the summary's next step is not to stop:\n%s", summary)
	}
}

func TestAnEmptyPlanRenders(t *testing.T) {
	page := rendered(t, func(w io.Writer) error { return HTML(w, suggest.Plan{}, Options{}) })
	for _, want := range []string{"No rule is to be removed, replaced or reviewed.", "no traffic loaded", "Nothing could be replayed", "exactly the records read"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	summary := rendered(t, func(w io.Writer) error { return Summary(w, suggest.Plan{}, SummaryOptions{}) })
	if !strings.Contains(summary, "nothing to do") {
		t.Errorf("summary:\n%s", summary)
	}
}

func TestSummaryFitsItsWidth(t *testing.T) {
	p := samplePlan(t)
	for i := range p.Groups {
		p.Groups[i].GroupName = strings.Repeat("東京", 30)
		p.Groups[i].GroupID = "sg-0123456789abcdef0"[:19] + string(rune('0'+i))
	}
	for _, width := range []int{60, 80, 100, 120, 200} {
		got := rendered(t, func(w io.Writer) error { return Summary(w, p, SummaryOptions{Width: width, Colour: width == 120}) })
		for line := range strings.Lines(got) {
			if n := text.StringWidthWithoutEscSequences(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("width %d: a line of %d: %s", width, n, line)
			}
		}
	}
}

func TestEveryClassOfTheAccountingIsShownOnce(t *testing.T) {
	var a suggest.Accounting
	v, sum := reflect.ValueOf(&a).Elem(), int64(0)
	for i := range v.NumField() {
		v.Field(i).SetInt(1 << i)
		sum += 1 << i
	}
	if want := sum - a.Records; classSum(a) != want {
		t.Errorf("the classes hold %b, want %b", classSum(a), want)
	}
}
