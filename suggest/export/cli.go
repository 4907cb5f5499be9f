package export

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"sgfit/suggest"
)

// script is the whole of apply.sh; undo.sh differs in the name of the folder that it reads. No text of a plan is in it.
//
//go:embed script.sh
var script string

// CLI is a script for the AWS command line, its inverse, and the files that both read: for each group what is added,
// revoked and relied on as tables of ids, CIDRs and numbers, and a JSON file for each rule that is added.
func CLI(plan suggest.Plan, opt Options) (Export, error) {
	s, err := chooseToMake(plan, opt)
	if err != nil {
		return Export{}, err
	}
	e := Export{Warnings: s.warnings, Rules: s.rules}
	apply, undo := make([]work, 0, len(s.groups)), make([]work, 0, len(s.groups))
	for i := range s.groups {
		there, back := s.groups[i].work(), s.groups[i].undo()
		apply, undo = append(apply, there), append(undo, back)
	}
	for _, c := range s.elsewhere() {
		e.Warnings = append(e.Warnings, c)
	}
	slices.Reverse(undo)
	for _, way := range []struct {
		name   string
		groups []work
	}{{"apply", apply}, {"undo", undo}} {
		e.Files = append(e.Files, File{way.name + ".sh", []byte(strings.Replace(script, "way=apply", "way="+way.name, 1)), true})
		var list strings.Builder
		for _, w := range way.groups {
			fmt.Fprintf(&list, "%s\t%s\t%s\n", w.group.AccountID, w.group.Region, w.group.GroupID)
		}
		e.Files = append(e.Files, File{Name: way.name + "/groups.tsv", Content: []byte(list.String())})
		for _, w := range way.groups {
			files, err := w.files(way.name + "/" + w.group.GroupID + "/")
			if err != nil {
				return Export{}, err
			}
			e.Files = append(e.Files, files...)
		}
	}
	return e, nil
}

// work is what the script does to one group.
type work struct {
	group   *suggest.Group
	adds    []added
	revokes []revoked
	needs   []need
}

// added is a rule to be added in a step.
type added struct {
	step int
	rule rule
}

// revoked is a rule to be revoked in a step; links are the numbers of those in adds that stand for it.
type revoked struct {
	step  int
	rule  rule
	links []int
}

// work is how the plan comes about.
func (g *group) work() work {
	w := work{group: g.Group}
	number := map[string]int{}
	for i, r := range g.adds {
		number[r.key()] = i
		w.adds = append(w.adds, added{g.stepOf(r), r})
	}
	for _, c := range g.changes {
		w.needs = append(w.needs, c.needs...)
		if c.stays {
			w.needs = append(w.needs, need{g.Group, c.was})
			continue
		}
		r := revoked{step: c.step, rule: c.was}
		for _, p := range c.pieces {
			if n, ok := number[p.key()]; ok {
				r.links = append(r.links, n)
			}
		}
		w.revokes = append(w.revokes, r)
	}
	return w
}

// undo is how the group becomes again what it was, in the opposite order.
func (g *group) undo() work {
	w := work{group: g.Group}
	last := 0
	number := map[string]int{}
	for _, c := range g.changes {
		last = max(last, c.step)
	}
	for _, c := range g.changes {
		if !c.stays {
			number[c.was.key()] = len(w.adds)
			back := c.was
			back.id = ""
			w.adds = append(w.adds, added{last - c.step, back})
		}
	}
	for _, a := range g.adds {
		r := revoked{step: last - g.stepOf(a), rule: a}
		for _, i := range g.stands[a.key()] {
			if n, ok := number[g.changes[i].was.key()]; ok {
				r.links = append(r.links, n)
			}
		}
		w.revokes = append(w.revokes, r)
	}
	return w
}

// stepOf is the first step that needs a rule which is added.
func (g *group) stepOf(r rule) int {
	step := -1
	for _, i := range g.stands[r.key()] {
		if c := &g.changes[i]; step < 0 || c.step < step {
			step = c.step
		}
	}
	return max(step, 0)
}

// files are the tables that the script reads and the rules that it adds.
func (w work) files(folder string) ([]File, error) {
	var add, revoke, needs strings.Builder
	var out []File
	for i, a := range w.adds {
		name := fmt.Sprintf("%04d", i+1)
		fmt.Fprintf(&add, "%d\t%s\t%s\n", a.step, name, a.rule.key())
		body, err := encode(a.rule.permission())
		if err != nil {
			return nil, err
		}
		out = append(out, File{Name: folder + name + ".json", Content: body})
	}
	for _, r := range w.revokes {
		id, links := "-", "-"
		if r.rule.id != "" {
			id = r.rule.id
		}
		var numbers []string
		for _, n := range r.links {
			numbers = append(numbers, fmt.Sprintf("%04d", n+1))
		}
		if len(numbers) > 0 {
			links = strings.Join(numbers, ",")
		}
		fmt.Fprintf(&revoke, "%d\t%s\t%s\t%s\n", r.step, id, links, r.rule.key())
	}
	said := map[string]bool{}
	for _, n := range w.needs {
		row := n.group.GroupID + "\t" + n.rule.key() + "\n"
		if n.group.AccountID == w.group.AccountID && n.group.Region == w.group.Region && !said[row] {
			needs.WriteString(row)
			said[row] = true
		}
	}
	return append(out, File{Name: folder + "add.tsv", Content: []byte(add.String())},
		File{Name: folder + "revoke.tsv", Content: []byte(revoke.String())},
		File{Name: folder + "need.tsv", Content: []byte(needs.String())}), nil
}

// elsewhere warns of changes that rely on rules which the script cannot look up with the credentials that it has.
func (s *selection) elsewhere() (out []string) {
	for _, g := range s.groups {
		for _, c := range g.changes {
			for _, n := range c.needs {
				if n.group.AccountID != g.AccountID || n.group.Region != g.Region {
					out = append(out, fmt.Sprintf("%s %s relies on a rule of %s in account %s, which the script does not look up: %s",
						g.GroupID, c.was.words(), n.group.GroupID, n.group.AccountID, n.rule.words()))
				}
			}
		}
	}
	return out
}
