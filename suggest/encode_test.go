package suggest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
)

// TestEncodeIsTheLibrarys compares plans of no, few and many groups, with texts that look like what is looked for.
func TestEncodeIsTheLibrarys(t *testing.T) {
	for _, n := range []int{0, 1, encodedGroups, encodedGroups + 1, 5*encodedGroups - 1} {
		plan := Plan{Schema: `"groups":[]`, Talks: []Talk{{From: Party{Kind: PartyGroups, Groups: []string{"sg-1"}}}}, Notes: []Note{{"<b>", "\"groups\":[]\u2028"}}}
		if n > 0 {
			plan.Groups = []Group{}
		}
		for i := range n {
			g := planOf("keep: tcp 443 10.0.0.0/8", "replace: tcp 80 0.0.0.0/0 => tcp 80 10.0.0.1/32").Groups[0]
			g.GroupID, g.GroupName = fmt.Sprint("sg-", i), `]} <"groups": [`
			plan.Groups = append(plan.Groups, g)
		}
		for _, indent := range []string{"", " ", "\t"} {
			want, err := json.Marshal(plan)
			if indent != "" {
				want, err = json.MarshalIndent(plan, "", indent)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, err := Encode(plan, indent); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d groups, indent %q: %v; %d bytes, want %d", n, indent, err, len(got), len(want))
			}
		}
		if plan.Groups == nil != (n == 0) || len(plan.Groups) != n {
			t.Errorf("the plan has %d groups, want %d", len(plan.Groups), n)
		}
	}
}
