package export

import (
	"fmt"
	"strings"
	"time"

	"sgfit/suggest"
)

// Limits of BatchImportFindings and of the finding format
// (https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-attributes.html).
const (
	mostFindings     = 100
	longestTitle     = 256
	longestFinding   = 1024
	longestRemedy    = 512
	longestGenerator = 512
)

type asffFile struct {
	Findings []asffFinding
}

type asffFinding struct {
	SchemaVersion         string
	ID                    string `json:"Id"`
	ProductArn            string
	GeneratorID           string `json:"GeneratorId"`
	AwsAccountID          string `json:"AwsAccountId"`
	Types                 []string
	CreatedAt             time.Time
	UpdatedAt             time.Time
	Severity              asffSeverity
	Title                 string
	Description           string
	Remediation           asffRemediation
	ProductFields         map[string]string
	Resources             []asffResource
	RecordState           string
	FindingProviderFields asffProvider
}

type asffSeverity struct{ Label string }

type asffRemediation struct{ Recommendation asffText }

type asffText struct{ Text string }

type asffProvider struct {
	Severity asffSeverity
	Types    []string
}

type asffResource struct {
	Type      string
	ID        string `json:"Id"`
	Partition string
	Region    string
	Details   asffDetails
}

type asffDetails struct {
	Group asffGroup `json:"AwsEc2SecurityGroup"`
}

type asffGroup struct {
	GroupID   string `json:"GroupId"`
	GroupName string `json:",omitempty"`
	OwnerID   string `json:"OwnerId"`
	VpcID     string `json:"VpcId,omitempty"`
}

// ASFF is findings for AWS Security Hub, at most 100 a file, and a file for each account and Region, since findings are
// imported with credentials of theirs. Their time is the end of the plan's window. A finding's id stays the same from plan to plan.
func ASFF(plan suggest.Plan, opt Options) (Export, error) {
	s, err := chooseToTell(plan, opt)
	if err != nil {
		return Export{}, err
	}
	e := Export{Warnings: s.warnings, Rules: s.rules}
	for _, p := range s.places() {
		var all []asffFinding
		for _, g := range p.groups {
			for _, c := range g.changes {
				all = append(all, finding(plan, g, c))
			}
		}
		for i := 0; i < len(all); i += mostFindings {
			body, err := encode(asffFile{all[i:min(i+mostFindings, len(all))]})
			if err != nil {
				return Export{}, err
			}
			e.Files = append(e.Files, File{Name: fmt.Sprintf("%s-%s-%d.json", p.account, p.region, i/mostFindings+1), Content: body})
		}
	}
	if len(e.Files) == 1 {
		e.Files[0].Name = "findings.json"
	}
	return e, nil
}

func finding(plan suggest.Plan, g *group, c change) asffFinding {
	partition := partitionOf(g.Region)
	severity := asffSeverity{[]string{"LOW", "MEDIUM", "HIGH"}[weightOf(c.rule)]}
	types := []string{"Software and Configuration Checks/AWS Security Best Practices/Network Reachability"}
	f := asffFinding{
		SchemaVersion: "2018-10-08",
		ID:            fmt.Sprintf("sgfit/%s/%s/%s/%s", g.AccountID, g.Region, g.GroupID, strings.ReplaceAll(c.was.key(), " ", "/")),
		ProductArn:    fmt.Sprintf("arn:%s:securityhub:%s:%s:product/%s/default", partition, g.Region, g.AccountID, g.AccountID),
		GeneratorID:   cut("sgfit/"+line(string(kindOf(c.rule))), longestGenerator),
		AwsAccountID:  g.AccountID,
		Types:         types,
		CreatedAt:     plan.Window.End.UTC(),
		UpdatedAt:     plan.Window.End.UTC(),
		Severity:      severity,
		Title:         cut(c.title(g), longestTitle),
		Description:   cut(c.reasons(), longestFinding),
		Remediation:   asffRemediation{asffText{cut(c.remedy(), longestRemedy)}},
		ProductFields: map[string]string{
			"sgfit/Action":        string(c.rule.Action),
			"sgfit/Rule":          c.was.words(),
			"sgfit/Conversations": fmt.Sprint(c.rule.Evidence.Conversations),
			"sgfit/ObservedDays":  fmt.Sprint(c.rule.Evidence.ObservedDays),
			"sgfit/WindowStart":   plan.Window.Start.UTC().Format(time.RFC3339),
			"sgfit/WindowEnd":     plan.Window.End.UTC().Format(time.RFC3339),
		},
		Resources: []asffResource{{
			Type:      "AwsEc2SecurityGroup",
			ID:        fmt.Sprintf("arn:%s:ec2:%s:%s:security-group/%s", partition, g.Region, g.AccountID, g.GroupID),
			Partition: partition,
			Region:    g.Region,
			Details:   asffDetails{asffGroup{g.GroupID, cut(strings.TrimSpace(line(g.GroupName)), 256), g.AccountID, cut(line(g.VPCID), 64)}},
		}},
		RecordState:           "ACTIVE",
		FindingProviderFields: asffProvider{severity, types},
	}
	if c.was.id != "" {
		f.ProductFields["sgfit/RuleId"] = c.was.id
	}
	return f
}

// partitionOf is the partition that a Region is in.
func partitionOf(region string) string {
	for prefix, partition := range map[string]string{"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b",
		"eu-isoe-": "aws-iso-e", "us-isof-": "aws-iso-f", "eusc-": "aws-eusc"} {
		if strings.HasPrefix(region, prefix) {
			return partition
		}
	}
	return "aws"
}
