package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"sgfit/suggest"
)

// The section expect, line by line; indented lines go on with what the line above them says.
//
//	sg-web in tcp 80 0.0.0.0/0: replace -> tcp 80 192.168.22.7/32, tcp 80 sg-lb
//	  findings wildcard-source        exactly these kinds, or none; `finding K` and `no K` ask for one
//	  says "1 source"                 some reason contains it
//	  conversations 30; sole 30; probes 0; bytes 1; peers 1; days 1; observed 30; ambiguous 0; noise 0
//	  coverage 1; ports tcp 80, udp 53; ports none; first +0d; last +29d     (first and last by the day)
//	  grade low; label A; backtest 0 0; tested 2 from +16d (weeks, the worse); new 1 2 3 (d7, d15, q1); top 10.0.0.1, 10.0.0.2
//	  silence 20 0 (idle days, longest gap), or silence none; sources churn, or sources stay; lastnew 3
//	  strip xxx...                             the days of the window, x for #
//	  through sg-web in tcp 80 10.0.0.0/8      still_through, exactly
//	  opened 1h0m0s by ARN (CALL)              after the window's start, or: opened by nobody known
//	  users 10.0.0.1                           named_users, exactly
//	  points exact 1.585 of 3 refusing 5, compact 8 of 1   alternatives: bits, rules, what a backtest would have refused
//	  curve 1 8, 2 7.0112                      rules and bits
//	  serves Amazon S3 3 of 3 by pl-s3         AWS's services among the peers; or: serves nothing
//	  record accepted by OWNER until 2027-01-01   the rule's exception, or: record none
//	sg-web in tcp 22 10.0.0.0/8: absent        it is not in force, so it is not in the plan
//	group sg-web: findings none; interfaces 2; tighter ingress; same egress; name web
//	group sg-web: suggests ingress tcp 443 10.0.0.0/24 for 2     folded, and how many of today's rules each stands for
//	observes same-rules sg-a sg-b, unworn sg-c  what is said of groups as wholes, exactly; or: observes none
//	accounting unmatched 2                     or `some`; matched is then what is left
//	replay refused 0, replay noise 3, replay edges some
//	window 30                                  observed days
//	week 3 of 210 by 2                         plan's backtest: conversations refused, of all, sources; or: week none
//	exceptions in-force, expired, unmatched    their states, in the file's order
//	note skipdata, no note skipdata
//	exit 0; warning "text"; no warning
//	again on another database: the same bytes  (or the same database)
//
// After an action, `-> …` is the replacement, exactly; without it there must be none. `-> something` takes any, `-> at most
// 60` any of so many rules.
type sceneCheck struct {
	words string
	text  [2]string                  // subject and clause, for mutants
	about string                     // what an explicit check takes out of the hands of the general ones
	holds func(*sceneOutcome) string // "" or what is wrong
}

func (s *scenario) parseExpect(body string) error {
	s.text = body
	checks, err := parseSceneChecks(body)
	s.expect = checks
	return err
}

func parseSceneChecks(body string) ([]sceneCheck, error) {
	var checks []sceneCheck
	subject := ""
	for _, line := range sceneTexts(body) {
		text := line.text
		if !line.indented {
			subject = ""
			if who, rest, ok := strings.Cut(text, ": "); ok && (strings.HasPrefix(who, "sg-") || strings.HasPrefix(who, "group ")) {
				subject, text = who, rest
			}
		} else if subject == "" {
			return nil, fmt.Errorf("line %d %q: goes on with nothing", line.number, line.text)
		}
		for clause := range strings.SplitSeq(text, ";") {
			c, err := parseSceneCheck(subject, strings.TrimSpace(clause))
			if err != nil {
				return nil, fmt.Errorf("line %d %q: %w", line.number, line.text, err)
			}
			c.text = [2]string{subject, strings.TrimSpace(clause)}
			c.words = strings.TrimPrefix(subject+": "+strings.TrimSpace(clause), ": ")
			checks = append(checks, c)
		}
	}
	if len(checks) == 0 {
		return nil, fmt.Errorf("nothing is expected")
	}
	return checks, nil
}

