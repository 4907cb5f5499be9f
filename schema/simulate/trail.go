package simulate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
)

// trailEvent is one call as CloudTrail records it; its request and answer are what tells what it did.
type trailEvent struct {
	at      int64 // seconds
	name    string
	author  string
	request object
	answer  any
	failed  string // errorCode
	source  string // "": EC2
}

// writeTrail writes what CloudTrail delivers, below cloudtrail/: every change inside the window among calls that changed
// nothing, a file for each hour, in no order, some events twice
// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html).
func (a *Account) writeTrail(put Put) error {
	files := map[int64][][]byte{}
	for i, e := range a.trailEvents() {
		body, err := marshal(a.spell(i, e))
		if err != nil {
			return fmt.Errorf("encode %s: %w", e.name, err)
		}
		from := e.at - e.at%hour
		files[from] = append(files[from], body)
		if i%7 == 3 {
			files[from+hour] = append(files[from+hour], body)
		}
	}
	for _, from := range slices.Sorted(maps.Keys(files)) {
		bodies := files[from]
		slices.SortFunc(bodies, func(x, y []byte) int { return cmp.Compare(len(x), len(y)) }) // any order but that of time
		at := time.Unix(from, 0).Add(65 * time.Minute).UTC()
		packed, err := pack([]byte(`{"Records":[` + joinBodies(bodies) + `]}`))
		if err != nil {
			return fmt.Errorf("pack CloudTrail's file of %v: %w", at, err)
		}
		name := fmt.Sprintf("%s_CloudTrail_%s_%s_%016x.json.gz", a.id, a.region, at.Format("20060102T1504Z"), mix(a.opts.Seed, uint64(from)))
		if err := put(fmt.Sprintf("cloudtrail/AWSLogs/%s/CloudTrail/%s/%s/%s", a.id, a.region, at.Format("2006/01/02"), name), packed); err != nil {
			return err
		}
	}
	return nil
}

func joinBodies(bodies [][]byte) string {
	var b strings.Builder
	for i, body := range bodies {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(body)
	}
	return b.String()
}

// spell is an event of version 1.08.
func (a *Account) spell(i int, e trailEvent) object {
	o := object{
		"eventVersion": "1.08", "userIdentity": object{"type": "IAMUser", "arn": e.author, "accountId": a.id, "principalId": "AIDAEXAMPLE"},
		"eventTime": time.Unix(e.at, 0).UTC().Format(time.RFC3339), "eventSource": cmp.Or(e.source, "ec2.amazonaws.com"), "eventName": e.name,
		"awsRegion": a.region, "sourceIPAddress": "192.0.2.10", "userAgent": "aws-cli/2.17", "requestParameters": e.request,
		"responseElements": e.answer, "requestID": uuid(mix(uint64(i), 1), a.opts.Seed), "eventID": uuid(mix(uint64(i), 2), mix(a.opts.Seed, uint64(e.at))),
		"readOnly": strings.HasPrefix(e.name, "Describe"), "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": a.id,
		"eventCategory": "Management",
	}
	if e.failed != "" {
		o["errorCode"], o["errorMessage"], o["responseElements"] = e.failed, "made to fail", nil
	}
	return o
}

func (a *Account) user(name string) string { return "arn:aws:iam::" + a.id + ":user/" + name }

// trailEvents are the changes inside the window, each with a call that failed and one that only looked beside it.
func (a *Account) trailEvents() []trailEvent {
	var changes []trailEvent
	for _, g := range a.groups {
		changes = append(changes, a.groupEvents(g)...)
	}
	for _, h := range a.hosts {
		if h.known {
			changes = append(changes, a.hostEvents(h)...)
		}
	}
	for _, l := range a.lists {
		changes = append(changes, a.listEvents(l)...)
	}
	changes = slices.DeleteFunc(changes, func(e trailEvent) bool { return !a.window.holds(e.at) })
	slices.SortStableFunc(changes, func(x, y trailEvent) int { return cmp.Compare(x.at, y.at) })
	var all []trailEvent
	for _, e := range changes {
		failed, look, elsewhere := e, e, e
		failed.at, failed.failed = e.at-1, "Client.DryRunOperation"
		look.name, look.request, look.answer = "DescribeSecurityGroups", object{"securityGroupSet": object{}}, nil
		elsewhere.source, elsewhere.name, elsewhere.request, elsewhere.answer = "s3.amazonaws.com", "ListBuckets", nil, nil
		all = append(all, failed, e, look, elsewhere)
	}
	return all
}

// groupEvents are calls for each rule that came or went. The newer of two spellings answers with the rules' ids.
func (a *Account) groupEvents(g *group) []trailEvent {
	var events []trailEvent
	for _, r := range g.rules {
		side := map[schema.Direction]string{schema.Ingress: "Ingress", schema.Egress: "Egress"}[r.Direction]
		events = append(events, trailEvent{at: r.life.from, name: "AuthorizeSecurityGroup" + side, author: a.user("alice"),
			request: object{"groupId": g.id, "ipPermissions": items(a.trailPermission(r))},
			answer:  object{"_return": true, "securityGroupRuleSet": items(a.ruleAnswer(g, r))}})
		if r.life.to == always {
			continue
		}
		request := object{"groupId": g.id, "ipPermissions": items(a.trailPermission(r))}
		if r.Peer.Kind == schema.PeerIPv4 && r.Protocol.HasPorts() {
			request = object{"groupId": g.id, "ipPermissions": object{}, "ipProtocol": r.Protocol.String(), "fromPort": r.FromPort,
				"toPort": r.ToPort, "cidrIp": r.Peer.Value}
		}
		events = append(events, trailEvent{at: r.life.to, name: "RevokeSecurityGroup" + side, author: a.user("bob"), request: request,
			answer: object{"_return": true}})
	}
	return events
}

