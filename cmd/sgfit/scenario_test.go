package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"sgfit/suggest"
)

// A scenario is one txtar file that reads like a page of a manual: a claim, an inventory, flows, and what the plan must
// then say. The runner turns it into the files that AWS writes, runs the whole program on them, and compares plan.json.
//
//	The claim in a sentence or two.
//	broken: why it does not hold today; the scenario then must fail
//	-- args --       flags for `sgfit run`, if any
//	-- exceptions -- exceptions.yaml, if any
//	-- ip-ranges --  ip-ranges.json, if any
//	-- inventory --  see scenario_inventory_test.go
//	-- flows --      see scenario_flows_test.go
//	-- expect --     see scenario_expect_test.go
//
// Whatever a scenario is about, these hold for all of them, unless its expectations say otherwise: the program ends with
// 0; every rule in force is in the plan once; classes of records are exactly those of the lines written, with nothing
// unmatched, ambiguous, unknown or malformed; the replay refuses nothing; no replacement is wider than its rule; the plan
// fits the JSON Schema.
type scenario struct {
	name   string
	broken string
	args   []string
	given  []sceneFile // further files
	estate sceneEstate
	flows  sceneFlows
	expect []sceneCheck
	text   string // of the section expect
}

// sceneStart is the first second of every window: a Tuesday.
var sceneStart = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := parseScenario(file, text)
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range s.verdict(s.play(t)) {
				t.Error(problem)
			}
		})
	}
}

// verdict lists what speaks against the scenario. One that is marked as broken must fail, so that the mark cannot rot.
func (s *scenario) verdict(got *sceneOutcome) []string {
	problems := s.judge(got)
	switch {
	case s.broken == "" && len(problems) == 0:
		return s.unguarded(got)
	case s.broken == "":
		return problems
	case len(problems) == 0:
		return []string{"is marked as broken (" + s.broken + "), but holds: take the mark away"}
	}
	return nil
}

func parseScenario(file string, text []byte) (*scenario, error) {
	archive := txtar.Parse(text)
	s := &scenario{name: strings.TrimSuffix(filepath.Base(file), ".txtar")}
	head := strings.TrimSpace(string(archive.Comment))
	if head == "" || strings.HasPrefix(head, "broken:") {
		return nil, fmt.Errorf("%s: say the claim in the first line", file)
	}
	for line := range strings.Lines(head) {
		if why, ok := strings.CutPrefix(line, "broken:"); ok {
			s.broken = strings.TrimSpace(why)
		}
	}
	sections := map[string]func(string) error{
		"args":       func(body string) error { s.args = strings.Fields(body); return nil },
		"inventory":  s.parseInventory,
		"flows":      s.parseFlows,
		"expect":     s.parseExpect,
		"ip-ranges":  func(body string) error { s.give("--ip-ranges", "ip-ranges.json", body); return nil },
		"exceptions": func(body string) error { s.give("--exceptions", "exceptions.yaml", body); return nil },
	}
	for _, f := range archive.Files {
		parse := sections[f.Name]
		if parse == nil {
			return nil, fmt.Errorf("%s: section %q is none of args, inventory, flows and expect, or comes twice", file, f.Name)
		}
		if err := parse(string(f.Data)); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, f.Name, err)
		}
		delete(sections, f.Name)
	}
	delete(sections, "args")
	delete(sections, "exceptions")
	delete(sections, "ip-ranges")
	for name := range sections {
		return nil, fmt.Errorf("%s: section %q is missing", file, name)
	}
	return s, nil
}

// sceneFile is one more file that the program is given, by a flag of its own.
type sceneFile struct{ flag, name, body string }

func (s *scenario) give(flag, name, body string) {
	s.given = append(s.given, sceneFile{flag, name, body})
}

// sceneOutcome is what the program did, and what it was given.
type sceneOutcome struct {
	s      *scenario
	code   int
	stderr string
	plan   suggest.Plan
	lines  sceneLines
	again  map[string]string
}