func parseSceneCheck(subject, clause string) (sceneCheck, error) {
	verb, rest, _ := strings.Cut(clause, " ")
	if group, ok := strings.CutPrefix(subject, "group "); ok {
		return groupCheck(group, verb, rest)
	}
	if subject != "" {
		return ruleCheck(subject, verb, rest)
	}
	return wholeCheck(verb, rest)
}

// words spell replacements as scenarios do: tcp 443 10.0.0.0/8.
func words(rules []suggest.ReplacementRule) (out []string) {
	for _, r := range rules {
		out = append(out, strings.TrimSpace(suggest.RuleName("", suggest.Rule{Protocol: r.Protocol, FromPort: r.FromPort, ToPort: r.ToPort, Peer: r.Peer})))
	}
	return out
}

// planKey names a rule of a plan by its content.
func planKey(group string, r suggest.Rule) string {
	from, to := int32(-1), int32(-1)
	if r.FromPort != nil {
		from, to = *r.FromPort, *r.ToPort
	}
	return fmt.Sprintf("%s %s %s %d %d %s", group, r.Direction, r.Protocol, from, to, r.Peer.Value)
}

// sceneRuleKey turns `sg-web in tcp 80 10.0.0.0/8` into the key that planKey gives.
func sceneRuleKey(subject string) (string, error) {
	group, words, _ := strings.Cut(subject, " ")
	r, err := parseSceneRule(words)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s %s %d %d %s", group, r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer.Value), nil
}

func (o *sceneOutcome) rule(key string) *suggest.Rule {
	for i := range o.plan.Groups {
		g := &o.plan.Groups[i]
		for j := range g.Rules {
			if planKey(g.GroupID, g.Rules[j]) == key {
				return &g.Rules[j]
			}
		}
	}
	return nil
}

// ruleCheck reads one clause on a rule.
func ruleCheck(subject, verb, rest string) (sceneCheck, error) {
	key, err := sceneRuleKey(subject)
	if err != nil {
		return sceneCheck{}, err
	}
	if verb == "absent" {
		return sceneCheck{holds: func(o *sceneOutcome) string {
			if o.rule(key) != nil {
				return "is in the plan"
			}
			return ""
		}}, nil
	}
	ask, err := ruleQuestion(verb, rest)
	if err != nil {
		return sceneCheck{}, err
	}
	return sceneCheck{holds: func(o *sceneOutcome) string {
		r := o.rule(key)
		if r == nil {
			return "is not in the plan"
		}
		return ask(r)
	}}, nil
}

type ruleAsk = func(*suggest.Rule) string

func ruleQuestion(verb, rest string) (ruleAsk, error) {
	switch verb {
	case "keep", "remove", "replace", "review":
		return actionAsk(suggest.Action(verb), rest)
	case "findings", "finding", "no", "says":
		ask, err := findingsAsk(verb, rest)
		return func(r *suggest.Rule) string { return ask(r.Findings) }, err
	}
	if get, ok := ruleNumbers[verb]; ok {
		want, err := strconv.ParseFloat(rest, 64)
		return func(r *suggest.Rule) string {
			if got := get(r); math.Abs(got-want) > 1e-9 {
				return fmt.Sprintf("got %v", got)
			}
			return ""
		}, err
	}
	if get, ok := ruleWords[verb]; ok {
		if rest == "" {
			return nil, fmt.Errorf("%s of what?", verb)
		}
		return func(r *suggest.Rule) string {
			if got := get(r); got != rest {
				return "got " + got
			}
			return ""
		}, nil
	}
	return nil, fmt.Errorf("%q is no word on a rule", verb)
}

// ruleNumbers are the clauses with a number.
var ruleNumbers = map[string]func(*suggest.Rule) float64{
	"conversations": func(r *suggest.Rule) float64 { return float64(r.Evidence.Conversations) },
	"sole":          func(r *suggest.Rule) float64 { return float64(r.Evidence.Sole) },
	"probes":        func(r *suggest.Rule) float64 { return float64(r.Evidence.Probes) },
	"bytes":         func(r *suggest.Rule) float64 { return float64(r.Evidence.Bytes) },
	"peers":         func(r *suggest.Rule) float64 { return float64(r.Evidence.Peers) },
	"days":          func(r *suggest.Rule) float64 { return float64(r.Evidence.Days) },
	"observed":      func(r *suggest.Rule) float64 { return float64(r.Evidence.ObservedDays) },
	"coverage":      func(r *suggest.Rule) float64 { return r.Evidence.Coverage },
	"ambiguous":     func(r *suggest.Rule) float64 { return float64(r.Evidence.Ambiguous) },
	"noise":         func(r *suggest.Rule) float64 { return float64(r.Evidence.Noise) },
}

