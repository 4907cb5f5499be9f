package report

import (
	"slices"

	"sgfit/suggest"
)

// kindTitle puts a finding's kind in words for a heading; an unknown kind stands for itself.
func kindTitle(k suggest.Kind) string {
	switch k {
	case suggest.NoTraffic:
		return "No traffic"
	case suggest.ProbeOnly:
		return "Only probes"
	case suggest.WildcardSource:
		return "Open to any address"
	case suggest.SmallerSource:
		return "Smaller source fits"
	case suggest.WidePorts:
		return "More ports than used"
	case suggest.AllProtocols:
		return "All protocols"
	case suggest.Redundant:
		return "Redundant"
	case suggest.Shadowed:
		return "Inside another rule"
	case suggest.AdminPortOpen:
		return "Administration port open"
	}
	return kindTitleOfGroups(k)
}

func kindTitleOfGroups(k suggest.Kind) string {
	switch k {
	case suggest.DefaultGroup:
		return "Default group"
	case suggest.OpenEgress:
		return "Open outbound"
	case suggest.UnattachedGroup:
		return "Worn by no interface"
	case suggest.StaleReference:
		return "Stale reference"
	case suggest.NotObservable:
		return "Not observable"
	case suggest.YoungRule:
		return "Young rule"
	case suggest.ThinEvidence:
		return "Thin evidence"
	}
	return string(k)
}

// unseenKinds are the findings that say "we could not see", in the order in which a report lists them.
var unseenKinds = [...]suggest.Kind{suggest.NotObservable, suggest.YoungRule, suggest.ThinEvidence}

func reasonFor(findings []Said, k suggest.Kind) (string, bool) {
	i := slices.IndexFunc(findings, func(f Said) bool { return f.Kind == k })
	if i < 0 {
		return "", false
	}
	return findings[i].Reason, true
}
