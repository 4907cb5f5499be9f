package review

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"sgfit/schema"
	"sgfit/suggest"
)

func rulesOf(t testing.TB, text string) []suggest.ReplacementRule {
	t.Helper()
	rules, err := ParseRules(text, "")
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// ruleFor makes a rule of the plan: "ingress tcp 443 0.0.0.0/0", what to do, and what would be in its place.
func ruleFor(t testing.TB, d schema.Direction, text string, action suggest.Action, instead string, kinds ...suggest.Kind) suggest.Rule {
	one := rulesOf(t, text)[0]
	r := suggest.Rule{Direction: d, Protocol: one.Protocol, FromPort: one.FromPort, ToPort: one.ToPort, Peer: one.Peer, Action: action,
		Findings: []suggest.Finding{}, Replacement: []suggest.ReplacementRule{}, Alternatives: []suggest.Alternative{}}
	if instead != "" {
		r.Replacement = rulesOf(t, instead)
	}
	for _, k := range kinds {
		r.Findings = append(r.Findings, suggest.Finding{Kind: k, Reason: "because of " + string(k)})
	}
	r.Confidence.Grade = "medium"
	r.Evidence.Strip = "##..?-"
	r.Exposure = &suggest.ExposureChange{Before: suggest.Exposed{Bits: 32}}
	switch {
	case action == suggest.Remove, action == suggest.Replace:
		r.Exposure.After = &suggest.Exposed{Bits: 8}
	case action == suggest.Review && instead != "":
		r.Exposure.Suggested = &suggest.Exposed{Bits: 4}
	}
	return r
}

// Places of the rules of testPlan.
const (
	replaced = iota // tcp 443 of everybody becomes two networks
	removed         // tcp 22, which nobody used
	doubted         // for review, with a suggestion
	unknown         // for review, without one
	kept
)

func testPlan(t testing.TB) suggest.Plan {
	web := suggest.Group{AccountID: "111122223333", Region: "eu-central-1", VPCID: "vpc-1", GroupID: "sg-web", GroupName: "web", Interfaces: 2, Findings: []suggest.Finding{},
		Rules: []suggest.Rule{
			ruleFor(t, schema.Ingress, "tcp 443 0.0.0.0/0", suggest.Replace, "tcp 443 10.1.0.0/24\ntcp 443 10.2.0.0/24", suggest.WildcardSource),
			ruleFor(t, schema.Ingress, "tcp 22 10.0.0.0/8", suggest.Remove, "", suggest.NoTraffic),
		}}
	db := suggest.Group{AccountID: "111122223333", Region: "eu-central-1", VPCID: "vpc-1", GroupID: "sg-db", GroupName: "db", Interfaces: 1, Findings: []suggest.Finding{},
		Rules: []suggest.Rule{
			ruleFor(t, schema.Ingress, "tcp 5000-6000 10.0.0.0/8", suggest.Review, "tcp 5432 10.1.0.0/24", suggest.WidePorts, suggest.ThinEvidence),
			ruleFor(t, schema.Egress, "all 0.0.0.0/0", suggest.Review, "", suggest.NotObservable),
			ruleFor(t, schema.Egress, "tcp 443 10.0.0.0/8", suggest.Keep, ""),
		}}
	day := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	return suggest.Plan{Schema: suggest.SchemaVersion, Window: suggest.Window{Start: day, End: day.AddDate(0, 0, 30)}, Groups: []suggest.Group{web, db}, Notes: []suggest.Note{}}
}

// memory is a Store for one test.
type memory struct {
	mu  sync.Mutex
	log []schema.Decision
	err error
}

func (m *memory) AddDecisions(ctx context.Context, d []schema.Decision) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	m.log = append(m.log, d...)
	return nil
}

func (m *memory) Decisions(context.Context) ([]schema.Decision, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.log), nil
}

var errDisk = errors.New("the disk is full")

// flows is a Replayer with the flows of sg-web's only interface.
type flows []suggest.Flow