// play writes the files, runs the program, and reads its plan.
func (s *scenario) play(t *testing.T) *sceneOutcome {
	t.Helper()
	dir := t.TempDir()
	lines, err := s.writeFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := &sceneOutcome{s: s, lines: lines, again: map[string]string{}}
	body := got.run(t, dir, "out", "first.db")
	if got.code != exitDone && got.code != exitRejected {
		return got
	}
	if err := json.Unmarshal(body, &got.plan); err != nil {
		t.Fatal(err)
	}
	checkPlanSchema(t, body)
	for how, db := range map[string]string{"another database": "second.db", "the same database": "first.db"} {
		if !strings.Contains(s.text, "again on "+how) {
			continue
		}
		got.again[how] = "the same bytes"
		if other := got.run(t, dir, "again", db); !bytes.Equal(body, other) {
			got.again[how] = "another plan"
		}
	}
	return got
}

// run runs the program as a user would and returns plan.json.
func (o *sceneOutcome) run(t *testing.T, dir, out, db string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args := append([]string{"run", "--quiet", "--flow-logs", filepath.Join(dir, "flow-logs"), "--config", filepath.Join(dir, "config"),
		"--out", filepath.Join(dir, out), "--db", filepath.Join(dir, db)}, o.s.args...)
	if o.s.estate.trail {
		args = append(args, "--cloudtrail", filepath.Join(dir, "cloudtrail"))
	}
	for _, f := range o.s.given {
		path := filepath.Join(dir, f.name)
		if err := os.WriteFile(path, []byte(f.body), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, f.flag, path)
	}
	o.code = run(context.Background(), args, &stdout, &stderr)
	o.stderr += stderr.String()
	if o.code != exitDone && o.code != exitRejected {
		return nil
	}
	body, err := os.ReadFile(filepath.Join(dir, out, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// judge compares the outcome with what the scenario says, and with what always holds.
func (s *scenario) judge(got *sceneOutcome) []string {
	var problems []string
	for _, c := range slices.Concat(s.expect, s.always()) {
		if wrong := c.holds(got); wrong != "" {
			problems = append(problems, fmt.Sprintf("%s\n\t%s", c.words, wrong))
		}
	}
	return problems
}

// scenePairs cuts "a=b" words off a line's end.
func scenePairs(words []string) (rest []string, pairs map[string]string) {
	pairs = map[string]string{}
	for _, w := range words {
		if key, value, ok := strings.Cut(w, "="); ok {
			pairs[key] = value
		} else {
			rest = append(rest, w)
		}
	}
	return rest, pairs
}

// sceneTexts splits a section into lines, without comments (# …) and blanks, each with its number.
func sceneTexts(body string) (lines []sceneText) {
	n := 0
	for line := range strings.Lines(body) {
		n++
		if i := strings.Index(" "+line, " #"); i >= 0 {
			line = line[:i]
		}
		if strings.TrimSpace(line) != "" {
			lines = append(lines, sceneText{n, line[0] == ' ' || line[0] == '\t', strings.TrimSpace(line)})
		}
	}
	return lines
}

type sceneText struct {
	number   int
	indented bool
	text     string
}

// sceneOffset reads a time since the window's start: +10d, +3d12h30m.
func sceneOffset(s string) (time.Duration, error) {
	sign := time.Duration(1)
	digits, ok := strings.CutPrefix(s, "+")
	if !ok {
		if digits, ok = strings.CutPrefix(s, "-"); !ok {
			return 0, fmt.Errorf("want a time such as +10d or +3d12h, got %q", s)
		}
		sign = -1
	}
	var sum time.Duration
	if days, rest, ok := strings.Cut(digits, "d"); ok {
		var n int
		if _, err := fmt.Sscan(days, &n); err != nil {
			return 0, fmt.Errorf("read %q: %w", s, err)
		}
		sum, digits = time.Duration(n)*24*time.Hour, rest
	}
	if digits != "" {
		rest, err := time.ParseDuration(digits)
		if err != nil {
			return 0, fmt.Errorf("read %q: %w", s, err)
		}
		sum += rest
	}
	return sign * sum, nil
}
