package inventory

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

const samples = "../../testdata/config"

// sampleWant is what a real file must read to: observations of each kind, and the reason for what was set aside.
type sampleWant struct {
	Interfaces, Indirect, Groups, Rules, Subnets, Deleted int
	Skipped                                               string
	Reason                                                string // of the first rejected piece
}

func sampleTable() map[string]sampleWant {
	noInterfaces := sampleWant{Reason: "AWS::EC2::Instance item cannot be read: networkInterfaces is missing"}
	noInterfaceID := sampleWant{Reason: "AWS::EC2::Instance item cannot be read: networkInterfaces[0]: networkInterfaceId is missing"}
	noRules := sampleWant{Reason: "AWS::EC2::SecurityGroup item cannot be read: ipPermissions or ipPermissionsEgress is missing"}
	noType := sampleWant{Reason: "configuration item has no resourceType; a SELECT must name resourceType, resourceId, " +
		"accountId, awsRegion, configurationItemCaptureTime, configurationItemStatus and configuration"}
	group := func(rules int) sampleWant { return sampleWant{Groups: 1, Rules: rules} }
	skipped := func(typ string) sampleWant { return sampleWant{Skipped: typ} }
	const (
		rules      = "aws-config-rules/"
		transform  = "awsconfig-transformerd/"
		custodian  = "cloud-custodian/"
		selected   = "/config.SelectResourceConfig_1.json"
		historical = "/config.GetResourceConfigHistory_1.json"
		classic    = "AWS::ElasticLoadBalancing::LoadBalancer"
		balancer   = "AWS::ElasticLoadBalancingV2::LoadBalancer"
	)
	return map[string]sampleWant{
		rules + "EC2_INSTANCE_LICENSE_INCLUDED_DEDICATED_HOST.0.json": noInterfaces,
		rules + "EC2_INSTANCE_LICENSE_INCLUDED_DEDICATED_HOST.1.json": noInterfaces,
		rules + "EC2_INSTANCE_LICENSE_INCLUDED_DEDICATED_HOST.2.json": noInterfaces,
		rules + "EC2_INSTANCE_NO_PUBLIC_IP.0.json":                    noInterfaceID,
		rules + "EC2_INSTANCE_NO_PUBLIC_IP.1.json":                    noInterfaceID,
		rules + "EC2_INSTANCE_NO_PUBLIC_IP.2.json":                    noInterfaceID,
		rules + "EC2_INSTANCE_NO_PUBLIC_IP.3.json":                    noInterfaceID,
		rules + "EC2_INSTANCE_NO_PUBLIC_IP.4.json":                    noInterfaceID,
		rules + "EC2_SECURITY_GROUP_NOT_USED.0.json":                  noRules,
		rules + "EC2_SECURITY_GROUP_NOT_USED.1.json":                  noRules,
		rules + "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS.0.json":         group(6), // one of the seven permissions is empty
		rules + "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS.1.json":         group(6),
		rules + "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS.2.json":         group(6),
		rules + "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS.3.json":         group(2),
		rules + "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS.4.json":         group(2),
		rules + "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS.5.json":         group(2),
		rules + "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS.6.json":         group(2),
		rules + "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS.7.json":         group(3),
		transform + "awsconfigpayload.json":                           {Indirect: 1},
		transform + "ec2.0.json":                                      {Indirect: 1},
		transform + "ec2.1.json":                                      {Indirect: 1}, // stopped; the interface stays
		transform + "ec2.2.json":                                      {Indirect: 1},
		transform + "ec2.3.json":                                      {Indirect: 1},
		transform + "ec2.4.json":                                      {Deleted: 1},
		transform + "ec2.5.json":                                      {Indirect: 1},
		transform + "ec2.6.json":                                      {Deleted: 1},
		transform + "ec2.deleted-malformed.json":                      {Reason: "Message is no whole JSON: not JSON at byte 8589: want an object or a list"},
		transform + "ec2.deleted.json":                                {Deleted: 1},
		transform + "ec2.malformed.json":                              {Deleted: 1}, // its fault lies in the diff
		transform + "elb.create.json":                                 skipped(classic),
		transform + "elb.delete.json":                                 skipped(classic),
		transform + "elb.malformed.json":                              skipped(classic),
		transform + "elb.update.json":                                 skipped(classic),
		transform + "elbv2.create-notags.json":                        skipped(balancer),
		transform + "elbv2.create.json":                               skipped(balancer),
		transform + "elbv2.delete.json":                               skipped(balancer),
		transform + "elbv2.update.json":                               skipped(balancer),
		transform + "elbv2.update.malformed-tags.json":                skipped(balancer),
		transform + "eni.1.create.json":                               {Interfaces: 1},
		transform + "eni.1.delete.json":                               {Deleted: 1},
		transform + "eni.1.update.json":                               {Interfaces: 1, Reason: `AWS::EC2::NetworkInterface eni-eeeeeee8888888: address "10.111.22.333" cannot be read`},
		transform + "eni.2.create.json":                               {Interfaces: 1},
		transform + "eni.2.delete.json":                               {Deleted: 1},
		transform + "eni.2.update.json":                               {Interfaces: 1, Reason: `AWS::EC2::NetworkInterface eni-123123123123: address "10.122.185.327" cannot be read`},
		transform + "eni.3.update.json":                               {Interfaces: 1},
		transform + "subnet.create.json":                              {Subnets: 1},
		transform + "subnet.delete.json":                              {Deleted: 1},
		transform + "subnet.update.json":                              {Subnets: 1},
		custodian + "app-elb-config-event.json":                       skipped(balancer),
		custodian + "event-config-rule-instance.json":                 {Indirect: 1},
		custodian + "event-config-rule-security-group.json":           group(2),
		custodian + "poll-evaluation.json":                            {Reason: "a message of type ScheduledNotification holds no configuration item"},
		custodian + "test_security_group_config_source" + selected:    noType,
		custodian + "test_security_group_ecs_unused" + selected:       noType,
		custodian + "test_security_group_perm_cidr_kv" + selected:     noType,
		custodian + "test_security_group_set_permissions" + selected:  noType,
		custodian + "test_sg_config_diff" + historical:                {Groups: 2, Rules: 6},
		custodian + "test_sg_config_ingres_diff" + historical:         {Groups: 1, Rules: 2},
		custodian + "test_sg_config_patch_pitr" + historical:          {Groups: 2, Rules: 6},
	}
}