func webFlows() flows {
	use := func(peer string, port uint16, n int64) suggest.Flow {
		return suggest.Flow{Groups: []string{"sg-web"}, Direction: schema.Ingress, Protocol: schema.TCP, Port: port, Peer: netip.MustParseAddr(peer), Conversations: n}
	}
	return flows{use("10.1.0.5", 443, 7), use("10.2.0.9", 443, 5), use("10.2.0.10", 443, 1)}
}

func (f flows) all(yield func(suggest.Flow, error) bool) {
	for _, one := range f {
		if !yield(one, nil) {
			return
		}
	}
}

func (f flows) Group(ctx context.Context, id string, plan func(map[string]bool) (suggest.Plan, error)) (suggest.Replayed, []suggest.Refusal, error) {
	p, err := plan(map[string]bool{id: true})
	if err != nil {
		return suggest.Replayed{}, nil, err
	}
	return suggest.Replay(ctx, p, f.all, nil, nil)
}

func (f flows) Whole(ctx context.Context, p *suggest.Plan) (refusals []suggest.Refusal, err error) {
	p.Replay, refusals, err = suggest.Replay(ctx, *p, f.all, nil, nil)
	return refusals, err
}

func (f flows) Bits(_ context.Context, rules []suggest.ReplacementRule) (float64, error) {
	return float64(len(rules)), nil
}

// exporter is an Exporter that knows one format.
type exporter struct{ asked *int }

func (exporter) Formats() []Format {
	return []Format{{"csv", "A table"}, {"terraform", "Terraform configuration"}}
}

func (e exporter) Export(p suggest.Plan, format string) (Exported, error) {
	if e.asked != nil {
		*e.asked++
	}
	if format != "csv" {
		return Exported{}, &AskError{"no rule has an id"}
	}
	var out Exported
	for _, g := range p.Groups {
		for _, r := range g.Rules {
			if r.Action == suggest.Remove || r.Action == suggest.Replace {
				out.Rules++
				out.Content = append(out.Content, suggest.RuleName(g.GroupID, r)+"\n"...)
			}
		}
	}
	out.Name, out.Type, out.Warnings = "rules.csv", "text/csv; charset=utf-8", []string{"look at \u202e this"}
	return out, nil
}

// exceptionFile is an ExceptionFile in memory.
type exceptionFile struct {
	path string
	list *[]suggest.Exception
}

func (f exceptionFile) Path() string { return f.path }

func (f exceptionFile) Read() ([]suggest.Exception, error) { return slices.Clone(*f.list), nil }

func (f exceptionFile) Add(more []suggest.Exception) error {
	*f.list = append(*f.list, more...)
	return nil
}

func (f exceptionFile) Text(list []suggest.Exception) string {
	var text string
	for _, x := range list {
		text += fmt.Sprintf("%s %s: %s, %s, %s %v\n", x.Kind, x.Name(), x.Owner, x.Reason, x.Expires, x.Months)
	}
	return text
}

// clock is a second later each time that it is looked at.
func clock() func() time.Time {
	at := time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)
	return func() time.Time { at = at.Add(time.Second); return at }
}

func open(t testing.TB, plan suggest.Plan, store Store) *Book {
	t.Helper()
	b, err := Open(t.Context(), plan, store, clock())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ask is a decision of ann's on rules as they stand.
func (b *Book) asked(action schema.DecisionAction, reason string, rules ...int) Ask {
	a := Ask{Action: action, Reason: reason, Who: "ann"}
	for _, i := range rules {
		a.Rules = append(a.Rules, Seen{i, b.items[i].version})
	}
	return a
}

func mustDecide(t testing.TB, b *Book, a Ask) []schema.Decision {
	t.Helper()
	entries, err := b.Decide(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func statesOf(b *Book) string {
	var words string
	for i := range b.items {
		words += fmt.Sprintf("%.3s ", b.state(&b.items[i]))
	}
	return words
}
