package duck

import (
	"encoding/json"
	"fmt"

	"sgfit/schema"
)

func encodeBody(it *schema.Item) (string, error) {
	var v any
	switch {
	case it.Deleted:
		return "", nil
	case it.Group != nil:
		v = it.Group
	case it.Interface != nil:
		v = it.Interface
	case it.Subnet != nil:
		v = it.Subnet
	case it.VPC != nil:
		v = it.VPC
	case it.PrefixList != nil:
		v = it.PrefixList
	case it.FlowLog != nil:
		v = it.FlowLog
	case it.Rule != nil:
		v = it.Rule
	default:
		return "", fmt.Errorf("a %s item that is neither deleted nor has a body", it.Type)
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func decodeBody(it *schema.Item, body []byte) error {
	if it.Deleted {
		return nil
	}
	var v any
	switch it.Type {
	case schema.GroupItem:
		it.Group = new(schema.Group)
		v = it.Group
	case schema.InterfaceItem:
		it.Interface = new(schema.Interface)
		v = it.Interface
	case schema.SubnetItem:
		it.Subnet = new(schema.Subnet)
		v = it.Subnet
	case schema.VPCItem:
		it.VPC = new(schema.VPC)
		v = it.VPC
	case schema.PrefixListItem:
		it.PrefixList = new(schema.PrefixList)
		v = it.PrefixList
	case schema.FlowLogItem:
		it.FlowLog = new(schema.FlowLog)
		v = it.FlowLog
	case schema.RuleItem:
		it.Rule = new(schema.GroupRule)
		v = it.Rule
	default:
		return fmt.Errorf("no such type of item")
	}
	return json.Unmarshal(body, v)
}
