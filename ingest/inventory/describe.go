package inventory

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"sgfit/schema"
)

// held is an answer's content until its end, where it is known when and where that was.
type held struct {
	items   []schema.Item
	ok      int64    // elements that were read without a loss
	entries *entries // of one prefix list, over all its pages
	types   schema.ItemType
}

// element reads one element of an answer's list.
func (d *decoder) element(call string, raw []byte) error {
	switch call {
	case "describe-instances":
		return d.reservation(raw)
	case callEntries:
		if d.held.entries == nil {
			d.held.entries = &entries{}
		}
		d.held.entries.add(raw)
		return nil
	}
	d.hold(call, raw, elementReaders[call])
	return nil
}

// reservation holds the instances of a reservation, or is one itself (collectors that flatten them).
func (d *decoder) reservation(raw []byte) error {
	var body struct {
		OwnerID   text
		Instances *[]json.RawMessage
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		d.lostType(schema.InstanceItem, fmt.Sprintf("describe-instances: a reservation cannot be read: %v", err), raw)
		return nil
	}
	instances := []json.RawMessage{raw}
	if body.Instances != nil {
		instances = *body.Instances
	}
	for _, raw := range instances {
		d.hold("describe-instances", raw, func(h *head, raw []byte) ([]schema.Item, []problem, error) {
			h.AWSAccountID = body.OwnerID
			return readInstance(h, raw)
		})
	}
	return nil
}

type elementReader func(*head, []byte) ([]schema.Item, []problem, error)

var elementReaders = map[string]elementReader{
	"describe-security-groups":       readGroupElement,
	"describe-security-group-rules":  readRuleElement,
	"describe-stale-security-groups": readStaleElement,
	"describe-network-interfaces":    readInterfaceElement,
	"describe-managed-prefix-lists":  single(readPrefixListElement),
	"describe-subnets":               single(readSubnet),
	"describe-vpcs":                  single(readVPC),
	"describe-flow-logs":             single(readFlowLog),
}

// callTypes are what the calls list.
var callTypes = map[string]schema.ItemType{
	"describe-security-groups":      schema.GroupItem,
	"describe-network-interfaces":   schema.InterfaceItem,
	"describe-managed-prefix-lists": schema.PrefixListItem,
	"describe-subnets":              schema.SubnetItem,
	"describe-vpcs":                 schema.VPCItem,
	"describe-flow-logs":            schema.FlowLogItem,
}

func single(read func(*head, []byte) (schema.Item, []problem, error)) elementReader {
	return func(h *head, raw []byte) ([]schema.Item, []problem, error) {
		it, problems, err := read(h, raw)
		return []schema.Item{it}, problems, err
	}
}

// hold reads an element and keeps what it says.
func (d *decoder) hold(call string, raw []byte, read elementReader) {
	var items []schema.Item
	var problems []problem
	h, err := elementHead(raw)
	if err == nil {
		items, problems, err = read(h, raw)
	}
	if err != nil {
		d.lostType(callTypes[call], fmt.Sprintf("%s: an element cannot be read: %v", call, err), raw)
		return
	}
	d.Records++
	if len(problems) == 0 {
		d.held.ok++
	} else {
		d.Malformed++
	}
	for _, p := range problems {
		d.reject(call+": "+items[0].ID+": "+p.Reason, []byte(p.Sample))
	}
	d.held.items = append(d.held.items, items...)
}

// lostType counts an element that was set aside: what the answer lacks then proves nothing of its type.
func (d *decoder) lostType(typ schema.ItemType, reason string, raw []byte) {
	d.Records++
	d.Malformed++
	d.incomplete[cmp.Or(typ, schema.RuleItem)] = true
	d.reject(reason, raw)
}