// items is a list as CloudTrail writes it; an empty one is {}.
func items(list ...object) object {
	if len(list) == 0 {
		return object{}
	}
	return object{"items": list}
}

// trailPermission is a request's permission: Config's in other words.
func (a *Account) trailPermission(r *rule) object {
	p := newPermission(r.Rule)
	a.addPeer(p, r)
	out := object{"ipProtocol": p["ipProtocol"], "ipRanges": items(p["ipv4Ranges"].([]object)...), "ipv6Ranges": items(p["ipv6Ranges"].([]object)...),
		"prefixListIds": items(p["prefixListIds"].([]object)...), "groups": items(p["userIdGroupPairs"].([]object)...)}
	if r.Protocol != schema.AllProtocols {
		out["fromPort"], out["toPort"] = r.FromPort, r.ToPort
	}
	return out
}

func (a *Account) ruleAnswer(g *group, r *rule) object {
	o := object{"groupOwnerId": a.id, "groupId": g.id, "securityGroupRuleId": a.newID("sgr", g.name+fmt.Sprint(r.Rule.Key())),
		"isEgress": r.Direction == schema.Egress, "ipProtocol": r.Protocol.String(), "fromPort": r.FromPort, "toPort": r.ToPort}
	if r.Protocol == schema.AllProtocols {
		o["ipProtocol"] = "-1"
	}
	if r.Description != "" {
		o["description"] = r.Description
	}
	switch r.Peer.Kind {
	case schema.PeerIPv4:
		o["cidrIpv4"] = r.Peer.Value
	case schema.PeerIPv6:
		o["cidrIpv6"] = r.Peer.Value
	case schema.PeerPrefixList:
		o["prefixListId"] = r.Peer.Value
	case schema.PeerGroup:
		o["referencedGroupInfo"] = object{"groupId": r.Peer.Value, "userId": r.PeerOwner}
	}
	return o
}

// hostEvents are the birth, the changed groups and the end of an interface.
func (a *Account) hostEvents(h *host) []trailEvent {
	events := []trailEvent{a.birthEvent(h)}
	for _, w := range h.wears[1:] {
		var groups []object
		for _, g := range w.groups {
			groups = append(groups, object{"groupId": g.id})
		}
		events = append(events, trailEvent{at: w.from, name: "ModifyNetworkInterfaceAttribute", author: a.user("carol"),
			request: object{"networkInterfaceId": h.id, "groupSet": items(groups...)}, answer: object{"_return": true}})
	}
	if h.life.to < always {
		events = append(events, trailEvent{at: h.life.to, name: "DeleteNetworkInterface", author: a.autoscaling(),
			request: object{"networkInterfaceId": h.id}, answer: object{"_return": true}})
	}
	return events
}

func (a *Account) autoscaling() string {
	return "arn:aws:sts::" + a.id + ":assumed-role/AWSServiceRoleForAutoScaling/AutoScaling"
}

func (a *Account) birthEvent(h *host) trailEvent {
	body := a.interfaceBody(h, h.wears[0])
	iface := object{"groupSet": items(body["groups"].([]object)...), "privateIpAddressesSet": object{"item": body["privateIpAddresses"]},
		"ipv6AddressesSet": items(body["ipv6Addresses"].([]object)...), "tagSet": object{}}
	for _, name := range []string{"networkInterfaceId", "subnetId", "vpcId", "description", "ownerId", "interfaceType", "privateIpAddress",
		"sourceDestCheck", "macAddress", "availabilityZone", "requesterId"} {
		iface[name] = body[name]
	}
	if h.instance == "" {
		return trailEvent{at: h.life.from, name: "CreateNetworkInterface", author: a.user("dave"), request: object{"subnetId": h.subnet.id, "groupSet": object{}},
			answer: object{"networkInterface": iface}}
	}
	return trailEvent{at: h.life.from, name: "RunInstances", author: a.autoscaling(),
		request: object{"instancesSet": items(object{"imageId": "ami-0example", "minCount": 1, "maxCount": 1}), "networkInterfaceSet": object{}},
		answer: object{"instancesSet": items(object{"instanceId": h.instance, "launchTime": h.life.from * 1000, "subnetId": h.subnet.id, "vpcId": a.vpc,
			"networkInterfaceSet": items(iface)})}}
}

// listEvents are the entries that came and went, in the spelling of newer calls: one is an object, several are an array.
func (a *Account) listEvents(l *prefixList) []trailEvent {
	var events []trailEvent
	for _, t := range changeTimes(listLives(l), a.recorder())[1:] {
		var added, removed []object
		for _, e := range l.entries {
			switch t {
			case e.life.from:
				added = append(added, object{"Cidr": e.prefix.String(), "Description": e.about, "tag": len(added) + 1})
			case e.life.to:
				removed = append(removed, object{"Cidr": e.prefix.String(), "tag": len(removed) + 1})
			}
		}
		request := object{"PrefixListId": l.id, "CurrentVersion": 1}
		for name, list := range map[string][]object{"AddEntry": added, "RemoveEntry": removed} {
			switch len(list) {
			case 0:
			case 1:
				request[name] = list[0]
			default:
				request[name] = list
			}
		}
		events = append(events, trailEvent{at: t, name: "ModifyManagedPrefixList", author: a.user("erin"),
			request: object{"ModifyManagedPrefixListRequest": request}, answer: object{"ModifyManagedPrefixListResponse": object{}}})
	}
	return events
}
