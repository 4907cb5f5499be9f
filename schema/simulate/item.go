package simulate

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"sgfit/schema"
)

// networkStates are the VPC, its subnets and the prefix lists.
func (a *Account) networkStates() []state {
	states := []state{{
		kind: schema.VPCItem, id: a.vpc, at: a.window.from - 900*day, zone: "Multiple Availability Zones", tags: map[string]string{"Name": "main"},
		configuration: object{
			"vpcId": a.vpc, "cidrBlock": vpcCIDR, "isDefault": false, "ownerId": a.id, "state": "available", "dhcpOptionsId": a.newID("dopt", "main"),
			"instanceTenancy":             "default",
			"cidrBlockAssociationSet":     []object{{"associationId": a.newID("vpc-cidr-assoc", "4"), "cidrBlock": vpcCIDR, "cidrBlockState": object{"state": "associated"}}},
			"ipv6CidrBlockAssociationSet": []object{{"associationId": a.newID("vpc-cidr-assoc", "6"), "ipv6CidrBlock": vpcCIDR6, "ipv6CidrBlockState": object{"state": "associated"}}},
		},
	}}
	for _, s := range a.subnets {
		states = append(states, a.subnetState(s))
	}
	for _, l := range a.lists {
		states = append(states, a.listStates(l)...)
	}
	return states
}

func (a *Account) subnetState(s *subnet) state {
	return state{
		kind: schema.SubnetItem, id: s.id, zone: s.zone, at: s.created, tags: map[string]string{"Name": s.name}, related: a.inVPC(),
		configuration: object{
			"subnetId": s.id, "vpcId": a.vpc, "cidrBlock": s.cidr.String(), "availabilityZone": s.zone, "ownerId": a.id, "state": "available",
			"mapPublicIpOnLaunch": false, "defaultForAz": false, "tags": tagList(map[string]string{"Name": s.name}),
			"ipv6CidrBlockAssociationSet": []object{{"associationId": a.newID("subnet-cidr-assoc", s.name), "ipv6CidrBlock": s.cidr6.String(),
				"ipv6CidrBlockState": object{"state": "associated"}}},
		},
	}
}

// listStates are a prefix list's versions. Its type comes from the CloudFormation registry, so keys are UpperCamel.
func (a *Account) listStates(l *prefixList) []state {
	var states []state
	for i, t := range changeTimes(listLives(l), a.recorder()) {
		var entries []object
		for _, e := range l.entries {
			if e.life.holds(t) {
				entries = append(entries, object{"Cidr": e.prefix.String(), "Description": e.about})
			}
		}
		states = append(states, state{kind: schema.PrefixListItem, id: l.id, name: l.name, at: t, configuration: object{
			"PrefixListId": l.id, "PrefixListName": l.name, "AddressFamily": "IPv4", "MaxEntries": 10, "Version": i + 1, "OwnerId": a.id,
			"Arn": a.arn(schema.PrefixListItem, l.id), "Entries": entries, "Tags": []object{},
		}})
	}
	return states
}

func listLives(l *prefixList) []span {
	var lives []span
	for _, e := range l.entries {
		lives = append(lives, e.life)
	}
	return lives
}

// changeTimes returns the first instant of each state that these lives make, from a time on.
func changeTimes(lives []span, from int64) []int64 {
	times := []int64{from}
	for _, life := range lives {
		for _, t := range []int64{life.from, life.to} {
			if t > from && t < always {
				times = append(times, t)
			}
		}
	}
	slices.Sort(times)
	return slices.Compact(times)
}

// groupStates are a group's states, one for each change of its rules.
func (a *Account) groupStates(g *group) []state {
	var lives []span
	for _, r := range g.rules {
		lives = append(lives, r.life)
	}
	var states []state
	for _, t := range changeTimes(lives, a.recorder()) {
		states = append(states, state{
			kind: schema.GroupItem, id: g.id, name: g.name, zone: "Not Applicable", at: t, tags: g.tags, related: a.inVPC(),
			configuration: object{
				"description": g.description, "groupName": g.name, "groupId": g.id, "ownerId": a.id, "vpcId": a.vpc, "tags": tagList(g.tags),
				"ipPermissions": a.permissions(g, schema.Ingress, t), "ipPermissionsEgress": a.permissions(g, schema.Egress, t),
			},
		})
	}
	return states
}

// permissions gathers rules of one protocol and port range, as the EC2 API shows them. ipRanges repeats ipv4Ranges.
func (a *Account) permissions(g *group, direction schema.Direction, t int64) []object {
	type service struct {
		protocol schema.Protocol
		from, to int32
	}
	found := []object{}
	index := map[service]object{}
	for _, r := range g.rules {
		if r.Direction != direction || !r.life.holds(t) {
			continue
		}
		key := service{r.Protocol, r.FromPort, r.ToPort}
		p := index[key]
		if p == nil {
			p = newPermission(r.Rule)
			index[key] = p
			found = append(found, p)
		}
		a.addPeer(p, r)
	}
	return found
}

func newPermission(r schema.Rule) object {
	p := object{"ipProtocol": r.Protocol.String(), "ipv4Ranges": []object{}, "ipRanges": []string{}, "ipv6Ranges": []object{},
		"prefixListIds": []object{}, "userIdGroupPairs": []object{}}
	if r.Protocol == schema.AllProtocols {
		p["ipProtocol"] = "-1"
		return p
	}
	p["fromPort"], p["toPort"] = r.FromPort, r.ToPort
	return p
}

