package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// unguarded lists the expectations that would hold as well if they said something else: those test nothing.
func (s *scenario) unguarded(got *sceneOutcome) []string {
	var out []string
	for _, c := range s.expect {
		mutant := mutateClause(c.text[1])
		m, err := parseSceneCheck(c.text[0], mutant)
		switch {
		case err != nil:
			out = append(out, fmt.Sprintf("%s: its mutant %q cannot be read: %v", c.words, mutant, err))
		case m.holds(got) == "":
			out = append(out, fmt.Sprintf("%s: it would hold as %q too", c.words, mutant))
		}
	}
	return out
}

var lastNumber = regexp.MustCompile(`\d+(\D*)$`)

// mutateClause says something else than the clause in the same words.
func mutateClause(clause string) string {
	verb, rest, _ := strings.Cut(clause, " ")
	other := map[string]string{"keep": "remove", "remove": "keep", "replace": "keep", "review": "remove", "absent": "no stale-reference", "tighter": "same", "same": "tighter"}
	switch verb {
	case "finding":
		return "no " + rest
	case "note":
		return "no note " + rest
	case "findings":
		if rest == "none" {
			return "findings stale-reference"
		}
		return "findings none"
	case "no":
		if rest == "warning" {
			return `warning "nobody says this"`
		}
		if strings.HasPrefix(rest, "note ") {
			return rest
		}
		return "finding " + rest
	case "says", "warning":
		return verb + ` "nobody says this"`
	case "again":
		return strings.Replace(clause, "the same bytes", "another plan", 1)
	}
	if o, ok := other[verb]; ok {
		return strings.TrimSpace(o + " " + rest)
	}
	if rest == "some" {
		return strings.TrimSuffix(clause, "some") + "0"
	}
	if m := lastNumber.FindStringIndex(clause); m != nil && verb != "through" && verb != "ports" {
		return clause[:m[0]] + lastNumber.ReplaceAllStringFunc(clause[m[0]:], plusOne)
	}
	return clause + " and more"
}

func plusOne(s string) string {
	digits := strings.TrimRight(s, strings.TrimLeft(s, "0123456789"))
	n, _ := strconv.Atoi(digits)
	return fmt.Sprint(n+1) + strings.TrimPrefix(s, digits)
}

// playedScenario is a small one, with what it can be mistaken in.
const playedScenario = `A port that nobody used goes, one that one address uses is narrowed.
-- inventory --
vpc vpc-1 10.0.0.0/16
group sg-web web
  in tcp 25 10.0.0.0/8
  in tcp 80 0.0.0.0/0
interface eni-a 10.0.1.5 sg-web
-- flows --
days 14
daily 192.168.22.7 -> eni-a tcp 80
-- expect --
`

// TestScenariosCanFail holds the runner to its word: what is wrong in a scenario must show.
func TestScenariosCanFail(t *testing.T) {
	s, err := parseScenario("played.txtar", []byte(playedScenario+"window 14\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := s.play(t)
	for _, c := range []struct {
		name, expect string
		fails        bool
	}{
		{"right", "sg-web in tcp 80 0.0.0.0/0: replace -> tcp 80 192.168.22.7/32; conversations 14; findings wildcard-source", false},
		{"wrong action", "sg-web in tcp 80 0.0.0.0/0: keep", true},
		{"replacement left out", "sg-web in tcp 80 0.0.0.0/0: replace", true},
		{"replacement wider", "sg-web in tcp 80 0.0.0.0/0: replace -> tcp 80 192.168.22.0/24", true},
		{"wrong number", "sg-web in tcp 25 10.0.0.0/8: conversations 1", true},
		{"finding that is not there", "sg-web in tcp 25 10.0.0.0/8: finding probe-only", true},
		{"finding too many", "sg-web in tcp 25 10.0.0.0/8: findings none", true},
		{"finding that must not be", "sg-web in tcp 25 10.0.0.0/8: no no-traffic", true},
		{"rule that is not there", "sg-web in tcp 26 10.0.0.0/8: keep", true},
		{"rule that is there", "sg-web in tcp 25 10.0.0.0/8: absent", true},
		{"wrong class", "accounting matched 27", true},
		{"wrong window", "window 15", true},
		{"wrong exit", "exit 3", true},
		{"warning that nobody gave", `warning "mind the gap"`, true},
		{"broken, and fails", "broken: says so\nsg-web in tcp 80 0.0.0.0/0: keep", false},
		{"broken, but holds", "broken: says so\nsg-web in tcp 80 0.0.0.0/0: replace -> tcp 80 192.168.22.7/32", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := playedScenario + c.expect
			if rest, ok := strings.CutPrefix(c.expect, "broken: says so\n"); ok {
				text = strings.Replace(playedScenario, "\n-- inv", "\nbroken: says so\n-- inv", 1) + rest
			}
			s, err := parseScenario("played.txtar", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if problems := s.verdict(got); (len(problems) > 0) != c.fails {
				t.Errorf("fails: %v, want %v: %q", len(problems) > 0, c.fails, problems)
			}
		})
	}
}

// TestScenariosRefuse lists what is no scenario.
func TestScenariosRefuse(t *testing.T) {
	for name, text := range map[string]string{
		"no claim":             strings.TrimPrefix(playedScenario, "A port that nobody used goes, one that one address uses is narrowed.\n") + "window 14",
		"no expectation":       playedScenario,
		"unknown section":      playedScenario + "window 14\n-- wishes --\n",
		"unknown verb":         playedScenario + "sg-web in tcp 80 0.0.0.0/0: perhaps",
		"unknown finding":      playedScenario + "sg-web in tcp 80 0.0.0.0/0: finding bad-luck",
		"unknown class":        playedScenario + "accounting mislaid 1",
		"unknown flow word":    strings.Replace(playedScenario, "days 14", "weeks 2", 1) + "window 14",
		"unknown inventory":    strings.Replace(playedScenario, "vpc vpc", "vnet vpc", 1) + "window 14",
		"unknown shape":        strings.Replace(playedScenario, "tcp 80\n--", "tcp 80 sideways\n--", 1) + "window 14",
		"clause about nothing": playedScenario + "  keep",
	} {
		if _, err := parseScenario("refused.txtar", []byte(text)); err == nil {
			t.Errorf("%s: was taken for a scenario", name)
		}
	}
}
