package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"sgfit/schema"
)

// instanceBody is what an AWS::EC2::Instance says of its interfaces.
type instanceBody struct {
	InstanceID        string
	State             named
	NetworkInterfaces *[]json.RawMessage
}

// readInstance reads the interfaces off an instance, for accounts that do not record interfaces themselves. An item
// lists all the interfaces that the instance has at that time, so each yields an Indirect observation that names the
// instance, and an interface that a later item of the same instance does not list has left it (see timeline). An
// instance without any (terminated, as a rule) yields a Deleted item of its own, which ends all of them.
//
// A stopped instance keeps its interfaces, with their addresses and groups, and goes on listing them; they stay.
func readInstance(h *head, raw []byte) ([]schema.Item, []problem, error) {
	var body instanceBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, nil, err
	}
	self, err := h.item(schema.InstanceItem, body.InstanceID)
	if err != nil {
		return nil, nil, err
	}
	terminated := strings.EqualFold(body.State.Value, "terminated")
	if body.NetworkInterfaces == nil && !terminated {
		return nil, nil, errors.New("networkInterfaces is missing")
	}
	if terminated || len(*body.NetworkInterfaces) == 0 {
		self.Deleted, self.Found = true, false
		return []schema.Item{self}, nil, nil
	}
	return readAttached(h, self, *body.NetworkInterfaces)
}

// readAttached fails as a whole when one interface cannot be read: a list with a hole would end that interface.
func readAttached(h *head, self schema.Item, raws []json.RawMessage) (items []schema.Item, problems []problem, err error) {
	for i, raw := range raws {
		var body interfaceBody
		if err := json.Unmarshal(raw, &body); err != nil {
			return nil, nil, fmt.Errorf("networkInterfaces[%d]: %w", i, err)
		}
		if body.NetworkInterfaceID == "" {
			return nil, nil, fmt.Errorf("networkInterfaces[%d]: networkInterfaceId is missing", i)
		}
		iface, lost, err := body.state(body.NetworkInterfaceID, h)
		if err != nil {
			return nil, nil, fmt.Errorf("networkInterfaces[%d]: %w", i, err)
		}
		iface.InstanceID = self.ID
		it := self
		it.Type, it.ID, it.Interface, it.Indirect = schema.InterfaceItem, body.NetworkInterfaceID, iface, true
		if body.Attachment != nil && !body.Attachment.AttachTime.IsZero() {
			it.Created = body.Attachment.AttachTime.Time
		}
		items, problems = append(items, it), append(problems, lost...)
	}
	return items, problems, nil
}
