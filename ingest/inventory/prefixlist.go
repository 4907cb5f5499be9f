package inventory

import (
	"cmp"
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"

	"sgfit/schema"
)

// readPrefixListElement reads a list as DescribeManagedPrefixLists has it, without entries, or as DescribePrefixLists
// (AWS's own lists) and collectors that put the two answers together do, with them.
func readPrefixListElement(h *head, raw []byte) (schema.Item, []problem, error) {
	var body struct {
		PrefixListName, State string
		CIDRs, Entries        *[]named
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return schema.Item{}, nil, err
	}
	it, lost, err := readPrefixList(h, raw)
	if err != nil {
		return it, lost, err
	}
	if body.CIDRs != nil {
		more := losses(lost)
		it.PrefixList.Entries = readPrefixes(*body.CIDRs, &more)
		lost = more
		it.AccountID, it.PrefixList.AccountID = "AWS", "AWS" // DescribePrefixLists lists AWS's own only
	}
	it.PrefixList.Unlisted = body.CIDRs == nil && body.Entries == nil
	if !it.PrefixList.Unlisted {
		it.Order = listed
	}
	if body.State == "delete-complete" {
		it.PrefixList, it.Deleted = nil, true
	}
	return it, lost, nil
}

// listed is the Order of observations with entries. The head and the entries of a list, two answers of one time, are two
// observations.
const listed = 1

// callEntries is the one call whose elements are not resources each.
const callEntries = "get-managed-prefix-list-entries"

// entries are those of one prefix list, over all pages of the answer.
type entries struct {
	names []named
	lost  losses
}

func (e *entries) add(raw []byte) {
	var n named
	if err := json.Unmarshal(raw, &n); err != nil || n.Value == "" {
		e.lost.add("an entry without Cidr", string(raw))
		return
	}
	e.names = append(e.names, n)
}

// addEntries makes a prefix list of entries, or sets them aside where it is not certain that they are all of one known list.
func (h *held) addEntries(d *decoder, a *answer) {
	id, err := listOf(a, d.place)
	if err == nil && a.broken {
		err = errors.New("the answer breaks off, and the rest of the entries is not there")
	}
	if err != nil {
		d.lostType(schema.PrefixListItem, callEntries+": "+err.Error(), nil)
		return
	}
	list := &schema.PrefixList{PrefixListID: id, Entries: readPrefixes(h.entries.names, &h.entries.lost)}
	h.items = append(h.items, schema.Item{Type: schema.PrefixListItem, ID: id, Order: listed, PrefixList: list})
	d.Records++
	if len(h.entries.lost) == 0 {
		h.ok++
		return
	}
	d.Malformed++
	for _, p := range h.entries.lost {
		d.reject(callEntries+": "+id+": "+p.Reason, []byte(p.Sample))
	}
}

var prefixListID = regexp.MustCompile(`pl-[0-9a-f]{8,17}`)

// listOf names the list whose entries an answer has. The answer itself does not: it is told beside them or by the file's
// name.
func listOf(a *answer, place string) (string, error) {
	if id := cmp.Or(a.capture.PrefixListID, strings.TrimSpace(a.listID)); id != "" {
		return id, nil
	}
	ids := prefixListID.FindAllString(path.Base(strings.ReplaceAll(place, `\`, "/")), -1)
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) != 1 {
		return "", errors.New("the entries do not say of which prefix list they are; save each list's answer in a file that has its id in its name, such as pl-0123456789abcdef0.json")
	}
	return ids[0], nil
}
