package simulate

import (
	"strings"

	"sgfit/schema"
)

const (
	in  = schema.Ingress
	out = schema.Egress

	tcp    = schema.TCP
	udp    = schema.UDP
	icmp   = schema.ICMP
	icmpv6 = schema.ICMPv6
	all    = schema.AllProtocols

	any4   = "0.0.0.0/0"
	any6   = "::/0"
	vpc4   = vpcCIDR
	staleG = "sg-0dead0beef0dead00"
)

// groupRow is a group's name and description; names say who wears it.
type groupRow struct{ name, description string }

// groupRows is every group of the account. Descriptions keep to the characters that AWS allows, and are hostile within.
func groupRows() []groupRow {
	return []groupRow{
		{"default", "default VPC security group"},
		{"alb", "shop load balancer"}, {"nlb", "game load balancer"}, {"web", "web tier"}, {"app", "app tier"},
		{"node", "agents on every server ${HOME} $(rm -rf /) {{7*7}}"}, {"db", "=cmd+(1) shop database"}, {"cache", "cache"},
		{"batch", "@SUM(1,2) batch workers"}, {"reports", "report workers"}, {"lambda", "orders functions"},
		{"bastion", "jump host; {drop}"}, {"monitoring", "metrics and logs"}, {"ntp", "time"}, {"nfs", "shared files"},
		{"ftp", "file exchange"}, {"ad", "directory"}, {"mail", "relay"}, {"intranet", "intranet"}, {"partner", "partner API"},
		{"ledger", "ledger"}, {"vault", "secrets"}, {"game", "game servers"}, {"blue", "wiki blue"}, {"green", "wiki green"},
		{"orphan", "left over from 2019"},
	}
}

// makeGroups makes the groups, then their rules, since rules refer to groups.
func (a *Account) makeGroups() {
	groups, rules := groupRows(), append(append(a.edgeRules(), tierRules()...), sharedRules()...)
	if a.opts.Churn {
		groups, rules = append(groups, churnGroups()...), append(rules, churnRules()...)
	}
	for i, row := range groups {
		a.groups = append(a.groups, &group{
			id: a.newID("sg", row.name), name: row.name, description: row.description,
			created: a.window.from - int64(400+i)*day, tags: map[string]string{"Name": row.name},
		})
	}
	a.groupNamed("db").tags["owner"] = "';DROP TABLE rules;-- \"\n<img src=x onerror=alert(1)>"
	for _, row := range rules {
		g := a.groupNamed(row.group)
		g.rules = append(g.rules, a.newRule(row, g))
	}
	a.scheduleRules()
}

// edgeRules are those of everything that outsiders reach.
func (a *Account) edgeRules() []ruleRow {
	return []ruleRow{
		{"alb", in, tcp, 443, 443, any4, WildcardAccepted, "shop"},
		{"alb", in, tcp, 443, 443, any6, WildcardAccepted, "shop v6"},
		{"alb", in, tcp, 80, 80, any4, WildcardAccepted, "redirect to https"},
		{"alb", out, tcp, 8080, 8080, "sg:web", Used, "targets and health checks"},
		{"alb", out, tcp, 9090, 9090, vpc4, Unused, "old admin port"},
		{"nlb", in, tcp, 7777, 7777, any4, WildcardAccepted, "game"},
		{"nlb", out, all, -1, -1, any4, Unused, ""},
		{"game", in, tcp, 7777, 7777, "sg:nlb", NLBReference, "client addresses are preserved"},
		{"game", out, all, -1, -1, any4, Unused, ""},
		{"bastion", in, tcp, 22, 22, any4, Noisy, "ssh from anywhere"},
		{"bastion", in, tcp, 22, 22, "192.168.22.0/24", Shadowed, "ssh from head office"},
		{"bastion", in, tcp, 3389, 3389, any4, ProbeOnly, "rdp, nobody knows why"},
		{"bastion", in, tcp, 5900, 5901, any4, ProbeOnly, "vnc"},
		{"bastion", out, tcp, 22, 22, vpc4, Used, "onwards"},
		{"intranet", in, tcp, 80, 80, any4, NarrowTo + " " + Expect(strings.Join(intranetUsers(), "/32,")+"/32"), "intranet"},
		{"intranet", out, all, -1, -1, any4, Unused, ""},
		{"partner", in, tcp, 8443, 8443, "10.0.0.0/8", NarrowTo + " " + Expect(a.partner.String()), "partners through the VPN"},
		{"partner", out, tcp, 0, 65535, any4, Unused, ""},
		{"mail", in, tcp, 25, 25, "192.168.22.19/32", Unused, "scanner that was given away"},
		{"mail", in, tcp, 25, 25, "sg:app", Used, "orders"},
		{"mail", in, tcp, 587, 587, "pl:office-networks", Used, "submission"},
		{"mail", in, tcp, 465, 465, "pl:suppliers", Unused, "suppliers"},
		{"mail", out, tcp, 25, 25, any4, Used, "to the world"},
		{"ftp", in, tcp, 21, 21, "192.168.30.0/24", Used, "control"},
		{"ftp", in, tcp, 40000, 40999, "192.168.30.0/24", Used, "passive data"},
		{"ftp", in, tcp, 990, 990, "pl:suppliers", Unused, "ftps"},
		{"ftp", out, all, -1, -1, any4, Unused, ""},
	}
}

