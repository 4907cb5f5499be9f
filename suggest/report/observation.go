package report

import (
	"fmt"
	"slices"
	"strings"

	"sgfit/suggest"
)

// ObservationView is one thing said of groups as wholes.
type ObservationView struct {
	Title, Reason string
	Groups        []Link
}

// observed puts what is said of groups as wholes in words.
func (x index) observed(all []suggest.Observation) []ObservationView {
	var out []ObservationView
	for _, o := range all {
		out = append(out, ObservationView{observationTitle(o.Kind), o.Text, x.groupLinks(o.Groups)})
	}
	return out
}

func observationTitle(k suggest.ObservationKind) string {
	switch k {
	case suggest.SameRules:
		return "The same rules"
	case suggest.TravelsWith:
		return "Worn together only"
	case suggest.Unworn:
		return "Worn by nothing"
	case suggest.NewPrefixList:
		return "A prefix list would do"
	case suggest.AWSService:
		return "An AWS service"
	case suggest.QuotaOnTheWay:
		return "Old and new do not fit at once"
	}
	return string(k)
}

// observedOf is what is said of one group among others; what is said of its rules' services stands with them.
func observedOf(plan suggest.Plan, group string) []string {
	var out []string
	for _, o := range plan.Observations {
		if o.Kind != suggest.AWSService && slices.Contains(o.Groups, group) {
			out = append(out, observationTitle(o.Kind)+": "+o.Text)
		}
	}
	return out
}

// awsServicesWords says which of a rule's peers are an AWS service's.
func awsServicesWords(services []suggest.RuleService) []string {
	var out []string
	for _, s := range services {
		words := fmt.Sprintf("%s of %s are %s's: %s", thousands(s.Peers), count(s.OfPeers, "peer", "peers"), s.Service, s.PrefixList)
		if s.PrefixListID != "" {
			words += " (" + s.PrefixListID + ")"
		}
		if s.GatewayEndpoint {
			words += "; a gateway endpoint serves it"
		}
		out = append(out, words)
	}
	return out
}

// foldedWords says which new rules of a group stand for several of today's; none where each stands for one.
func foldedWords(g suggest.Group, names groupNames) []string {
	var out []string
	for _, s := range g.Suggested {
		if len(s.StandsFor) < 2 {
			continue
		}
		var rules []string
		for i, r := range g.Rules {
			if slices.Contains(s.StandsFor, suggest.RuleName(g.GroupID, r)) {
				rules = append(rules, indexRef(g.GroupID, i+1))
			}
		}
		words := fmt.Sprintf("%s %s stands for %s", side(s.Direction), names.matchWords(s.Direction, s.Protocol, s.FromPort, s.ToPort, s.Peer), strings.Join(rules, ", "))
		if s.Traffic != nil {
			words += " (" + carriedWords(*s.Traffic) + ")"
		}
		out = append(out, words)
	}
	return out
}
