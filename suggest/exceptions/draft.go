package exceptions

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sgfit/schema"
	"sgfit/suggest"
)

const draftHead = `# Openings that stay as they are: who answers for each, why, and until when. Keep this file in git, and give it to
# 'sgfit run' or 'sgfit suggest' with --exceptions. Rules are matched by what they admit, not by their ids.
#
#   kind      accepted     a rule that is open to every address, and stays so
#             seasonal     needed in some months; its silence in the others changes nothing
#             untouchable  stays as it is
#   group     id (sg-…) or name; with vpc and account only the one there is meant
#   direction, protocol, ports, peer: the rule; without them every rule of the group
#   expires   the last day on which it holds
#
# This is a draft of the plan of %s to %s. Fill in owner and reason of what is needed, and delete the rest: an
# exception without them is refused.
version: 1
exceptions:
`

// Draft writes the exceptions that a plan asks about: wildcards that it accepts for their many sources, and, commented
// out, silent rules that it leaves for review. What is on record already is left out. Each holds for a year from asOf.
func Draft(plan suggest.Plan, asOf time.Time) []byte {
	d := &draft{expires: asOf.AddDate(1, 0, 0).Format(time.DateOnly), names: uniqueNames(plan)}
	fmt.Fprintf(&d.out, draftHead, plan.Window.Start.Format(time.DateOnly), plan.Window.End.AddDate(0, 0, -1).Format(time.DateOnly))
	for _, g := range plan.Groups {
		for _, r := range g.Rules {
			if reason, ok := accepted(r); ok {
				d.entry(&g, &r, suggest.Accepted, reason, "")
			}
		}
	}
	if d.entries == 0 {
		d.out.Truncate(d.out.Len() - 1)
		d.out.WriteString(" []\n")
	}
	silent := d.entries
	for _, g := range plan.Groups {
		for _, r := range g.Rules {
			if reason, ok := silentReview(r); ok {
				if d.entries == silent {
					d.out.WriteString("\n# Silent rules that the plan leaves for review. Uncomment those that somebody needs.\n")
				}
				d.entry(&g, &r, suggest.Seasonal, reason, "# ")
			}
		}
	}
	return d.out.Bytes()
}

// accepted says why a wildcard is kept.
func accepted(r suggest.Rule) (string, bool) {
	if r.Action != suggest.Keep || r.Exception != nil || !r.Peer.IsWildcard() {
		return "", false
	}
	return reasonOf(r, suggest.WildcardSource)
}

// silentReview says why nothing is known of a rule's use.
func silentReview(r suggest.Rule) (string, bool) {
	if r.Action != suggest.Review || r.Exception != nil || r.Evidence.Conversations > 0 {
		return "", false
	}
	return reasonOf(r, suggest.NoTraffic)
}

func reasonOf(r suggest.Rule, k suggest.Kind) (string, bool) {
	i := slices.IndexFunc(r.Findings, func(f suggest.Finding) bool { return f.Kind == k })
	if i < 0 {
		return "", false
	}
	return r.Findings[i].Reason, true
}

// draft is the file as far as it is written. names are those of groups that only one has.
type draft struct {
	out     bytes.Buffer
	expires string
	names   map[string]string
	entries int
}

func uniqueNames(plan suggest.Plan) map[string]string {
	count, names := map[string]int{}, map[string]string{}
	for _, g := range plan.Groups {
		count[g.GroupName]++
	}
	for _, g := range plan.Groups {
		if g.GroupName != "" && count[g.GroupName] == 1 {
			names[g.GroupID] = g.GroupName
		}
	}
	return names
}

// entry writes one exception, every line after the prefix.
func (d *draft) entry(g *suggest.Group, r *suggest.Rule, kind suggest.ExceptionKind, reason, prefix string) {
	d.entries++
	line := func(indent, name, value string) {
		fmt.Fprintf(&d.out, "%s%s%s: %s\n", prefix, indent, name, value)
	}
	fmt.Fprintf(&d.out, "\n%s  # %s\n", prefix, strings.Trim(strconv.Quote(reason), `"`))
	line("  - ", "kind", string(kind))
	group := g.GroupID
	if g.GroupName != "" && utf8.ValidString(g.GroupName) {
		group = g.GroupName
	}
	line("    ", "group", strconv.Quote(group))
	for _, place := range [][2]string{{"vpc", g.VPCID}, {"account", g.AccountID}} {
		if place[1] != "" {
			line("    ", place[0], strconv.Quote(place[1]))
		}
	}
	line("    ", "direction", string(r.Direction))
	line("    ", "protocol", r.Protocol)
	if ports := portText(r); ports != "" {
		line("    ", "ports", ports)
	}
	peer := r.Peer.Value
	if name := d.names[peer]; r.Peer.Kind == schema.PeerGroup && name != "" {
		peer = name
	}
	line("    ", "peer", strconv.Quote(peer))
	if kind == suggest.Seasonal {
		line("    ", "months", "[]  # in which it is needed, such as [11, 12]; or make it kind untouchable, without months")
	}
	line("    ", "owner", `""`)
	line("    ", "reason", `""`)
	line("    ", "expires", d.expires)
}

// portText spells ports as they are read; "" for all of them, and for protocols without.
func portText(r *suggest.Rule) string {
	switch {
	case r.FromPort == nil || *r.FromPort == 0 && *r.ToPort == 65535:
		return ""
	case r.Protocol == "icmp" || r.Protocol == "icmpv6":
		if *r.ToPort < 0 {
			return fmt.Sprint(*r.FromPort)
		}
		return fmt.Sprintf("%d/%d", *r.FromPort, *r.ToPort)
	case *r.FromPort == *r.ToPort:
		return fmt.Sprint(*r.FromPort)
	}
	return fmt.Sprintf("%d-%d", *r.FromPort, *r.ToPort)
}