// tierRules are those of the shop's own tiers and workers.
func tierRules() []ruleRow {
	return []ruleRow{
		{"web", in, tcp, 8080, 8080, "sg:alb", Used, "from the load balancer"},
		{"web", in, tcp, 32768, 65535, any4, Unused, "return traffic (not needed: groups are stateful)"},
		{"web", in, tcp, 22, 22, "sg:bastion", Redundant, "ssh"},
		{"web", out, all, -1, -1, any4, OpenEgress, ""},
		{"web", out, all, -1, -1, any6, OpenEgress, ""},
		{"app", in, tcp, 50051, 50051, "sg:web", Used, "gRPC"},
		{"app", in, tcp, 8443, 8443, vpcCIDR6, Used, "v6 admin"},
		{"app", in, tcp, 7800, 7809, "sg:app", Used, "cluster"},
		{"app", in, udp, 8301, 8301, "sg:app", Ambiguous, "gossip"},
		{"app", in, tcp, 8081, 8081, "sg:monitoring", Used, "added in the window"},
		{"app", in, tcp, 6060, 6060, vpc4, Young, "added near the end"},
		{"app", out, udp, 8301, 8301, "sg:app", Ambiguous, "gossip"},
		{"app", out, tcp, 7800, 7809, "sg:app", Used, "cluster"},
		{"app", out, tcp, 5432, 5432, "sg:db", Used, "pool"},
		{"app", out, tcp, 6379, 6379, "sg:cache", Used, "cache"},
		{"app", out, tcp, 2049, 2049, "sg:nfs", Used, "files"},
		{"app", out, tcp, 25, 25, "sg:mail", Used, "mail"},
		{"app", out, tcp, 8200, 8200, "sg:vault", Used, "secrets"},
		{"app", out, tcp, 443, 443, any4, Used, "payment providers"},
		{"app", out, tcp, 443, 443, any6, Unused, "payment providers v6"},
		{"app", out, udp, 53, 53, resolver + "/32", NeverLogged, "resolver"},
		{"app", out, tcp, 8443, 8443, "10.20.50.0/24", Unused, "old registry"},
		{"lambda", out, tcp, 5432, 5432, "sg:db", Used, "orders"},
		{"db", in, tcp, 5432, 5432, "sg:app", Redundant, "app by reference"},
		{"db", in, tcp, 5432, 5432, "10.20.20.0/23", Redundant, "app by subnet"},
		{"db", in, tcp, 5432, 5432, "sg:batch", Used, "nightly jobs"},
		{"db", in, tcp, 5432, 5432, "sg:lambda", Redundant, "orders"},
		{"db", in, tcp, 5432, 5432, "sg:db", Used, "replication"},
		{"db", in, tcp, 5432, 5432, "10.40.8.0/24", Used, "removed in the window"},
		{"db", out, tcp, 5432, 5432, "sg:db", Used, "replication"},
		{"cache", in, tcp, 6379, 6379, "sg:app", Shadowed, "app"},
		{"cache", in, tcp, 6379, 6379, vpc4, Used, "everybody"},
		{"cache", out, all, -1, -1, any4, Unused, ""},
		{"batch", in, tcp, 1024, 65535, any4, Unused, "replies"},
		{"batch", out, all, -1, -1, any4, OpenEgress, ""},
		{"reports", out, all, -1, -1, any4, OpenEgress, ""},
		{"ledger", in, tcp, 8443, 8443, "10.20.40.0/23", Used, "workers come and go"},
		{"ledger", in, tcp, 1521, 1521, "10.40.7.9/32", UsedOnce, "year end"},
		{"ledger", out, all, -1, -1, any4, Unused, ""},
		{"vault", in, tcp, 8200, 8200, "sg:app", NotObservable, "secrets"},
		{"vault", out, all, -1, -1, any4, NotObservable, ""},
	}
}

