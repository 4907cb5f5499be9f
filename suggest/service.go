package suggest

import (
	"net/netip"
	"slices"
	"strings"

	"sgfit/analyze"
	"sgfit/schema"
)

// ServiceRange is one prefix that AWS publishes for a service, in a Region or in "GLOBAL".
type ServiceRange struct {
	Prefix  netip.Prefix
	Service string
	Region  string
}

// awsService is a service of which AWS manages a prefix list (https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html).
type awsService struct {
	name      string
	code      string // in ip-ranges.json
	logged    string // in the service fields of flow logs
	list      string // the list's name after com.amazonaws.REGION. or com.amazonaws.
	global    bool
	direction schema.Direction
	gateway   bool // reached through a gateway endpoint (https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html)
}

var awsServices = []awsService{
	{"Amazon S3", "S3", "S3", "s3", false, schema.Egress, true},
	{"Amazon DynamoDB", "DYNAMODB", "DYNAMODB", "dynamodb", false, schema.Egress, true},
	{"CloudFront's origin-facing servers", "CLOUDFRONT_ORIGIN_FACING", "CLOUDFRONT", "global.cloudfront.origin-facing", true, schema.Ingress, false},
}

// managedWeights are what AWS's own lists count against the quota, by the end of their name; others count as 1.
var managedWeights = map[string]int{"cloudfront.origin-facing": 55, "groundstation": 5, "s3express": 6, "ec2-instance-connect": 2,
	"route53-healthchecks": 25, "vpc-lattice": 10}

// managedWeight is what a list counts against the quota.
func managedWeight(l *schema.PrefixList) int {
	if l.AccountID != "AWS" {
		return l.MaxEntries
	}
	for end, weight := range managedWeights {
		if strings.HasSuffix(l.Name, "."+end) {
			return weight
		}
	}
	return 1
}

// listName is what AWS calls the service's list in a Region.
func (s *awsService) listName(region string, is6 bool) string {
	switch {
	case s.global && is6:
		return "com.amazonaws." + strings.Replace(s.list, "global.", "global.ipv6.", 1)
	case s.global:
		return "com.amazonaws." + s.list
	}
	return "com.amazonaws." + region + "." + s.list
}

// RuleService says that peers of a rule for CIDRs are an AWS service's, whose list AWS manages.
type RuleService struct {
	Service         string `json:"service"`          // "Amazon S3"
	PrefixList      string `json:"prefix_list"`      // com.amazonaws.eu-west-1.s3
	PrefixListID    string `json:"prefix_list_id"`   // "" where the inventory does not know it
	Weight          int    `json:"weight"`           // what the list counts against the quota of rules
	Peers           int    `json:"peers"`            // that are the service's
	OfPeers         int    `json:"of_peers"`         // that used the rule
	GatewayEndpoint bool   `json:"gateway_endpoint"` // traffic to it can go through a gateway endpoint
	// ToldBy is what says whose the peers are; of several the one that says least.
	ToldBy ToldBy `json:"told_by,omitempty"`
}

// ToldBy is what says that an address is an AWS service's.
type ToldBy string

// What can say it, surest first.
const (
	ToldByList     ToldBy = "prefix-list" // AWS's own list, in the inventory
	ToldByRanges   ToldBy = "ip-ranges"   // the addresses that AWS publishes
	ToldByFlowLogs ToldBy = "flow-logs"   // the service fields of flow logs, which do not tell the Region
)

// services finds the AWS services that a rule's peers are of, by AWS's lists in the inventory and by its published ranges.
func (m *maker) services(s *subject, uses []*analyze.Use) (out []RuleService) {
	limit, isCIDR := s.Peer.Prefix()
	if !isCIDR || len(uses) > mostAlternative || m.estate.isPrivate(limit.Addr()) && limit.Bits() > 0 {
		return nil
	}
	peers := peersOf(uses)
	if len(peers) == 0 {
		return nil
	}
	for i := range awsServices {
		a := &awsServices[i]
		if a.direction != s.Direction {
			continue
		}
		name := a.listName(s.group.Region, limit.Addr().Is6())
		list := m.managedList(name, s.group.Region)
		told := map[ToldBy]int{}
		for _, p := range peers {
			told[m.toldBy(a, s.group.Region, list, p)]++
		}
		if n := len(peers) - told[""]; n > 0 {
			one := RuleService{Service: a.name, PrefixList: name, Weight: managedWeight(&schema.PrefixList{AccountID: "AWS", Name: name}),
				Peers: n, OfPeers: len(peers), GatewayEndpoint: a.gateway, ToldBy: ToldByList}
			for _, by := range []ToldBy{ToldByRanges, ToldByFlowLogs} {
				if told[by] > 0 {
					one.ToldBy = by
				}
			}
			if list != nil {
				one.PrefixListID = list.PrefixListID
			}
			out = append(out, one)
		}
	}
	return out
}

