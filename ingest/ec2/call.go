package ec2

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"sgfit/schema"
)

// call is one of EC2's calls, or several that belong together.
type call struct {
	name     string // as the AWS command line has it
	optional bool   // the plan is only a little poorer without it
	ask      func(*asking) error
}

func calls() []call {
	return []call{
		{"describe-flow-logs", true, askFlowLogs},
		{"describe-managed-prefix-lists", false, askPrefixLists},
		{"describe-network-interfaces", false, askInterfaces},
		{"describe-security-group-rules", false, askRules},
		{"describe-security-groups", false, askGroups},
		{"describe-stale-security-groups", true, askStale},
		{"describe-subnets", false, askSubnets},
		{"describe-vpcs", false, askVPCs},
		{"get-managed-prefix-list-entries", false, askEntries},
	}
}

// Permissions are EC2's actions that List and Open need or, for the last two, would like. STS needs none.
func Permissions() []string {
	return []string{"DescribeSecurityGroups", "DescribeSecurityGroupRules", "DescribeNetworkInterfaces", "DescribeManagedPrefixLists",
		"GetManagedPrefixListEntries", "DescribeSubnets", "DescribeVpcs", "DescribeFlowLogs", "DescribeStaleSecurityGroups"}
}

// asking is a call that is being made: its answers go out as JSON documents.
type asking struct {
	ctx     context.Context
	client  *awsec2.Client
	out     io.Writer
	capture schema.Capture
	page    int32
}

// most is the size of a page of a call that allows n elements at most.
func (a *asking) most(n int32) *int32 {
	if a.page > 0 {
		n = min(n, a.page)
	}
	return aws.Int32(n)
}

// pager is one of the SDK's paginators.
type pager[O any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*awsec2.Options)) (O, error)
}

