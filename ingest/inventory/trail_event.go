package inventory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"sgfit/schema"
)

// trailEvent is one event of CloudTrail
// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html).
type trailEvent struct {
	EventID, EventName, EventSource text
	AWSRegion, RecipientAccountID   text
	ErrorCode, ErrorMessage         text
	EventTime                       json.RawMessage
	UserIdentity                    struct{ ARN, InvokedBy, PrincipalID, AccountID, Type text }
	RequestParameters               json.RawMessage
	ResponseElements                json.RawMessage
}

const (
	ec2Source  = "ec2.amazonaws.com"
	otherCalls = "CloudTrail events: other calls of EC2"
)

// plainName finds the call's name without reading the event, most of which only look: by far the most events are passed
// over for their name. It is false where the bytes leave a doubt.
func plainName(raw []byte) (string, bool) {
	const key = `"eventName"`
	at := bytes.Index(raw, []byte(key))
	if at < 0 {
		return "", false
	}
	rest := raw[at+len(key):]
	if bytes.Contains(rest, []byte(key)) {
		return "", false
	}
	rest = bytes.TrimLeft(rest, ": \t\r\n")
	if len(rest) == 0 || rest[0] != '"' {
		return "", false
	}
	end := bytes.IndexByte(rest[1:], '"')
	if end < 0 || bytes.IndexByte(rest[1:1+end], '\\') >= 0 {
		return "", false
	}
	return string(rest[1 : 1+end]), true
}

// isTrailEvent tells CloudTrail's events from other records that have an event source (S3's notifications, queues).
func isTrailEvent(raw []byte) bool {
	var head struct{ EventSource, EventName text }
	return bytes.Contains(raw, []byte(`"eventSource"`)) && json.Unmarshal(raw, &head) == nil &&
		head.EventName != "" && strings.HasSuffix(string(head.EventSource), ".amazonaws.com")
}

// trailVerdict is what became of one event: changes, or a reason for which it was passed over, or an error.
type trailVerdict struct {
	skipped string
	changes []schema.Change
	err     error
}

// readTrailEvent reads one event. A call that failed changed nothing.
func readTrailEvent(raw []byte) trailVerdict {
	if !bytes.Contains(raw, []byte(ec2Source)) {
		return trailVerdict{skipped: "CloudTrail events of other services"}
	}
	if name, ok := plainName(raw); ok && trailReaders[name] == nil && bytes.Contains(raw, []byte(`"eventSource":"`+ec2Source+`"`)) {
		return trailVerdict{skipped: otherCalls}
	}
	var e trailEvent
	if err := json.Unmarshal(raw, &e); err != nil {
		return trailVerdict{err: fmt.Errorf("CloudTrail event cannot be read: %w", err)}
	}
	read := trailReaders[string(e.EventName)]
	switch {
	case e.EventSource != ec2Source:
		return trailVerdict{skipped: "CloudTrail events of other services"}
	case read == nil:
		return trailVerdict{skipped: otherCalls}
	case e.ErrorCode != "":
		return trailVerdict{skipped: "CloudTrail events: calls that failed"}
	}
	changes, err := e.changes(read)
	if err != nil {
		return trailVerdict{err: fmt.Errorf("CloudTrail event %s cannot be read: %w", e.EventName, err)}
	}
	if len(changes) == 0 {
		return trailVerdict{skipped: "CloudTrail events: calls that changed nothing of interest"}
	}
	return trailVerdict{changes: changes}
}

// trailReader reads what a call did; the changes lack all that the event as a whole says.
type trailReader func(*trailEvent) ([]schema.Change, error)

