package report

import (
	"strconv"
	"strings"
)

// Link is a text that leads to a place of the page; without an Anchor it is only text.
type Link struct{ Text, Anchor string }

// index says where in the page rules and groups stand.
type index struct {
	rules  map[string]Link // by suggest.RuleName
	groups map[string]Link // by id
}

// newIndex gives every group and rule of the page its anchor.
func newIndex(views []GroupView) index {
	x, taken := index{map[string]Link{}, map[string]Link{}}, map[string]bool{}
	anchor := func(id, prefix, otherwise string) string {
		if taken[id] || !isPlainID(id, prefix) {
			id = otherwise
		}
		for taken[id] { // ids that are no AWS's may look like any other
			id += "-x"
		}
		taken[id] = true
		return id
	}
	for i := range views {
		v := &views[i]
		v.Anchor = anchor(v.GroupID, "sg-", "group-"+strconv.Itoa(i+1))
		x.groups[v.GroupID] = Link{v.Short(), v.Anchor}
		for _, cards := range [][]Card{v.ToDo, v.Kept} {
			for j := range cards {
				c := &cards[j]
				c.Anchor = anchor(c.RuleID, "sgr-", v.Anchor+"-"+strconv.Itoa(c.Index))
				x.rules[c.Name] = Link{v.Short() + ": " + c.Words, c.Anchor}
			}
		}
	}
	return x
}

// isPlainID says whether an id may stand in an address as it is, so that links into a page outlive it.
func isPlainID(id, prefix string) bool {
	return strings.HasPrefix(id, prefix) && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && r != '-'
	})
}

// ruleLinks leads to rules by their names; a name that is none of the page's stands for itself.
func (x index) ruleLinks(names []string) []Link { return links(x.rules, names) }

// groupLinks leads to groups by their ids.
func (x index) groupLinks(ids []string) []Link { return links(x.groups, ids) }

func links(known map[string]Link, names []string) []Link {
	var out []Link
	for _, name := range names {
		l, ok := known[name]
		if !ok {
			l = Link{Text: name}
		}
		out = append(out, l)
	}
	return out
}

// link fills in what the cards refer to.
func (x index) link(views []GroupView) {
	for i := range views {
		for j := range views[i].ToDo {
			c := &views[i].ToDo[j]
			c.Through = x.ruleLinks(c.StillThrough)
		}
	}
}
