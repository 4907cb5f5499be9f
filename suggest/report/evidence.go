package report

import (
	"cmp"
	"fmt"
	"strings"

	"sgfit/suggest"
)

// Fact is one line of evidence: what, and how much of it.
type Fact struct{ Name, Text string }

// facts tells the evidence of one rule. Counts that are zero and mean nothing by being so are left out.
func facts(e suggest.Evidence) []Fact {
	fs := []Fact{{"Real use", useWords(e)}}
	if e.Conversations > 0 {
		fs = append(fs,
			Fact{"Only this rule", soleWords(e)},
			Fact{"Used on", usedWords(e)},
			Fact{"Seen", seenWords(e)},
			Fact{"Peers", count(e.Peers, "address", "addresses")})
	}
	if len(e.Ports) > 0 {
		fs = append(fs, Fact{"Ports in use", portsWords(e.Ports)})
	}
	fs = append(fs, Fact{"Probes", thousands(e.Probes)})
	if e.Noise > 0 {
		fs = append(fs, Fact{"Noise", count(e.Noise, "one-off session of a stranger", "one-off sessions of strangers")})
	}
	if e.Ambiguous > 0 {
		fs = append(fs, Fact{"Opener unknown", count(e.Ambiguous, "conversation", "conversations")})
	}
	return append(fs, Fact{"Coverage", coverageWords(e)})
}

func useWords(e suggest.Evidence) string {
	if e.Conversations == 0 {
		return "none on " + count(e.ObservedDays, "observed day", "observed days")
	}
	return count(e.Conversations, "conversation", "conversations") + ", " + byteSize(e.Bytes)
}

// usedWords says on how many days the rule was used. A use counts also on a day on which another might have been missed.
func usedWords(e suggest.Evidence) string {
	if e.Days > e.ObservedDays {
		return fmt.Sprintf("%s; on %s every use would have been logged", count(e.Days, "day", "days"), thousands(e.ObservedDays))
	}
	return fmt.Sprintf("%s of %s", thousands(e.Days), count(e.ObservedDays, "observed day", "observed days"))
}

func soleWords(e suggest.Evidence) string {
	switch e.Sole {
	case 0:
		return "none: other rules admit all of it"
	case e.Conversations:
		return "all of it"
	}
	return thousands(e.Sole) + " of " + thousands(e.Conversations)
}

func seenWords(e suggest.Evidence) string {
	if first, last := day(e.FirstSeen), day(e.LastSeen); first != last {
		return first + " to " + last
	}
	return day(e.FirstSeen)
}

func coverageWords(e suggest.Evidence) string {
	return percent(e.Coverage) + " of the days it was in force"
}

// portsWords lists seen ports by protocol: "tcp 22, 443, 8000-8010; udp 53; icmp".
func portsWords(ports []suggest.PortRange) string {
	var b strings.Builder
	last := ""
	for _, p := range ports {
		switch {
		case p.Protocol == last:
			b.WriteString(",")
		case last != "":
			b.WriteString("; " + p.Protocol)
		default:
			b.WriteString(p.Protocol)
		}
		if last = p.Protocol; p.From != 0 || p.To != 0 {
			b.WriteString(" " + portWord(p.Protocol, &p.From, &p.To))
		}
	}
	return b.String()
}

// peers says who the busiest peers are and how much they used the rule, one a line.
func (n groupNames) peers(peers []suggest.PeerUse) []string {
	var all []string
	for _, p := range peers {
		all = append(all, p.Address+and(" · ", n.owner(p))+": "+thousands(p.Conversations)+" on "+count(p.Days, "day", "days"))
	}
	return all
}

// owner says whose address a peer's was: "eni-… wearing web + node, in app".
func (n groupNames) owner(p suggest.PeerUse) string {
	var groups []string
	for _, id := range p.Groups {
		groups = append(groups, n.short(id))
	}
	words := joined(" ", p.Interface, and("wearing ", strings.Join(groups, " + ")))
	return joined(", ", words, and("in ", cmp.Or(p.SubnetName, p.Subnet)), p.Service)
}
