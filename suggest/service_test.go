package suggest

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/analyze"
	"sgfit/schema"
)

func TestManagedWeight(t *testing.T) {
	for name, want := range map[string]int{
		"com.amazonaws.eu-west-1.s3": 1, "com.amazonaws.global.cloudfront.origin-facing": 55, "com.amazonaws.global.ipv6.cloudfront.origin-facing": 55,
		"com.amazonaws.eu-west-1.s3express": 6, "com.amazonaws.eu-west-1.ipv6.ec2-instance-connect": 2,
	} {
		if got := managedWeight(&schema.PrefixList{AccountID: "AWS", Name: name}); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	if got := managedWeight(&schema.PrefixList{AccountID: "111122223333", Name: "my.s3express", MaxEntries: 20}); got != 20 {
		t.Errorf("a customer's list: got %d, want its largest size", got)
	}
}

// TestListNames holds the names to AWS's table of lists.
func TestListNames(t *testing.T) {
	for i, want := range [][2]string{{"com.amazonaws.eu-west-1.s3", "com.amazonaws.eu-west-1.s3"}, {"com.amazonaws.eu-west-1.dynamodb", "com.amazonaws.eu-west-1.dynamodb"},
		{"com.amazonaws.global.cloudfront.origin-facing", "com.amazonaws.global.ipv6.cloudfront.origin-facing"}} {
		for k, is6 := range []bool{false, true} {
			if got := awsServices[i].listName("eu-west-1", is6); got != want[k] {
				t.Errorf("got %s, want %s", got, want[k])
			}
		}
	}
}

// TestPeersHaveNames: the owner's interface, groups and subnet, else the subnet that holds the address, or the AWS service.
func TestPeersHaveNames(t *testing.T) {
	list := schema.PrefixList{PrefixListID: "pl-s3", AccountID: "AWS", Region: "eu-west-1", Name: "com.amazonaws.eu-west-1.s3", Entries: []netip.Prefix{netip.MustParsePrefix("52.218.0.0/17")}}
	subnet := func(id, name, cidr string) schema.Subnet {
		return schema.Subnet{SubnetID: id, VPCID: "vpc-a", Name: name, CIDRs: []netip.Prefix{netip.MustParsePrefix(cidr)}}
	}
	ev := &analyze.Evidence{Inventory: analyze.Inventory{PrefixLists: []schema.PrefixList{list}, Subnets: []schema.Subnet{subnet("subnet-a", "app", "10.0.1.0/24"), subnet("subnet-b", "", "10.0.2.0/24")}}}
	m := newMaker(ev, nil, Options{ServiceRanges: []ServiceRange{{netip.MustParsePrefix("3.5.0.0/16"), "S3", "eu-west-1"}}})
	s := &subject{Rule: &analyze.Rule{}, group: &analyze.Group{VPCID: "vpc-a", Region: "eu-west-1"}}
	s.Direction = schema.Egress
	for _, tt := range []struct {
		addr  string
		owner analyze.Owner
		want  PeerUse
	}{
		{"10.0.1.7", analyze.Owner{InterfaceID: "eni-a", SubnetID: "subnet-a", Groups: []string{"sg-a", "sg-b"}},
			PeerUse{Interface: "eni-a", Groups: []string{"sg-a", "sg-b"}, Subnet: "subnet-a", SubnetName: "app"}},
		{"10.0.2.7", analyze.Owner{}, PeerUse{Subnet: "subnet-b"}},
		{"52.218.9.9", analyze.Owner{}, PeerUse{Service: "Amazon S3"}},
		{"3.5.1.1", analyze.Owner{}, PeerUse{Service: "Amazon S3"}},
		{"8.8.8.8", analyze.Owner{}, PeerUse{}},
	} {
		tt.want.Address, tt.want.Conversations, tt.want.Days = tt.addr, 9, 4
		got := m.peerUse(s, analyze.PeerUse{Peer: netip.MustParseAddr(tt.addr), Owner: tt.owner, Conversations: 9, Days: 4})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.addr, diff)
		}
	}
}

// Where flow logs lack pkt-srcaddr, their service stands beside the address of a NAT gateway or load balancer, and is not its own.
func TestNoPrivateAddressIsAService(t *testing.T) {
	private, public := netip.MustParseAddr("10.0.1.7"), netip.MustParseAddr("52.218.9.9")
	own := netip.MustParseAddr("2a05:d018::7")
	ev := &analyze.Evidence{Inventory: analyze.Inventory{Services: map[netip.Addr][]string{private: {"S3"}, public: {"S3"}, own: {"S3"}},
		VPCs: []schema.VPC{{VPCID: "vpc-a", CIDRs: []netip.Prefix{netip.MustParsePrefix("2a05:d018::/56")}}}}}
	m := newMaker(ev, nil, Options{})
	s := &subject{Rule: &analyze.Rule{}, group: &analyze.Group{VPCID: "vpc-a", Region: "eu-west-1"}}
	s.Direction = schema.Egress
	for addr, want := range map[netip.Addr]string{private: "", own: "", public: "Amazon S3"} {
		if got := m.peerUse(s, analyze.PeerUse{Peer: addr}); got.Service != want {
			t.Errorf("%s is told to be %q, want %q", addr, got.Service, want)
		}
	}
	if m.loggedAsOne([]*analyze.Use{{Peer: private}}) {
		t.Error("a private address is taken for a service's")
	}
}
