package inventory

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/ingest"
	"sgfit/schema"
)

const answerSamples = "../../testdata/describe"

// folder is a source of real files.
type folder struct{}

func (folder) List(context.Context) ([]ingest.Ref, []schema.Rejected, error) { return nil, nil, nil }
func (folder) Open(_ context.Context, ref ingest.Ref) (io.ReadCloser, error) {
	return os.Open(ref.Place)
}

// answerWant is what a real answer must read to, and why its first piece was set aside.
type answerWant struct{ Words, Reason string }

func answerTable() map[string]answerWant {
	output := func(call string) answerWant {
		return answerWant{"", "1: " + notInventory + "it looks like the output of " + call}
	}
	members := func(names string) answerWant {
		return answerWant{"", "1: " + notInventory + "JSON with the members " + names}
	}
	const (
		cli       = "aws-cli-examples/"
		fish      = "batfish/hybrid-cloud-aws/us-west-2/"
		custodian = "cloud-custodian/ec2."
		nameless  = "get-managed-prefix-list-entries: the entries do not say of which prefix list they are; save each list's " +
			"answer in a file that has its id in its name, such as pl-0123456789abcdef0.json"
	)
	return map[string]answerWant{
		cli + "authorize-security-group-egress.0.json":                 {"1 ids", ""},
		cli + "authorize-security-group-egress.1.json":                 {"1 ids", ""},
		cli + "authorize-security-group-ingress.0.json":                {"1 ids", ""},
		cli + "authorize-security-group-ingress.1.json":                {"1 ids", ""},
		cli + "authorize-security-group-ingress.2.json":                {"1 ids", "1: describe-security-group-rules: an element cannot be read: ports -1 to -1 are no range within 0 to 65535"},
		cli + "authorize-security-group-ingress.3.json":                {"1 ids", ""},
		cli + "authorize-security-group-ingress.4.json":                {"1 ids", ""},
		cli + "authorize-security-group-ingress.5.json":                {"1 ids", ""},
		cli + "authorize-security-group-ingress.6.json":                {"1 ids", ""},
		cli + "authorize-security-group-ingress.7.json":                {"1 ids", ""},
		cli + "create-flow-logs.0.json":                                members("ClientToken, FlowLogIds, Unsuccessful"),
		cli + "create-managed-prefix-list.0.json":                      output("a call that changes a prefix list"),
		cli + "create-network-interface-permission.0.json":             output("create-network-interface-permission"),
		cli + "create-network-interface.0.json":                        output("create-network-interface"),
		cli + "create-network-interface.1.json":                        output("create-network-interface"),
		cli + "create-network-interface.2.json":                        output("create-network-interface"),
		cli + "create-network-interface.3.json":                        output("create-network-interface"),
		cli + "create-security-group.0.json":                           members("GroupId"),
		cli + "create-security-group.1.json":                           members("GroupId"),
		cli + "create-transit-gateway-prefix-list-reference.0.json":    members("TransitGatewayPrefixListReference"),
		cli + "describe-addresses.0.json":                              output("describe-addresses"),
		cli + "describe-addresses.1.json":                              output("describe-addresses"),
		cli + "describe-addresses.2.json":                              output("describe-addresses"),
		cli + "describe-addresses.3.json":                              output("describe-addresses"),
		cli + "describe-addresses.4.json":                              output("describe-addresses"),
		cli + "describe-flow-logs.0.json":                              {"2 flow logs", ""},
		cli + "describe-instances.0.json":                              {"1 indirect", "1: describe-instances: eni-1234567890abcdefg: address \"10-0-0-157\" cannot be read"},
		cli + "describe-instances.1.bad.txt":                           {"", "1: cannot be read: not JSON at byte 74: want an object or a list"},
		cli + "describe-instances.2.bad.txt":                           {"", "1: cannot be read: not JSON at byte 86: want an object or a list"},
		cli + "describe-instances.3.json":                              members("AvailabilityZone, GroupName, PartitionNumber, Tenancy"),
		cli + "describe-instances.4.bad.txt":                           {"", "1: cannot be read: not JSON at byte 323: want an object or a list"},
		cli + "describe-managed-prefix-lists.0.json":                   {"2 lists", ""},
		cli + "describe-nat-gateways.0.json":                           output("describe-nat-gateways"),
		cli + "describe-nat-gateways.1.json":                           output("describe-nat-gateways"),
		cli + "describe-network-acls.0.json":                           output("describe-network-acls"),
		cli + "describe-network-interface-attribute.0.json":            output("describe-network-interface-attribute, or of --query"),
		cli + "describe-network-interface-attribute.1.json":            output("describe-network-interface-attribute, or of --query"),
		cli + "describe-network-interface-attribute.2.json":            output("describe-network-interface-attribute, or of --query"),
		cli + "describe-network-interface-attribute.3.json":            output("describe-network-interface-attribute, or of --query"),
		cli + "describe-network-interface-permissions.0.json":          output("describe-network-interface-permissions"),
		cli + "describe-network-interfaces.0.json":                     {"2 interfaces", ""},
		cli + "describe-network-interfaces.1.json":                     {"1 interfaces", ""},
		cli + "describe-prefix-lists.0.json":                           {"1 lists, 1 entries", ""},
		cli + "describe-security-group-references.0.json":              output("describe-security-group-references"),
		cli + "describe-security-group-rules.0.json":                   {"3 ids", ""},
		cli + "describe-security-group-rules.1.json":                   {"1 ids", ""},
		cli + "describe-security-group-vpc-associations.0.json":        output("describe-security-group-vpc-associations"),
		cli + "describe-security-groups.0.bad.txt":                     {"", "1: describe-security-groups: an element cannot be read: invalid character '}' looking for beginning of object key string"},
		cli + "describe-security-groups.1.bad.txt":                     {"", "1: cannot be read: not JSON at byte 65: want an object or a list"},
		cli + "describe-stale-security-groups.0.bad.txt":               {"", "1: cannot be read: unexpected EOF"},
		cli + "describe-subnets.0.bad.txt":                             {"1 subnets", "1: describe-subnets: an element cannot be read: invalid character '\\'' looking for beginning of value"},
		cli + "describe-subnets.1.json":                                {"1 subnets", ""},
		cli + "describe-vpc-endpoints.0.json":                          output("describe-vpc-endpoints"),
		cli + "describe-vpc-peering-connections.0.json":                output("describe-vpc-peering-connections"),
		cli + "describe-vpcs.0.json":                                   {"2 vpcs", ""},
		cli + "describe-vpcs.1.json":                                   {"1 vpcs", ""},
		cli + "get-flow-logs-integration-template.0.json":              members("Result"),
		cli + "get-managed-prefix-list-associations.0.json":            output("get-managed-prefix-list-associations"),
		cli + "get-managed-prefix-list-entries.0.json":                 {"", "1: " + nameless},
		cli + "get-security-groups-for-vpc.0.bad.txt":                  output("get-security-groups-for-vpc, which has no rules"),
		cli + "get-transit-gateway-prefix-list-references.0.json":      members("TransitGatewayPrefixListReferences"),
		cli + "modify-managed-prefix-list.0.json":                      output("a call that changes a prefix list"),
		cli + "modify-security-group-rules.0.json":                     members("Return"),
		cli + "modify-transit-gateway-prefix-list-reference.0.json":    members("TransitGatewayPrefixListReference"),
		cli + "update-security-group-rule-descriptions-egress.0.json":  members("Return"),
		cli + "update-security-group-rule-descriptions-ingress.0.json": members("Return"),
		cli + "update-security-group-rule-descriptions-ingress.1.json": members("Return"),
		fish + "Addresses.json":                                        output("describe-addresses"),
		fish + "AvailabilityZones.json":                                output("describe-availability-zones"),
		fish + "CustomerGateways.json":                                 output("describe-customer-gateways"),
		fish + "DhcpOptions.json":                                      output("describe-dhcp-options"),
		fish + "ElasticsearchDomains.json":                             output("describe-elasticsearch-domains"),
		fish + "InternetGateways.json":                                 output("describe-internet-gateways"),
		fish + "NetworkAcls.json":                                      output("describe-network-acls"),
		fish + "NetworkInterfaces.json":                                {"9 interfaces", ""},
		fish + "PrefixLists.json":                                      {"2 lists, 4 entries", ""},
		fish + "RdsInstances.json":                                     output("rds describe-db-instances"),
		fish + "Reservations.json":                                     {"7 indirect", ""},
		fish + "RouteTables.json":                                      output("describe-route-tables"),
		fish + "SecurityGroups.json":                                   {"11 groups, 43 rules", ""},
		fish + "Subnets.json":                                          {"10 subnets", ""},
		fish + "Tags.json":                                             members("Tags"),
		fish + "Vpcs.json":                                             {"4 vpcs", ""},
		fish + "VpnConnections.json":                                   output("describe-vpn-connections"),
		fish + "VpnGateways.json":                                      output("describe-vpn-gateways"),
		custodian + "DescribeFlowLogs.ndjson":                          {"21 flow logs", ""},
		custodian + "DescribeManagedPrefixLists.ndjson":                {"6 lists", ""},
		custodian + "DescribeNetworkInterfaces.ndjson":                 {"104 interfaces", "4: describe-network-interfaces: an element cannot be read: Groups is missing; save the answer whole, without --query"},
		custodian + "DescribeSecurityGroupReferences.ndjson":           output("describe-security-group-references"),
		custodian + "DescribeSecurityGroups.ndjson":                    {"388 groups, 847 rules", "1: AWS gave an error in place of an answer: InvalidGroup.NotFound"},
		custodian + "DescribeStaleSecurityGroups.ndjson":               {"1 stale", ""},
		custodian + "DescribeSubnets.ndjson":                           {"164 subnets", "4: AWS gave an error in place of an answer: InvalidSubnetID.NotFound"},
		custodian + "DescribeVpcEndpoints.ndjson":                      output("describe-vpc-endpoints"),
		custodian + "DescribeVpcs.ndjson":                              {"76 vpcs", ""},
		custodian + "GetManagedPrefixListEntries.ndjson":               {"", "2: " + nameless},
	}
}

