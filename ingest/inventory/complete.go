package inventory

import (
	"cmp"
	"slices"

	"sgfit/schema"
)

// complete fills in what an observation of a resource does not tell and another one does. Account and region never
// change. A prefix list's head and its entries come in two answers of EC2: each gets the other's part as it was last
// told, or else as it was told first. Heads that nothing tells the entries of are left out: a list whose entries are
// unknown must not read as an empty one.
func complete(life []observation) []observation {
	life = completePlaces(life)
	if len(life) > 0 && life[0].Type == schema.PrefixListItem {
		life = completeLists(life)
	}
	return life
}

func completePlaces(life []observation) []observation {
	account, region, lacking := "", "", false
	for _, o := range life {
		account, region = cmp.Or(o.AccountID, account), cmp.Or(o.Region, region)
		lacking = lacking || o.AccountID == "" || o.Region == ""
	}
	if !lacking || account == "" && region == "" {
		return life
	}
	for i := range life {
		if it := life[i].Item; it.AccountID == "" || it.Region == "" {
			life[i].Item = withPlace(it, account, region)
		}
	}
	return life
}

// withPlace returns a copy with a body of its own.
func withPlace(it *schema.Item, account, region string) *schema.Item {
	out := *it
	switch {
	case it.Group != nil:
		body := *it.Group
		out.Group = &body
	case it.Interface != nil:
		body := *it.Interface
		out.Interface = &body
	case it.Subnet != nil:
		body := *it.Subnet
		out.Subnet = &body
	case it.VPC != nil:
		body := *it.VPC
		out.VPC = &body
	case it.PrefixList != nil:
		body := *it.PrefixList
		out.PrefixList = &body
	case it.FlowLog != nil:
		body := *it.FlowLog
		out.FlowLog = &body
	}
	fillPlace(&out, account, region)
	return &out
}

func completeLists(life []observation) []observation {
	named := func(o observation) bool { return o.PrefixList != nil && o.PrefixList.Name != "" }
	listed := func(o observation) bool { return o.PrefixList != nil && !o.PrefixList.Unlisted }
	whole := slices.Clone(life)
	for i, o := range life {
		if o.PrefixList == nil || named(o) && listed(o) {
			continue
		}
		it, list := *o.Item, *o.PrefixList
		if from := told(life, i, named); from != nil && !named(o) {
			list.Name, list.MaxEntries = from.Name, from.MaxEntries
		}
		if from := told(life, i, listed); from != nil && !listed(o) {
			list.Entries, list.Unlisted = from.Entries, false
		}
		it.PrefixList = &list
		whole[i].Item = &it
	}
	return slices.DeleteFunc(whole, func(o observation) bool { return o.PrefixList != nil && o.PrefixList.Unlisted })
}

// told is the list in the last observation up to the time of the i-th that tells, or in the first one after it.
func told(life []observation, i int, tells func(observation) bool) *schema.PrefixList {
	var before, after *schema.PrefixList
	for _, o := range life {
		switch {
		case !tells(o):
		case !o.Captured.After(life[i].Captured):
			before = o.PrefixList
		case after == nil:
			after = o.PrefixList
		}
	}
	if before != nil {
		return before
	}
	return after
}