// ruleWords are the clauses with words, spelled as in the file.
var ruleWords = map[string]func(*suggest.Rule) string{
	"grade":   func(r *suggest.Rule) string { return r.Confidence.Grade },
	"label":   func(r *suggest.Rule) string { return r.Confidence.NewSources.Label },
	"ports":   portWords,
	"first":   func(r *suggest.Rule) string { return dayWords(r.Evidence.FirstSeen) },
	"last":    func(r *suggest.Rule) string { return dayWords(r.Evidence.LastSeen) },
	"through": throughWords,
	"users":   func(r *suggest.Rule) string { return sceneList(r.NamedUsers) },
	"top":     topWords,
	"opened":  openedWords,
	"record":  recordWords,
	"serves":  serviceWords,
	"points":  pointWords,
	"curve":   curveWords,
	"about":   func(r *suggest.Rule) string { return r.Description },
	"backtest": func(r *suggest.Rule) string {
		return fmt.Sprintf("%d %d", r.Confidence.Backtest.RefusedSources, r.Confidence.Backtest.RefusedConversations)
	},
	"new": func(r *suggest.Rule) string {
		n := r.Confidence.NewSources
		return fmt.Sprintf("%d %d %d", n.D7, n.D15, n.Q1)
	},
	"tested": func(r *suggest.Rule) string {
		return fmt.Sprintf("%d from %s", r.Confidence.Backtest.Weeks, dayWords(r.Confidence.Backtest.From))
	},
	"silence": func(r *suggest.Rule) string {
		if r.Confidence.Silence == nil {
			return "none"
		}
		return fmt.Sprintf("%d %d", r.Confidence.Silence.IdleDays, r.Confidence.Silence.LongestGapDays)
	},
	"sources": func(r *suggest.Rule) string {
		if r.Confidence.NewSources.Churning {
			return "churn"
		}
		return "stay"
	},
	"lastnew": func(r *suggest.Rule) string {
		if r.Confidence.NewSources.LastNewDays == nil {
			return "none"
		}
		return fmt.Sprint(*r.Confidence.NewSources.LastNewDays)
	},
	"strip": func(r *suggest.Rule) string { return strings.ReplaceAll(r.Evidence.Strip, "#", "x") }, // # begins a comment
	"alternatives": func(r *suggest.Rule) string {
		if len(r.Alternatives) == 0 {
			return "none"
		}
		return "some"
	},
}