// write asks for all pages and writes them as one document. Its end is written only when all of them came. The SDK's types
// have the names of the service's model, as the command line's output does.
func write[O, T any](a *asking, capture schema.Capture, member string, p pager[O], elements func(O) []T) error {
	head, err := json.Marshal(capture)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(a.out, `{"`+schema.CaptureMember+`":`+string(head)+`,"`+member+`":[`); err != nil {
		return err
	}
	comma := ""
	err = each(a.ctx, p, elements, func(element T) error {
		b, err := json.Marshal(element)
		if err != nil {
			return err
		}
		_, err = a.out.Write(append([]byte(comma+"\n"), b...))
		comma = ","
		return err
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.out, "\n]}\n")
	return err
}

// mostPages is where a listing is taken for one without end: at the usual 1,000 a page, ten million resources.
const mostPages = 10_000

var errEndless = fmt.Errorf("the answer has no end: %d pages, and there is still another", mostPages)

// each hands over the elements of all pages.
func each[O, T any](ctx context.Context, p pager[O], elements func(O) []T, do func(T) error) error {
	for n := 0; p.HasMorePages(); n++ {
		if n == mostPages {
			return errEndless
		}
		page, err := p.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, element := range elements(page) {
			if err := do(element); err != nil {
				return err
			}
		}
	}
	return nil
}

// all writes a complete listing.
func all[O, T any](a *asking, member string, p pager[O], elements func(O) []T) error {
	capture := a.capture
	capture.Complete = true
	return write(a, capture, member, p, elements)
}

func askGroups(a *asking) error {
	p := awsec2.NewDescribeSecurityGroupsPaginator(a.client, &awsec2.DescribeSecurityGroupsInput{MaxResults: a.most(1000)})
	return all(a, "SecurityGroups", p, func(o *awsec2.DescribeSecurityGroupsOutput) []types.SecurityGroup { return o.SecurityGroups })
}

func askRules(a *asking) error {
	p := awsec2.NewDescribeSecurityGroupRulesPaginator(a.client, &awsec2.DescribeSecurityGroupRulesInput{MaxResults: a.most(1000)})
	return all(a, "SecurityGroupRules", p, func(o *awsec2.DescribeSecurityGroupRulesOutput) []types.SecurityGroupRule {
		return o.SecurityGroupRules
	})
}

// askInterfaces includes those that AWS's services manage and that an account's settings hide: records name them too.
func askInterfaces(a *asking) error {
	p := awsec2.NewDescribeNetworkInterfacesPaginator(a.client, &awsec2.DescribeNetworkInterfacesInput{
		MaxResults: a.most(1000), IncludeManagedResources: aws.Bool(true)})
	return all(a, "NetworkInterfaces", p, func(o *awsec2.DescribeNetworkInterfacesOutput) []types.NetworkInterface {
		return o.NetworkInterfaces
	})
}

func (a *asking) prefixLists() (*awsec2.DescribeManagedPrefixListsPaginator, func(*awsec2.DescribeManagedPrefixListsOutput) []types.ManagedPrefixList) {
	p := awsec2.NewDescribeManagedPrefixListsPaginator(a.client, &awsec2.DescribeManagedPrefixListsInput{MaxResults: a.most(100)})
	return p, func(o *awsec2.DescribeManagedPrefixListsOutput) []types.ManagedPrefixList { return o.PrefixLists }
}

func askPrefixLists(a *asking) error {
	p, elements := a.prefixLists()
	return all(a, "PrefixLists", p, elements)
}

// askEntries writes a document for each prefix list. One that is deleted meanwhile is left out.
func askEntries(a *asking) error {
	lists, elements := a.prefixLists()
	return each(a.ctx, lists, elements, func(list types.ManagedPrefixList) error {
		p := awsec2.NewGetManagedPrefixListEntriesPaginator(a.client, &awsec2.GetManagedPrefixListEntriesInput{
			PrefixListId: list.PrefixListId, MaxResults: a.most(100)})
		entries := []types.PrefixListEntry{}
		err := each(a.ctx, p, func(o *awsec2.GetManagedPrefixListEntriesOutput) []types.PrefixListEntry { return o.Entries },
			func(e types.PrefixListEntry) error { entries = append(entries, e); return nil })
		if err != nil {
			return unless(err, "InvalidPrefixListID.NotFound", "InvalidPrefixListId.NotFound")
		}
		capture := a.capture
		capture.PrefixListID = aws.ToString(list.PrefixListId)
		return json.NewEncoder(a.out).Encode(map[string]any{schema.CaptureMember: capture, "Entries": entries})
	})
}

func (a *asking) vpcs() (*awsec2.DescribeVpcsPaginator, func(*awsec2.DescribeVpcsOutput) []types.Vpc) {
	p := awsec2.NewDescribeVpcsPaginator(a.client, &awsec2.DescribeVpcsInput{MaxResults: a.most(1000)})
	return p, func(o *awsec2.DescribeVpcsOutput) []types.Vpc { return o.Vpcs }
}

func askVPCs(a *asking) error {
	p, elements := a.vpcs()
	return all(a, "Vpcs", p, elements)
}

// askStale writes a document for each VPC of the account's own; shared ones are their owner's to ask about.
func askStale(a *asking) error {
	vpcs, elements := a.vpcs()
	return each(a.ctx, vpcs, elements, func(vpc types.Vpc) error {
		if owner := aws.ToString(vpc.OwnerId); owner != "" && owner != a.capture.AccountID {
			return nil
		}
		p := awsec2.NewDescribeStaleSecurityGroupsPaginator(a.client, &awsec2.DescribeStaleSecurityGroupsInput{
			VpcId: vpc.VpcId, MaxResults: a.most(255)})
		stale := []types.StaleSecurityGroup{}
		err := each(a.ctx, p, func(o *awsec2.DescribeStaleSecurityGroupsOutput) []types.StaleSecurityGroup {
			return o.StaleSecurityGroupSet
		},
			func(g types.StaleSecurityGroup) error { stale = append(stale, g); return nil })
		if err != nil {
			return unless(err, "InvalidVpcID.NotFound")
		}
		return json.NewEncoder(a.out).Encode(map[string]any{schema.CaptureMember: a.capture, "StaleSecurityGroupSet": stale})
	})
}

func askSubnets(a *asking) error {
	p := awsec2.NewDescribeSubnetsPaginator(a.client, &awsec2.DescribeSubnetsInput{MaxResults: a.most(1000)})
	return all(a, "Subnets", p, func(o *awsec2.DescribeSubnetsOutput) []types.Subnet { return o.Subnets })
}

func askFlowLogs(a *asking) error {
	p := awsec2.NewDescribeFlowLogsPaginator(a.client, &awsec2.DescribeFlowLogsInput{MaxResults: a.most(1000)})
	return all(a, "FlowLogs", p, func(o *awsec2.DescribeFlowLogsOutput) []types.FlowLog { return o.FlowLogs })
}

// unless passes over an error with one of the codes: the resource vanished between two calls.
func unless(err error, codes ...string) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		for _, code := range codes {
			if api.ErrorCode() == code {
				return nil
			}
		}
	}
	return err
}