// elementHead makes the head of a configuration item of what EC2 says in other words.
func elementHead(raw []byte) (*head, error) {
	var body struct {
		OwnerID, GroupOwnerID, SecurityGroupARN, SubnetARN, PrefixListARN, SecurityGroupRuleARN text
		AvailabilityZone                                                                        text
		Placement                                                                               struct{ AvailabilityZone text }
		Tags, TagSet                                                                            json.RawMessage
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, err
	}
	h := &head{Tags: body.Tags}
	if len(h.Tags) == 0 {
		h.Tags = body.TagSet
	}
	h.ARN = cmp.Or(body.SecurityGroupARN, body.SubnetARN, body.PrefixListARN, body.SecurityGroupRuleARN)
	h.AWSAccountID = cmp.Or(body.OwnerID, body.GroupOwnerID)
	h.AWSRegion = cmp.Or(h.arnPart(3), regionOfZone.FindString(string(cmp.Or(body.AvailabilityZone, body.Placement.AvailabilityZone))))
	return h, nil
}

// uncut refuses an element that lacks a list that EC2 always gives: it was cut down (--query), and would read as a
// resource without any. A list that is null is an empty one.
func uncut(raw []byte, lists ...string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return err
	}
	for _, name := range lists {
		if _, ok := members[name]; !ok {
			return errors.New(name + " is missing; save the answer whole, without --query")
		}
	}
	return nil
}

func readGroupElement(h *head, raw []byte) ([]schema.Item, []problem, error) {
	if err := uncut(raw, "IpPermissions", "IpPermissionsEgress"); err != nil {
		return nil, nil, err
	}
	var body groupBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, nil, err
	}
	for _, list := range []**[]json.RawMessage{&body.IPPermissions, &body.IPPermissionsEgress} {
		if *list == nil {
			*list = &[]json.RawMessage{}
		}
	}
	it, problems, err := body.item(h)
	return []schema.Item{it}, problems, err
}

func readInterfaceElement(h *head, raw []byte) ([]schema.Item, []problem, error) {
	if err := uncut(raw, "Groups"); err != nil {
		return nil, nil, err
	}
	it, problems, err := readInterface(h, raw)
	return []schema.Item{it}, problems, err
}

// answered gives out what an answer said, once all of it is known.
func (d *decoder) answered(a *answer) error {
	h := d.held
	d.held = held{}
	if a.call == callEntries {
		if h.entries == nil {
			h.entries = &entries{} // a list without any
		}
		if a.next && !a.broken {
			d.held.entries = h.entries // the rest follows in this object, or never
			return nil
		}
		h.addEntries(d, a)
	}
	when := a.when(d.times)
	if when.IsZero() {
		d.Malformed += h.ok
		if len(h.items) > 0 {
			d.incomplete[""] = true
			d.reject("an answer of "+a.call+" says no time, and its place has none; give it with --captured TIME", nil)
		}
		return nil
	}
	d.OK += h.ok
	a.locate(h.items, d.place)
	for i := range h.items {
		h.items[i].Captured = when
	}
	if len(h.items) > 0 {
		r := newReading(verdict{typ: h.items[0].Type, items: h.items})
		d.note(r)
		if d.err = d.deliver(r); d.err != nil {
			return d.err
		}
	}
	d.counted(a)
	return nil
}

// counted notes that an answer lists everything of its kind. Only answers that sgfit itself asked for say so: a saved
// one may be filtered, or one page of several, and proves nothing by what it lacks.
func (d *decoder) counted(a *answer) {
	typ, ok := callTypes[a.call]
	c := a.capture
	if !ok || !c.Complete || a.broken || c.AccountID == "" || c.Region == "" || c.Time.IsZero() {
		return
	}
	d.census = &schema.Snapshot{ID: d.place, AccountID: c.AccountID, Region: c.Region,
		Taken: a.when(d.times), Types: []schema.ItemType{typ}}
}

// whole returns the census of a complete answer, if all of it could be read.
func (d *decoder) whole() *schema.Snapshot {
	if d.census == nil || d.Problem != "" || len(d.incomplete) > 0 {
		return nil
	}
	return d.census
}
