package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"sgfit/suggest"
)

// hostile is text that tries to break out of every format at once.
const hostile = "=cmd|'/C calc'!A0 \"'`id`$(touch /tmp/owned) ${var.secret} %{ if true } {{resolve:ssm:/secret}} [x](javascript:alert(1)) {0} \\ " +
	"</script>\n# */ } resource \"x\" {\r\n\tEOF\n; rm -rf / & | > < \x1b[31m\x07\u202e\u2028\u200b\x00\xff 東京"

// fill replaces every string of a value, whatever it means, but times.
func fill(v reflect.Value, s string) {
	switch {
	case v.Kind() == reflect.String:
		v.SetString(s)
	case v.Kind() == reflect.Pointer && !v.IsNil():
		fill(v.Elem(), s)
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			fill(v.Field(i), s)
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), s)
		}
	}
}

// talkative is the sample plan with hostile text wherever people write it, and ids as AWS gives them.
func talkative(s string) suggest.Plan {
	p := samplePlan(plainIDs())
	for i := range p.Groups {
		g := &p.Groups[i]
		g.GroupName, g.VPCID = s, s
		g.Findings = []suggest.Finding{{Kind: suggest.Kind(s), Reason: s}}
		for j := range g.Rules {
			r := &g.Rules[j]
			id := "sgr-0" + strings.Repeat("a", i+1) + strings.Repeat("b", j+1)
			r.RuleID, r.Description, r.Opened, r.Confidence.Grade = &id, s, &suggest.Opened{By: s, Call: s}, s
			r.Findings = []suggest.Finding{{Kind: suggest.Kind(s), Reason: s}, {Kind: suggest.AdminPortOpen, Reason: s}}
			r.NamedUsers = []string{s}
			for k := range r.Replacement {
				r.Replacement[k].Description = s
			}
		}
	}
	return p
}

func hostileTexts() map[string]string {
	return map[string]string{"hostile": hostile, "long": strings.Repeat(hostile, 400), "formula": "=1+1", "plain": "plain"}
}

func rendered(t *testing.T, f Format, plan suggest.Plan) Export {
	t.Helper()
	e, err := f.Render(plan, Options{Version: "1.2.3"})
	if err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	return e
}

func TestNoFormatTakesWhatIsNoID(t *testing.T) {
	for _, f := range Formats() {
		plan := samplePlan(plainIDs())
		fill(reflect.ValueOf(&plan), hostile)
		e := rendered(t, f, plan)
		if e.Rules != 0 {
			t.Errorf("%s: %d rules of groups that are none", f.Name, e.Rules)
		}
	}
	ids := plainIDs()
	for name, spoil := range map[string]func(*suggest.Group){
		"group":   func(g *suggest.Group) { g.GroupID = "sg-0a/../../etc" },
		"account": func(g *suggest.Group) { g.AccountID = "$(id)" },
		"region":  func(g *suggest.Group) { g.Region = "eu-west-1\nx" },
	} {
		plan := samplePlan(ids)
		plan.Groups[1].Rules[1].StillThrough = nil
		spoil(&plan.Groups[0])
		s := choosePlan(t, plan, Options{})
		if len(s.groups) != 1 || len(s.warnings) != 1 || !strings.Contains(s.warnings[0], "is left out") {
			t.Errorf("%s: %d groups, warnings %q", name, len(s.groups), s.warnings)
		}
	}
}

// Files of the script hold no hostile text but in JSON, and there only what EC2 accepts.
func TestScriptFilesHoldNoText(t *testing.T) {
	shape := regexp.MustCompile(`^[-0-9a-z.:/,\t ]*$`)
	for name, text := range hostileTexts() {
		e := rendered(t, Format{Name: "cli", Render: CLI}, talkative(text))
		if len(e.Files) < 30 {
			t.Fatalf("%d files", len(e.Files))
		}
		for _, f := range e.Files {
			switch filepath.Ext(f.Name) {
			case ".sh":
				if want := strings.Replace(script, "way=apply", "way="+strings.TrimSuffix(f.Name, ".sh"), 1); string(f.Content) != want {
					t.Errorf("%s: %s is not the same for every plan", name, f.Name)
				}
			case ".tsv":
				for l := range strings.Lines(string(f.Content)) {
					if !shape.MatchString(strings.TrimSuffix(l, "\n")) {
						t.Errorf("%s: %s: %q", name, f.Name, l)
					}
				}
			case ".json":
				var p permission
				if err := json.Unmarshal(f.Content, &p); err != nil {
					t.Errorf("%s: %s: %v", name, f.Name, err)
				}
				for _, d := range p.descriptions() {
					if m := regexp.MustCompile(`^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}$`); !m.MatchString(d) {
						t.Errorf("%s: %s: EC2 refuses the description %q", name, f.Name, d)
					}
				}
			default:
				t.Errorf("%s: a file %s", name, f.Name)
			}
		}
	}
}

func (p permission) descriptions() (out []string) {
	for _, r := range p.IPRanges {
		out = append(out, r.Description)
	}
	for _, r := range p.IPv6Ranges {
		out = append(out, r.Description)
	}
	for _, r := range p.Lists {
		out = append(out, r.Description)
	}
	for _, r := range p.Groups {
		out = append(out, r.Description)
	}
	return out
}

