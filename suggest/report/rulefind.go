package report

import (
	"slices"
	"strings"

	"sgfit/suggest"
)

// found is a rule with the group it stands in and its 1-based place there.
type found struct {
	group suggest.Group
	index int
	rule  suggest.Rule
}

func (f found) name() string {
	s := RuleName(f.group.GroupID, f.rule)
	if id := ruleID(f.rule); id != "" {
		s += "  (" + id + ")"
	}
	return s
}

// near is how many rules an error lists.
const near = 10

// findRule returns the one rule that a reference means. A reference that spells a rule's name in full means that rule,
// even where it could, read as words that leave something out, mean others too.
func findRule(plan suggest.Plan, text string) (found, error) {
	refs, err := readings(plan, text)
	if err != nil {
		return found{}, err
	}
	words := refs[0].text
	var matches []found
	for f := range everyRule(plan) {
		if strings.EqualFold(RuleName(f.group.GroupID, f.rule), words) {
			return f, nil
		}
		if slices.ContainsFunc(refs, func(r RuleRef) bool { return r.Matches(f.group.GroupID, f.index, f.rule) }) {
			matches = append(matches, f)
		}
	}
	switch len(matches) {
	case 0:
		return found{}, &RuleRefError{Ref: words, Reason: "matches no rule of the plan", Near: nearest(plan, words)}
	case 1:
		return matches[0], nil
	}
	return found{}, &RuleRefError{Ref: words, Reason: "matches " + count(len(matches), "rule", "rules") + " of the plan; say more", Near: names(matches)}
}

// FindRule returns the group and the 1-based place in it of the one rule that a reference means. Beside RuleRef's grammar a
// group may be called by its name; where several have that name, what else is said must tell. The error is a *RuleRefError.
func FindRule(plan suggest.Plan, ref string) (suggest.Group, int, error) {
	f, err := findRule(plan, ref)
	return f.group, f.index, err
}

// readings are all that a reference may mean: as it stands, and with a group's name in front taken for its id.
func readings(plan suggest.Plan, text string) ([]RuleRef, error) {
	ref, err := ParseRuleRef(text)
	var out []RuleRef
	if err == nil {
		out = append(out, ref)
	}
	words := strings.Join(strings.Fields(text), " ")
	for _, g := range plan.Groups {
		name := strings.Join(strings.Fields(g.GroupName), " ")
		if name == "" || len(words) < len(name) || !strings.EqualFold(words[:len(name)], name) {
			continue
		}
		rest := words[len(name):]
		if rest != "" && rest[0] != ' ' && rest[0] != '/' {
			continue
		}
		if r, err := ParseRuleRef(g.GroupID + rest); err == nil {
			r.text = ref.text
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return nil, err
	}
	return out, nil
}

func everyRule(plan suggest.Plan) func(yield func(found) bool) {
	return func(yield func(found) bool) {
		for _, g := range plan.Groups {
			for i, r := range g.Rules {
				if !yield(found{g, i + 1, r}) {
					return
				}
			}
		}
	}
}

func names(rules []found) []string {
	var out []string
	for _, f := range rules[:min(near, len(rules))] {
		out = append(out, f.name())
	}
	return out
}

// nearest lists the rules that share most with a reference, word by word.
func nearest(plan suggest.Plan, text string) []string {
	words := strings.Fields(strings.ToLower(text))
	if group, _, ok := strings.Cut(words[0], "/"); ok && strings.HasPrefix(group, "sg-") {
		words[0] = group
	}
	type scored struct {
		found
		score int
	}
	var all []scored
	for f := range everyRule(plan) {
		if s := likeness(words, strings.Fields(strings.ToLower(f.name()))); s > 0 {
			all = append(all, scored{f, s})
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return b.score - a.score })
	var rules []found
	for _, s := range all[:min(near, len(all))] {
		rules = append(rules, s.found)
	}
	return names(rules)
}

// likeness counts what two lists of words share. An id with a slip of the finger counts nearly as much as the id; the
// words that every second rule has (a direction, a protocol) count little.
func likeness(words, name []string) int {
	score := 0
	for _, w := range words {
		best := 0
		for _, n := range name {
			n = strings.Trim(n, "()")
			switch {
			case w == n && len(w) > 7:
				best = max(best, 8)
			case w == n:
				best = max(best, 1+len(w)/4)
			case len(w) > 7 && editDistance(w, n) <= 2:
				best = max(best, 6)
			}
		}
		score += best
	}
	return score
}

// editDistance is Levenshtein's, on bytes.
func editDistance(a, b string) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3 // far enough for likeness
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
