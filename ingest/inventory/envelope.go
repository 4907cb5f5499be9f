package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"sgfit/ingest/jsontext"
)

// maxNesting bounds messages within messages: a notification in an event in a recorded answer is three.
const maxNesting = 8

// envelope finds configuration items in all the wrappings they come in:
//
//	{"configurationItems": […]}                    snapshot, history, get-resource-config-history
//	{"baseConfigurationItems": […]}                batch-get-resource-config
//	{"configurationItem": {…} or […]}              notification, oversized notification's object, rule event
//	{"Results": ["{…}", …]}                        select-resource-config
//	{"Message" | "invokingEvent": "{…}" or {…}}    SNS around a notification, Lambda around a rule event
//	{"data" | "detail": {…}}                       recorded API answers, EventBridge
//	{"resourceType": …, "configuration": …}        a bare item
//	{"SecurityGroups": […]} and the like           answers of EC2 (answer.go)
//	{"Records": […]}                               events of CloudTrail; also as "detail", in "Events", or bare
//	[ … ], and one document after the other        of any of these
type envelope struct {
	item       func(raw []byte) error              // gets each item as it stands
	event      func(raw []byte) error              // gets each event of CloudTrail
	element    func(call string, raw []byte) error // gets each element of an answer of EC2
	answered   func(a *answer) error               // is called at the end of such an answer
	lost       func(reason string, sample []byte)
	level      int
	read       int // documents begun at the top
	snapshotID string
	shape      string // what it was read as, "" until something was recognised
	message    string // messageType
	keys       []string
	foreign    string // what it looks like when it is not Config's
}

var errForeign = errors.New("not AWS Config data")

// shapes by the member that gives them away.
var shapes = map[string]string{
	"configurationitems":       "config items",
	"baseconfigurationitems":   "config batch-get-resource-config",
	"configurationitem":        "config notification",
	"configurationitemsummary": "config notification",
	"results":                  "config select-resource-config",
}

// bare are the members of an item, and of an event; an object that has the two most telling ones is one.
var bare = map[string]bool{"resourcetype": true, "resourceid": true, "awsaccountid": true, "accountid": true, "arn": true,
	"awsregion": true, "configurationitemstatus": true, "configurationitemcapturetime": true, "configurationstateid": true,
	"resourcecreationtime": true, "configuration": true, "tags": true,
	// of an event of CloudTrail:
	"eventid": true, "eventname": true, "eventsource": true, "eventtime": true, "errorcode": true, "useridentity": true,
	"recipientaccountid": true, "requestparameters": true, "responseelements": true}

// documents reads one document after the other until the end.
func (e *envelope) documents(s *jsontext.Stream) error {
	for {
		if _, err := s.Peek(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if e.level == 0 {
			e.read++
		}
		if err := e.document(s); err != nil {
			return err
		}
	}
}

func (e *envelope) document(s *jsontext.Stream) error {
	c, err := s.Next()
	if err != nil {
		return err
	}
	switch c {
	case '{':
		return e.object(s)
	case '[':
		return s.Elements(func() error { return e.nested(s, "an element") })
	}
	if e.level == 0 && e.read == 1 {
		return errNotJSON
	}
	return s.Wrong("an object or a list")
}

var errNotJSON = errors.New("not JSON")

func (e *envelope) object(s *jsontext.Stream) error {
	var own bytes.Buffer // the members of a bare item
	var ans answer       // of EC2, if it is one
	err := s.Members(func(key string) error {
		low := strings.ToLower(key)
		if e.level == 0 && len(e.keys) < 8 && !slices.Contains(e.keys, clip(key, 40)) {
			e.keys = append(e.keys, clip(key, 40))
		}
		if call := answerCall(key); call != "" {
			return e.list(s, call, &ans)
		}
		if taken, err := ans.head(s, key); taken {
			return err
		}
		if shape, ok := shapes[low]; ok {
			e.recognise(shape)
		}
		switch low {
		case "configurationitems", "baseconfigurationitems", "configurationitem", "results":
			return e.items(s)
		case "configurationitemsummary":
			return e.summary(s)
		case "message", "invokingevent", "data", "detail":
			return e.nested(s, key)
		case "events":
			return e.lookedUp(s)
		case "configsnapshotid", "messagetype":
			return e.label(s, low)
		case "error":
			return e.refusal(s)
		}
		if bare[low] {
			return e.member(s, key, &own)
		}
		return e.other(s, key)
	})
	if ans.call != "" {
		ans.broken = err != nil
		if failed := e.answered(&ans); failed != nil {
			return failed
		}
	}
	if err != nil || own.Len() == 0 {
		return err
	}
	return e.bareItem(own.Bytes())
}

// list reads the elements of an answer of EC2.
func (e *envelope) list(s *jsontext.Stream, call string, ans *answer) error {
	e.recognise(call)
	ans.call = call
	if c, err := s.Next(); err != nil || c != '[' {
		if err == nil && c != 'n' {
			e.lost(call+": what should be a list is none", nil)
		}
		return errors.Join(err, s.Skip())
	}
	return s.Elements(func() error {
		raw, err := s.Value()
		if err != nil {
			return err
		}
		return e.element(call, raw)
	})
}

// refusal reads what stands in place of an answer where AWS gave none.
func (e *envelope) refusal(s *jsontext.Stream) error {
	raw, err := s.Value()
	if err != nil {
		return err
	}
	var said struct{ Code string }
	if json.Unmarshal(raw, &said) == nil && said.Code != "" {
		e.recognise("error")
		e.lost("AWS gave an error in place of an answer: "+clip(said.Code, 80), raw)
	}
	return nil
}

func (e *envelope) recognise(shape string) {
	if e.shape == "" {
		e.shape = shape
	}
}

// items reads a list of items, or a single one.
func (e *envelope) items(s *jsontext.Stream) error {
	c, err := s.Next()
	if err != nil {
		return err
	}
	switch c {
	case '[':
		return s.Elements(func() error { return e.one(s) })
	case 'n':
		return s.Skip()
	}
	return e.one(s)
}

func (e *envelope) one(s *jsontext.Stream) error {
	raw, err := s.Value()
	if err != nil {
		return err
	}
	return e.item(raw)
}

// summary is what an oversized notification holds in place of the item.
func (e *envelope) summary(s *jsontext.Stream) error {
	raw, err := s.Value()
	if err == nil {
		e.lost("oversized notification: it holds a summary only, the item lies in the bucket under OversizedChangeNotification", raw)
	}
	return err
}

// nested reads a document within the document, as it is or in quotes. Prose in its place is passed over; JSON with a
// fault is a loss, but not to what stands around it.
func (e *envelope) nested(s *jsontext.Stream, where string) error {
	raw, err := s.Value()
	if err != nil {
		return err
	}
	inner, err := unquote(raw)
	if err != nil || len(inner) == 0 || (inner[0] != '{' && inner[0] != '[') {
		return nil
	}
	if e.level >= maxNesting {
		e.lost("messages within messages, too deep", inner)
		return nil
	}
	e.level++
	defer func() { e.level-- }()
	inside := jsontext.New(bytes.NewReader(bytes.Clone(inner)))
	if err := e.documents(inside); err != nil && !isOurs(err) {
		e.lost(fmt.Sprintf("%s is no whole JSON: %v", where, err), inner)
	} else if err != nil {
		return err
	}
	return nil
}

// isOurs tells decisions, which end the reading, from faults of the text.
func isOurs(err error) bool {
	var syntax *jsontext.SyntaxError
	return !errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF)
}

