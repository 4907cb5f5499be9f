package inventory

import (
	"cmp"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"

	"sgfit/schema"
)

// networkBody is the configuration of an AWS::EC2::VPC or AWS::EC2::Subnet.
type networkBody struct {
	VPCID, SubnetID, CIDRBlock  string
	CIDRBlockAssociationSet     []blockBody
	IPv6CIDRBlockAssociationSet []blockBody
}

type blockBody struct {
	CIDRBlock, IPv6CIDRBlock           string
	CIDRBlockState, IPv6CIDRBlockState named
}

// gone says that the block does not belong to the network (any more). An absent state is a block in use.
func (b blockBody) gone() bool {
	switch strings.ToLower(cmp.Or(b.CIDRBlockState.Value, b.IPv6CIDRBlockState.Value)) {
	case "disassociating", "disassociated", "failing", "failed":
		return true
	}
	return false
}

func (b *networkBody) cidrs(lost *losses) []netip.Prefix {
	names := []named{{Value: b.CIDRBlock}}
	for _, block := range slices.Concat(b.CIDRBlockAssociationSet, b.IPv6CIDRBlockAssociationSet) {
		if !block.gone() {
			names = append(names, named{Value: cmp.Or(block.CIDRBlock, block.IPv6CIDRBlock)})
		}
	}
	return readPrefixes(names, lost)
}

func readSubnet(h *head, raw []byte) (schema.Item, []problem, error) {
	var body networkBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return schema.Item{}, nil, err
	}
	var lost losses
	it, err := h.item(schema.SubnetItem, body.SubnetID)
	it.Subnet = &schema.Subnet{
		SubnetID: it.ID, AccountID: h.account(), Region: h.region(), VPCID: body.VPCID, Name: nameTag(h.Tags),
		CIDRs: body.cidrs(&lost),
	}
	return it, lost, err
}

func readVPC(h *head, raw []byte) (schema.Item, []problem, error) {
	var body networkBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return schema.Item{}, nil, err
	}
	var lost losses
	it, err := h.item(schema.VPCItem, body.VPCID)
	it.VPC = &schema.VPC{
		VPCID: it.ID, AccountID: h.account(), Region: h.region(), Name: nameTag(h.Tags), CIDRs: body.cidrs(&lost),
	}
	return it, lost, err
}

// readPrefixList reads a type of the newer kind, whose names begin upper case.
func readPrefixList(h *head, raw []byte) (schema.Item, []problem, error) {
	var body struct {
		PrefixListID, PrefixListName string
		OwnerID                      text
		MaxEntries                   number
		Entries                      []named
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return schema.Item{}, nil, err
	}
	var lost losses
	it, err := h.item(schema.PrefixListItem, body.PrefixListID)
	it.PrefixList = &schema.PrefixList{
		PrefixListID: it.ID, AccountID: cmp.Or(string(body.OwnerID), h.account()), Region: h.region(),
		Name: body.PrefixListName, MaxEntries: int(body.MaxEntries.Value), Entries: readPrefixes(body.Entries, &lost),
	}
	return it, lost, err
}

// nameTag finds the Name tag in a map, or in a list of {key, value}. Unreadable tags are no reason to lose an item.
func nameTag(raw json.RawMessage) string {
	var tags map[string]any
	if json.Unmarshal(raw, &tags) == nil {
		name, _ := tags["Name"].(string)
		return name
	}
	var list []struct{ Key, Value, TagName, TagValue string }
	if json.Unmarshal(raw, &list) != nil {
		return ""
	}
	for _, t := range list {
		if cmp.Or(t.Key, t.TagName) == "Name" {
			return cmp.Or(t.Value, t.TagValue)
		}
	}
	return ""
}
