package export

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"sgfit/schema"
	"sgfit/suggest"
)

// What Security Hub requires of a finding, and its limits
// (https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html).
func TestASFFHasWhatSecurityHubRequires(t *testing.T) {
	limits := map[string]int{"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024, "ProductArn": 2048}
	for name, text := range hostileTexts() {
		files := rendered(t, Format{Name: "asff", Render: ASFF}, talkative(text)).Files
		ids := map[string]bool{}
		for _, f := range files {
			var doc struct{ Findings []map[string]any }
			if err := json.Unmarshal(f.Content, &doc); err != nil || len(doc.Findings) > 100 {
				t.Fatalf("%s: %d findings, %v", name, len(doc.Findings), err)
			}
			for _, x := range doc.Findings {
				for _, k := range []string{"SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId", "CreatedAt", "UpdatedAt", "Title", "Description"} {
					s, _ := x[k].(string)
					if strings.TrimSpace(s) == "" || limits[k] > 0 && len(s) > limits[k] {
						t.Errorf("%s: %s is %q", name, k, s)
					}
				}
				if x["SchemaVersion"] != "2018-10-08" || x["ProductArn"] != "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default" {
					t.Errorf("%s: %v, %v", name, x["SchemaVersion"], x["ProductArn"])
				}
				for _, k := range []string{"Types", "Resources"} {
					if all, _ := x[k].([]any); len(all) != 1 {
						t.Errorf("%s: %s is %v", name, k, x[k])
					}
				}
				if label := x["Severity"].(map[string]any)["Label"]; label != "HIGH" {
					t.Errorf("%s: an open administration port is %v", name, label)
				}
				recommended := x["Remediation"].(map[string]any)["Recommendation"].(map[string]any)["Text"].(string)
				if recommended == "" || len(recommended) > 512 {
					t.Errorf("%s: recommendation %q", name, recommended)
				}
				group := x["Resources"].([]any)[0].(map[string]any)
				if !regexp.MustCompile(`^arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0(aa|bb)0+[12]$`).MatchString(group["Id"].(string)) {
					t.Errorf("%s: resource %v", name, group["Id"])
				}
				checkText(t, name, x)
				ids[x["Id"].(string)] = true
			}
		}
		if len(ids) != 12 {
			t.Errorf("%s: %d distinct ids of 12 changes", name, len(ids))
		}
	}
}

// checkText fails on text with characters that act, wherever it is.
func checkText(t *testing.T, name string, v any) {
	t.Helper()
	switch v := v.(type) {
	case string:
		if !utf8.ValidString(v) || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u202e' || r == '\u2028' || r == '\u200b' }) {
			t.Errorf("%s: %.80q", name, v)
		}
	case []any:
		for _, x := range v {
			checkText(t, name, x)
		}
	case map[string]any:
		for k, x := range v {
			checkText(t, name, k)
			checkText(t, name, x)
		}
	}
}

func TestASFFSplitsByAccountRegionAndHundred(t *testing.T) {
	plan := samplePlan(plainIDs())
	port := int32(0)
	many := suggest.Group{AccountID: "444455556666", Region: "us-gov-west-1", GroupID: "sg-0dd"}
	for i := range 205 {
		port++
		p := port
		many.Rules = append(many.Rules, suggest.Rule{Direction: schema.Ingress, Protocol: "tcp", FromPort: &p, ToPort: &p, Action: suggest.Remove,
			Peer: schema.Peer{Kind: schema.PeerIPv4, Value: fmt.Sprintf("10.0.%d.0/24", i)}})
	}
	plan.Groups = append(plan.Groups, many)
	var got []string
	for _, f := range rendered(t, Format{Name: "asff", Render: ASFF}, plan).Files {
		var doc asffFile
		if err := json.Unmarshal(f.Content, &doc); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %d %s", f.Name, len(doc.Findings), doc.Findings[0].Resources[0].Partition))
	}
	want := "111122223333-eu-west-1-1.json 12 aws, 444455556666-us-gov-west-1-1.json 100 aws-us-gov, 444455556666-us-gov-west-1-2.json 100 aws-us-gov, 444455556666-us-gov-west-1-3.json 5 aws-us-gov"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
}

// What SARIF 2.1.0 requires of the parts that are used, and what readers of pipelines do.
func TestSARIFHasWhatItsReadersRequire(t *testing.T) {
	for name, text := range hostileTexts() {
		body := rendered(t, Format{Name: "sarif", Render: SARIF}, talkative(text)).Files[0].Content
		var doc map[string]any
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		checkText(t, name, doc)
		var log sarifLog
		if err := json.Unmarshal(body, &log); err != nil || log.Version != "2.1.0" || len(log.Runs) != 1 {
			t.Fatalf("%s: version %q, %d runs, %v", name, log.Version, len(log.Runs), err)
		}
		run := log.Runs[0]
		if run.Tool.Driver.Name != "sgfit" || run.Tool.Driver.Version != "1.2.3" || len(run.Results) != 12 {
			t.Errorf("%s: tool %s %s, %d results", name, run.Tool.Driver.Name, run.Tool.Driver.Version, len(run.Results))
		}
		seen := map[string]bool{}
		for _, r := range run.Results {
			if r.RuleIndex < 0 || run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
				t.Errorf("%s: rule %q has index %d", name, r.RuleID, r.RuleIndex)
			}
			if r.Level != "error" || r.Message.Text == "" || len(r.Locations) != 1 {
				t.Errorf("%s: level %s, message %q", name, r.Level, r.Message.Text)
			}
			if m := regexp.MustCompile(`(^|[^\\])\]\(`).FindString(r.Message.Text); m != "" {
				t.Errorf("%s: a link in %q", name, r.Message.Text)
			}
			if m := regexp.MustCompile(`(^|[^{])(\{\{)*\{[0-9]`).FindString(r.Message.Text); m != "" {
				t.Errorf("%s: a placeholder in %q", name, r.Message.Text)
			}
			uri := r.Locations[0].Physical.Artifact.URI
			if !regexp.MustCompile(`^security-groups/[0-9]{12}/eu-west-1/sg-0[0-9a-z]+$`).MatchString(uri) {
				t.Errorf("%s: location %q", name, uri)
			}
			seen[r.Fingerprints["sgfitRule/v1"]] = true
		}
		if len(seen) != 12 {
			t.Errorf("%s: %d fingerprints of 12 changes", name, len(seen))
		}
	}
}

func TestSARIFOfNothingIsALog(t *testing.T) {
	var log map[string]any
	body := rendered(t, Format{Name: "sarif", Render: SARIF}, suggest.Plan{}).Files[0].Content
	if err := json.Unmarshal(body, &log); err != nil {
		t.Fatal(err)
	}
	if results, ok := log["runs"].([]any)[0].(map[string]any)["results"].([]any); !ok || len(results) != 0 {
		t.Errorf("results are %v", results)
	}
}

func TestSecurityHubTakesTheFindings(t *testing.T) {
	c := newCloud(t)
	dir := t.TempDir()
	writeFiles(t, dir, rendered(t, Format{Name: "asff", Render: ASFF}, talkative(hostile)).Files)
	if n := c.ask("SuccessCount", "securityhub", "batch-import-findings", "--cli-input-json", "file://"+filepath.Join(dir, "findings.json")); n != "12" {
		t.Errorf("%s of 12 findings were taken", n)
	}
}
