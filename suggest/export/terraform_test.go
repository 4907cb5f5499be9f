package export

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/suggest"
)

// blocks counts the blocks of each kind in a file.
func blocks(t *testing.T, f File) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, s := range skeleton(t, f.Name, f.Content) {
		kind, _, _ := strings.Cut(s, " ")
		out[kind]++
	}
	return out
}

func TestTerraformImportsWhatIsThere(t *testing.T) {
	files := rendered(t, Format{Name: "terraform", Render: Terraform}, talkative("plain")).Files
	got := map[string]map[string]int{}
	for _, f := range files {
		got[f.Name] = blocks(t, f)
	}
	want := map[string]map[string]int{
		// 2 kept, 5 narrowed in place, 1 that stays; 6 new besides
		"rules.tf":         {"terraform": 1, "resource": 14, "import": 8},
		"going.tf":         {"resource": 6, "import": 6},
		"removed.tf.later": {"removed": 6},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	rules, going := string(files[0].Content), string(files[1].Content)
	if !strings.Contains(going, `"444455556666/sg-0cc00000000000003"`) {
		t.Error("the account of another's group is not named")
	}
	narrowed := `cidr_ipv4         = "192.0.2.0/28"
  depends_on        = [aws_vpc_security_group_ingress_rule.sg_0aa00000000000001_ingress_tcp_22_sg_0bb00000000000002]`
	if !strings.Contains(rules, narrowed) {
		t.Errorf("a rule is narrowed before what else stands for it is there:\n%s", rules)
	}
}

func TestTerraformSaysWhichIDsAreUnknown(t *testing.T) {
	e := rendered(t, Format{Name: "terraform", Render: Terraform}, samplePlan(plainIDs()))
	if len(e.Files) != 1 || len(e.Warnings) != 1 || !strings.Contains(e.Warnings[0], "the ids of 11 rules to be revoked are unknown") {
		t.Errorf("%d files, warnings %q", len(e.Files), e.Warnings)
	}
	if got := blocks(t, e.Files[0]); got["import"] != 0 || got["resource"] != 11 {
		t.Errorf("blocks %v", got)
	}
}

func TestTerraformWarnsOfInlineRules(t *testing.T) {
	plan := talkative("plain")
	plan.Groups[1].Rules[0].Description = "Managed by Terraform"
	e := rendered(t, Format{Name: "terraform", Render: Terraform}, plan)
	if len(e.Warnings) != 1 || !strings.HasPrefix(e.Warnings[0], "sg-0bb00000000000002 looks as if") {
		t.Errorf("warnings %q", e.Warnings)
	}
}

func TestTerraformHasAFolderForEachRegion(t *testing.T) {
	plan := talkative("plain")
	plan.Groups[1].Region = "us-east-1"
	var names []string
	for _, f := range rendered(t, Format{Name: "terraform", Render: Terraform}, plan).Files {
		if strings.HasSuffix(f.Name, "rules.tf") {
			names = append(names, f.Name)
		}
	}
	if diff := cmp.Diff([]string{"111122223333-eu-west-1/rules.tf", "111122223333-us-east-1/rules.tf"}, names); diff != "" {
		t.Error(diff)
	}
	plan.Groups[1].Rules = []suggest.Rule{plan.Groups[1].Rules[0]}
	if files := rendered(t, Format{Name: "terraform", Render: Terraform}, plan).Files; files[0].Name != "rules.tf" {
		t.Errorf("one Region: %s", files[0].Name)
	}
}
