package simulate

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/netip"
)

func hosts(roles ...string) party { return party{roles: roles} }

func port(p uint16) portRange { return portRange{p, p} }

func addresses(addrs ...string) party {
	var p party
	for _, s := range addrs {
		p.addrs = append(p.addrs, netip.MustParseAddr(s))
	}
	return p
}

// public makes an address that is nobody's in particular: unicast, not private, not set aside for documents.
func public(n uint64) netip.Addr {
	for ; ; n = n*6364136223846793005 + 1442695040888963407 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(n>>32))
		a := netip.AddrFrom4(b)
		if b[0] == 0 || b[0] >= 224 || b[0] == 127 || b[0] == 100 || b[0] == 192 || b[0] == 198 || b[0] == 203 || !a.IsGlobalUnicast() || a.IsPrivate() {
			continue
		}
		return a
	}
}

// visitors are outsiders of whom some come often and most once: ranks drawn by a power law.
func (a *Account) visitors(many float64) party {
	salt := a.rng("visitors", 0).Uint64()
	return party{draw: func(r *rand.Rand) netip.Addr {
		rank := uint64(math.Pow(many, r.Float64()))
		return public((rank + salt) * 0x9e3779b97f4a7c15)
	}}
}

// visitors6 are visitors on IPv6, one address for each site.
func (a *Account) visitors6(many float64) party {
	return party{draw: func(r *rand.Rand) netip.Addr {
		rank := uint64(math.Pow(many, r.Float64())) * 0x9e3779b97f4a7c15
		b := netip.MustParseAddr("2a02::").As16()
		binary.BigEndian.PutUint32(b[4:], uint32(rank>>32))
		binary.BigEndian.PutUint64(b[8:], rank)
		return netip.AddrFrom16(b)
	}}
}

// strangers never come twice.
func strangers() party {
	return party{draw: func(r *rand.Rand) netip.Addr { return public(r.Uint64()) }}
}

// remotes are a fixed set of servers on the internet, reached through a gateway ("" for none).
func (a *Account) remotes(name string, n int, behind string) party {
	r := a.rng("remotes "+name, 0)
	p := party{behind: behind}
	for range n {
		p.addrs = append(p.addrs, public(r.Uint64()))
	}
	return p
}

// partners are addresses in the one /24 behind the VPN that uses the partner API.
func (a *Account) partners() party {
	return party{draw: func(r *rand.Rand) netip.Addr {
		b := a.partner.Addr().As4()
		b[3] = byte(1 + r.IntN(254))
		return netip.AddrFrom4(b)
	}}
}

