package inventory

import (
	"iter"
	"maps"
	"slices"

	"sgfit/schema"
)

// survey counts what passes on the way from the items to the intervals.
type survey struct {
	sum               Summary
	accounts, regions map[string]bool
}

func newSurvey(snapshots []schema.Snapshot) *survey {
	s := &survey{accounts: map[string]bool{}, regions: map[string]bool{}}
	s.sum.Items, s.sum.Snapshots = map[schema.ItemType]int64{}, len(snapshots)
	return s
}

func (s *survey) items(items iter.Seq2[*schema.Item, error]) iter.Seq2[*schema.Item, error] {
	return func(yield func(*schema.Item, error) bool) {
		for it, err := range items {
			if err == nil {
				s.item(it)
			}
			if !yield(it, err) {
				return
			}
		}
	}
}

func (s *survey) item(it *schema.Item) {
	s.sum.Items[it.Type]++
	s.accounts[it.AccountID], s.regions[it.Region] = true, true
	if s.sum.First.IsZero() || it.Captured.Before(s.sum.First) {
		s.sum.First = it.Captured
	}
	if it.Captured.After(s.sum.Last) {
		s.sum.Last = it.Captured
	}
}

func (s *survey) versions(parts iter.Seq2[*schema.Inventory, error]) iter.Seq2[*schema.Inventory, error] {
	return func(yield func(*schema.Inventory, error) bool) {
		for part, err := range parts {
			if err == nil {
				s.sum.Versions += countVersions(part)
			}
			if !yield(part, err) {
				return
			}
		}
	}
}

func countVersions(inv *schema.Inventory) int {
	return len(inv.Groups) + len(inv.Rules) + len(inv.Interfaces) + len(inv.Subnets) + len(inv.VPCs) + len(inv.PrefixLists) +
		len(inv.FlowLogs)
}

// tell fills the part of the summary that is on everything loaded so far.
func (s *survey) tell(sum *Summary) {
	delete(s.accounts, "")
	delete(s.regions, "")
	sum.Items, sum.First, sum.Last, sum.Snapshots, sum.Versions = s.sum.Items, s.sum.First, s.sum.Last, s.sum.Snapshots, s.sum.Versions
	sum.Accounts, sum.Regions = slices.Sorted(maps.Keys(s.accounts)), slices.Sorted(maps.Keys(s.regions))
}
