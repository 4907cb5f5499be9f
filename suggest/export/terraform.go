package export

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"sgfit/schema"
	"sgfit/suggest"
)

// Terraform is configuration for the AWS provider, a folder for each account and Region where there are several:
//
//	rules.tf            what stays: rules that are kept or narrowed, imported by id, and new ones
//	going.tf            what goes, imported as it is
//	removed.tf.later    removed blocks, to be put in going.tf's place once the rest is applied
//
// A rule must be in the state before Terraform can destroy it, and an import block and a removed block of one address exclude each
// other, hence two applies.
func Terraform(plan suggest.Plan, opt Options) (Export, error) {
	s, err := chooseToMake(plan, opt)
	if err != nil {
		return Export{}, err
	}
	e := Export{Rules: s.rules}
	unknown := 0
	for _, p := range s.places() {
		t := newTerraform(&s)
		for i := range p.groups {
			t.group(p.groups[i])
		}
		unknown += t.unknown
		e.Files = append(e.Files, File{Name: p.folder + "rules.tf", Content: hclwrite.Format(t.rules.Bytes())})
		if t.goes > 0 {
			e.Files = append(e.Files, File{Name: p.folder + "going.tf", Content: hclwrite.Format(t.going.Bytes())},
				File{Name: p.folder + "removed.tf.later", Content: hclwrite.Format(t.removed.Bytes())})
		}
	}
	if unknown > 0 {
		s.warn("the ids of %s to be revoked are unknown (AWS Config has none), so Terraform can add what stands for them, but not take them over; load EC2's own answers (sgfit ingest config --live) and make the plan again, or use 'sgfit export cli'", count(unknown, "rule"))
	}
	e.Warnings = s.warnings
	return e, nil
}

// terraform writes the files of one account and Region.
type terraform struct {
	rules, going, removed *hclwrite.File
	goes                  int
	unknown               int // rules that should go, but cannot be imported without their ids
	labels                map[string]int
	selection             *selection
}

func newTerraform(s *selection) *terraform {
	t := &terraform{hclwrite.NewEmptyFile(), hclwrite.NewEmptyFile(), hclwrite.NewEmptyFile(), 0, 0, map[string]int{}, s}
	comment(t.rules, "Rules that stay, and new ones. Made by sgfit.",
		"1. terraform apply   adds new rules, narrows those that stay, and takes those that go into the state.",
		"2. Delete going.tf, name removed.tf.later removed.tf, and apply again: what goes is revoked.",
		"Rules that the plan leaves for review are not here. If a group's rules are written inside an aws_security_group block",
		"(ingress, egress), change them there instead: both ways at once overwrite each other.")
	t.rules.Body().AppendNewBlock("terraform", nil).Body().SetAttributeValue("required_version", cty.StringVal(">= 1.7.0"))
	comment(t.going, "Rules that go, as they are today. Made by sgfit. See rules.tf.")
	comment(t.removed, "Takes the place of going.tf in the second apply. Made by sgfit. See rules.tf.")
	return t
}

func comment(f *hclwrite.File, lines ...string) {
	for _, l := range lines {
		f.Body().AppendUnstructuredTokens(hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte("# " + line(l) + "\n")}})
	}
}

// group writes one group.
func (t *terraform) group(g *group) {
	if why := inline(g.Group); why != "" {
		t.selection.warn("%s looks as if its rules were written inside an aws_security_group block of Terraform (%s): change them there instead of exporting them", g.GroupID, why)
	}
	t.rules.Body().AppendNewline()
	comment(t.rules, cut(g.GroupID+" "+g.GroupName, 200))
	for _, r := range g.kept {
		if r.id != "" {
			t.imported(t.rules, g, r, r, nil)
		}
	}
	addresses := map[string][]string{} // of those that stand for a change, by its key
	over := map[string]rule{}          // rules to be narrowed in place, by the key of what they become
	for _, c := range g.changes {
		if p, ok := t.inPlace(g, c, over); ok {
			over[p.key()] = c.was
		}
	}
	own := map[string]string{}
	for _, r := range g.adds {
		if _, in := over[r.key()]; !in {
			own[r.key()] = t.resource(t.rules, g, r, nil)
		}
	}
	for _, c := range g.changes {
		for _, p := range c.pieces {
			if a, ok := own[p.key()]; ok {
				addresses[c.was.key()] = append(addresses[c.was.key()], a)
			}
		}
	}
	for _, c := range g.changes {
		piece, narrowed := becomes(over, c)
		switch {
		case c.was.id == "" && !c.stays:
			t.unknown++
			comment(t.rules, "To be revoked, but its id is unknown: "+c.was.words())
		case c.stays && c.was.id != "":
			t.imported(t.rules, g, c.was, c.was, nil)
		case narrowed:
			t.imported(t.rules, g, piece, c.was, addresses[c.was.key()])
		case !c.stays:
			address := t.imported(t.going, g, c.was, c.was, nil)
			t.gone(address)
		}
	}
}

