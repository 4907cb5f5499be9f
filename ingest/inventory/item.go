package inventory

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"sgfit/schema"
)

// head is what all configuration items share, in the spellings of S3 files and notifications (awsAccountId) and of the
// API (accountId). Names match whatever their case.
type head struct {
	ResourceType, ResourceID     text
	AWSAccountID, AccountID      text
	ARN                          text
	AWSRegion                    string
	ConfigurationItemStatus      string
	ConfigurationItemCaptureTime moment
	ConfigurationStateID         stateID
	ResourceCreationTime         hint
	Configuration                json.RawMessage
	Tags                         json.RawMessage

	place facts
}

// hint is a moment that may be unreadable without harm.
type hint struct{ time.Time }

// UnmarshalJSON takes anything.
func (h *hint) UnmarshalJSON(b []byte) error {
	var m moment
	if m.UnmarshalJSON(b) == nil && !m.Naive {
		h.Time = m.Time
	}
	return nil
}

// account and region are the item's own, or those of its ARN, or those of the file's name.
func (h *head) account() string {
	return cmp.Or(string(h.AWSAccountID), string(h.AccountID), h.arnPart(4), h.place.AccountID)
}

func (h *head) region() string { return cmp.Or(h.AWSRegion, h.arnPart(3), h.place.Region) }

func (h *head) arnPart(i int) string {
	parts := strings.SplitN(string(h.ARN), ":", 6) // arn:partition:ec2:region:account:resource
	if len(parts) < 6 || parts[2] != "ec2" {
		return ""
	}
	return parts[i]
}

// item starts an observation. bodyID is the id that the configuration gives, for answers that name no resourceId.
func (h *head) item(typ schema.ItemType, bodyID string) (schema.Item, error) {
	it := schema.Item{
		Type: typ, ID: cmp.Or(strings.TrimSpace(string(h.ResourceID)), strings.TrimSpace(bodyID)),
		AccountID: h.account(), Region: h.region(),
		Captured: captured(h.ConfigurationItemCaptureTime, h.ConfigurationStateID), Order: int64(h.ConfigurationStateID),
		Found: h.status() == "resourcediscovered", Created: h.ResourceCreationTime.Time,
	}
	if it.ID == "" {
		return it, errors.New("resourceId is missing")
	}
	return it, nil
}

func (h *head) status() string { return strings.ToLower(h.ConfigurationItemStatus) }

// deleted covers both ways in which Config says that a resource is gone.
func (h *head) deleted() bool {
	return h.status() == "resourcedeleted" || h.status() == "resourcedeletednotrecorded"
}

// verdict is what became of one configuration item: observations, or a type that sgfit does not read, or an error for
// the whole of it; problems are parts that were left out.
type verdict struct {
	typ      schema.ItemType // one of ours, or "" when it is unknown
	skipped  string          // the type or status for which it was passed over
	items    []schema.Item
	problems []problem
	err      error
}

// readItem reads one configuration item: the JSON object itself, or a string that holds it.
func readItem(raw []byte, place facts) verdict {
	h := head{place: place}
	raw, err := unquote(raw)
	if err == nil {
		err = json.Unmarshal(raw, &h)
	}
	if err != nil {
		return verdict{typ: typeOf(string(h.ResourceType)), err: fmt.Errorf("configuration item cannot be read: %w", err)}
	}
	v := verdict{typ: typeOf(string(h.ResourceType))}
	switch {
	case h.ResourceType == "":
		v.err = errors.New("configuration item has no resourceType; a SELECT must name resourceType, resourceId, " +
			"accountId, awsRegion, configurationItemCaptureTime, configurationItemStatus and configuration")
	case v.typ == "":
		v.skipped = clip(string(h.ResourceType), 80)
	case h.status() == "resourcenotrecorded":
		v.skipped = string(v.typ) + " (ResourceNotRecorded)"
	case h.ConfigurationItemCaptureTime.IsZero():
		v.err = errors.New("configuration item has no configurationItemCaptureTime")
	default:
		v.read(&h)
	}
	return v
}

func (v *verdict) read(h *head) {
	if h.deleted() {
		v.readDeleted(h)
		return
	}
	body, err := unquote(h.Configuration)
	if err != nil || len(body) == 0 || string(body) == "null" {
		v.err = errors.New("configuration item has no configuration")
		return
	}
	if v.typ == schema.InstanceItem {
		v.items, v.problems, err = readInstance(h, body)
	} else {
		var it schema.Item
		it, v.problems, err = bodyReaders[v.typ](h, body)
		v.items = []schema.Item{it}
	}
	if err != nil {
		v.items, v.problems = nil, nil
		v.err = fmt.Errorf("%s item cannot be read: %w", v.typ, err)
	}
}

func (v *verdict) readDeleted(h *head) {
	it, err := h.item(v.typ, "")
	if err != nil {
		v.err = err
		return
	}
	it.Deleted, it.Found = true, false
	v.items = []schema.Item{it}
}

var bodyReaders = map[schema.ItemType]func(*head, []byte) (schema.Item, []problem, error){
	schema.GroupItem:      readGroup,
	schema.InterfaceItem:  readInterface,
	schema.SubnetItem:     readSubnet,
	schema.VPCItem:        readVPC,
	schema.PrefixListItem: readPrefixList,
	schema.FlowLogItem:    readFlowLog,
}

// typeOf names one of ours, whatever its case (items of 2014 say AWS::EC2::SUBNET), or "".
func typeOf(s string) schema.ItemType {
	for _, t := range []schema.ItemType{schema.GroupItem, schema.InterfaceItem, schema.InstanceItem, schema.SubnetItem,
		schema.VPCItem, schema.PrefixListItem, schema.FlowLogItem} {
		if strings.EqualFold(s, string(t)) {
			return t
		}
	}
	return ""
}
