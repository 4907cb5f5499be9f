package exceptions

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sgfit/suggest"
)

const fileHead = `# Openings that stay as they are: who answers for each, why, and until when. Keep this file in git, and give it to
# 'sgfit run' or 'sgfit suggest' with --exceptions. Rules are matched by what they admit, not by their ids.
#
#   kind      accepted     a rule that is open to every address, and stays so
#             seasonal     needed in some months; its silence in the others changes nothing
#             untouchable  stays as it is
#   group     id (sg-…) or name; with vpc and account only the one there is meant
#   direction, protocol, ports, peer: the rule; without them every rule of the group
#   expires   the last day on which it holds
`

const listHead = "version: 1\nexceptions:"

// Write writes a file of these exceptions, which must be whole, as Read reads it.
func Write(list []suggest.Exception) []byte {
	var out bytes.Buffer
	out.WriteString(fileHead + listHead)
	if len(list) == 0 {
		out.WriteString(" []")
	}
	out.WriteByte('\n')
	for i := range list {
		out.WriteString("\n" + entry(&list[i], "  "))
	}
	return out.Bytes()
}

// entry writes one exception as an entry of a list, each line after the indent.
func entry(x *suggest.Exception, indent string) string {
	return indent + "- " + strings.Join(fieldLines(x), "\n"+indent+"  ") + "\n"
}

// fieldLines writes the fields of an exception, a line each. Text is anybody's: it stands in quotes, with escapes that YAML
// shares with Go.
func fieldLines(x *suggest.Exception) (lines []string) {
	add := func(name, value string) { lines = append(lines, name+": "+value) }
	add("kind", plain(string(x.Kind)))
	add("group", strconv.Quote(x.Group))
	if x.VPCID != "" {
		add("vpc", strconv.Quote(x.VPCID))
	}
	if x.AccountID != "" {
		add("account", strconv.Quote(x.AccountID))
	}
	if x.Direction != "" {
		add("direction", plain(string(x.Direction)))
		add("protocol", plain(x.Protocol))
		if ports := portText(x); ports != "" {
			add("ports", ports)
		}
		add("peer", strconv.Quote(x.Peer))
	}
	if x.Kind == suggest.Seasonal {
		add("months", monthText(x.Months))
	}
	add("owner", strconv.Quote(x.Owner))
	add("reason", strconv.Quote(x.Reason))
	add("expires", plain(x.Expires))
	return lines
}

var plainWord = regexp.MustCompile(`^[a-z0-9-]+$`)

// plain leaves a word of ours without quotes; a plan that was written by hand may hold others.
func plain(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return strconv.Quote(word)
}

func monthText(months []int) string {
	if len(months) == 0 {
		return "[]  # in which it is needed, such as [11, 12]; or make it kind untouchable, without months"
	}
	return strings.ReplaceAll(fmt.Sprint(months), " ", ", ")
}

// portText spells ports as they are read; "" for all of them, and for protocols without.
func portText(x *suggest.Exception) string {
	switch {
	case x.FromPort == nil || *x.FromPort == 0 && *x.ToPort == 65535:
		return ""
	case x.Protocol == "icmp" || x.Protocol == "icmpv6":
		if *x.ToPort < 0 {
			return fmt.Sprint(*x.FromPort)
		}
		return fmt.Sprintf("%d/%d", *x.FromPort, *x.ToPort)
	case *x.FromPort == *x.ToPort:
		return fmt.Sprint(*x.FromPort)
	}
	return fmt.Sprintf("%d-%d", *x.FromPort, *x.ToPort)
}
