package inventory

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"sgfit/schema"
)

// facet is one thing of a resource that a change sets and an observation shows: a rule of a group, an address or a
// delegated prefix of an interface, an entry of a prefix list, each there or not; or a field, which always has a value.
type facet struct {
	rule   schema.Rule // its Key
	addr   netip.Addr
	prefix netip.Prefix
	entry  bool // prefix is a prefix list's
	field  field
}

type field string

const (
	wornGroups field = "groups"
	onInstance field = "instance"
)

const there = "there"

// setting is a facet with what it is set to: there, "" for not there, or a field's text.
type setting struct {
	facet
	value string
	rule  schema.Rule // in full
}

// condition is a resource's state, taken apart: its facets that are not "".
type condition map[facet]setting

func (c condition) value(f facet) string { return c[f].value }

// set applies a setting and says whether that changed anything.
func (c condition) set(s setting) bool {
	old := c.value(s.facet)
	if s.value == "" {
		delete(c, s.facet)
	} else if old != s.value {
		c[s.facet] = s
	}
	return old != s.value
}

func (c condition) equal(o condition) bool {
	return maps.EqualFunc(c, o, func(a, b setting) bool { return a.value == b.value })
}

func ruleSetting(r schema.Rule, value string) setting { return setting{facet{rule: r.Key()}, value, r} }

func fieldSetting(f field, value string) setting {
	return setting{facet: facet{field: f}, value: value}
}

// conditionOf takes an item's body apart.
func conditionOf(it *schema.Item) condition {
	c := condition{}
	switch {
	case it.Group != nil:
		for _, r := range it.Group.Rules {
			c.set(ruleSetting(r, there))
		}
	case it.Interface != nil:
		n := it.Interface
		c.set(fieldSetting(wornGroups, strings.Join(n.Groups, ",")))
		c.set(fieldSetting(onInstance, n.InstanceID))
		for _, a := range n.Addresses {
			c.set(setting{facet: facet{addr: a}, value: there})
		}
		for _, p := range n.Prefixes {
			c.set(setting{facet: facet{prefix: p}, value: there})
		}
	case it.PrefixList != nil:
		for _, p := range it.PrefixList.Entries {
			c.set(setting{facet: facet{prefix: p, entry: true}, value: there})
		}
	}
	return c
}

// dress puts a condition onto an item: what no facet stands for is the item's.
func dress(it *schema.Item, c condition) *schema.Item {
	out := *it
	switch {
	case it.Group != nil:
		g := *it.Group
		g.Rules = nil
		for f, s := range c {
			if f.rule != (schema.Rule{}) {
				g.Rules = append(g.Rules, s.rule)
			}
		}
		slices.SortFunc(g.Rules, compareRules)
		out.Group = &g
	case it.Interface != nil:
		out.Interface = dressInterface(it.Interface, c)
	case it.PrefixList != nil:
		l := *it.PrefixList
		l.Entries = c.prefixes(true)
		out.PrefixList = &l
	}
	return &out
}

// dressInterface keeps the primary address first.
func dressInterface(from *schema.Interface, c condition) *schema.Interface {
	n := *from
	n.Groups, n.InstanceID = nil, c.value(facet{field: onInstance})
	if worn := c.value(facet{field: wornGroups}); worn != "" {
		n.Groups = strings.Split(worn, ",")
	}
	n.Prefixes, n.Addresses = c.prefixes(false), nil
	for f := range c {
		if f.addr.IsValid() {
			n.Addresses = append(n.Addresses, f.addr)
		}
	}
	slices.SortFunc(n.Addresses, compareAddrs)
	if len(from.Addresses) > 0 {
		if i := slices.Index(n.Addresses, from.Addresses[0]); i > 0 {
			n.Addresses = slices.Insert(slices.Delete(n.Addresses, i, i+1), 0, from.Addresses[0])
		}
	}
	return &n
}

func (c condition) prefixes(entries bool) []netip.Prefix {
	var out []netip.Prefix
	for f := range c {
		if f.prefix.IsValid() && f.entry == entries {
			out = append(out, f.prefix)
		}
	}
	slices.SortFunc(out, netip.Prefix.Compare)
	return out
}