// Every real file loads, or is set aside for the right reason; a file that the table does not know fails.
func TestSamples(t *testing.T) {
	table := sampleTable()
	err := filepath.WalkDir(samples, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		name, _ := filepath.Rel(samples, path)
		want, ok := table[filepath.ToSlash(name)]
		if !ok {
			t.Errorf("%s is not in the table", name)
		}
		delete(table, filepath.ToSlash(name))
		if diff := cmp.Diff(want, readSample(t, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range table {
		t.Errorf("%s is in the table but not in %s", name, samples)
	}
}

func readSample(t *testing.T, path string) (got sampleWant) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	contents, err := Decode(f, path, func(it schema.Item) error {
		switch {
		case it.Deleted:
			got.Deleted++
		case it.Indirect:
			got.Indirect++
		case it.Interface != nil:
			got.Interfaces++
		case it.Subnet != nil:
			got.Subnets++
		case it.Group != nil:
			got.Groups++
			got.Rules += len(it.Group.Rules)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var skipped int64
	for typ, n := range contents.Skipped {
		got.Skipped = typ
		skipped += n
	}
	if contents.Records != contents.OK+contents.Malformed+skipped {
		t.Errorf("%s: %d records are not %d read, %d malformed and %d skipped", path, contents.Records, contents.OK, contents.Malformed, skipped)
	}
	if len(contents.Rejected) > 0 {
		got.Reason = contents.Rejected[0].Reason
	}
	return got
}