// tierLinks are the habits of a shop that works.
func (a *Account) tierLinks() []link {
	pool := seconds{4 * day, 9 * day}
	short := seconds{0, 40}
	node := hosts("web", "app", "db", "nfs", "mail")
	office := addresses("192.168.22.11", "192.168.22.12", "192.168.22.13", "192.168.22.40")
	return []link{
		{purpose: "shop", protocol: 6, from: a.visitors(4000), to: hosts("alb"), ports: port(443), clients: balancerPorts,
			perDay: 800, least: 20, lasts: seconds{0, 120}, request: 900, response: 6000},
		{purpose: "shop v6", protocol: 6, from: a.visitors6(900), to: party{roles: []string{"alb"}, v6: true}, ports: port(443),
			perDay: 80, least: 40, lasts: seconds{0, 120}, request: 900, response: 6000},
		{purpose: "shop redirect", protocol: 6, from: a.visitors(1500), to: hosts("alb"), ports: port(80),
			perDay: 90, least: 40, lasts: seconds{0, 2}, request: 300, response: 250},
		{purpose: "balancer", protocol: 6, from: hosts("alb"), to: hosts("web"), ports: port(8080), clients: balancerPorts,
			perDay: 420, least: 20, lasts: seconds{1, 90}, request: 1200, response: 7000, late: true},
		{purpose: "health check", protocol: 6, from: hosts("alb"), to: hosts("web"), ports: port(8080), clients: balancerPorts,
			perDay: 2, pairs: true, lasts: seconds{0, 0}, request: 130, response: 160},
		{purpose: "grpc", protocol: 6, from: hosts("web"), to: hosts("app"), ports: port(50051), perDay: 60, least: 6,
			lasts: seconds{20, 1800}, beat: 300, request: 2000, response: 3000},
		{purpose: "admin v6", protocol: 6, from: party{roles: []string{"web"}, v6: true}, to: party{roles: []string{"app"}, v6: true},
			ports: port(8443), perDay: 6, least: 2, lasts: short, request: 500, response: 900},
		{purpose: "app pool", protocol: 6, from: hosts("app"), to: hosts("db"), ports: port(5432), perDay: 4, least: 2,
			lasts: pool, beat: 2 * hour, request: 400, response: 1500, warm: 6 * day},
		{purpose: "cache", protocol: 6, from: hosts("app"), to: hosts("cache"), ports: port(6379), perDay: 80, least: 8,
			lasts: seconds{1, 300}, request: 300, response: 1200},
		{purpose: "lambda", protocol: 6, from: hosts("lambda"), to: hosts("db"), ports: port(5432), clients: balancerPorts,
			perDay: 60, least: 4, lasts: short, request: 600, response: 900},
		{purpose: "batch to database", protocol: 6, from: hosts("batch"), to: hosts("db"), ports: port(5432), perDay: 70,
			least: 6, lasts: seconds{5, 900}, beat: 120, request: 2000, response: 20000},
		{purpose: "workers to ledger", protocol: 6, from: hosts("batch", "reports"), to: hosts("ledger"), ports: port(8443),
			perDay: 70, least: 8, lasts: short, request: 700, response: 500},
		{purpose: "workers to internet", protocol: 6, from: hosts("batch", "reports"), to: a.remotes("storage", 6, "nat"), ports: port(443),
			perDay: 50, least: 4, lasts: short, request: 3000, response: 30000},
		{purpose: "payments", protocol: 6, from: hosts("app"), to: a.remotes("payments", 9, "nat"), ports: port(443), perDay: 60,
			least: 6, lasts: short, request: 1500, response: 900},
		{purpose: "secrets", protocol: 6, from: hosts("app"), to: hosts("vault"), ports: port(8200), perDay: 20, least: 4,
			lasts: short, request: 300, response: 900},
		{purpose: "service endpoint", protocol: 6, from: hosts("web"), to: hosts("ghost"), ports: port(443), perDay: 20,
			least: 3, lasts: short, request: 900, response: 900},
		{purpose: "files", protocol: 6, from: hosts("app"), to: party{roles: []string{"nfs"}, secondary: true}, ports: port(2049), clients: nfsPorts,
			perDay: 3, least: 1, lasts: seconds{day / 2, 2 * day}, beat: hour, request: 800, response: 4000, warm: day},
		{purpose: "cluster", protocol: 6, from: hosts("app"), to: hosts("app"), ports: portRange{7800, 7802}, perDay: 10, least: 3,
			lasts: seconds{60, 7200}, beat: 1200, request: 500, response: 500},
		{purpose: "scrape", protocol: 6, from: hosts("monitoring"), to: node, ports: port(9100), perDay: 3, pairs: true,
			lasts: seconds{0, 3}, request: 250, response: 9000},
		{purpose: "scrape cache", protocol: 6, from: hosts("monitoring"), to: hosts("cache"), ports: port(6379), perDay: 2,
			pairs: true, lasts: seconds{0, 1}, request: 100, response: 2500},
		{purpose: "ping", protocol: 1, from: hosts("monitoring"), to: node, perDay: 1, pairs: true, lasts: seconds{12 * hour, 14 * hour},
			beat: 4 * hour},
		{purpose: "syslog", protocol: 17, from: node, to: hosts("monitoring"), ports: port(514), perDay: 1, pairs: true,
			lasts: seconds{8 * hour, 20 * hour}, beat: 3 * hour, request: 300, answer: oneWay},
		{purpose: "time", protocol: 17, from: node, to: hosts("ntp"), ports: port(123), clients: port(123), perDay: 1, pairs: true,
			lasts: seconds{8 * hour, 20 * hour}, beat: 3 * hour, request: 48, response: 48},
		{purpose: "time upstream", protocol: 17, from: hosts("ntp"), to: addresses("203.0.113.123"), ports: port(123),
			clients: port(123), perDay: 1, pairs: true, lasts: seconds{8 * hour, 20 * hour}, beat: 3 * hour, request: 48, response: 48},
		{purpose: "ssh onwards", protocol: 6, from: hosts("bastion"), to: node, ports: port(22), perDay: 4, least: 3,
			lasts: seconds{60, 3600}, request: 900, response: 2500, beat: 300, office: true},
		{purpose: "dashboards", protocol: 6, from: office, to: hosts("monitoring"), ports: port(3000), clients: windowsPorts,
			perDay: 12, least: 2, lasts: seconds{5, 600}, request: 800, response: 9000, office: true},
		{purpose: "netflow", protocol: 17, from: addresses("192.168.0.1"), to: hosts("monitoring"), ports: port(2055), perDay: 2,
			least: 1, lasts: seconds{10 * hour, 14 * hour}, beat: 3 * hour, request: 1400, answer: oneWay},
		{purpose: "mail in", protocol: 6, from: hosts("app"), to: hosts("mail"), ports: port(25), perDay: 20, least: 3,
			lasts: short, request: 4000, response: 300},
		{purpose: "mail out", protocol: 6, from: hosts("mail"), to: a.remotes("mail", 60, ""), ports: port(25), perDay: 25, least: 4,
			lasts: short, request: 5000, response: 300},
	}
}
