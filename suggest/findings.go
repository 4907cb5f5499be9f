package suggest

import (
	"fmt"
	"slices"
	"strings"

	"sgfit/analyze"
	"sgfit/schema"
)

// adminPorts are the services that run a machine rather than being run by it.
var adminPorts = []int32{22, 23, 3389, 5900, 5901, 5985, 5986}

func (m *maker) groupFindings(g *analyze.Group) []Finding {
	out := []Finding{}
	if g.Name == "default" && g.Interfaces > 0 {
		out = append(out, Finding{DefaultGroup, fmt.Sprintf(
			"%s wear the VPC's default group, whose rules whatever is created without a group inherits", count(int64(g.Interfaces), "interface"))})
	}
	if g.Interfaces == 0 && !m.knownLate(g) {
		out = append(out, Finding{UnattachedGroup, "no interface wore this group at any time of the window"})
	}
	return out
}

// silenceFinding says in what way the rule was not used.
func (m *maker) silenceFinding(s *subject) Finding {
	switch {
	case s.Noise > 0 && s.Probes > 0:
		return Finding{ProbeOnly, fmt.Sprintf("only strangers' short one-off sessions (%s) and probes (%s) met this rule",
			thousands(s.Noise), thousands(s.Probes))}
	case s.Noise > 0:
		return Finding{ProbeOnly, fmt.Sprintf("only strangers' short one-off sessions (%s) met this rule", thousands(s.Noise))}
	case s.Probes > 0:
		return Finding{ProbeOnly, fmt.Sprintf("all %s that met this rule were refused, unanswered or carried no data", count(s.Probes, "connection"))}
	}
	if s.ObservedDays() == 0 {
		return Finding{NoTraffic, "no traffic that this rule admits was seen, but on no day would all of it have been logged"}
	}
	return Finding{NoTraffic, fmt.Sprintf("no traffic that this rule admits was seen on %s", m.observedWords(s))}
}

func staleFinding(s *subject) Finding {
	return Finding{StaleReference, fmt.Sprintf("it refers to %s, which no longer exists, and can match nothing", s.Peer.Value)}
}

// standing lists what is true of the rule whatever its use.
func (m *maker) standing(s *subject) []Finding {
	var out []Finding
	if s.Conversations > 0 && s.Sole == 0 && !s.isRedundant() && !isOpaque(s.Rule) && !hasICMPType(s.Rule) {
		out = append(out, Finding{Redundant, fmt.Sprintf(
			"all %s that this rule admitted were also admitted by other rules; one must stay to carry them, and it is this one", count(s.Conversations, "conversation"))})
	}
	if s.shadowed != nil {
		out = append(out, Finding{Shadowed, "the same group's rule " + s.shadowed.name() + " admits all that this rule admits"})
	}
	if isOpenAdmin(s) {
		out = append(out, Finding{AdminPortOpen, "open to every address on administration " + openAdminPorts(s.Rule) + m.regulars(s)})
	}
	if s.Direction == schema.Egress && s.Peer.IsWildcard() && (s.Protocol == schema.AllProtocols || s.FromPort == 0 && s.ToPort == 65535) {
		out = append(out, Finding{OpenEgress, "every destination is open on every port" + openEgressTail(s)})
	}
	return out
}

func openEgressTail(s *subject) string {
	if s.Conversations == 0 {
		return "; none was used"
	}
	return fmt.Sprintf("; in use: %s on %s", count(s.Peers, "destination"), count(int64(len(portRanges(s.Ports))), "port range"))
}

// isOpenAdmin says whether the rule opens an administration port to the world.
func isOpenAdmin(s *subject) bool {
	return s.Direction == schema.Ingress && s.Peer.IsWildcard() && openAdminPorts(s.Rule) != ""
}

func openAdminPorts(r *analyze.Rule) string {
	if r.Protocol != schema.AllProtocols && r.Protocol != schema.TCP {
		return ""
	}
	var open []string
	for _, p := range adminPorts {
		if r.Protocol == schema.AllProtocols || r.FromPort <= p && p <= r.ToPort {
			open = append(open, fmt.Sprint(p))
		}
	}
	if len(open) == 0 {
		return ""
	}
	if len(open) == 1 {
		return "port " + open[0]
	}
	return "ports " + list(open, 4)
}

