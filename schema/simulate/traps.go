package simulate

// admins are the regular users of the bastion who come from the internet; two at home, one at a customer.
func admins() []string { return []string{"203.0.113.21", "198.51.100.77", "192.0.2.140"} }

// trapLinks are the habits that make tools go wrong. Each is in every account, at any scale.
func (a *Account) trapLinks() []link {
	return append(a.outsiders(), a.insiders()...)
}

// outsiders are scanners, guessers and guests.
func (a *Account) outsiders() []link {
	closed := portRange{1, 65000}
	works := addresses("192.168.30.5", "192.168.30.6", "192.168.30.77")
	short := seconds{0, 25}
	return []link{
		// Onto closed ports: REJECT. On open ones: a SYN without answer, RST, or a handshake without data.
		{purpose: "scan closed", protocol: 6, from: strangers(), to: hosts("nlb", "bastion"), ports: portRange{8000, 65000},
			perDay: 250, least: 8, nature: Probe, answer: silent, lasts: seconds{0, 3}},
		{purpose: "scan closed balancer", protocol: 6, from: strangers(), to: hosts("alb"), ports: portRange{1024, 9000},
			perDay: 100, least: 4, nature: Probe, answer: silent, lasts: seconds{0, 3}},
		{purpose: "scan nat", protocol: 6, from: strangers(), to: hosts("nat"), ports: closed, perDay: 15, least: 2,
			nature: Probe, answer: silent, lasts: seconds{0, 3}},
		{purpose: "scan rdp", protocol: 6, from: strangers(), to: hosts("bastion"), ports: port(3389), perDay: 25, least: 3,
			nature: Probe, answer: reset, lasts: seconds{0, 0}},
		{purpose: "scan vnc", protocol: 6, from: strangers(), to: hosts("bastion"), ports: portRange{5900, 5901}, perDay: 10,
			least: 2, nature: Probe, answer: silent, lasts: seconds{0, 3}},
		{purpose: "scan shop", protocol: 6, from: strangers(), to: hosts("alb"), ports: port(443), perDay: 25, least: 2,
			nature: Probe, answer: handshake, lasts: seconds{0, 0}},
		{purpose: "scan ssh", protocol: 6, from: strangers(), to: hosts("bastion"), ports: port(22), perDay: 25, least: 3,
			nature: Probe, answer: handshake, lasts: seconds{0, 0}},
		{purpose: "guess ssh", protocol: 6, from: strangers(), to: hosts("bastion"), ports: port(22), perDay: 40, least: 4,
			nature: Noise, lasts: seconds{2, 9}, request: 900, response: 1200},
		{purpose: "admins", protocol: 6, from: addresses(admins()...), to: hosts("bastion"), ports: port(22), perDay: 4, least: 3,
			lasts: seconds{300, 7200}, beat: 120, request: 1200, response: 4000, office: true},
		{purpose: "office ssh", protocol: 6, from: addresses("192.168.22.11", "192.168.22.12"), to: hosts("bastion"), ports: port(22),
			clients: windowsPorts, perDay: 3, least: 2, lasts: seconds{300, 7200}, beat: 120, request: 1200, response: 4000, office: true},
		// A wildcard with few users, one that many use, and a /8 that one /24 uses.
		{purpose: "intranet", protocol: 6, from: addresses(intranetUsers()...), to: hosts("intranet"), ports: port(80),
			clients: windowsPorts, perDay: 20, least: 6, lasts: short, request: 700, response: 8000, office: true},
		{purpose: "partners", protocol: 6, from: a.partners(), to: hosts("partner"), ports: port(8443), perDay: 30, least: 12,
			lasts: short, request: 900, response: 3000},
		{purpose: "game", protocol: 6, from: a.visitors(1200), to: hosts("nlb"), ports: port(7777), perDay: 30, least: 24,
			lasts: seconds{60, 1500}, beat: 240, request: 3000, response: 9000},
		// The balancer keeps the client's address: the reference to its group admits strangers.
		{purpose: "game behind balancer", protocol: 6, from: a.visitors(1200), to: hosts("game"), ports: port(7777), via: "nlb",
			perDay: 30, least: 12, lasts: seconds{60, 1500}, beat: 240, request: 3000, response: 9000},
		// Both ports high, chosen by the server.
		{purpose: "ftp control", protocol: 6, from: works, to: hosts("ftp"), ports: port(21), clients: windowsPorts, perDay: 8,
			least: 2, lasts: short, request: 200, response: 300},
		{purpose: "ftp passive", protocol: 6, from: works, to: hosts("ftp"), ports: portRange{40000, 40999}, clients: windowsPorts,
			perDay: 16, least: 3, lasts: short, request: 9000, response: 200},
		{purpose: "endpoint mapper", protocol: 6, from: works, to: hosts("ad"), ports: port(135), clients: windowsPorts, perDay: 10,
			least: 2, lasts: short, request: 300, response: 300},
		{purpose: "rpc", protocol: 6, from: works, to: hosts("ad"), ports: portRange{49664, 49680}, clients: windowsPorts, perDay: 14,
			least: 3, lasts: short, request: 1500, response: 2500},
		{purpose: "names", protocol: 17, from: hosts("ad"), to: addresses("10.40.0.53"), ports: port(53), perDay: 40, least: 3,
			request: 60, response: 150},
		{purpose: "submission", protocol: 6, from: addresses("192.168.22.14", "192.168.30.9"), to: hosts("mail"), ports: port(587),
			clients: windowsPorts, perDay: 10, least: 2, lasts: short, request: 9000, response: 400, office: true},
		{purpose: "submission from the new office", protocol: 6, from: addresses("192.168.44.20"), to: hosts("mail"), ports: port(587),
			clients: windowsPorts, perDay: 4, least: 2, lasts: short, request: 9000, response: 400, when: span{a.at(0.5) + 10*minute, always}},
	}
}

