package report

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// Whatever ids a plan has, no two places of the page have one anchor, and none needs to be escaped.
func TestAnchorsAreUnique(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 1))
	ids := []string{"sg-a", "sg-a-1", "sg-a-1-2", "group-1", "sg-a-2", `sg-"><b>`, "sg- a", "", "sgr-1", "sgr-a", "sg-a-1-x", "SG-A", "sg-a\u202e"}
	for range 300 {
		var views []GroupView
		for range 1 + random.IntN(5) {
			v := GroupView{}
			v.GroupID = ids[random.IntN(len(ids))]
			for i := range random.IntN(4) {
				c := Card{Index: 2*i + 1, RuleID: ids[random.IntN(len(ids))]}
				v.ToDo = append(v.ToDo, c)
				c.Index, c.RuleID = 2*i+2, ids[random.IntN(len(ids))]
				v.Kept = append(v.Kept, c)
			}
			views = append(views, v)
		}
		newIndex(views)
		seen := map[string]bool{}
		see := func(anchor string) {
			if anchor == "" || seen[anchor] || strings.ContainsAny(anchor, " \"'<>&%#\u202e") {
				t.Fatalf("the anchor %q of %+v", anchor, views)
			}
			seen[anchor] = true
		}
		for _, v := range views {
			see(v.Anchor)
			for _, c := range append(v.ToDo, v.Kept...) {
				see(c.Anchor)
			}
		}
	}
}
