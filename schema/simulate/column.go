package simulate

import (
	"net/netip"
	"strconv"
	"strings"
)

// column is one field of a flow log. The order of columns is AWS's canonical one
// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html).
type column struct {
	name    string
	version int
	write   func(a *Account, b []byte, r *record) []byte
}

// columns returns the fields of a format, in its order.
func (a *Account) columns() []column {
	list := standardColumns()
	switch a.opts.Format {
	case V2:
		return list[:14]
	case V5:
		return list
	}
	for _, name := range []string{"ecs-service-name", "ecs-task-id", "reject-reason", "resource-id"} {
		list = append(list, column{name, 9, dash})
	}
	r := a.rng("columns", 0)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return append(list, column{"encryption-status", 10, encryption}, column{"ecs-cluster-name", 7, dash})
}

// standardColumns are the 29 of versions 2 to 5.
func standardColumns() []column {
	return append([]column{
		{"version", 2, func(a *Account, b []byte, _ *record) []byte { return strconv.AppendInt(b, int64(a.version()), 10) }},
		{"account-id", 2, func(a *Account, b []byte, _ *record) []byte { return append(b, a.id...) }},
		{"interface-id", 2, func(_ *Account, b []byte, r *record) []byte { return append(b, r.host.id...) }},
		{"srcaddr", 2, traffic(func(_ *Account, b []byte, r *record) []byte { return r.plain(r.src, r.egress).AppendTo(b) })},
		{"dstaddr", 2, traffic(func(_ *Account, b []byte, r *record) []byte { return r.plain(r.dst, !r.egress).AppendTo(b) })},
		{"srcport", 2, number(func(r *record) uint64 { return uint64(r.srcPort) })},
		{"dstport", 2, number(func(r *record) uint64 { return uint64(r.dstPort) })},
		{"protocol", 2, number(func(r *record) uint64 { return uint64(r.protocol) })},
		{"packets", 2, number(func(r *record) uint64 { return r.packets })},
		{"bytes", 2, number(func(r *record) uint64 { return r.bytes })},
		{"start", 2, func(_ *Account, b []byte, r *record) []byte { return strconv.AppendInt(b, r.start, 10) }},
		{"end", 2, func(_ *Account, b []byte, r *record) []byte { return strconv.AppendInt(b, r.end, 10) }},
		{"action", 2, func(_ *Account, b []byte, r *record) []byte {
			return append(b, [...]string{"ACCEPT", "REJECT", "-", "-", ""}[r.status]...)
		}},
		{"log-status", 2, func(_ *Account, b []byte, r *record) []byte {
			return append(b, [...]string{"OK", "OK", "NODATA", "SKIPDATA", ""}[r.status]...)
		}},
	}, extraColumns()...)
}

// extraColumns are those of versions 3 to 5.
func extraColumns() []column {
	return []column{
		{"vpc-id", 3, func(a *Account, b []byte, _ *record) []byte { return append(b, a.vpc...) }},
		{"subnet-id", 3, func(_ *Account, b []byte, r *record) []byte { return append(b, r.host.subnet.id...) }},
		{"instance-id", 3, func(a *Account, b []byte, r *record) []byte {
			if r.host.instance == "" {
				return dash(a, b, r)
			}
			return append(b, r.host.instance...)
		}},
		{"tcp-flags", 3, number(func(r *record) uint64 { return uint64(r.flags) })},
		{"type", 3, traffic(func(_ *Account, b []byte, r *record) []byte {
			if r.src.Is4() {
				return append(b, "IPv4"...)
			}
			return append(b, "IPv6"...)
		})},
		{"pkt-srcaddr", 3, traffic(func(_ *Account, b []byte, r *record) []byte { return r.src.AppendTo(b) })},
		{"pkt-dstaddr", 3, traffic(func(_ *Account, b []byte, r *record) []byte { return r.dst.AppendTo(b) })},
		{"region", 4, func(a *Account, b []byte, _ *record) []byte { return append(b, a.region...) }},
		{"az-id", 4, func(_ *Account, b []byte, r *record) []byte {
			return append(append(b, "euw1-az"...), r.host.subnet.zone[len(r.host.subnet.zone)-1]-'a'+'1')
		}},
		{"sublocation-type", 4, dash},
		{"sublocation-id", 4, dash},
		{"pkt-src-aws-service", 5, dash},
		{"pkt-dst-aws-service", 5, dash},
		{"flow-direction", 5, traffic(func(_ *Account, b []byte, r *record) []byte {
			if r.egress {
				return append(b, "egress"...)
			}
			return append(b, "ingress"...)
		})},
		{"traffic-path", 5, trafficPath},
	}
}

// plain is an address as srcaddr and dstaddr show it: the interface's own IPv4 is always its primary one. Foreign
// sources that arrive are shown as they are.
func (r *record) plain(addr netip.Addr, own bool) netip.Addr {
	if own && addr.Is4() {
		return r.host.addrs[0]
	}
	return addr
}

func dash(_ *Account, b []byte, _ *record) []byte { return append(b, '-') }

// traffic makes a field that is "-" in records without traffic.
func traffic(write func(*Account, []byte, *record) []byte) func(*Account, []byte, *record) []byte {
	return func(a *Account, b []byte, r *record) []byte {
		if r.status > rejected {
			return dash(a, b, r)
		}
		return write(a, b, r)
	}
}

// number is traffic for an unsigned number.
func number(get func(*record) uint64) func(*Account, []byte, *record) []byte {
	return traffic(func(_ *Account, b []byte, r *record) []byte { return strconv.AppendUint(b, get(r), 10) })
}

// trafficPath is only known of what leaves: 8 through the internet gateway, 3 through the virtual private gateway, 1
// through another interface of the VPC, which is how those without a public address reach the internet.
func trafficPath(a *Account, b []byte, r *record) []byte {
	switch {
	case r.status > rejected || !r.egress || !r.dst.Is4() || a.ownerAt(r.dst, r.start) != nil:
		return dash(a, b, r)
	case r.dst.IsPrivate():
		return append(b, '3')
	case !r.host.public.IsValid():
		return append(b, '1')
	}
	return append(b, '8')
}

// encryption is 1 (Nitro-encrypted) or 0 (clear).
func encryption(a *Account, b []byte, r *record) []byte {
	if r.status > rejected {
		return dash(a, b, r)
	}
	return append(b, '0'+r.host.subnet.zone[len(r.host.subnet.zone)-1]-'a')
}

// version is the highest version among the fields, which is what records say of themselves.
func (a *Account) version() int {
	return [...]int{V2: 2, V5: 5, Shuffled: 10}[a.opts.Format]
}

// header is the first line of every object.
func header(columns []column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return strings.Join(names, " ") + "\n"
}
