package exceptions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"sgfit/schema"
	"sgfit/suggest"
)

// fieldNames are those of one exception, in the order in which drafts have them.
var fieldNames = []string{"kind", "group", "vpc", "account", "direction", "protocol", "ports", "peer", "months", "owner", "reason", "expires"}

// ruleFields say which rule of the group is meant.
var ruleFields = []string{"direction", "protocol", "ports", "peer"}

var kinds = []suggest.ExceptionKind{suggest.Accepted, suggest.Seasonal, suggest.Untouchable}

func (p *parser) exception(n *yaml.Node) (x suggest.Exception, ok bool) {
	fields := p.mapping(n, fieldNames)
	if fields == nil {
		return x, false
	}
	before := len(p.errs)
	x = suggest.Exception{Kind: suggest.ExceptionKind(p.text(n, fields, "kind")), Group: p.text(n, fields, "group"),
		Owner: p.text(n, fields, "owner"), Reason: p.text(n, fields, "reason"), Expires: p.date(n, fields)}
	if k := fields["kind"]; k != nil && x.Kind != "" && !slices.Contains(kinds, x.Kind) {
		p.wrong(k, "kind %q is none of accepted, seasonal, untouchable", x.Kind)
	}
	if fields["vpc"] != nil {
		x.VPCID = p.text(n, fields, "vpc")
	}
	if fields["account"] != nil {
		x.AccountID = p.text(n, fields, "account")
	}
	if slices.ContainsFunc(ruleFields, func(name string) bool { return fields[name] != nil }) {
		p.rule(n, fields, &x)
	}
	p.months(n, fields, &x)
	if len(p.errs) == before && x.Kind == suggest.Accepted && x.Peer != "0.0.0.0/0" && x.Peer != "::/0" {
		p.wrong(n, "accepted is for a rule that is open to every address (peer 0.0.0.0/0 or ::/0); untouchable keeps other rules as they are")
	}
	return x, len(p.errs) == before
}

// text is a field that must be there and say something.
func (p *parser) text(n *yaml.Node, fields map[string]*yaml.Node, name string) string {
	f := fields[name]
	switch {
	case f == nil:
		p.wrong(n, "%s is missing: %s", name, wanted(name))
	case f.Kind != yaml.ScalarNode:
		p.wrong(f, "%s is one value: %s", name, wanted(name))
	case f.Tag == "!!null" || strings.TrimSpace(f.Value) == "":
		p.wrong(f, "%s is empty: %s", name, wanted(name))
	default:
		return strings.TrimSpace(f.Value)
	}
	return ""
}

// wanted says what a field is for.
func wanted(name string) string {
	return map[string]string{
		"kind":      "accepted, seasonal or untouchable",
		"group":     "the security group's id (sg-…) or name",
		"vpc":       "a VPC's id (vpc-…)",
		"account":   "an account's 12 digits",
		"owner":     "who answers for it",
		"reason":    "why it is needed",
		"expires":   "the last day on which it holds, such as 2027-06-30",
		"direction": "ingress or egress",
		"protocol":  "tcp, udp, icmp, icmpv6, all or a number",
		"ports":     "443 or 8000-8100; of ICMP the type (8) or type/code (8/0); leave it out for all",
		"peer":      "a CIDR, sg-…, pl-… or the name of a group",
	}[name]
}

func (p *parser) date(n *yaml.Node, fields map[string]*yaml.Node) string {
	s := p.text(n, fields, "expires")
	if s == "" {
		return ""
	}
	if t, err := time.Parse(time.DateOnly, s); err != nil || t.Year() < 2000 {
		p.wrong(fields["expires"], "expires %q is no day: %s", s, wanted("expires"))
	}
	return s
}

// rule reads which rule is meant.
func (p *parser) rule(n *yaml.Node, fields map[string]*yaml.Node, x *suggest.Exception) {
	x.Direction = schema.Direction(p.text(n, fields, "direction"))
	if x.Direction != "" && x.Direction != schema.Ingress && x.Direction != schema.Egress {
		p.wrong(fields["direction"], "direction %q is neither ingress nor egress", x.Direction)
	}
	x.Peer = p.text(n, fields, "peer")
	if cidr, err := schema.ParseCIDR(x.Peer); err == nil {
		x.Peer = cidr.String()
	} else if strings.ContainsAny(x.Peer, "/") {
		p.wrong(fields["peer"], "peer %q is no CIDR: %s", x.Peer, wanted("peer"))
	}
	name := p.text(n, fields, "protocol")
	protocol, err := schema.ParseProtocol(name)
	if err != nil && name != "" {
		p.wrong(fields["protocol"], "protocol %q is none: %s", name, wanted("protocol"))
	}
	if x.Protocol = protocol.String(); name == "" || err != nil {
		return
	}
	from, to, err := readPorts(protocol, p.optional(fields, "ports"))
	if err != nil {
		p.wrong(fields["ports"], "%v: %s", err, wanted("ports"))
	}
	x.FromPort, x.ToPort = from, to
}

// optional is the text of a field, "" where it is absent.
func (p *parser) optional(fields map[string]*yaml.Node, name string) string {
	if fields[name] == nil {
		return ""
	}
	return p.text(nil, fields, name)
}

// readPorts reads ports as the plan has them: nil where the protocol has none, and for every type of ICMP.
func readPorts(protocol schema.Protocol, s string) (from, to *int32, err error) {
	number := func(s string, most int64) *int32 {
		n, wrong := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
		if wrong != nil || n < 0 || n > most {
			err = fmt.Errorf("ports %q cannot be read", s)
		}
		out := int32(n)
		return &out
	}
	switch {
	case protocol.HasPorts() && (s == "" || s == "all"):
		return number("0", 0), number("65535", 65535), nil
	case protocol.HasPorts():
		first, last, isRange := strings.Cut(s, "-")
		if !isRange {
			last = first
		}
		if from, to = number(first, 65535), number(last, 65535); err == nil && *from > *to {
			err = fmt.Errorf("ports %q end before they begin", s)
		}
		return from, to, err
	case s == "" || s == "all":
		return nil, nil, nil
	case protocol == schema.ICMP || protocol == schema.ICMPv6:
		kind, code, has := strings.Cut(s, "/")
		from, to = number(kind, 255), new(int32)
		if *to = -1; has {
			to = number(code, 255)
		}
		return from, to, err
	}
	return nil, nil, fmt.Errorf("protocol %s has no ports", protocol)
}

// months reads the season of a seasonal exception.
func (p *parser) months(n *yaml.Node, fields map[string]*yaml.Node, x *suggest.Exception) {
	f := fields["months"]
	switch {
	case x.Kind != suggest.Seasonal && f != nil:
		p.wrong(f, "months are for kind seasonal")
		return
	case x.Kind != suggest.Seasonal:
		return
	case f == nil || f.Kind != yaml.SequenceNode || len(f.Content) == 0:
		if f == nil {
			f = n
		}
		p.wrong(f, "a seasonal rule needs its months, such as [11, 12]")
		return
	}
	for _, m := range f.Content {
		month, err := strconv.Atoi(m.Value)
		if err != nil || m.Kind != yaml.ScalarNode || month < 1 || month > 12 {
			p.wrong(m, "month %q is no number from 1 to 12", m.Value)
			continue
		}
		x.Months = append(x.Months, month)
	}
	slices.Sort(x.Months)
	x.Months = slices.Compact(x.Months)
}