// insiders are old connections, changes in the middle, single runs and what cannot be told apart.
func (a *Account) insiders() []link {
	short := seconds{0, 25}
	head := addresses("192.168.22.11", "192.168.22.40")
	forever := seconds{4000 * day, 4000 * day}
	moved, added, removed := a.at(0.45), a.at(0.35), a.at(0.6)
	return []link{
		// Opened before the window, never closed: no record shows who did it.
		{purpose: "replication", protocol: 6, from: party{roles: []string{"db"}, index: 1}, to: party{roles: []string{"db"}, index: 2},
			ports: port(5432), least: 1, lasts: forever, beat: 2 * hour, request: 5000, response: 200, warm: 40 * day,
			when: span{a.window.from, a.window.from + day}},
		{purpose: "gossip", protocol: 17, from: hosts("app"), to: hosts("app"), ports: port(8301), clients: port(8301), perDay: 1,
			pairs: true, lasts: seconds{10 * hour, 20 * hour}, beat: 4 * hour, request: 200, response: 200, obscure: true},
		{purpose: "resolver", protocol: 17, from: hosts("app"), to: addresses(resolver), ports: port(53), perDay: 20, least: 4,
			request: 60, response: 120, hidden: true},
		// The worker's address belongs to another group an hour later, and that group may not.
		{purpose: "reports to database", protocol: 6, from: hosts("reports"), to: hosts("db"), ports: port(5432), perDay: 4, least: 2,
			lasts: short, request: 500, response: 500},
		// Stopped on the way out: the cache would have taken it, and never sees it.
		{purpose: "lambda to cache", protocol: 6, from: hosts("lambda"), to: hosts("cache"), ports: port(6379), clients: balancerPorts,
			perDay: 2, least: 1, lasts: short},
		{purpose: "nat to internet", protocol: 6, from: hosts("nat"), to: a.remotes("storage", 6, ""), ports: port(443), clients: balancerPorts,
			perDay: 40, least: 3, lasts: short, request: 3000, response: 30000},
		// A host that changes groups: one port before, another after, and a session that lives through it.
		{purpose: "wiki before", protocol: 6, from: head, to: hosts("wiki"), ports: port(8000), clients: windowsPorts, perDay: 6, least: 2,
			lasts: short, request: 500, response: 4000, when: span{0, moved - minute}},
		{purpose: "wiki session", protocol: 6, from: head, to: hosts("wiki"), ports: port(8000), clients: windowsPorts, least: 1,
			lasts: seconds{day, day}, beat: hour, request: 500, response: 500, when: span{moved - 3*hour, moved - 2*hour}},
		{purpose: "wiki after", protocol: 6, from: head, to: hosts("wiki"), ports: port(9000), clients: windowsPorts, perDay: 6, least: 2,
			lasts: short, request: 500, response: 4000, when: span{moved + 10*minute, always}},
		{purpose: "wiki too late", protocol: 6, from: head, to: hosts("wiki"), ports: port(8000), clients: windowsPorts, perDay: 1, least: 1,
			lasts: short, when: span{moved + 10*minute, always}},
		// A rule that came, tried before it did, and one that went.
		{purpose: "debug too early", protocol: 6, from: hosts("monitoring"), to: hosts("app"), ports: port(8081), perDay: 1, least: 1,
			lasts: short, when: span{0, added - 10*minute}},
		{purpose: "debug", protocol: 6, from: hosts("monitoring"), to: hosts("app"), ports: port(8081), perDay: 8, least: 3,
			lasts: short, request: 400, response: 5000, when: span{added + 10*minute, always}},
		{purpose: "old reporting", protocol: 6, from: addresses("10.40.8.14"), to: hosts("db"), ports: port(5432), perDay: 4, least: 2,
			lasts: short, request: 900, response: 9000, when: span{0, removed - minute}},
		{purpose: "old reporting session", protocol: 6, from: addresses("10.40.8.14"), to: hosts("db"), ports: port(5432), least: 1,
			lasts: forever, beat: 4 * hour, request: 300, response: 300, when: span{removed - 5*hour, removed - 4*hour}},
		{purpose: "old reporting refused", protocol: 6, from: addresses("10.40.8.14"), to: hosts("db"), ports: port(5432), perDay: 2, least: 1,
			lasts: short, when: span{removed + 10*minute, always}},
		{purpose: "year end", protocol: 6, from: addresses("10.40.7.9"), to: hosts("ledger"), ports: port(1521), least: 1,
			lasts: seconds{200, 300}, beat: 30, request: 4000, response: 60000, when: a.onceAt(0.4)},
		{purpose: "legacy", protocol: 6, from: party{roles: []string{"legacy"}, index: 1}, to: party{roles: []string{"legacy"}, index: 2},
			ports: port(5666), perDay: 6, least: 2, lasts: short, request: 300, response: 300},
	}
}

// onceAt is half an hour on one day only, well inside it, whatever the share of the window falls on.
func (a *Account) onceAt(share float64) span {
	t := a.at(share)
	t -= (t-a.window.from)%day - 9*hour
	return span{t, t + hour}
}
