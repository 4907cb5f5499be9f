package simulate

import (
	"fmt"
	"net/netip"
)

// host is a network interface and the machine or service behind it.
type host struct {
	id, role, name  string
	description     string
	kind            string // AWS's interfaceType
	requester       string
	instance        string
	subnet          *subnet
	addrs           []netip.Addr // private IPv4: primary, then secondary
	addr6           netip.Addr   // zero without IPv6
	public          netip.Addr   // zero without
	life            span
	wears           []wearing // in order of time, at least one; groups may be none
	logged          bool      // a flow log covers it
	known           bool      // Config records it
	forwards        bool      // source/destination check off
	index           int
	tags            map[string]string
	aggregationSkew int64 // where its aggregation intervals begin
}

// wearing is what a host wears from a time on.
type wearing struct {
	from   int64
	groups []*group
}

func (h *host) groupsAt(t int64) []*group {
	var worn []*group
	for _, w := range h.wears {
		if w.from <= t {
			worn = w.groups
		}
	}
	return worn
}

func (h *host) wearsAt(g *group, t int64) bool {
	if !h.life.holds(t) {
		return false
	}
	for _, worn := range h.groupsAt(t) {
		if worn == g {
			return true
		}
	}
	return false
}

// ownerAt returns the host that had this private address at t, or nil.
func (a *Account) ownerAt(addr netip.Addr, t int64) *host {
	for _, h := range a.owners[addr] {
		if h.life.holds(t) {
			return h
		}
	}
	return nil
}

// hostRow is a line of the table of lasting hosts.
type hostRow struct {
	role   string
	count  int
	tier   string
	groups []string
	kind   string // "": interface
	change func(*host)
}

// makeHosts makes the lasting interfaces, spread over both zones.
func (a *Account) makeHosts() {
	rows := a.hostRows()
	if a.opts.Churn {
		rows = append(rows, churnHosts()...)
	}
	for _, row := range rows {
		for i := range row.count {
			zone := string("ab"[i%2])
			v4, v6 := a.subnetNamed(row.tier + "-" + zone).take()
			h := a.newHost(row.role, fmt.Sprintf("%s-%d", row.role, i+1), a.subnetNamed(row.tier+"-"+zone), v4, row.groups)
			h.life = span{a.window.from - int64(60+i*11)*day, always}
			h.wears[0].from = h.life.from
			if row.kind != "" {
				h.kind = row.kind
			}
			if row.role == "alb" || row.role == "web" || row.role == "app" {
				h.addr6 = v6
				a.owners[v6] = append(a.owners[v6], h)
			}
			if row.change != nil {
				row.change(h)
			}
		}
	}
	a.moveWiki()
}

// newHost adds an interface with one address; the caller sets its life.
func (a *Account) newHost(role, name string, s *subnet, addr netip.Addr, groups []string) *host {
	r := a.rng("host "+name, 0)
	h := &host{
		id: a.newID("eni", name), role: role, name: name, description: "Primary network interface", kind: "interface",
		subnet: s, addrs: []netip.Addr{addr}, wears: []wearing{{}}, logged: true, known: true, index: len(a.hosts),
		instance: a.newID("i", name), tags: map[string]string{"Name": name, "role": role},
		aggregationSkew: r.Int64N(int64(a.opts.AggregationSeconds)),
	}
	for _, g := range groups {
		h.wears[0].groups = append(h.wears[0].groups, a.groupNamed(g))
	}
	a.hosts = append(a.hosts, h)
	a.owners[addr] = append(a.owners[addr], h)
	return h
}

// hostRows is everything that stands through the whole window.
func (a *Account) hostRows() []hostRow {
	public := func(h *host) { h.public = netip.AddrFrom4([4]byte{203, 0, 113, byte(200 + h.index)}) }
	managed := func(requester, description string) func(*host) {
		return func(h *host) { h.requester, h.description, h.instance = requester, description, "" }
	}
	return []hostRow{
		{"alb", 2, "public", []string{"alb"}, "", func(h *host) {
			public(h)
			managed("amazon-elb", "ELB app/shop/50dc6c495c0c9188")(h)
		}},
		{"nlb", 1, "public", []string{"nlb"}, "network_load_balancer", func(h *host) {
			public(h)
			managed("amazon-elb", "ELB net/game/73e2d6bc24d8a067")(h)
		}},
		{"nat", 1, "public", nil, "nat_gateway", func(h *host) {
			public(h)
			managed("", "Interface for NAT Gateway nat-0a1b2c3d4e5f60718")(h)
			h.forwards = true
		}},
		{"bastion", 1, "public", []string{"bastion"}, "", public},
		{"web", 4, "web", []string{"web", "node"}, "", nil},
		{"intranet", 1, "web", []string{"intranet"}, "", func(h *host) {
			h.tags["Name"] = `"><script>alert("sgfit")</script>`
			h.description = "O'Brien's; $(rm -rf /) </script> `id`"
		}},
		{"app", 4, "app", []string{"app", "node"}, "", nil},
		{"lambda", 2, "app", []string{"lambda"}, "lambda", managed("111122223333", "AWS Lambda VPC ENI-orders")},
		{"db", 2, "data", []string{"db", "node"}, "", nil},
		{"cache", 2, "data", []string{"cache"}, "", nil},
		{"ledger", 1, "data", []string{"ledger"}, "", nil},
		{"vault", 2, "data", []string{"vault"}, "", func(h *host) { h.logged = false }},
		{"ntp", 1, "shared", []string{"ntp"}, "", public},
		{"monitoring", 1, "shared", []string{"monitoring"}, "", nil},
		{"nfs", 1, "shared", []string{"nfs", "node"}, "", a.addSecondary},
		{"ftp", 1, "shared", []string{"ftp"}, "", nil},
		{"mail", 1, "shared", []string{"mail", "node"}, "", public},
		{"ad", 2, "shared", []string{"ad"}, "", nil},
		{"partner", 1, "shared", []string{"partner"}, "", nil},
		{"game", 2, "app", []string{"game"}, "", nil},
		{"wiki", 1, "shared", []string{"blue"}, "", nil},
		{"wiki-old", 1, "shared", []string{"blue"}, "", nil},
		{"legacy", 2, "shared", []string{"default"}, "", nil},
		{"ghost", 1, "shared", nil, "vpc_endpoint", func(h *host) { h.known = false }},
	}
}

// addSecondary gives a host a second private address; flow logs show the first for both outside pkt-*.
func (a *Account) addSecondary(h *host) {
	v4, _ := h.subnet.take()
	h.addrs = append(h.addrs, v4)
	a.owners[v4] = append(a.owners[v4], h)
}

// moveWiki changes the groups of one host in the middle of the window.
func (a *Account) moveWiki() {
	for _, h := range a.hosts {
		if h.role == "wiki" {
			h.wears = append(h.wears, wearing{a.at(0.45), []*group{a.groupNamed("green")}})
		}
	}
}