// skeleton lists the blocks of a file with the names of their attributes, and fails where a value is not constant.
func skeleton(t *testing.T, name string, content []byte) []string {
	t.Helper()
	f, diags := hclparse.NewParser().ParseHCL(content, name)
	if diags.HasErrors() {
		t.Fatalf("%s: %v\n%s", name, diags, content)
	}
	var out []string
	for _, b := range f.Body.(*hclsyntax.Body).Blocks {
		s := b.Type + " " + strings.Join(b.Labels, " ")
		for _, a := range []string{"security_group_id", "description", "ip_protocol", "from_port", "to_port", "cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id", "id", "to", "from", "depends_on", "required_version"} {
			attribute, has := b.Body.Attributes[a]
			if !has {
				continue
			}
			s += " " + a
			if a == "to" || a == "from" || a == "depends_on" {
				continue
			}
			if _, diags := attribute.Expr.Value(&hcl.EvalContext{}); diags.HasErrors() {
				t.Errorf("%s: %s is no constant: %v", name, a, diags)
			}
		}
		out = append(out, s)
	}
	return out
}

func TestTerraformKeepsItsShapeWhateverTheText(t *testing.T) {
	shapes := map[string][]string{}
	for name, text := range hostileTexts() {
		for _, f := range rendered(t, Format{Name: "terraform", Render: Terraform}, talkative(text)).Files {
			shapes[name] = append(shapes[name], skeleton(t, f.Name, f.Content)...)
			if formatted := regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f]`).Find(f.Content); formatted != nil {
				t.Errorf("%s: a control character %q in %s", name, formatted, f.Name)
			}
		}
	}
	for name, shape := range shapes {
		if diff := cmp.Diff(shapes["plain"], shape); diff != "" {
			t.Errorf("%s text changes the configuration (-plain +%s):\n%s", name, name, diff)
		}
	}
}

func TestCSVIsATableWhateverTheText(t *testing.T) {
	for name, text := range hostileTexts() {
		body := rendered(t, Format{Name: "csv", Render: CSV}, talkative(text)).Files[0].Content
		body, marked := bytes.CutPrefix(body, []byte("\ufeff"))
		rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
		if err != nil || !marked || len(rows) != 13 {
			t.Fatalf("%s: %d rows, byte order mark %t, %v", name, len(rows), marked, err)
		}
		if lines := bytes.Count(body, []byte("\r\n")); lines != 13 || bytes.Count(body, []byte("\n")) != 13 {
			t.Errorf("%s: %d lines", name, lines)
		}
		for _, row := range rows {
			for i, c := range row {
				if c != "" && strings.ContainsAny(c[:1], "=+-@\t\r\n") || utf8.RuneCountInString(c) > longestCell || strings.ContainsFunc(c, func(r rune) bool { return r < ' ' }) {
					t.Errorf("%s: column %s: %.60q", name, rows[0][i], c)
				}
			}
		}
	}
	for in, want := range map[string]string{"=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "  =1": "'  =1", "＝1": "'＝1", "\t=1": `\t=1`, "\n=1": `\n=1`, "a=1": "a=1", "10.0.0.0/8": "10.0.0.0/8", "": ""} {
		if got := cell(in); got != want {
			t.Errorf("cell(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCloudFormationLooksNothingUp(t *testing.T) {
	for name, text := range hostileTexts() {
		for _, f := range rendered(t, Format{Name: "cloudformation", Render: CloudFormation}, talkative(text)).Files {
			var doc struct {
				Resources map[string]struct {
					Type       string
					Properties map[string]any
				}
			}
			if err := json.Unmarshal(f.Content, &doc); err != nil || len(doc.Resources) != 11 {
				t.Fatalf("%s: %d resources, %v", name, len(doc.Resources), err)
			}
			if bytes.Contains(f.Content, []byte("{{")) {
				t.Errorf("%s: two braces together: CloudFormation may look them up", name)
			}
			for id, r := range doc.Resources {
				if !regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`).MatchString(id) {
					t.Errorf("%s: logical id %q", name, id)
				}
				for k, v := range r.Properties {
					if s, is := v.(string); !is && k != "FromPort" && k != "ToPort" || len(s) > 255 {
						t.Errorf("%s: %s %s is %v", name, id, k, v)
					}
				}
			}
		}
	}
}

// tried runs a tool where it is there, and says so where it is not.
func tried(t *testing.T, tool string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("%s is not on this machine: what it says of the files is not known", tool)
	}
	cmd := exec.Command(tool, args...)
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+os.DevNull)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s %q: %v\n%s", tool, args, err, out)
	}
}

func TestTerraformFindsTheFilesWellFormed(t *testing.T) {
	dir := t.TempDir()
	e := rendered(t, Format{Name: "terraform", Render: Terraform}, talkative(hostile))
	for i := range e.Files {
		e.Files[i].Name = strings.TrimSuffix(e.Files[i].Name, ".later")
	}
	writeFiles(t, dir, e.Files)
	tried(t, "terraform", "fmt", "-check", "-diff", "-no-color", dir)
}

func TestCloudFormationLinterFindsNothing(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, rendered(t, Format{Name: "cloudformation", Render: CloudFormation}, talkative(hostile)).Files)
	tried(t, "cfn-lint", "--regions", "eu-west-1", "--template", filepath.Join(dir, "template.json"))
}