// addPeer adds one source or destination to a permission.
func (a *Account) addPeer(p object, r *rule) {
	add := func(list string, o object) {
		if r.Description != "" {
			o["description"] = r.Description
		}
		p[list] = append(p[list].([]object), o)
	}
	switch r.Peer.Kind {
	case schema.PeerIPv4:
		add("ipv4Ranges", object{"cidrIp": r.Peer.Value})
		p["ipRanges"] = append(p["ipRanges"].([]string), r.Peer.Value)
	case schema.PeerIPv6:
		add("ipv6Ranges", object{"cidrIpv6": r.Peer.Value})
	case schema.PeerPrefixList:
		add("prefixListIds", object{"prefixListId": r.Peer.Value})
	case schema.PeerGroup:
		pair := object{"groupId": r.Peer.Value, "userId": r.PeerOwner, "groupName": nil, "vpcId": nil,
			"vpcPeeringConnectionId": nil, "peeringStatus": nil}
		if r.PeerOwner != a.id {
			pair["vpcPeeringConnectionId"], pair["peeringStatus"], pair["vpcId"] = a.newID("pcx", "gone"), "deleted", a.newID("vpc", "gone")
		}
		add("userIdGroupPairs", pair)
	}
}

// hostStates are an interface's states, and its end.
func (a *Account) hostStates(h *host) []state {
	var states []state
	for i, w := range h.wears {
		states = append(states, state{
			kind: schema.InterfaceItem, id: h.id, zone: h.subnet.zone, at: w.from, discovered: i == 0 && w.from > a.recorder(),
			tags: h.tags, configuration: a.interfaceBody(h, w), related: append(a.inVPC(), related(w)...),
		})
	}
	if h.life.to < always {
		states = append(states, state{kind: schema.InterfaceItem, id: h.id, at: h.life.to})
	}
	return states
}

func related(w wearing) []object {
	var links []object
	for _, g := range w.groups {
		links = append(links, object{"resourceId": g.id, "resourceName": nil, "resourceType": schema.GroupItem, "name": "Is associated with SecurityGroup"})
	}
	return links
}

func (a *Account) inVPC() []object {
	return []object{{"resourceId": a.vpc, "resourceName": nil, "resourceType": schema.VPCItem, "name": "Is contained in Vpc"}}
}

// interfaceBody is the configuration of an interface while it wears w.
func (a *Account) interfaceBody(h *host, w wearing) object {
	groups := []object{}
	for _, g := range w.groups {
		groups = append(groups, object{"groupId": g.id, "groupName": g.name})
	}
	addresses6 := []object{}
	if h.addr6.IsValid() {
		addresses6 = append(addresses6, object{"ipv6Address": h.addr6.String()})
	}
	association := publicAssociation(h.public, a.newID("eipalloc", h.name))
	var addresses []object
	for i, addr := range h.addrs {
		o := object{"privateIpAddress": addr.String(), "primary": i == 0, "privateDnsName": nil, "association": nil}
		if i == 0 {
			o["association"] = association
		}
		addresses = append(addresses, o)
	}
	return object{
		"networkInterfaceId": h.id, "ownerId": a.id, "vpcId": a.vpc, "subnetId": h.subnet.id, "availabilityZone": h.subnet.zone,
		"interfaceType": h.kind, "description": h.description, "status": "in-use", "requesterId": nullable(h.requester),
		"requesterManaged": h.instance == "", "sourceDestCheck": !h.forwards, "macAddress": macAddress(h.addrs[0]), "groups": groups,
		"privateIpAddress": h.addrs[0].String(), "privateDnsName": nil, "privateIpAddresses": addresses, "ipv6Addresses": addresses6,
		"ipv4Prefixes": []object{}, "ipv6Prefixes": []object{}, "association": association, "attachment": a.attachment(h),
		"outpostArn": nil, "tagSet": tagList(h.tags),
	}
}

func (a *Account) attachment(h *host) object {
	owner := a.id
	switch {
	case h.instance != "":
	case h.requester == "amazon-elb":
		owner = "amazon-elb"
	default:
		owner = "amazon-aws"
	}
	return object{"attachmentId": a.newID("eni-attach", h.name), "attachTime": isoMillis(h.life.from * 1000), "deleteOnTermination": true,
		"deviceIndex": 0, "networkCardIndex": 0, "instanceId": nullable(h.instance), "instanceOwnerId": owner, "status": "attached"}
}

// publicAssociation is null without a public address.
func publicAssociation(public netip.Addr, allocation string) any {
	if !public.IsValid() {
		return nil
	}
	return object{"publicIp": public.String(), "publicDnsName": "", "ipOwnerId": "amazon", "allocationId": allocation,
		"associationId": nil, "carrierIp": nil, "customerOwnedIp": nil}
}

func macAddress(addr netip.Addr) string {
	b := addr.As4()
	return fmt.Sprintf("02:00:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3])
}

// tagList spells tags as the EC2 API does.
func tagList(tags map[string]string) []object {
	list := []object{}
	for _, k := range slices.SortedFunc(maps.Keys(tags), cmp.Compare) {
		list = append(list, object{"key": k, "value": tags[k]})
	}
	return list
}