// sharedRules are those of services that everybody uses, and of what was left behind.
func sharedRules() []ruleRow {
	return []ruleRow{
		{"node", in, tcp, 9100, 9100, "sg:monitoring", Used, "metrics"},
		{"node", in, tcp, 22, 22, "sg:bastion", Used, "ssh"},
		{"node", in, icmp, 8, -1, "10.20.50.0/23", Used, "ping"},
		{"node", in, icmpv6, -1, -1, vpcCIDR6, Unused, "ping v6"},
		{"node", out, udp, 514, 514, "sg:monitoring", Used, "syslog"},
		{"node", out, udp, 123, 123, "sg:ntp", Used, "time"},
		{"monitoring", in, udp, 514, 514, vpc4, Used, "syslog"},
		{"monitoring", in, udp, 2055, 2055, "192.168.0.1/32", Used, "netflow of the router"},
		{"monitoring", in, tcp, 3000, 3000, "192.168.22.0/24", Used, "dashboards"},
		{"monitoring", out, tcp, 0, 65535, vpc4, Used, "scrapes"},
		{"monitoring", out, icmp, -1, -1, vpc4, Used, "ping"},
		{"ntp", in, udp, 123, 123, vpc4, Used, "time"},
		{"ntp", out, udp, 123, 123, "203.0.113.123/32", Used, "upstream"},
		{"nfs", in, tcp, 2049, 2049, "sg:app", Used, "files"},
		{"nfs", in, udp, 2049, 2049, "sg:app", Unused, "files over udp"},
		{"ad", in, tcp, 135, 135, "192.168.30.0/24", Used, "endpoint mapper"},
		{"ad", in, tcp, 49152, 65535, "192.168.30.0/24", Used, "rpc"},
		{"ad", in, all, -1, -1, "sg:ad", Unused, "between controllers"},
		{"ad", out, udp, 53, 53, "10.40.0.53/32", Used, "forwarded names"},
		{"default", in, all, -1, -1, "sg:default", Used, ""},
		{"default", in, tcp, 8009, 8009, staleG, StaleReference, "peer that is gone"},
		{"default", out, all, -1, -1, any4, OpenEgress, ""},
		{"blue", in, tcp, 8000, 8000, "192.168.22.0/24", Used, "wiki, before it moved"},
		{"blue", out, all, -1, -1, any4, Unused, ""},
		{"green", in, tcp, 9000, 9000, "192.168.22.0/24", Used, "wiki, after it moved"},
		{"green", out, all, -1, -1, any4, Unused, ""},
		{"orphan", in, tcp, 3306, 3306, "10.0.0.0/8", Unattached, ""},
		{"orphan", out, all, -1, -1, any4, Unattached, ""},
	}
}

// scheduleRules sets when the rules that came or went did so.
func (a *Account) scheduleRules() {
	set := func(g string, port int32, peer string, life span) {
		for _, r := range a.groupNamed(g).rules {
			if r.FromPort == port && (peer == "" || r.Peer.Value == peer) {
				r.life = span{max(life.from, r.life.from), life.to}
			}
		}
	}
	set("app", 8081, "", span{a.at(0.35), always})
	set("app", 6060, "", span{max(a.at(0.8), a.window.to-10*day), always})
	set("db", 5432, "10.40.8.0/24", span{0, a.at(0.6)})
}

// intranetUsers are the few who use the intranet's open port.
func intranetUsers() []string {
	return []string{"192.168.22.31", "192.168.22.32", "192.168.22.33", "192.168.22.45", "203.0.113.7"}
}
