package suggest

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/analyze"
	"sgfit/schema"
)

var update = flag.Bool("update", false, "measure the report's sample plan anew")

// sampleEstate is where the groups of the report's sample plan live.
func sampleEstate() *estate {
	inv := analyze.Inventory{Members: map[string][]netip.Addr{}, VPCs: []schema.VPC{
		{VPCID: "vpc-0d41a9c2", AccountID: "111122223333", Region: "eu-central-1", CIDRs: prefixes("10.20.0.0/16", "2001:db8:20::/56")},
		{VPCID: "vpc-0aa000000000077", AccountID: "444455556666", Region: "us-east-1", CIDRs: prefixes("10.30.0.0/16")},
	}}
	for i := range byte(14) {
		inv.Members["sg-0a22a99000000002"] = append(inv.Members["sg-0a22a99000000002"], netip.AddrFrom4([4]byte{10, 20, 1, 10 + i}))
	}
	return newEstate(&analyze.Evidence{Inventory: inv})
}

// TestSampleIsMeasured: the plan that the reports are tested with holds the exposures that its rules have.
func TestSampleIsMeasured(t *testing.T) {
	const path = "report/testdata/sample.plan.json"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var sample, got Plan
	for _, p := range []*Plan{&sample, &got} {
		if err := json.Unmarshal(b, p); err != nil {
			t.Fatal(err)
		}
	}
	got.measureExposure(sampleEstate(), func(p schema.Peer) bool { return p.Value == "pl-63a5400a" })
	if *update {
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetIndent("", " ")
		enc.SetEscapeHTML(false)
		if err := enc.Encode(got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(got, sample); diff != "" {
		t.Errorf("-measured +sample (go test -update measures it anew):\n%s", diff)
	}
}