// Every real answer loads, or is set aside for the right reason; a file that the table does not know fails.
func TestAnswerSamples(t *testing.T) {
	table := answerTable()
	err := filepath.WalkDir(answerSamples, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "NOTICE" {
			return err
		}
		name, _ := filepath.Rel(answerSamples, path)
		want, ok := table[filepath.ToSlash(name)]
		if !ok {
			t.Errorf("%s is not in the table", name)
		}
		delete(table, filepath.ToSlash(name))
		o := readAnswer(t, path)
		if diff := cmp.Diff(want, answerWant{answerWords(&o), reasonOf(&o)}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if line := o.Object; line.Records != line.OK+line.Malformed || o.Snapshot != nil {
			t.Errorf("%s: %d records are not %d read and %d malformed; snapshot %v", name, line.Records, line.OK, line.Malformed, o.Snapshot)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range table {
		t.Errorf("%s is in the table but not in %s", name, answerSamples)
	}
}

// readAnswer reads a file that was modified at the beginning of 2026.
func readAnswer(t *testing.T, path string) Object {
	t.Helper()
	o, err := Read(context.Background(), folder{}, ingest.Ref{Place: path, Modified: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func answerWords(o *Object) string {
	counts := map[string]int{}
	for i := range o.Items {
		it := &o.Items[i]
		switch {
		case it.Deleted:
			counts["deleted"]++
		case it.Indirect:
			counts["indirect"]++
		case it.Interface != nil:
			counts["interfaces"]++
		case it.Group != nil:
			counts["groups"]++
			counts["rules"] += len(it.Group.Rules)
		case it.Subnet != nil:
			counts["subnets"]++
		case it.VPC != nil:
			counts["vpcs"]++
		case it.PrefixList != nil:
			counts["lists"]++
			counts["entries"] += len(it.PrefixList.Entries)
		case it.FlowLog != nil:
			counts["flow logs"]++
		case it.Rule != nil && it.Rule.RuleID == "":
			counts["stale"]++
		case it.Rule != nil:
			counts["ids"]++
		}
	}
	var words []string
	for _, w := range []string{"groups", "rules", "ids", "stale", "interfaces", "indirect", "deleted", "subnets", "vpcs", "lists", "entries", "flow logs"} {
		if counts[w] > 0 {
			words = append(words, fmt.Sprint(counts[w], " ", w))
		}
	}
	return strings.Join(words, ", ")
}

// reasonOf is why the first piece was set aside, and how many were.
func reasonOf(o *Object) string {
	if len(o.Rejected) == 0 {
		return ""
	}
	return fmt.Sprint(len(o.Rejected), ": ", o.Rejected[0].Reason)
}

// TestAnswerRulesTwin reads the rules of every real group a second time, with nothing but maps.
func TestAnswerRulesTwin(t *testing.T) {
	rules := 0
	for _, name := range []string{"batfish/hybrid-cloud-aws/us-west-2/SecurityGroups.json", "cloud-custodian/ec2.DescribeSecurityGroups.ndjson"} {
		path := filepath.Join(answerSamples, filepath.FromSlash(name))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for dec := json.NewDecoder(bytes.NewReader(text)); dec.More(); {
			var doc map[string]any
			if err := dec.Decode(&doc); err != nil {
				t.Fatal(err)
			}
			if data, ok := doc["data"].(map[string]any); ok {
				doc = data
			}
			groups, _ := doc["SecurityGroups"].([]any)
			for _, g := range groups {
				want = append(want, plainGroup(g.(map[string]any)))
			}
		}
		var got []string
		o := readAnswer(t, path)
		for i := range o.Items {
			got = append(got, readGroupText(o.Items[i].Group))
			rules += len(o.Items[i].Group.Rules)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if rules != 890 {
		t.Errorf("%d rules were compared", rules)
	}
}

// plainGroup writes id, name, VPC and the sorted set of rules of a group.
func plainGroup(g map[string]any) string {
	set := map[string]bool{}
	for list, dir := range map[string]string{"IpPermissions": "ingress", "IpPermissionsEgress": "egress"} {
		for _, p := range g[list].([]any) {
			p := p.(map[string]any)
			head := fmt.Sprint(dir, " ", p["IpProtocol"], " ", p["FromPort"], "-", p["ToPort"], " ")
			for from, member := range map[string]string{"IpRanges": "CidrIp", "Ipv6Ranges": "CidrIpv6", "PrefixListIds": "PrefixListId", "UserIdGroupPairs": "GroupId"} {
				peers, _ := p[from].([]any)
				for _, peer := range peers {
					name := fmt.Sprint(peer.(map[string]any)[member])
					if cidr, err := netip.ParsePrefix(name); err == nil {
						name = cidr.Masked().String() // one recording is older than EC2's clearing of host bits
					}
					set[head+name] = true
				}
			}
		}
	}
	return fmt.Sprint(g["GroupId"], g["GroupName"], g["VpcId"], slices.Sorted(maps.Keys(set)))
}

func readGroupText(g *schema.Group) string {
	set := map[string]bool{}
	for _, r := range g.Rules {
		protocol, ports := fmt.Sprint(r.Protocol), fmt.Sprint(r.FromPort, "-", r.ToPort)
		if r.Protocol == schema.AllProtocols {
			protocol, ports = "-1", "<nil>-<nil>"
		}
		set[fmt.Sprint(r.Direction, " ", protocol, " ", ports, " ", r.Peer.Value)] = true
	}
	vpc := any(g.VPCID)
	if g.VPCID == "" {
		vpc = nil // EC2-Classic
	}
	return fmt.Sprint(g.GroupID, g.Name, vpc, slices.Sorted(maps.Keys(set)))
}
