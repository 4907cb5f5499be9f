package report

import (
	"strings"

	"sgfit/suggest"
)

// Card is everything that the plan says of one rule, in words, ready for a template.
type Card struct {
	Anchor       string // unique in the page
	Index        int    // 1-based, in its group
	Ref          string // "sg-0abc/3", which sgfit explain understands
	Name         string // as RuleName says it
	Words        string // "inbound tcp 443 from 10.0.0.0/8"
	RuleID       string
	Description  string
	Opened       string // who opened it and when, "" when unknown
	OnRecord     string // the exception in force, "" without
	Action       suggest.Action
	Findings     []Said
	Reach        *Reach // nil where the plan does not measure
	Evidence     suggest.Evidence
	Facts        []Fact
	Peers        []string // the busiest ones
	Days         *Days    // nil where none are drawn
	Space        *Space   // the same
	Sure         []Fact
	Grade, Label string
	Replacement  []string
	Alternatives []Choice
	StillThrough []string
	Through      []Link // the same, as links
	NamedUsers   []string
}

// Said is a finding with its kind in words.
type Said struct {
	Kind          suggest.Kind
	Title, Reason string
}

// Choice is an alternative to a replacement.
type Choice struct {
	Name  string
	Bits  string
	Rules []string
	// Refused says what it would have refused, "" where that was not tried.
	Refused string
}

// All are the rules in one line.
func (c Choice) All() string { return strings.Join(c.Rules, "; ") }

// longText is how long a text of a card gets, in letters, before it refers to sgfit explain, which says all of it.
const longText = 400

// shortened cuts a list of many ports or rules at a comma or semicolon.
func shortened(s string) string {
	if len(s) <= longText {
		return s
	}
	if at := strings.LastIndexAny(s[:longText], ",;"); at > 0 {
		return s[:at] + " … (sgfit explain says all)"
	}
	return s
}

// Verb is the action as a heading says it.
func (c Card) Verb() string {
	switch c.Action {
	case suggest.Remove:
		return "Remove"
	case suggest.Replace:
		return "Replace"
	case suggest.Review:
		return "Review"
	case suggest.Keep:
		return "Keep"
	}
	return string(c.Action)
}

// Instead introduces the replacement: of a rule under review it is only what would be suggested.
func (c Card) Instead() string {
	if c.Action == suggest.Review {
		return "Would become, if the evidence sufficed"
	}
	return "Becomes"
}

func card(group suggest.Group, index int, names groupNames) Card {
	r := group.Rules[index-1]
	c := Card{
		Index: index, Ref: indexRef(group.GroupID, index), Name: RuleName(group.GroupID, r), Words: names.ruleWords(r), RuleID: ruleID(r),
		Description: r.Description, Action: r.Action, Findings: said(r.Findings),
		Evidence: r.Evidence, Facts: facts(r.Evidence), Peers: names.peers(r.Evidence.TopPeers),
		Sure: sureness(r), Grade: r.Confidence.Grade, Label: r.Confidence.NewSources.Label, StillThrough: r.StillThrough, NamedUsers: r.NamedUsers,
	}
	c.Reach = reach(r.Direction, r.Exposure)
	if r.Opened != nil {
		c.Opened = openedWords(r.Opened)
	}
	if x := r.Exception; x != nil {
		c.OnRecord = string(x.Kind) + " until " + x.Expires + ", " + x.Owner + ": " + x.Reason
	}
	for i, x := range r.Replacement {
		words := names.replacementWords(r.Direction, x)
		if i < len(r.ReplacementTraffic) {
			words += ": " + carriedWords(r.ReplacementTraffic[i])
		}
		c.Replacement = append(c.Replacement, words)
	}
	for _, a := range r.Alternatives {
		c.Alternatives = append(c.Alternatives, choice(r, a, names))
	}
	return c
}

// openedWords says who opened a rule: CloudTrail knows it to the second.
func openedWords(o *suggest.Opened) string {
	verb := "opened"
	switch {
	case strings.HasPrefix(o.Call, "Authorize"):
		verb = "authorised"
	case strings.HasPrefix(o.Call, "Modify"):
		verb = "modified"
	case strings.HasPrefix(o.Call, "Create"):
		verb = "created with its group"
	}
	return verb + " " + o.At.UTC().Format("2006-01-02 15:04:05 UTC") + " by " + o.By + " (" + o.Call + ")"
}

func choice(r suggest.Rule, a suggest.Alternative, names groupNames) Choice {
	c := Choice{Name: a.Name, Bits: bits(a.ExposureBits)}
	if b := a.Backtest; b != nil {
		c.Refused = "made a week earlier it would have refused " + count(b.RefusedConversations, "conversation", "conversations")
	}
	for _, x := range a.Rules {
		c.Rules = append(c.Rules, names.replacementWords(r.Direction, x))
	}
	return c
}

func said(findings []suggest.Finding) []Said {
	var out []Said
	for _, f := range findings {
		out = append(out, Said{f.Kind, kindTitle(f.Kind), f.Reason})
	}
	return out
}

// Seen writes the first and last day of use for a table's cell.
func (c Card) Seen() string {
	if c.Evidence.FirstSeen == nil {
		return "–"
	}
	return seenWords(c.Evidence)
}

// KeptNotes is the rest of a kept rule's evidence in one line under it.
func (c Card) KeptNotes() string {
	parts := []string{"grade " + c.Sure[0].Text, "coverage " + percent(c.Evidence.Coverage)}
	if c.Reach != nil {
		parts = append(parts, strings.ToLower(c.Reach.Title)+": "+c.Reach.Text())
	}
	if c.Evidence.Noise > 0 {
		parts = append(parts, "noise "+count(c.Evidence.Noise, "one-off session of a stranger", "one-off sessions of strangers"))
	}
	if c.Evidence.Ambiguous > 0 {
		parts = append(parts, "opener unknown "+thousands(c.Evidence.Ambiguous))
	}
	if len(c.Evidence.Ports) > 0 {
		parts = append(parts, "ports "+portsWords(c.Evidence.Ports))
	}
	if len(c.Peers) > 0 {
		parts = append(parts, "busiest: "+strings.Join(c.Peers, "; "))
	}
	if len(c.NamedUsers) > 0 {
		parts = append(parts, "regular users: "+strings.Join(c.NamedUsers, ", "))
	}
	if len(c.StillThrough) > 0 {
		parts = append(parts, "also through: "+strings.Join(c.StillThrough, ", "))
	}
	for _, s := range c.Sure[1:] {
		parts = append(parts, s.Text)
	}
	if c.OnRecord != "" {
		parts = append(parts, "on record: "+c.OnRecord)
	}
	if c.Opened != "" {
		parts = append(parts, c.Opened)
	}
	return strings.Join(parts, " · ")
}
