package inventory

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"

	"sgfit/schema"
)

// list is what CloudTrail makes of XML's lists: {"items": […]}, {"item": […]} or {"item": one}, {} or "" for none; calls
// of the newer spelling have an array, or its only element in place of it.
type list []json.RawMessage

// UnmarshalJSON takes anything; what is no list is a list of itself.
func (l *list) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	switch {
	case b[0] == '[':
		return json.Unmarshal(b, (*[]json.RawMessage)(l))
	case b[0] == '{':
		return l.fromObject(b)
	case string(b) == "null" || string(b) == `""`:
		return nil
	}
	*l = list{bytes.Clone(b)}
	return nil
}

func (l *list) fromObject(b []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return err
	}
	for _, name := range []string{"items", "item"} {
		if inner, ok := members[name]; ok {
			return l.UnmarshalJSON(inner)
		}
	}
	if len(members) > 0 {
		*l = list{bytes.Clone(b)}
	}
	return nil
}

// word is a text of the newer spelling, which lost its type on the way: "443", 443, true, or {"tag": 1, "content": …}.
type word string

// UnmarshalJSON takes anything but lists.
func (w *word) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case 't', 'f':
		*w = word(b)
		return nil
	case '{':
		var o struct{ Content text }
		err := json.Unmarshal(b, &o)
		*w = word(o.Content)
		return err
	}
	return (*text)(w).UnmarshalJSON(b)
}

// unwrap returns the parameters inside {"<call>Request": {…}}, and all others as they are.
func unwrap(raw json.RawMessage, member string) json.RawMessage {
	var o map[string]json.RawMessage
	if json.Unmarshal(raw, &o) != nil {
		return raw
	}
	if inner, ok := o[member]; ok {
		return inner
	}
	return raw
}

// texts returns every text at any depth, in the order of the members' names.
func texts(raw json.RawMessage) []string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	var out []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(out, strings.TrimSpace(v))
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, k := range sortedKeys(v) {
				walk(v[k])
			}
		}
	}
	walk(v)
	return out
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// ids returns the texts that begin as ids of one kind do ("sgr-"), each once.
func ids(raw json.RawMessage, prefix string) []string {
	var out []string
	for _, s := range texts(raw) {
		if strings.HasPrefix(s, prefix) && len(s) > len(prefix) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// places returns the addresses and the CIDRs among the texts, sorted, each once.
func places(raw json.RawMessage) (addrs []netip.Addr, prefixes []netip.Prefix) {
	for _, s := range texts(raw) {
		if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
			addrs = append(addrs, a.Unmap())
		} else if p, err := schema.ParseCIDR(s); err == nil && strings.Contains(s, "/") {
			prefixes = append(prefixes, p)
		}
	}
	slices.SortFunc(addrs, compareAddrs)
	slices.SortFunc(prefixes, netip.Prefix.Compare)
	return slices.Compact(addrs), slices.Compact(prefixes)
}
