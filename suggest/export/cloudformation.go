package export

import (
	"fmt"
	"regexp"
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// mostResources is CloudFormation's limit for a template.
const mostResources = 500

// template is a CloudFormation template of rules.
type template struct {
	Version     string              `json:"AWSTemplateFormatVersion"`
	Description string              `json:"Description"`
	Metadata    map[string]any      `json:"Metadata,omitempty"`
	Resources   map[string]resource `json:"Resources"`
	Outputs     map[string]output   `json:"Outputs,omitempty"`
}

type output struct {
	Description string `json:"Description"`
	Value       string `json:"Value"`
}

type resource struct {
	Type       string         `json:"Type"`
	Metadata   map[string]any `json:"Metadata"`
	Properties map[string]any `json:"Properties"`
}

// CloudFormation is a template, or one for each account and Region, with the rules that are added. CloudFormation cannot revoke
// rules that it did not make: they are listed in the template's metadata.
func CloudFormation(plan suggest.Plan, opt Options) (Export, error) {
	s, err := chooseToMake(plan, opt)
	if err != nil {
		return Export{}, err
	}
	e := Export{Rules: s.rules}
	var made []template
	var names []string
	for _, p := range s.places() {
		templates := p.templates()
		for i, t := range templates {
			name := p.account + "-" + p.region
			if len(templates) > 1 {
				name = fmt.Sprintf("%s-%d", name, i+1)
			}
			made, names = append(made, t), append(names, name+".json")
		}
	}
	if len(names) == 1 {
		names[0] = "template.json"
	}
	revoked := 0
	for _, g := range s.groups {
		for _, c := range g.changes {
			if !c.stays {
				revoked++
			}
		}
	}
	if revoked > 0 {
		s.warn("CloudFormation does not revoke rules that it did not make, so this tightens nothing yet: once the stack stands, revoke %s where they are written, or with 'sgfit export cli' of the same plan, whose script finds what the stack added", count(revoked, "rule"))
	}
	for i, t := range made {
		body, err := encode(t)
		if err != nil {
			return Export{}, err
		}
		e.Files = append(e.Files, File{Name: names[i], Content: body})
	}
	e.Warnings = s.warnings
	return e, nil
}

// templates are as many as it takes; none where nothing is added, since a template needs a resource.
func (p accountRegion) templates() []template {
	var out []template
	ids := map[string]int{}
	for _, g := range p.groups {
		for _, r := range g.adds {
			if n := len(out); n == 0 || len(out[n-1].Resources) == mostResources {
				out = append(out, template{Version: "2010-09-09", Resources: map[string]resource{},
					Description: fmt.Sprintf("Security group rules that sgfit suggests for account %s, %s. Adds only: see Metadata for what is still to be revoked.", p.account, p.region)})
			}
			t := out[len(out)-1]
			id := logicalID(g.GroupID, r)
			if ids[id]++; ids[id] > 1 {
				id = fmt.Sprintf("%sN%d", id, ids[id])
			}
			t.Resources[id] = resourceOf(g, r)
		}
	}
	if len(out) > 0 {
		if n := len(p.revoked()); n > 0 {
			out[0].Outputs = map[string]output{"StillToRevoke": {"Rules that CloudFormation did not make and cannot revoke; nothing is tighter before they go. This template's Metadata lists them.",
				count(n, "rule") + ": sgfit export cli"}}
		}
		out[0].Metadata = map[string]any{"sgfit": map[string]any{"RevokeOnceTheStackStands": p.revoked()}}
	}
	return out
}

// revoked lists what is to be revoked once the new rules are there.
func (p accountRegion) revoked() []string {
	out := []string{}
	for _, g := range p.groups {
		for _, c := range g.changes {
			if !c.stays {
				out = append(out, strings.TrimSpace(g.GroupID+" "+c.was.words()+" "+c.was.id))
			}
		}
	}
	return out
}

var alphanumeric = regexp.MustCompile(`[^0-9A-Za-z]`)

func logicalID(groupID string, r rule) string {
	words := strings.Split(r.label(groupID), "_")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return alphanumeric.ReplaceAllString(strings.Join(words, ""), "")
}

func resourceOf(g *group, r rule) resource {
	in := r.direction == schema.Ingress
	properties := map[string]any{"GroupId": g.GroupID, "IpProtocol": r.ec2Protocol()}
	out := resource{Type: "AWS::EC2::SecurityGroupEgress", Properties: properties, Metadata: map[string]any{"sgfit": map[string]any{"StandsFor": standsFor(g, r)}}}
	peer := "Destination"
	if in {
		out.Type, peer = "AWS::EC2::SecurityGroupIngress", "Source"
	}
	if r.description != "" {
		properties["Description"] = apart(r.description)
	}
	if r.protocol.HasPorts() || r.isICMP() {
		properties["FromPort"], properties["ToPort"] = r.from, r.to
	}
	switch r.peer.Kind {
	case schema.PeerIPv4:
		properties["CidrIp"] = r.peer.Value
	case schema.PeerIPv6:
		properties["CidrIpv6"] = r.peer.Value
	case schema.PeerPrefixList:
		properties[peer+"PrefixListId"] = r.peer.Value
	case schema.PeerGroup:
		properties[peer+"SecurityGroupId"] = r.peer.Value
		if in && r.owner != "" {
			properties["SourceSecurityGroupOwnerId"] = r.owner
		}
	}
	return out
}

// standsFor names today's rules in whose place a new one is put.
func standsFor(g *group, r rule) []string {
	var out []string
	for _, i := range g.stands[r.key()] {
		out = append(out, g.changes[i].was.words())
	}
	return out
}

// apart keeps braces from standing together: CloudFormation would look up {{resolve:…}}.
func apart(s string) string {
	for strings.Contains(s, "{{") {
		s = strings.ReplaceAll(s, "{{", "{_{")
	}
	return s
}
