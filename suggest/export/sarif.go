package export

import (
	"slices"
	"strings"

	"sgfit/suggest"
)

// The parts of SARIF 2.1.0 that are used (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool    sarifTool     `json:"tool"`
	Results []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      sarifText         `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Properties   map[string]any    `json:"properties"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifLogical struct {
	Name          string `json:"name"`
	QualifiedName string `json:"fullyQualifiedName"`
	Kind          string `json:"kind"`
}

// SARIF is a log for pipelines, with a result for each rule that is removed or replaced. A security group is no file, so each has a
// path made of its account, Region and id: pipelines want one.
func SARIF(plan suggest.Plan, opt Options) (Export, error) {
	s, err := chooseToTell(plan, opt)
	if err != nil {
		return Export{}, err
	}
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "sgfit", Version: opt.Version, Rules: []sarifRule{}}}, Results: []sarifResult{}}
	var kinds []string
	for _, g := range s.groups {
		for _, c := range g.changes {
			kinds = append(kinds, string(kindOf(c.rule)))
		}
	}
	slices.Sort(kinds)
	kinds = slices.Compact(kinds)
	said := meanings()
	for _, k := range kinds {
		text := said[suggest.Kind(k)]
		if text == "" {
			text = message(k)
		}
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{line(k), sarifText{text}})
	}
	for i := range s.groups {
		for _, c := range s.groups[i].changes {
			run.Results = append(run.Results, result(&s.groups[i], c, kinds))
		}
	}
	body, err := encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
	if err != nil {
		return Export{}, err
	}
	return Export{Files: []File{{Name: "sgfit.sarif", Content: body}}, Warnings: s.warnings, Rules: s.rules}, nil
}

func result(g *group, c change, kinds []string) sarifResult {
	kind := string(kindOf(c.rule))
	place := g.AccountID + "/" + g.Region + "/" + g.GroupID
	r := sarifResult{
		RuleID: line(kind), RuleIndex: slices.Index(kinds, kind),
		Level:   []string{"note", "warning", "error"}[weightOf(c.rule)],
		Message: sarifText{message(c.title(g) + ": " + c.reasons() + " " + c.remedy())},
		Locations: []sarifLocation{{
			Physical: sarifPhysical{sarifArtifact{"security-groups/" + place}},
			Logical:  []sarifLogical{{Name: c.was.words(), QualifiedName: place + "/" + c.was.words(), Kind: "resource"}},
		}},
		Fingerprints: map[string]string{"sgfitRule/v1": place + "/" + c.was.key()},
		Properties: map[string]any{"action": c.rule.Action, "groupName": line(g.GroupName), "confidence": line(c.rule.Confidence.Grade),
			"conversations": c.rule.Evidence.Conversations, "observedDays": c.rule.Evidence.ObservedDays},
	}
	if c.was.id != "" {
		r.Properties["ruleId"] = c.was.id
	}
	return r
}

// message escapes what has a meaning in a message: [links](…) and {placeholders} (sections 3.11.5 and 3.11.6).
func message(s string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "{", "{{", "}", "}}").Replace(line(s))
}