// trailReaders by the names of the calls.
var trailReaders = map[string]trailReader{
	"AuthorizeSecurityGroupIngress":              authorized(schema.Ingress),
	"AuthorizeSecurityGroupEgress":               authorized(schema.Egress),
	"RevokeSecurityGroupIngress":                 revoked(schema.Ingress),
	"RevokeSecurityGroupEgress":                  revoked(schema.Egress),
	"ModifySecurityGroupRules":                   modifiedRules,
	"UpdateSecurityGroupRuleDescriptionsIngress": touchedGroup,
	"UpdateSecurityGroupRuleDescriptionsEgress":  touchedGroup,
	"AssociateSecurityGroupVpc":                  touchedGroup,
	"DisassociateSecurityGroupVpc":               touchedGroup,
	"CreateSecurityGroup":                        createdGroup,
	"DeleteSecurityGroup":                        deletedGroup,
	"ModifyManagedPrefixList":                    modifiedList,
	"RestoreManagedPrefixListVersion":            restoredList,
	"RunInstances":                               ranInstances,
	"TerminateInstances":                         terminatedInstances,
	"CreateNetworkInterface":                     createdInterface,
	"DeleteNetworkInterface":                     deletedInterface,
	"AttachNetworkInterface":                     attachedInterface,
	"ModifyNetworkInterfaceAttribute":            regroupedInterface,
	"ModifyInstanceAttribute":                    regroupedInstance,
	"AssignPrivateIpAddresses":                   assignedAddresses,
	"UnassignPrivateIpAddresses":                 unassignedAddresses,
	"AssignIpv6Addresses":                        assignedAddresses,
	"UnassignIpv6Addresses":                      unassignedAddresses,
	"CreateFlowLogs":                             createdFlowLogs,
	"DeleteFlowLogs":                             deletedFlowLogs,
}

func (e *trailEvent) changes(read trailReader) ([]schema.Change, error) {
	var at moment
	if len(e.EventTime) == 0 || at.UnmarshalJSON(e.EventTime) != nil || at.IsZero() {
		return nil, fmt.Errorf("eventTime is %q", clip(e.EventTime, 40))
	}
	if e.EventID == "" {
		return nil, errors.New("eventID is missing")
	}
	e.RequestParameters = unwrap(e.RequestParameters, string(e.EventName)+"Request")
	e.ResponseElements = unwrap(e.ResponseElements, string(e.EventName)+"Response")
	changes, err := read(e)
	for i := range changes {
		c := &changes[i]
		c.EventID, c.Name, c.Author = string(e.EventID), string(e.EventName), e.author()
		c.At, c.AccountID, c.Region = at.Time, e.account(), string(e.AWSRegion)
	}
	return changes, err
}

func (e *trailEvent) account() string {
	return cmp.Or(string(e.RecipientAccountID), string(e.UserIdentity.AccountID))
}

// author is the caller's ARN, or the AWS service that called by itself.
func (e *trailEvent) author() string {
	u := e.UserIdentity
	return clip(cmp.Or(string(u.ARN), string(u.InvokedBy), string(u.PrincipalID), string(u.Type)), 2048)
}

// head is for readers of bodies, which take account and region from it.
func (e *trailEvent) head() *head {
	return &head{AWSAccountID: text(e.account()), AWSRegion: string(e.AWSRegion)}
}

// one makes the change of one resource, which the request or the response names.
func (e *trailEvent) one(typ schema.ItemType, prefix string, body schema.ChangeBody) ([]schema.Change, error) {
	id, err := e.id(prefix)
	if err != nil {
		return nil, err
	}
	return []schema.Change{{Type: typ, ID: id, ChangeBody: body}}, nil
}

// idMembers name the resource itself, as against others that a call also names.
var idMembers = map[string]string{"sg-": "groupId", "eni-": "networkInterfaceId", "i-": "instanceId", "pl-": "prefixListId"}

func (e *trailEvent) id(prefix string) (string, error) {
	for _, raw := range []json.RawMessage{e.RequestParameters, e.ResponseElements} {
		if found := ids(member(raw, idMembers[prefix]), prefix); len(found) == 1 {
			return found[0], nil
		}
	}
	return "", fmt.Errorf("no %s (%s…)", idMembers[prefix], prefix)
}

// member returns a member of an object, whatever its case, or null.
func member(raw json.RawMessage, name string) json.RawMessage {
	var o map[string]json.RawMessage
	if json.Unmarshal(raw, &o) == nil {
		for key, value := range o {
			if strings.EqualFold(key, name) {
				return value
			}
		}
	}
	return json.RawMessage("null")
}
