package inventory

import (
	"encoding/json"
	"fmt"

	"sgfit/schema"
)

// groupBody is the configuration of an AWS::EC2::SecurityGroup. Names match whatever their case.
type groupBody struct {
	GroupID, GroupName, Description, VPCID string
	IPPermissions, IPPermissionsEgress     *[]json.RawMessage
}

// readGroup reads a group's state. A rule that cannot be read is reported and left out, and the group is kept without
// it. That is the safe side: the plan speaks only of rules that it knows, so the lost one is neither removed nor
// changed; what it admitted shows as unmatched, and no other rule is called redundant because of it. Dropping the group
// would leave an older state standing, or its interfaces without rules.
//
// Lists that are missing altogether (not: empty) are no group without rules but no group at all.
func readGroup(h *head, raw []byte) (schema.Item, []problem, error) {
	var body groupBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return schema.Item{}, nil, err
	}
	if body.IPPermissions == nil || body.IPPermissionsEgress == nil {
		return schema.Item{}, nil, fmt.Errorf("ipPermissions or ipPermissionsEgress is missing")
	}
	return body.item(h)
}

// item is the group as the body says it; both lists are there.
func (body *groupBody) item(h *head) (schema.Item, []problem, error) {
	in, lost := readPermissions(schema.Ingress, *body.IPPermissions)
	out, lostOut := readPermissions(schema.Egress, *body.IPPermissionsEgress)
	item, err := h.item(schema.GroupItem, body.GroupID)
	item.Group = &schema.Group{
		GroupID: item.ID, AccountID: h.account(), Region: h.region(), VPCID: body.VPCID,
		Name: body.GroupName, Description: body.Description, Rules: compactRules(append(in, out...)),
	}
	return item, append(lost, lostOut...), err
}