// toldBy is what says that an address is the service's in a Region; "" for nothing. Flow logs are asked where neither the list
// nor its published addresses are known, since the address may be the service's in another Region.
func (m *maker) toldBy(a *awsService, region string, list *schema.PrefixList, addr netip.Addr) ToldBy {
	switch {
	case list != nil && holds(list.Entries, addr):
		return ToldByList
	case m.isPublished(a, region, addr):
		return ToldByRanges
	case list == nil && m.opt.ServiceRanges == nil && m.isLogged(a, addr):
		return ToldByFlowLogs
	}
	return ""
}

// serviceOf names the AWS service that a peer of a rule is of, "" for none.
func (m *maker) serviceOf(s *subject, peer netip.Addr) string {
	for i := range awsServices {
		a, region := &awsServices[i], s.group.Region
		if a.direction == s.Direction && m.toldBy(a, region, m.managedList(a.listName(region, peer.Is6()), region), peer) != "" {
			return a.name
		}
	}
	return ""
}

// isLogged says whether flow logs have the address as the service's. Of a private one they mean the packet's, which was another's.
func (m *maker) isLogged(a *awsService, addr netip.Addr) bool {
	return !m.estate.isPrivate(addr) && slices.ContainsFunc(m.estate.inv.Services[addr], func(s string) bool { return s == a.logged || s == a.code })
}

// loggedAsOne says whether flow logs have all peers as one service's, of which AWS manages a list.
func (m *maker) loggedAsOne(uses []*analyze.Use) bool {
	for i := range awsServices {
		if len(uses) > 0 && !slices.ContainsFunc(uses, func(u *analyze.Use) bool { return !m.isLogged(&awsServices[i], u.Peer) }) {
			return true
		}
	}
	return false
}

// managedList is AWS's list of that name, where the inventory knows it.
func (m *maker) managedList(name, region string) *schema.PrefixList {
	lists := m.estate.inv.PrefixLists
	i := slices.IndexFunc(lists, func(l schema.PrefixList) bool { return l.AccountID == "AWS" && l.Name == name && l.Region == region })
	if i < 0 {
		return nil
	}
	return &lists[i]
}

// publishedAs puts published ranges in order of service and Region.
func publishedAs(ranges []ServiceRange) map[string][]netip.Prefix {
	out := map[string][]netip.Prefix{}
	for _, r := range ranges {
		out[r.Service+" "+r.Region] = append(out[r.Service+" "+r.Region], r.Prefix)
	}
	return out
}

// isPublished says whether AWS publishes the address as the service's.
func (m *maker) isPublished(a *awsService, region string, addr netip.Addr) bool {
	if a.global {
		region = "GLOBAL"
	}
	return holds(m.published[a.code+" "+region], addr)
}

// byService names the list of the service that all peers are of, where the inventory knows the list and holds all of them;
// it must lie in the rule.
func (f *fitting) byService(uses []*analyze.Use) ([]ReplacementRule, bool) {
	limit, isCIDR := f.s.Peer.Prefix()
	if !isCIDR || len(uses) == 0 || len(f.accept) > 0 {
		return nil, false
	}
	for i := range awsServices {
		a := &awsServices[i]
		list := f.m.managedList(a.listName(f.s.group.Region, limit.Addr().Is6()), f.s.group.Region)
		if list == nil || a.direction != f.s.Direction || managedWeight(list) > f.budget ||
			slices.ContainsFunc(list.Entries, func(p netip.Prefix) bool { return !inside(p, limit) }) ||
			slices.ContainsFunc(uses, func(u *analyze.Use) bool { return !holds(list.Entries, u.Peer) }) {
			continue
		}
		rules := f.withPeer(servicesOf(uses), schema.Peer{Kind: schema.PeerPrefixList, Value: list.PrefixListID})
		return rules, f.m.isPoint(f.s, rules, f.budget)
	}
	return nil, false
}

func holds(prefixes []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}

// peersOf are the distinct peers of real uses.
func peersOf(uses []*analyze.Use) (peers []netip.Addr) {
	for _, u := range uses {
		if u.Conversations > 0 {
			peers = append(peers, u.Peer)
		}
	}
	slices.SortFunc(peers, netip.Addr.Compare)
	return slices.Compact(peers)
}
