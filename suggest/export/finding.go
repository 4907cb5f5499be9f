package export

import (
	"fmt"
	"slices"
	"strings"

	"sgfit/suggest"
)

// weight is how much a finding of a changed rule matters.
type weight int

const (
	slight weight = iota
	medium
	grave
)

// weightOf is the weight of the gravest finding of a rule.
func weightOf(r *suggest.Rule) weight {
	w := slight
	for _, f := range r.Findings {
		switch f.Kind {
		case suggest.AdminPortOpen:
			return grave
		case suggest.WildcardSource, suggest.AllProtocols, suggest.OpenEgress:
			w = medium
		}
	}
	return w
}

// kindOf is the finding that a change is filed under: the gravest, else the first.
func kindOf(r *suggest.Rule) suggest.Kind {
	for _, k := range []suggest.Kind{suggest.AdminPortOpen, suggest.WildcardSource, suggest.AllProtocols, suggest.OpenEgress} {
		if slices.ContainsFunc(r.Findings, func(f suggest.Finding) bool { return f.Kind == k }) {
			return k
		}
	}
	if len(r.Findings) > 0 {
		return r.Findings[0].Kind
	}
	return suggest.NoTraffic
}

// meanings say what each kind of finding is, for readers that list kinds apart from what was found.
func meanings() map[suggest.Kind]string {
	return map[suggest.Kind]string{
		suggest.NoTraffic:       "No traffic that the rule admits was seen",
		suggest.ProbeOnly:       "Only connections that were refused, unanswered or without data were seen",
		suggest.WildcardSource:  "The rule is open to every address, and few used it",
		suggest.SmallerSource:   "A smaller set of addresses would do",
		suggest.WidePorts:       "More ports are open than were used",
		suggest.AllProtocols:    "Every protocol is open, and some were used",
		suggest.Redundant:       "Other rules on the same interfaces admit all that it admitted",
		suggest.Shadowed:        "Another rule of the same group contains it",
		suggest.AdminPortOpen:   "An administration port is open to the world",
		suggest.DefaultGroup:    "Interfaces wear the VPC's default group",
		suggest.OpenEgress:      "Every destination is open on every port",
		suggest.UnattachedGroup: "No interface wore the group",
		suggest.StaleReference:  "It names a group that no longer exists",
		suggest.NotObservable:   "A use could not have been seen, or not always",
		suggest.YoungRule:       "It has not been in force long enough",
		suggest.ThinEvidence:    "Too little was seen to judge by",
	}
}

// title is a change in one line.
func (c change) title(g *group) string {
	verb := "Remove"
	if len(c.pieces) > 0 {
		verb = "Narrow"
	}
	return fmt.Sprintf("%s %s of %s", verb, c.was.words(), g.GroupID)
}

// reasons are a change's findings in sentences.
func (c change) reasons() string {
	var out []string
	for _, f := range c.rule.Findings {
		out = append(out, line(f.Reason))
	}
	if len(out) == 0 {
		return "The plan gives no reason."
	}
	return strings.Join(out, " ")
}

// remedy says what to do.
func (c change) remedy() string {
	if len(c.pieces) == 0 {
		return "Revoke the rule."
	}
	var rules []string
	for _, p := range c.pieces {
		rules = append(rules, p.ports()+" "+p.peer.Value)
	}
	if c.stays {
		return "Let the rule be, and add: " + strings.Join(rules, "; ") + "."
	}
	return "Put in its place: " + strings.Join(rules, "; ") + "."
}
