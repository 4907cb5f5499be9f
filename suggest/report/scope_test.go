package report

import (
	"strings"
	"testing"

	"sgfit/suggest"
)

// scopePlan is one account whose VPCs are open as given.
func scopePlan(in ...suggest.ExposureChange) suggest.Plan {
	x := &suggest.PlanExposure{Accounts: []suggest.ScopeExposure{{AccountID: "1", Groups: len(in), Ingress: &in[0]}}}
	for i := range in {
		x.VPCs = append(x.VPCs, suggest.ScopeExposure{AccountID: "1", Region: "r", VPCID: "vpc-" + string(rune('a'+i)), Groups: 1, Ingress: &in[i]})
	}
	return suggest.Plan{Exposure: x}
}

func TestExposureLine(t *testing.T) {
	all := exposedTo(suggest.InternetIPv4, suggest.Count{Lo: 4272816128}, 1, 0)
	six := exposedTo(suggest.InternetIPv6, suggest.Count{Lo: 3}, 1, 0)
	private := exposedTo(suggest.PrivateIPv4, suggest.Count{Lo: 9}, 1, 0)
	for _, tt := range []struct {
		name string
		of   suggest.ExposureChange
		want string
	}{
		{"the internet first", suggest.ExposureChange{Before: both(all, six), After: &suggest.Exposed{}}, "Internet addresses that get into 1 · r · vpc-a: 4.3 billion on 1 port → none."},
		{"IPv6 is the internet too", suggest.ExposureChange{Before: both(private, six)}, "Internet (IPv6) addresses that get into 1 · r · vpc-a: 3 /64 networks on 1 port."},
		{"elsewhere", suggest.ExposureChange{Before: private}, "Into 1 · r · vpc-a: 9 addresses on 1 port, 0.0 bits."},
		{"unknown is not nobody", suggest.ExposureChange{Before: unlisted(suggest.Exposed{})}, "Into 1 · r · vpc-a: an unknown number of addresses that cannot be listed."},
		{"nobody", suggest.ExposureChange{}, "Nobody gets into 1 · r · vpc-a."},
	} {
		if got := exposureLine(newPage(scopePlan(tt.of), Options{}, mostCards)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestVPCsStandForAccountsOfOneVPC(t *testing.T) {
	c := suggest.ExposureChange{}
	if p := newPage(scopePlan(c), Options{}, mostCards); len(p.Accounts) != 1 || len(p.VPCs) != 0 || !strings.Contains(p.Accounts[0].Name, "vpc-a") {
		t.Errorf("%d accounts, %d VPCs", len(p.Accounts), len(p.VPCs))
	}
	if p := newPage(scopePlan(c, c), Options{}, mostCards); len(p.Accounts) != 1 || len(p.VPCs) != 2 || p.Accounts[0].Name != "1" {
		t.Errorf("%d accounts, %d VPCs", len(p.Accounts), len(p.VPCs))
	}
}

func TestLongListOfScopesIsCut(t *testing.T) {
	if got := scopeTable("By VPC", make([]ScopeView, mostScopes+3)); len(got.Shown) != mostScopes || got.Hidden != 3 {
		t.Errorf("%d shown, %d hidden", len(got.Shown), got.Hidden)
	}
}

func TestReachSaysWhatIsNotApplied(t *testing.T) {
	wide, narrow := exposedTo(suggest.PrivateIPv4, suggest.Count{Lo: 256}, 1, 0), exposedTo(suggest.PrivateIPv4, suggest.Count{Lo: 4}, 1, 0)
	wide.Bits, narrow.Bits = 8, 2
	got := *reach("ingress", &suggest.ExposureChange{Before: wide, Suggested: &narrow})
	want := Reach{"Who gets in", "256 addresses on 1 port", "8.0 bits", "private 256", "from 256 addresses on 1 port to 4, 8.0 → 2.0 bits"}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
