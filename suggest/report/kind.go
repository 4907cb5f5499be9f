package report

import "sgfit/suggest"

// KindView is one kind of finding with what it was said of.
type KindView struct {
	Kind           suggest.Kind
	Title, Meaning string
	Rules          Tally
	Groups         int // that it was said of as wholes
	Rows           Remarks
}

// kinds are all kinds of findings, in the order in which a report lists them: what should not be open first.
var kinds = [...]suggest.Kind{
	suggest.AdminPortOpen, suggest.NoTraffic, suggest.ProbeOnly, suggest.StaleReference, suggest.UnattachedGroup, suggest.Redundant, suggest.Shadowed,
	suggest.WildcardSource, suggest.SmallerSource, suggest.WidePorts, suggest.AllProtocols, suggest.OpenEgress, suggest.DefaultGroup,
	suggest.NotObservable, suggest.YoungRule, suggest.ThinEvidence,
}

// kindViews lists every kind that was found.
func kindViews(views []GroupView) []KindView {
	var out []KindView
	for _, k := range kinds {
		v := KindView{Kind: k, Title: kindTitle(k), Meaning: kindMeaning(k), Rows: remarks(views, k, func(Card) bool { return true })}
		for _, r := range v.Rows {
			if r.Action == "" {
				v.Groups++
			} else {
				v.Rules.add(r.Action)
			}
		}
		if len(v.Rows) > 0 {
			out = append(out, v)
		}
	}
	return out
}

// Words counts what the kind was said of: "12 rules, 3 groups".
func (v KindView) Words() string {
	var rules, groups string
	if v.Rules.Rules > 0 {
		rules = count(v.Rules.Rules, "rule", "rules")
	}
	if v.Groups > 0 {
		groups = count(v.Groups, "group", "groups")
	}
	return joined(", ", rules, groups)
}

// kindMeaning says what a kind means, for those who meet it first.
func kindMeaning(k suggest.Kind) string {
	switch k {
	case suggest.NoTraffic:
		return "No traffic that the rule admits was seen."
	case suggest.ProbeOnly:
		return "Only connections that were refused, unanswered or without data, or strangers’ one-off sessions: nobody’s work."
	case suggest.WildcardSource:
		return "Open to every address: either few used it, or so many that this is accepted."
	case suggest.SmallerSource:
		return "A smaller set of sources (outbound: of destinations) would have let the same traffic through."
	case suggest.WidePorts:
		return "More ports are open than were used."
	case suggest.AllProtocols:
		return "Every protocol is open, and only some were used."
	case suggest.Redundant:
		return "Other rules on the same interfaces admit all that it admitted."
	case suggest.Shadowed:
		return "Another rule of the same group contains it."
	case suggest.AdminPortOpen:
		return "SSH, RDP or the like is open to the world."
	}
	return kindMeaningOfGroups(k)
}

func kindMeaningOfGroups(k suggest.Kind) string {
	switch k {
	case suggest.DefaultGroup:
		return "Interfaces wear the VPC’s default group, which people forget to look at."
	case suggest.OpenEgress:
		return "Every destination can be reached on every port."
	case suggest.UnattachedGroup:
		return "No interface wore the group in the window: its rules let nobody in or out."
	case suggest.StaleReference:
		return "The rule names a group that no longer exists, so nothing can match it."
	case suggest.NotObservable:
		return "A use could not have been seen, or not always: silence proves nothing."
	case suggest.YoungRule:
		return "The rule has not been in force long enough to be judged."
	case suggest.ThinEvidence:
		return "Too little was seen to judge by."
	}
	return ""
}