// inPlace is the rule that a change's rule can become, keeping its id: one that is not there yet, with the same kind of peer. A
// rule that stands for others too is made anew: they could not wait for it without waiting for each other.
func (t *terraform) inPlace(g *group, c change, taken map[string]rule) (rule, bool) {
	if c.stays || c.was.id == "" {
		return rule{}, false
	}
	for _, p := range c.pieces {
		_, today := g.today[p.key()]
		_, used := taken[p.key()]
		if !today && !used && !g.shared(p) && p.peer.Kind == c.was.peer.Kind {
			return p, true
		}
	}
	return rule{}, false
}

// shared says that a rule stands for several changes.
func (g *group) shared(r rule) bool { return len(g.stands[r.key()]) > 1 }

// becomes is what the change's rule is narrowed to.
func becomes(over map[string]rule, c change) (rule, bool) {
	for _, p := range c.pieces {
		if was, ok := over[p.key()]; ok && was.key() == c.was.key() {
			return p, true
		}
	}
	return rule{}, false
}

// imported writes a rule that is there as was; after names what must be made before it changes.
func (t *terraform) imported(f *hclwrite.File, g *group, r, was rule, after []string) string {
	address := t.resource(f, g, r, after)
	f.Body().AppendNewline()
	b := f.Body().AppendNewBlock("import", nil).Body()
	b.SetAttributeRaw("to", hclwrite.TokensForIdentifier(address))
	b.SetAttributeValue("id", cty.StringVal(was.id))
	return address
}

// resource writes a rule and returns its address.
func (t *terraform) resource(f *hclwrite.File, g *group, r rule, after []string) string {
	kind := "aws_vpc_security_group_" + string(r.direction) + "_rule"
	label := r.label(g.GroupID)
	if t.labels[label]++; t.labels[label] > 1 {
		label = fmt.Sprintf("%s_%d", label, t.labels[label])
	}
	f.Body().AppendNewline()
	b := f.Body().AppendNewBlock("resource", []string{kind, label}).Body()
	b.SetAttributeValue("security_group_id", cty.StringVal(g.GroupID))
	if r.description != "" {
		b.SetAttributeValue("description", cty.StringVal(r.description))
	}
	b.SetAttributeValue("ip_protocol", cty.StringVal(r.ec2Protocol()))
	if r.protocol.HasPorts() || r.isICMP() {
		b.SetAttributeValue("from_port", cty.NumberIntVal(int64(r.from)))
		b.SetAttributeValue("to_port", cty.NumberIntVal(int64(r.to)))
	}
	attribute, value := "cidr_ipv4", r.peer.Value
	switch r.peer.Kind {
	case schema.PeerIPv6:
		attribute = "cidr_ipv6"
	case schema.PeerPrefixList:
		attribute = "prefix_list_id"
	case schema.PeerGroup:
		attribute = "referenced_security_group_id"
		if r.owner != "" {
			value = r.owner + "/" + value
		}
	}
	b.SetAttributeValue(attribute, cty.StringVal(value))
	if len(after) > 0 {
		b.SetAttributeRaw("depends_on", hclwrite.TokensForTuple(identifiers(after)))
	}
	return kind + "." + label
}

func identifiers(addresses []string) (out []hclwrite.Tokens) {
	for _, a := range addresses {
		out = append(out, hclwrite.TokensForIdentifier(a))
	}
	return out
}

// gone writes the block that revokes a rule once it is in the state.
func (t *terraform) gone(address string) {
	t.goes++
	t.removed.Body().AppendNewline()
	b := t.removed.Body().AppendNewBlock("removed", nil).Body()
	b.SetAttributeRaw("from", hclwrite.TokensForIdentifier(address))
	b.AppendNewBlock("lifecycle", nil).Body().SetAttributeValue("destroy", cty.True)
}

// inline says why a group looks as if one of Terraform's inline blocks had made its rules: a block with a list of CIDRs becomes rules that
// differ in nothing else, description included.
func inline(g *suggest.Group) string {
	type block struct {
		direction                       schema.Direction
		protocol, description, from, to string
	}
	port := func(p *int32) string {
		if p == nil {
			return ""
		}
		return fmt.Sprint(*p)
	}
	seen := map[block]int{}
	for _, r := range g.Rules {
		if strings.Contains(strings.ToLower(r.Description), "terraform") {
			return "a description names Terraform"
		}
		b := block{r.Direction, r.Protocol, r.Description, port(r.FromPort), port(r.ToPort)}
		if seen[b]++; seen[b] == 3 {
			return "three rules differ in their peer only"
		}
	}
	return ""
}