// regulars names the users of open administration ports that are not strangers.
func (m *maker) regulars(s *subject) string {
	names := namedUsers(s)
	if len(names) == 0 {
		return "; no regular user was seen"
	}
	return "; its regular users are " + list(names, 5)
}

func namedUsers(s *subject) []string {
	out := []string{}
	for _, u := range s.Uses {
		if u.Conversations > 0 && u.Protocol == schema.TCP && slices.Contains(adminPorts, int32(u.Port)) && !slices.Contains(out, u.Peer.String()) {
			out = append(out, u.Peer.String())
		}
	}
	return out
}

func acceptedFinding(s *subject, threshold int) Finding {
	var words []string
	for _, p := range acceptedServices(s) {
		words = append(words, fmt.Sprintf("%s %d (%s)", p.Protocol, p.Port, count(p.Peers, side(s.Direction))))
	}
	return Finding{WildcardSource, fmt.Sprintf(
		"open to every %s and accepted as such: more than %d distinct ones really used %s", side(s.Direction), threshold, list(words, 5))}
}

// narrowFindings says in which ways the rule is wider than its use.
func (m *maker) narrowFindings(s *subject, better []ReplacementRule) []Finding {
	var out []Finding
	samePeer := !slices.ContainsFunc(better, func(r ReplacementRule) bool { return r.Peer != s.Peer })
	rest := ""
	if len(s.through) > 0 {
		rest = ", since the others also flow through narrower rules, which must stay: " + list(throughNames(s), 2)
	}
	if m.comesAndGoes(s) && len(acceptedServices(s)) == 0 && m.namesSubnets(s.group.VPCID, better) {
		rest += m.churnWords(s)
	}
	uses := fmt.Sprintf("%s in %s on %s", count(s.Peers, side(s.Direction)), count(s.Conversations, "conversation"), count(int64(s.Days()), "day"))
	switch {
	case len(acceptedServices(s)) > 0:
		out = append(out, acceptedFinding(s, m.opt.WildcardSources))
	case s.Peer.IsWildcard() && !samePeer:
		out = append(out, Finding{WildcardSource, fmt.Sprintf("open to every %s, but only %s used it; %s would do%s", side(s.Direction), uses, peerWords(better), rest)})
	case !samePeer:
		out = append(out, Finding{SmallerSource, fmt.Sprintf("of %s, only %s used it; %s would do%s", s.Peer.Value, uses, peerWords(better), rest)})
	}
	if s.Protocol == schema.AllProtocols {
		out = append(out, Finding{AllProtocols, fmt.Sprintf("every protocol is admitted; in use: %s", serviceWords(s.Ports))})
	} else if s.Protocol.HasPorts() && s.FromPort != s.ToPort && narrowsPorts(s, better) {
		out = append(out, Finding{WidePorts, fmt.Sprintf("%s ports are admitted; in use: %s", thousands(int64(s.ToPort-s.FromPort+1)), serviceWords(s.Ports))})
	}
	return out
}

func narrowsPorts(s *subject, better []ReplacementRule) bool {
	return slices.ContainsFunc(better, func(r ReplacementRule) bool { return *r.FromPort != s.FromPort || *r.ToPort != s.ToPort })
}

func peerWords(rules []ReplacementRule) string {
	var peers []string
	for _, r := range rules {
		if !slices.Contains(peers, r.Peer.Value) {
			peers = append(peers, r.Peer.Value)
		}
	}
	return list(peers, 4)
}

func serviceWords(ports []analyze.PortUse) string {
	var words []string
	for _, r := range portRanges(ports) {
		switch p, _ := schema.ParseProtocol(r.Protocol); {
		case !p.HasPorts():
			words = append(words, r.Protocol)
		case r.From == r.To:
			words = append(words, fmt.Sprintf("%s %d", r.Protocol, r.From))
		default:
			words = append(words, fmt.Sprintf("%s %d-%d", r.Protocol, r.From, r.To))
		}
	}
	return list(words, 6)
}

func uniqueFindings(fs []Finding) []Finding {
	out := []Finding{}
	for _, f := range fs {
		if !slices.Contains(out, f) {
			f.Reason = strings.TrimSpace(f.Reason)
			out = append(out, f)
		}
	}
	return out
}