func sceneList(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

func portWords(r *suggest.Rule) string {
	var out []string
	for _, p := range r.Evidence.Ports {
		switch {
		case p.Protocol != "tcp" && p.Protocol != "udp":
			out = append(out, p.Protocol)
		case p.From == p.To:
			out = append(out, fmt.Sprintf("%s %d", p.Protocol, p.From))
		default:
			out = append(out, fmt.Sprintf("%s %d-%d", p.Protocol, p.From, p.To))
		}
	}
	return sceneList(out)
}

func dayWords(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return fmt.Sprintf("+%dd", int(t.Sub(sceneStart)/(24*time.Hour)))
}

func openedWords(r *suggest.Rule) string {
	if r.Opened == nil {
		return "by nobody known"
	}
	return fmt.Sprintf("%s by %s (%s)", r.Opened.At.Sub(sceneStart), r.Opened.By, r.Opened.Call)
}

func pointWords(r *suggest.Rule) string {
	var out []string
	for _, a := range r.Alternatives {
		words := fmt.Sprintf("%s %v of %d", a.Name, a.ExposureBits, len(a.Rules))
		if b := a.Backtest; b != nil && b.RefusedConversations > 0 {
			words += fmt.Sprintf(" refusing %d", b.RefusedConversations)
		}
		out = append(out, words)
	}
	return sceneList(out)
}

func curveWords(r *suggest.Rule) string {
	var out []string
	for _, s := range r.Curve {
		out = append(out, fmt.Sprintf("%d %v", s.Rules, s.ExposureBits))
	}
	return sceneList(out)
}

func serviceWords(r *suggest.Rule) string {
	var out []string
	for _, s := range r.Services {
		out = append(out, fmt.Sprintf("%s %d of %d by %s", s.Service, s.Peers, s.OfPeers, cmp.Or(s.PrefixListID, "nothing known")))
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", ")
}

func recordWords(r *suggest.Rule) string {
	if r.Exception == nil {
		return "none"
	}
	return fmt.Sprintf("%s by %s until %s", r.Exception.Kind, r.Exception.Owner, r.Exception.Expires)
}

func throughWords(r *suggest.Rule) string {
	var out []string
	for _, name := range r.StillThrough {
		name = strings.Replace(name, " ingress ", " in ", 1)
		out = append(out, strings.Replace(name, " egress ", " out ", 1))
	}
	return sceneList(out)
}

func topWords(r *suggest.Rule) string {
	var out []string
	for _, p := range r.Evidence.TopPeers {
		out = append(out, p.Address)
	}
	return sceneList(out)
}

// actionAsk wants an action and, after an arrow, its replacement.
func actionAsk(action suggest.Action, rest string) (ruleAsk, error) {
	want, arrow := strings.CutPrefix(rest, "-> ")
	if rest != "" && !arrow {
		return nil, fmt.Errorf("after the action want '-> RULE, RULE', got %q", rest)
	}
	return func(r *suggest.Rule) string {
		got := words(r.Replacement)
		tail := fmt.Sprintf("got %s -> %s\n\t%s", r.Action, strings.Join(got, ", "), reasons(r.Findings))
		if r.Action != action || !arrow && len(got) > 0 {
			return tail
		}
		if want == "something" && len(got) > 0 {
			return ""
		}
		if most, ok := strings.CutPrefix(want, "at most "); ok && len(got) > 0 && fmt.Sprintf("%4d", len(got)) <= fmt.Sprintf("%4s", most) {
			return ""
		}
		expected := strings.Split(want, ", ")
		slices.Sort(got)
		slices.Sort(expected)
		if arrow && !slices.Equal(got, expected) {
			return tail
		}
		return ""
	}, nil
}

func reasons(fs []suggest.Finding) string {
	var out []string
	for _, f := range fs {
		out = append(out, fmt.Sprintf("%s: %s", f.Kind, f.Reason))
	}
	return strings.Join(out, "\n\t")
}

// findingsAsk reads the clauses on findings, of rules and of groups.
func findingsAsk(verb, rest string) (func([]suggest.Finding) string, error) {
	if verb == "says" {
		text, err := strconv.Unquote(rest)
		return func(fs []suggest.Finding) string {
			if !strings.Contains(reasons(fs), text) {
				return "got " + reasons(fs)
			}
			return ""
		}, err
	}
	want := strings.Split(rest, ", ")
	if rest == "none" {
		want = nil
	}
	for _, k := range want {
		if !slices.Contains(sceneKinds, suggest.Kind(k)) {
			return nil, fmt.Errorf("%q is no kind of finding", k)
		}
	}
	return func(fs []suggest.Finding) string {
		var got []string
		for _, f := range fs {
			if !slices.Contains(got, string(f.Kind)) {
				got = append(got, string(f.Kind))
			}
		}
		in := func(k string) bool { return slices.Contains(got, k) }
		notIn := func(k string) bool { return !in(k) }
		switch {
		case verb == "no" && !slices.ContainsFunc(want, in), verb == "finding" && !slices.ContainsFunc(want, notIn),
			verb == "findings" && !slices.ContainsFunc(want, notIn) && len(got) == len(want):
			return ""
		}
		return "got " + reasons(fs)
	}, nil
}

// sceneKinds are all kinds of findings.
var sceneKinds = []suggest.Kind{suggest.NoTraffic, suggest.ProbeOnly, suggest.WildcardSource, suggest.SmallerSource, suggest.WidePorts,
	suggest.AllProtocols, suggest.Redundant, suggest.Shadowed, suggest.AdminPortOpen, suggest.DefaultGroup, suggest.OpenEgress,
	suggest.UnattachedGroup, suggest.StaleReference, suggest.NotObservable, suggest.YoungRule, suggest.ThinEvidence}
