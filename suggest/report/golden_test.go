package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"sgfit/schema"
	"sgfit/suggest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samplePlan is testdata/sample.plan.json, made by hand to hold every action and every kind of finding.
func samplePlan(t testing.TB) suggest.Plan {
	t.Helper()
	b, err := os.ReadFile("testdata/sample.plan.json")
	if err != nil {
		t.Fatal(err)
	}
	var p suggest.Plan
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func sampleOptions() Options {
	return Options{Title: "Example estate", Command: "sgfit run --flow-logs logs/ --config config/ --out report/", GeneratedBy: "sgfit 0.1.0", Open: 2}
}

// goldenFiles is who owns which file of testdata: a file that no entry renders fails TestEveryGoldenFileHasAnOwner.
func goldenFiles() map[string]func(io.Writer, suggest.Plan) error {
	return map[string]func(io.Writer, suggest.Plan) error{
		"report.golden.html": func(w io.Writer, p suggest.Plan) error { return HTML(w, p, sampleOptions()) },
		"report.golden.md":   func(w io.Writer, p suggest.Plan) error { return Markdown(w, p, sampleOptions()) },
		"summary.golden.txt": func(w io.Writer, p suggest.Plan) error {
			return Summary(w, p, SummaryOptions{Width: 110, Report: "report.html"})
		},
		"summary-narrow.golden.txt": func(w io.Writer, p suggest.Plan) error {
			return Summary(w, p, SummaryOptions{Width: 80, Report: "report.html"})
		},
		"summary-colour.golden.txt": func(w io.Writer, p suggest.Plan) error {
			return Summary(w, p, SummaryOptions{Width: 120, Colour: true, Groups: 3})
		},
		"explain-replace.golden.txt": explainSample("sgr-0b1000000000000a2"),
		"explain-remove.golden.txt":  explainSample("sg-0a22a99000000002 ingress tcp 8080 10.20.0.0/16"),
		"explain-sightings.golden.txt": func(w io.Writer, p suggest.Plan) error {
			return Explain(w, p, "application ingress tcp 8080", ExplainOptions{Width: 100, Sightings: sampleSightings("staging "), Limit: 1})
		},
		"explain-review.golden.txt": explainSample("sg-0a22a99000000002/5"),
		"explain-keep.golden.txt":   explainSample("sg-0a33300000000003/1"),
		"diff.golden.html": diffSample(func(w io.Writer, c suggest.Comparison) error {
			return DiffHTML(w, c, DiffOptions{Options: sampleOptions()})
		}),
		"diff.golden.txt":            diffSample(func(w io.Writer, c suggest.Comparison) error { return Diff(w, c, DiffOptions{Width: 100}) }),
		"explain-hostile.golden.txt": explainSample("ingress tcp any 10.30.0.7/32"),
	}
}

// sampleSightings have two of each kind, with a text in every place that AWS fills.
func sampleSightings(text string) *schema.Sightings {
	at := time.Date(2026, 7, 3, 4, 5, 6, 0, time.UTC)
	seen := schema.Sighting{Conversations: 1200, Probes: 1, Ambiguous: 2, Bytes: 34567, Days: 3, First: at, Last: at.AddDate(0, 0, 9)}
	return &schema.Sightings{
		Interfaces: []schema.InterfaceSighting{{InterfaceID: text + "eni-1", AccountID: text, Type: text, Description: text + "ELB app", InstanceID: text, Peers: 2, Sighting: seen}, {InterfaceID: "eni-2"}},
		Peers: []schema.PeerSighting{{Address: "10.20.1.5", Interfaces: []string{text + "eni-9"}, Groups: []string{text + "sg-9"}, Description: text, Subnet: text + "subnet-1",
			Services: []string{"tcp 8080"}, Sighting: seen}, {Address: "10.20.1.6"}},
		Also:    []schema.RuleSighting{{Rule: text + "sg-0a ingress all 10.0.0.0/8", Conversations: 7}, {Rule: "sg-0b"}},
		Objects: []schema.ObjectSighting{{Place: text + "s3://logs/a.gz", Hash: text, Records: 9, First: at, Last: at, Days: 1}, {Place: "b"}},
	}
}

func explainSample(ref string) func(io.Writer, suggest.Plan) error {
	return func(w io.Writer, p suggest.Plan) error { return Explain(w, p, ref, ExplainOptions{Width: 100}) }
}

// diffSample renders what becomes of the plan when half of it is applied, a rule opens an administration port to the
// world.
func diffSample(render func(io.Writer, suggest.Comparison) error) func(io.Writer, suggest.Plan) error {
	return func(w io.Writer, old suggest.Plan) error {
		now := old
		now.Groups = nil
		now.Exceptions = slices.Clone(old.Exceptions)
		for i := range now.Exceptions {
			if x := &now.Exceptions[i]; x.State == suggest.InForce {
				x.State, x.Why = suggest.Expired, "it ran out after "+x.Exception.Expires
				break
			}
		}
		for i, g := range old.Groups {
			var rules []suggest.Rule
			for j, r := range g.Rules {
				if (i+j)%2 == 0 || r.Action != suggest.Remove && r.Action != suggest.Replace {
					rules = append(rules, r)
					continue
				}
				for _, n := range r.Replacement {
					rules = append(rules, suggest.Rule{Direction: r.Direction, Protocol: n.Protocol, FromPort: n.FromPort, ToPort: n.ToPort, Peer: n.Peer, Action: suggest.Keep})
				}
			}
			if i == 1 {
				rules = append(rules, suggest.Rule{Direction: "ingress", Protocol: "tcp", FromPort: port(5900), ToPort: port(5900), Action: suggest.Review,
					Peer: schema.Peer{Kind: schema.PeerIPv4, Value: "0.0.0.0/0"}})
			}
			g.Rules = rules
			now.Groups = append(now.Groups, g)
		}
		return render(w, suggest.Compare(old, now))
	}
}

func TestGolden(t *testing.T) {
	for name, render := range goldenFiles() {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := render(&got, samplePlan(t)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("-want +got (go test -update writes it anew):\n%s", diff)
			}
		})
	}
}

func TestEveryGoldenFileHasAnOwner(t *testing.T) {
	owned := goldenFiles()
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if owned[f.Name()] == nil && f.Name() != "sample.plan.json" {
			t.Errorf("nobody owns testdata/%s", f.Name())
		}
	}
}

func TestSampleHasEverything(t *testing.T) {
	p := samplePlan(t)
	kinds, actions := map[suggest.Kind]bool{}, map[suggest.Action]bool{}
	for f := range everyRule(p) {
		actions[f.rule.Action] = true
		for _, x := range append(f.rule.Findings, f.group.Findings...) {
			kinds[x.Kind] = true
		}
	}
	if len(actions) != 4 || len(kinds) != 16 {
		t.Errorf("the sample has %d actions of 4 and %d kinds of 16", len(actions), len(kinds))
	}
}

func TestSampleFitsTheSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(suggest.JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("plan.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(samplePlan(t))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.MustCompile("plan.schema.json").Validate(plan); err != nil {
		t.Error(err)
	}
}
