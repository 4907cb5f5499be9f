package export

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// ruleAttributes are those that the AWS provider's rule resources take, and depends_on, which every resource takes
// (terraform-provider-aws, internal/service/ec2/vpc_security_group_ingress_rule.go).
var ruleAttributes = []string{"security_group_id", "ip_protocol", "from_port", "to_port", "cidr_ipv4", "cidr_ipv6", "prefix_list_id",
	"referenced_security_group_id", "description", "tags", "depends_on"}

// ruleSources are those of which the provider wants exactly one, and which cannot become another while a rule keeps its id.
var ruleSources = []string{"cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"}

// TestTerraformFitsTheProvider holds random plans to what the provider's schema and Terraform itself would check, without either, which
// would have to be downloaded. What a rule waits for is made and waits for nothing, so that there is no cycle.
func TestTerraformFitsTheProvider(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 1))
	narrowed, waits := 0, 0
	for round := range 300 {
		plan := randomPlan(t, random)
		for i := range plan.Groups[0].Rules {
			id := fmt.Sprintf("sgr-0%016x", i)
			plan.Groups[0].Rules[i].RuleID = &id
		}
		e, err := Terraform(plan, Options{})
		if err != nil {
			t.Fatal(err)
		}
		made, imported, removed, going := map[string]*hclsyntax.Body{}, map[string]string{}, map[string]bool{}, map[string]bool{}
		for _, f := range e.Files {
			file, diags := hclsyntax.ParseConfig(f.Content, f.Name, hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatalf("round %d: %s", round, diags)
			}
			for _, b := range file.Body.(*hclsyntax.Body).Blocks {
				switch b.Type {
				case "resource":
					address := strings.Join(b.Labels, ".")
					if made[address] != nil {
						t.Fatalf("round %d: %s twice", round, address)
					}
					made[address] = b.Body
					going[address] = f.Name == "going.tf"
				case "import":
					imported[traversal(t, b.Body.Attributes["to"].Expr)] = f.Name
				case "removed":
					removed[traversal(t, b.Body.Attributes["from"].Expr)] = true
				}
			}
		}
		for address := range imported {
			if made[address] == nil {
				t.Errorf("round %d: %s is imported and not there", round, address)
			}
		}
		for address, body := range made {
			var sources []string
			for name := range body.Attributes {
				if !slices.Contains(ruleAttributes, name) {
					t.Errorf("round %d: %s has %s", round, address, name)
				}
				if slices.Contains(ruleSources, name) {
					sources = append(sources, name)
				}
			}
			if len(sources) != 1 || body.Attributes["security_group_id"] == nil || body.Attributes["ip_protocol"] == nil {
				t.Errorf("round %d: %s has sources %q", round, address, sources)
			}
			if going[address] != removed[address] {
				t.Errorf("round %d: %s goes: %t, and is removed: %t", round, address, going[address], removed[address])
			}
			after := body.Attributes["depends_on"]
			if after == nil {
				continue
			}
			narrowed++
			for _, on := range after.Expr.(*hclsyntax.TupleConsExpr).Exprs {
				waits++
				if other := traversal(t, on); made[other] == nil || imported[other] != "" || made[other].Attributes["depends_on"] != nil {
					t.Errorf("round %d: %s waits for %s", round, address, other)
				}
			}
		}
		if len(plan.Groups[0].Rules) > 0 && e.Rules > 0 && len(made) == 0 {
			t.Errorf("round %d: %d rules change, nothing is written", round, e.Rules)
		}
	}
	if narrowed < 50 || waits < 50 {
		t.Errorf("%d rules are narrowed after others, of which there are %d", narrowed, waits)
	}
}

// traversal is an address as Terraform writes it.
func traversal(t *testing.T, e hcl.Expression) string {
	t.Helper()
	got, diags := hcl.AbsTraversalForExpr(e)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	words := []string{got.RootName()}
	for _, step := range got[1:] {
		words = append(words, step.(hcl.TraverseAttr).Name)
	}
	return strings.Join(words, ".")
}
