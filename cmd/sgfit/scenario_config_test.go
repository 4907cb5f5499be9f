package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
)

// sceneLag is what Config needs to notice a change.
const sceneLag = time.Minute

// configObject is a JSON object.
type configObject = map[string]any

// sceneItem is one configuration item.
type sceneItem struct {
	kind            schema.ItemType // as recorded: an interface read off its instance is an instance
	id              string
	account, region string
	captured        time.Time
	gone            bool
	body            json.RawMessage
}

// writeConfig writes snapshots and history below dir, laid out and spelled as Config does
// (https://docs.aws.amazon.com/config/latest/developerguide/config-item-table.html).
func (s *scenario) writeConfig(dir string) error {
	items, err := s.estate.items()
	if err != nil {
		return err
	}
	for _, places := range sceneEstates(items) {
		if err := s.writeHistory(dir, places); err != nil {
			return err
		}
		for i, at := range s.snapshotTimes() {
			if err := writeSnapshot(dir, places, at, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// sceneEstates parts the items by account and Region, each of which has a delivery channel.
func sceneEstates(items []sceneItem) [][]sceneItem {
	var out [][]sceneItem
	index := map[string]int{}
	for _, it := range items {
		key := it.account + it.region
		if _, ok := index[key]; !ok {
			index[key] = len(out)
			out = append(out, nil)
		}
		out[index[key]] = append(out[index[key]], it)
	}
	return out
}

// snapshotTimes are on the first and the last day, if not said otherwise.
func (s *scenario) snapshotTimes() []time.Time {
	offsets := s.estate.snapshots
	if s.estate.noSnaps {
		return nil
	}
	if offsets == nil {
		offsets = append(offsets, 37*time.Minute, time.Duration(s.flows.days)*24*time.Hour-23*time.Minute)
	}
	var out []time.Time
	for _, o := range offsets {
		if at := sceneStart.Add(o); o >= s.estate.recorded {
			out = append(out, at)
		}
	}
	return out
}

// items spells every state, in order of capture.
func (e *sceneEstate) items() ([]sceneItem, error) {
	var items []sceneItem
	for i := range e.states {
		st := &e.states[i]
		if st.unrecorded {
			continue
		}
		at := max(st.at, e.recorded)
		if st.initial {
			at = e.recorded
		}
		it := sceneItem{kind: st.kind, id: st.id, account: st.account, region: st.region, gone: st.gone,
			captured: sceneStart.Add(at + sceneLag)}
		if st.instance != "" {
			it.kind, it.id = schema.InstanceItem, st.instance
		}
		body, err := st.item(it)
		if err != nil {
			return nil, fmt.Errorf("spell %s: %w", st.id, err)
		}
		it.body = body
		items = append(items, it)
	}
	slices.SortStableFunc(items, func(a, b sceneItem) int { return a.captured.Compare(b.captured) })
	return items, nil
}

// item is one configuration item, version 1.3.
func (st *sceneState) item(it sceneItem) (json.RawMessage, error) {
	o := configObject{
		"relatedEvents": []string{}, "relationships": []any{}, "configuration": st.configuration(), "supplementaryConfiguration": configObject{},
		"tags": configObject{}, "configurationItemVersion": "1.3",
		"configurationItemCaptureTime": it.captured.Format("2006-01-02T15:04:05.000Z"), "configurationStateId": it.captured.UnixMilli(),
		"awsAccountId": it.account, "configurationItemStatus": "OK", "resourceType": it.kind, "resourceId": it.id,
		"resourceName": nil, "ARN": fmt.Sprintf("arn:aws:ec2:%s:%s:%s", it.region, it.account, it.id), "awsRegion": it.region,
		"availabilityZone": it.region + "a", "configurationStateMd5Hash": "", "resourceCreationTime": nil,
	}
	if !st.initial {
		o["configurationItemStatus"] = "ResourceDiscovered"
	}
	if st.created != nil {
		o["resourceCreationTime"] = sceneStart.Add(*st.created).Format("2006-01-02T15:04:05.000Z")
	}
	if st.gone {
		o["configurationItemStatus"], o["configuration"], o["availabilityZone"] = "ResourceDeleted", nil, nil
	}
	return json.Marshal(o)
}

// configuration is the resource itself, keys as each type has them.
func (st *sceneState) configuration() configObject {
	switch st.kind {
	case schema.GroupItem:
		return configObject{"description": "made for a scenario", "groupName": st.name, "groupId": st.id, "ownerId": st.account, "vpcId": st.vpc,
			"tags": []any{}, "ipPermissions": st.permissions(schema.Ingress), "ipPermissionsEgress": st.permissions(schema.Egress)}
	case schema.InterfaceItem:
		if st.instance != "" {
			return configObject{"instanceId": st.instance, "state": configObject{"code": 16, "name": "running"}, "vpcId": st.vpc,
				"networkInterfaces": []any{st.interfaceBody()}, "tags": []any{}}
		}
		return st.interfaceBody()
	case schema.PrefixListItem:
		return st.prefixListBody()
	case schema.FlowLogItem:
		return configObject{"flowLogId": st.id, "resourceId": st.covers, "trafficType": st.traffic, "flowLogStatus": "ACTIVE", "logDestinationType": "s3",
			"logDestination": "arn:aws:s3:::made-for-a-scenario", "deliverLogsStatus": "SUCCESS", "maxAggregationInterval": 600, "tags": []any{}}
	}
	return st.networkBody()
}

func (st *sceneState) prefixListBody() configObject {
	entries := []any{}
	for _, p := range st.cidrs {
		entries = append(entries, configObject{"Cidr": p.String(), "Description": ""})
	}
	return configObject{"PrefixListId": st.id, "PrefixListName": cmp.Or(st.name, strings.TrimPrefix(st.id, "pl-")), "AddressFamily": "IPv4",
		"MaxEntries": 20, "Version": 1, "OwnerId": cmp.Or(st.owner, st.account), "Entries": entries, "Tags": []any{}}
}

// networkBody is a VPC or a subnet.
func (st *sceneState) networkBody() configObject {
	o := configObject{"vpcId": st.vpc, "ownerId": st.account, "state": "available", "isDefault": false, "tags": []any{}}
	if st.kind == schema.SubnetItem {
		o["subnetId"], o["availabilityZone"] = st.id, st.region+"a"
	}
	v4, v6 := []any{}, []any{}
	for i, p := range st.cidrs {
		state := configObject{"state": "associated"}
		if p.Addr().Is6() {
			v6 = append(v6, configObject{"associationId": fmt.Sprintf("cidr-assoc-%d", i), "ipv6CidrBlock": p.String(), "ipv6CidrBlockState": state})
			continue
		}
		if o["cidrBlock"] == nil {
			o["cidrBlock"] = p.String()
		}
		v4 = append(v4, configObject{"associationId": fmt.Sprintf("cidr-assoc-%d", i), "cidrBlock": p.String(), "cidrBlockState": state})
	}
	o["ipv6CidrBlockAssociationSet"] = v6
	if st.kind == schema.VPCItem {
		o["cidrBlockAssociationSet"] = v4
	}
	return o
}

// permissions gathers rules of one protocol and port range, as the EC2 API shows them; ipRanges repeats ipv4Ranges.
func (st *sceneState) permissions(d schema.Direction) []any {
	out := []any{}
	index := map[string]configObject{}
	for _, r := range st.rules {
		if r.Direction != d {
			continue
		}
		key := fmt.Sprint(r.Protocol, r.FromPort, r.ToPort)
		p := index[key]
		if p == nil {
			p = configObject{"ipProtocol": r.Protocol.String(), "ipv4Ranges": []any{}, "ipRanges": []any{}, "ipv6Ranges": []any{},
				"prefixListIds": []any{}, "userIdGroupPairs": []any{}, "fromPort": r.FromPort, "toPort": r.ToPort}
			if r.Protocol == schema.AllProtocols {
				p["ipProtocol"] = "-1"
			}
			if !r.Protocol.HasPorts() && r.Protocol != schema.ICMP && r.Protocol != schema.ICMPv6 {
				delete(p, "fromPort")
				delete(p, "toPort")
			}
			index[key], out = p, append(out, p)
		}
		st.addPeer(p, r)
	}
	return out
}

func (st *sceneState) addPeer(p configObject, r schema.Rule) {
	add := func(list string, entry any) { p[list] = append(p[list].([]any), entry) }
	with := func(key string, o configObject) configObject {
		o[key] = r.Peer.Value
		if r.Description != "" {
			o["description"] = r.Description
		}
		return o
	}
	switch r.Peer.Kind {
	case schema.PeerIPv4:
		add("ipv4Ranges", with("cidrIp", configObject{}))
		add("ipRanges", r.Peer.Value)
	case schema.PeerIPv6:
		add("ipv6Ranges", with("cidrIpv6", configObject{}))
	case schema.PeerPrefixList:
		add("prefixListIds", with("prefixListId", configObject{}))
	case schema.PeerGroup:
		add("userIdGroupPairs", with("groupId", configObject{"userId": cmp.Or(r.PeerOwner, st.account), "groupName": nil, "vpcId": nil,
			"vpcPeeringConnectionId": nil, "peeringStatus": nil, "description": nil}))
	}
}

func (st *sceneState) interfaceBody() configObject {
	n := st.iface
	groups, v4, v6 := []any{}, []any{}, []any{}
	for _, g := range n.groups {
		groups = append(groups, configObject{"groupId": g, "groupName": strings.TrimPrefix(g, "sg-")})
	}
	var association any
	if n.public.IsValid() {
		association = configObject{"publicIp": n.public.String(), "ipOwnerId": "amazon"}
	}
	for _, a := range n.addresses {
		if a.Is6() {
			v6 = append(v6, configObject{"ipv6Address": a.String()})
			continue
		}
		v4 = append(v4, configObject{"privateIpAddress": a.String(), "primary": len(v4) == 0, "association": association})
	}
	o := configObject{"networkInterfaceId": st.id, "ownerId": st.account, "vpcId": st.vpc, "subnetId": n.subnet, "interfaceType": n.kind,
		"availabilityZone": st.region + "a", "description": "", "status": "in-use", "requesterManaged": n.instance == "", "sourceDestCheck": n.kind != "nat_gateway",
		"groups": groups, "privateIpAddresses": v4, "ipv6Addresses": v6, "ipv4Prefixes": []any{}, "association": association, "tagSet": []any{}}
	if len(v4) > 0 {
		o["privateIpAddress"] = n.addresses[0].String()
	}
	if n.instance != "" {
		o["attachment"] = configObject{"instanceId": n.instance, "status": "attached", "deviceIndex": 0}
	}
	return o
}

// writeHistory writes a file for each type and six hours in which something was captured.
func (s *scenario) writeHistory(dir string, items []sceneItem) error {
	if s.estate.noHistory {
		return nil
	}
	type period struct {
		kind schema.ItemType
		from time.Time
	}
	var order []period
	files := map[period][]sceneItem{}
	for _, it := range items {
		if it.captured.Before(sceneStart) {
			continue // delivered long ago
		}
		key := period{it.kind, it.captured.Truncate(6 * time.Hour)}
		if files[key] == nil {
			order = append(order, key)
		}
		files[key] = append(files[key], it)
	}
	for _, p := range order {
		name := fmt.Sprintf("ConfigHistory_%s_%s_%s_1", p.kind, stamp(p.from), stamp(p.from.Add(6*time.Hour-time.Second)))
		if err := writeItems(dir, p.from, "ConfigHistory", name, configObject{"fileVersion": "1.0"}, files[p]); err != nil {
			return err
		}
	}
	return nil
}

// writeSnapshot writes the latest item of everything that is there.
func writeSnapshot(dir string, items []sceneItem, at time.Time, n int) error {
	var held []sceneItem
	for _, it := range items { // in order of capture
		if it.captured.After(at) {
			break
		}
		held = slices.DeleteFunc(held, func(h sceneItem) bool { return h.id == it.id })
		if !it.gone {
			held = append(held, it)
		}
	}
	if len(held) == 0 {
		return nil
	}
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	return writeItems(dir, at, "ConfigSnapshot", fmt.Sprintf("ConfigSnapshot_%s_%s", stamp(at), id),
		configObject{"fileVersion": "1.0", "configSnapshotId": id}, held)
}

func stamp(t time.Time) string { return t.Format("20060102T150405Z") }

func writeItems(dir string, at time.Time, folder, name string, object configObject, items []sceneItem) error {
	var bodies []json.RawMessage
	for _, it := range items {
		bodies = append(bodies, it.body)
	}
	object["configurationItems"] = bodies
	text, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	first := items[0]
	path := filepath.Join(dir, "config", "AWSLogs", first.account, "Config", first.region, at.Format("2006/1/2"), folder,
		fmt.Sprintf("%s_Config_%s_%s.json.gz", first.account, first.region, name))
	return writeZipped(path, text)
}

// writeZipped writes one file as S3 holds it.
func writeZipped(path string, text []byte) error {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