func (e *envelope) label(s *jsontext.Stream, low string) error {
	raw, err := s.Value()
	if err != nil {
		return err
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil
	}
	if low == "messagetype" {
		e.message = clip(text, 80)
	} else {
		e.snapshotID = text
	}
	return nil
}

func (e *envelope) member(s *jsontext.Stream, key string, own *bytes.Buffer) error {
	raw, err := s.Value()
	if err != nil {
		return err
	}
	if own.Len() > 0 {
		own.WriteByte(',')
	}
	name, _ := json.Marshal(key)
	own.Write(name)
	own.WriteByte(':')
	own.Write(raw)
	return nil
}

func (e *envelope) bareItem(members []byte) error {
	whole := append(append([]byte("{"), members...), '}')
	if isTrailEvent(whole) {
		e.recognise(trailShape)
		return e.event(whole)
	}
	low := bytes.ToLower(members)
	if !bytes.Contains(low, []byte(`"resourcetype":`)) || !bytes.Contains(low, []byte(`"configurationitemcapturetime":`)) {
		return nil
	}
	e.recognise("config items")
	return e.item(whole)
}

// other passes over a member, and stops where it shows that the whole is something else.
func (e *envelope) other(s *jsontext.Stream, key string) error {
	if e.shape != "" && (e.shape != trailShape || key != "Records") || e.snapshotID != "" {
		return s.Skip()
	}
	if key == "Records" {
		return e.records(s)
	}
	if e.foreign = foreignKeys[key]; e.foreign != "" {
		return errForeign
	}
	return s.Skip()
}

// foreignKeys are top-level members of what people mistake for Config data.
var foreignKeys = map[string]string{
	"ConfigurationRecorders":       "the output of describe-configuration-recorders",
	"ConfigurationRecordersStatus": "the output of describe-configuration-recorder-status",
	"DeliveryChannels":             "the output of describe-delivery-channels",
	"DeliveryChannelsStatus":       "the output of describe-delivery-channel-status",
	"VpcEndpoints":                 "the output of describe-vpc-endpoints",
	"NatGateways":                  "the output of describe-nat-gateways",
	"NetworkAcls":                  "the output of describe-network-acls",
	"RouteTables":                  "the output of describe-route-tables",
	"InternetGateways":             "the output of describe-internet-gateways",
	"Addresses":                    "the output of describe-addresses",
	"AvailabilityZones":            "the output of describe-availability-zones",
	"CustomerGateways":             "the output of describe-customer-gateways",
	"DhcpOptions":                  "the output of describe-dhcp-options",
	"VpnConnections":               "the output of describe-vpn-connections",
	"VpnGateways":                  "the output of describe-vpn-gateways",
	"VpcPeeringConnections":        "the output of describe-vpc-peering-connections",
	"DomainStatusList":             "the output of describe-elasticsearch-domains",
	"DBInstances":                  "the output of rds describe-db-instances",
	"SecurityGroupForVpcs":         "the output of get-security-groups-for-vpc, which has no rules",
	"SecurityGroupVpcAssociations": "the output of describe-security-group-vpc-associations",
	"SecurityGroupReferenceSet":    "the output of describe-security-group-references",
	"SecurityGroupsReferenceSet":   "the output of describe-security-group-references",
	"PrefixListAssociations":       "the output of get-managed-prefix-list-associations",
	"NetworkInterfacePermissions":  "the output of describe-network-interface-permissions",
	"NetworkInterfaceId":           "the output of describe-network-interface-attribute, or of --query",
	"NetworkInterface":             "the output of create-network-interface",
	"InterfacePermission":          "the output of create-network-interface-permission",
	"PrefixList":                   "the output of a call that changes a prefix list",
	"logEvents":                    "a CloudWatch Logs delivery",
}
