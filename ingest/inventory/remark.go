package inventory

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
)

// remarks are what EC2 said of single rules, by group, in the order of time.
type remarks map[string][]schema.Remark

// takeRemarks gathers what was said, in whatever order it comes. What is said of one time is put in the order in which it
// counts: that a reference is stale comes after what its peering says.
func takeRemarks(said iter.Seq2[schema.Remark, error]) (remarks, error) {
	all := remarks{}
	for r, err := range said {
		if err != nil {
			return nil, err
		}
		all[r.GroupID] = append(all[r.GroupID], r)
	}
	for _, of := range all {
		slices.SortFunc(of, func(a, b schema.Remark) int {
			return cmp.Or(a.At.Compare(b.At), -strings.Compare(a.RuleID, b.RuleID), compareRules(a.Rule, b.Rule))
		})
	}
	return all, nil
}

// remarksOf are the remarks among the items, as a sink would yield them.
func remarksOf(items []schema.Item) iter.Seq2[schema.Remark, error] {
	return func(yield func(schema.Remark, error) bool) {
		for i := range items {
			if it := &items[i]; it.Rule != nil && !yield(schema.Remark{At: it.Captured, GroupRule: *it.Rule}, nil) {
				return
			}
		}
	}
}

// lay puts ids, descriptions and stale marks on the versions of a group's rules. What was said of a rule goes to the
// version of the same content that stood then, or else to the nearest; the latest saying wins. A rule that the group is
// not known to have is nothing to lay it on.
//
//	versions      ├── 443 ──┤        ├─── 443 ───▶     the same content, removed and added again
//	said              ● sgr-1   ●sgr-2
//	result        ├─ sgr-1 ─┤        ├── sgr-2 ──▶
func (m remarks) lay(group string, versions []schema.RuleVersion, ss []state) {
	of := m[group]
	if len(of) == 0 {
		return
	}
	byContent := map[schema.Rule][]int{}
	for i := range versions {
		byContent[versions[i].Key()] = append(byContent[versions[i].Key()], i)
	}
	for _, r := range of {
		if i := nearest(versions, byContent[r.Key()], r.At); i >= 0 {
			putRemark(&versions[i], r, lastSeen(versions[i].Interval, ss))
		}
	}
}

// nearest returns the version that contains t, or else begins or ends nearest to it; -1 when there is none.
func nearest(versions []schema.RuleVersion, candidates []int, t time.Time) int {
	best, least := -1, time.Duration(0)
	for _, i := range candidates {
		d := distance(versions[i].Interval, t)
		if best < 0 || d < least {
			best, least = i, d
		}
	}
	return best
}

// distance is 0 within the interval.
func distance(i schema.Interval, t time.Time) time.Duration {
	switch {
	case t.Before(i.From):
		return i.From.Sub(t)
	case i.To.IsZero() || t.Before(i.To):
		return 0
	}
	return t.Sub(i.To) + 1 // the end lies outside
}

// lastSeen is when a state of the group within the interval was recorded last.
func lastSeen(i schema.Interval, ss []state) (last time.Time) {
	for _, s := range ss {
		if !s.From.Before(i.From) && (i.To.IsZero() || s.From.Before(i.To)) && s.Captured.After(last) {
			last = s.Captured
		}
	}
	return last
}

// putRemark is blind to a description that is older than the group's own word on it.
func putRemark(v *schema.RuleVersion, r schema.Remark, said time.Time) {
	if r.RuleID != "" {
		v.RuleID = r.RuleID
		if !r.At.Before(said) {
			v.Description = r.Description
		}
	}
	v.PeerOwner = cmp.Or(v.PeerOwner, r.PeerOwner)
	v.PeerStatus = cmp.Or(r.PeerStatus, v.PeerStatus)
}
