package inventory

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"sgfit/schema"
)

// interfaceBody is the configuration of an AWS::EC2::NetworkInterface, and an entry of an instance's networkInterfaces.
type interfaceBody struct {
	NetworkInterfaceID, VPCID, SubnetID       string
	InterfaceType, Description, RequesterID   string
	SourceDestCheck                           flag
	Groups                                    []struct{ GroupID string }
	PrivateIPAddress                          string
	PrivateIPAddresses                        []addressBody
	IPv6Addresses, IPv4Prefixes, IPv6Prefixes []named
	Association                               association
	Attachment                                *struct {
		InstanceID string
		AttachTime hint
	}
}

type addressBody struct {
	PrivateIPAddress string
	Primary          flag
	Association      association
}

// association is a public address; recorded tests write "None" where AWS writes null.
type association struct{ PublicIP, CarrierIP string }

// UnmarshalJSON takes an object, null, or any string, which says nothing.
func (a *association) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return nil
	}
	type plain association
	return json.Unmarshal(b, (*plain)(a))
}

func readInterface(h *head, raw []byte) (schema.Item, []problem, error) {
	var body interfaceBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return schema.Item{}, nil, err
	}
	it, err := h.item(schema.InterfaceItem, body.NetworkInterfaceID)
	if err != nil {
		return it, nil, err
	}
	iface, lost, err := body.state(it.ID, h)
	it.Interface = iface
	if it.Created.IsZero() && body.Attachment != nil {
		it.Created = body.Attachment.AttachTime.Time
	}
	return it, lost, err
}

// state is the interface as the body says it. A group without an id fails the whole: an interface with fewer groups than
// it has would be judged by the wrong rules. An unreadable address is reported and left out.
func (b *interfaceBody) state(id string, h *head) (*schema.Interface, []problem, error) {
	iface := &schema.Interface{
		InterfaceID: id, AccountID: h.account(), Region: h.region(), VPCID: b.VPCID, SubnetID: b.SubnetID,
		InterfaceType: snakeCase(b.InterfaceType), Description: b.Description, RequesterID: b.RequesterID,
		Forwards: b.SourceDestCheck.Known && !b.SourceDestCheck.Value,
	}
	if b.Attachment != nil {
		iface.InstanceID = b.Attachment.InstanceID
	}
	for _, g := range b.Groups {
		if g.GroupID == "" {
			return nil, nil, errors.New("a group without groupId")
		}
		iface.Groups = append(iface.Groups, g.GroupID)
	}
	slices.Sort(iface.Groups)
	iface.Groups = slices.Compact(iface.Groups)
	var lost losses
	iface.Addresses = b.addresses(&lost)
	iface.PublicIPs = b.publicIPs(&lost)
	iface.Prefixes = readPrefixes(append(slices.Clone(b.IPv4Prefixes), b.IPv6Prefixes...), &lost)
	return iface, lost, nil
}

// addresses are the primary private IPv4 address, the others in order, and IPv6 in order.
func (b *interfaceBody) addresses(lost *losses) []netip.Addr {
	primary := lost.addr(b.PrivateIPAddress)
	var others []netip.Addr
	for _, a := range b.PrivateIPAddresses {
		addr := lost.addr(a.PrivateIPAddress)
		if !primary.IsValid() && a.Primary.Value {
			primary = addr
		}
		others = append(others, addr)
	}
	for _, a := range b.IPv6Addresses {
		others = append(others, lost.addr(a.Value))
	}
	slices.SortFunc(others, compareAddrs)
	all := append([]netip.Addr{primary}, slices.DeleteFunc(others, func(a netip.Addr) bool { return a == primary })...)
	return validAddrs(all)
}

func (b *interfaceBody) publicIPs(lost *losses) []netip.Addr {
	var all []netip.Addr
	add := func(a association) {
		all = append(all, lost.addr(a.PublicIP), lost.addr(a.CarrierIP))
	}
	add(b.Association)
	for _, a := range b.PrivateIPAddresses {
		add(a.Association)
	}
	slices.SortFunc(all, compareAddrs)
	return validAddrs(all)
}

// compareAddrs puts IPv4 first.
func compareAddrs(a, b netip.Addr) int {
	return cmp.Or(cmp.Compare(a.BitLen(), b.BitLen()), a.Compare(b))
}

// validAddrs drops absent addresses and neighbours that are equal.
func validAddrs(all []netip.Addr) []netip.Addr {
	all = slices.Compact(slices.DeleteFunc(all, func(a netip.Addr) bool { return !a.IsValid() }))
	if len(all) == 0 {
		return nil
	}
	return slices.Clip(all)
}

// losses collects the parts of an item that could not be read.
type losses []problem

// addr reads an address; absent ones and unreadable ones are the zero Addr.
func (l *losses) addr(s string) netip.Addr {
	if s = strings.TrimSpace(s); s == "" {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		l.add(fmt.Sprintf("address %q cannot be read", clip(s, 60)), s)
		return netip.Addr{}
	}
	return a.Unmap()
}

func (l *losses) add(reason, sample string) {
	p := problem{reason, clip(sample, 200)}
	if !slices.Contains(*l, p) { // the same address stands in several places
		*l = append(*l, p)
	}
}

// prefix reads a CIDR; absent ones and unreadable ones are the zero Prefix.
func (l *losses) prefix(s string) netip.Prefix {
	if s == "" {
		return netip.Prefix{}
	}
	p, err := schema.ParseCIDR(s)
	if err != nil {
		l.add(clip(err.Error(), 200), s)
		return netip.Prefix{}
	}
	return p
}

// readPrefixes reads CIDRs, sorted, without duplicates.
func readPrefixes(names []named, lost *losses) []netip.Prefix {
	var all []netip.Prefix
	for _, n := range names {
		if p := lost.prefix(n.Value); p.IsValid() {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, netip.Prefix.Compare)
	return slices.Clip(slices.Compact(all))
}

// snakeCase spells interface types as EC2's filters and live data do: natGateway becomes nat_gateway.
func snakeCase(s string) string {
	var out strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) && i > 0 && s[i-1] != '_' && s[i-1] != '-' && !(s[i-1] >= 'A' && s[i-1] <= 'Z') {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}
