package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sgfit/schema"
)

// trailInterface is an interface as CreateNetworkInterface and RunInstances answer it.
type trailInterface struct {
	NetworkInterfaceID                         string
	GroupSet                                   list
	PrivateIPAddressesSet, IPv6AddressesSet    list
	IPv4PrefixSet, IPv6PrefixSet               list
	VPCID, SubnetID, InterfaceType             string
	Description, RequesterID, PrivateIPAddress string
	SourceDestCheck                            flag
	Attachment                                 struct{ DeleteOnTermination flag }
}

// state reads the body as if AWS Config had written it. Nothing may be lost of it.
func (b *trailInterface) state(e *trailEvent) (*schema.Interface, error) {
	if !strings.HasPrefix(b.NetworkInterfaceID, "eni-") {
		return nil, errors.New("an interface without networkInterfaceId")
	}
	body := interfaceBody{NetworkInterfaceID: b.NetworkInterfaceID, VPCID: b.VPCID, SubnetID: b.SubnetID, InterfaceType: b.InterfaceType,
		Description: b.Description, RequesterID: b.RequesterID, SourceDestCheck: b.SourceDestCheck, PrivateIPAddress: b.PrivateIPAddress}
	for _, part := range []struct {
		from list
		to   any
	}{{b.GroupSet, &body.Groups}, {b.PrivateIPAddressesSet, &body.PrivateIPAddresses}, {b.IPv6AddressesSet, &body.IPv6Addresses},
		{b.IPv4PrefixSet, &body.IPv4Prefixes}, {b.IPv6PrefixSet, &body.IPv6Prefixes}} {
		raw, err := json.Marshal(part.from)
		if err == nil {
			err = json.Unmarshal(raw, part.to)
		}
		if err != nil {
			return nil, err
		}
	}
	iface, lost, err := body.state(b.NetworkInterfaceID, e.head())
	if err == nil && len(lost) > 0 {
		err = errors.New(lost[0].Reason)
	}
	return iface, err
}

func createdInterface(e *trailEvent) ([]schema.Change, error) {
	var body trailInterface
	if err := json.Unmarshal(member(e.ResponseElements, "networkInterface"), &body); err != nil {
		return nil, err
	}
	iface, err := body.state(e)
	if err != nil {
		return nil, err
	}
	return []schema.Change{birth(iface)}, nil
}

func birth(iface *schema.Interface) schema.Change {
	return schema.Change{Type: schema.InterfaceItem, ID: iface.InterfaceID, ChangeBody: schema.ChangeBody{Created: true, Interface: iface}}
}

// ranInstances makes the new instances' interfaces. Those that the request names were there before, and are attached.
func ranInstances(e *trailEvent) ([]schema.Change, error) {
	var r struct{ InstancesSet list }
	if err := json.Unmarshal(e.ResponseElements, &r); err != nil {
		return nil, err
	}
	given := ids(member(e.RequestParameters, "networkInterfaceSet"), "eni-")
	var changes []schema.Change
	for _, raw := range r.InstancesSet {
		var instance struct {
			InstanceID          string
			NetworkInterfaceSet list
		}
		if err := json.Unmarshal(raw, &instance); err != nil {
			return nil, err
		}
		for i, raw := range instance.NetworkInterfaceSet {
			var body trailInterface
			if err := json.Unmarshal(raw, &body); err != nil {
				return nil, fmt.Errorf("%s, interface %d: %w", instance.InstanceID, i+1, err)
			}
			iface, err := body.state(e)
			if err != nil {
				return nil, fmt.Errorf("%s, interface %d: %w", instance.InstanceID, i+1, err)
			}
			c := birth(iface)
			c.EndsWithInstance = body.Attachment.DeleteOnTermination.Value
			if iface.InstanceID = instance.InstanceID; slices.Contains(given, iface.InterfaceID) {
				c.ChangeBody = schema.ChangeBody{InstanceID: instance.InstanceID}
			}
			changes = append(changes, c)
		}
	}
	return changes, nil
}

// terminatedInstances ends the interfaces that end with their instances: EC2 deletes them without a call of their own.
func terminatedInstances(e *trailEvent) ([]schema.Change, error) {
	gone := ids(member(e.RequestParameters, "instancesSet"), "i-")
	if len(gone) == 0 {
		return nil, errors.New("it names no instance")
	}
	var changes []schema.Change
	for _, id := range gone {
		changes = append(changes, schema.Change{Type: schema.InstanceItem, ID: id, ChangeBody: schema.ChangeBody{Deleted: true}})
	}
	return changes, nil
}

func deletedInterface(e *trailEvent) ([]schema.Change, error) {
	return e.one(schema.InterfaceItem, "eni-", schema.ChangeBody{Deleted: true})
}

func attachedInterface(e *trailEvent) ([]schema.Change, error) {
	instance, err := e.id("i-")
	if err != nil {
		return nil, err
	}
	return e.one(schema.InterfaceItem, "eni-", schema.ChangeBody{InstanceID: instance})
}

// regroupedInterface reads the groups that an interface wears from now on; the call is also used for other attributes.
func regroupedInterface(e *trailEvent) ([]schema.Change, error) {
	return e.regrouped(schema.InterfaceItem, "eni-")
}

// regroupedInstance is of the primary interface, which the event does not name.
func regroupedInstance(e *trailEvent) ([]schema.Change, error) {
	return e.regrouped(schema.InstanceItem, "i-")
}

func (e *trailEvent) regrouped(typ schema.ItemType, prefix string) ([]schema.Change, error) {
	groups := ids(member(e.RequestParameters, "groupSet"), "sg-")
	if len(groups) == 0 {
		return nil, nil
	}
	slices.Sort(groups)
	return e.one(typ, prefix, schema.ChangeBody{Groups: groups})
}

// assignedAddresses reads the response, which has the addresses that AWS chose, or else those that were asked for.
func assignedAddresses(e *trailEvent) ([]schema.Change, error) {
	addrs, prefixes := places(e.ResponseElements)
	if len(addrs)+len(prefixes) == 0 {
		addrs, prefixes = places(e.RequestParameters)
	}
	return e.one(schema.InterfaceItem, "eni-", schema.ChangeBody{AddedAddresses: addrs, AddedPrefixes: prefixes,
		Partial: len(addrs)+len(prefixes) == 0})
}

func unassignedAddresses(e *trailEvent) ([]schema.Change, error) {
	addrs, prefixes := places(e.RequestParameters)
	if len(addrs)+len(prefixes) == 0 {
		return nil, errors.New("it names no address")
	}
	return e.one(schema.InterfaceItem, "eni-", schema.ChangeBody{RemovedAddresses: addrs, RemovedPrefixes: prefixes})
}
