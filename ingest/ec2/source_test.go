package ec2

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	ingestaws "sgfit/ingest/aws"
	"sgfit/ingest/inventory"
	"sgfit/schema"
)

// told reads every object of a source as the inventory does: what each said, or why it said nothing. It also returns the
// items and the censuses.
func told(t *testing.T, s *Source) (lines []string, items []schema.Item, counted []schema.Snapshot) {
	t.Helper()
	refs, _, err := s.List(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range refs {
		name := strings.Join(strings.Split(ref.Place, "/")[3:5], " ")
		o, err := inventory.Read(context.Background(), s, ref)
		if err != nil {
			lines = append(lines, name+": "+err.Error())
			continue
		}
		if o.Object.Problem != "" || len(o.Rejected) > 0 {
			t.Errorf("%s: problem %q, rejected %v", name, o.Object.Problem, o.Rejected)
		}
		if o.Snapshot != nil {
			counted = append(counted, *o.Snapshot)
			name += " whole"
		}
		lines = append(lines, fmt.Sprintf("%s: %d", name, len(o.Items)))
		items = append(items, o.Items...)
	}
	return lines, items, counted
}

var whole = []string{
	"eu-west-1 describe-flow-logs whole: 1", "eu-west-1 describe-managed-prefix-lists whole: 3",
	"eu-west-1 describe-network-interfaces whole: 3", "eu-west-1 describe-security-group-rules: 3",
	"eu-west-1 describe-security-groups whole: 3", "eu-west-1 describe-stale-security-groups: 1",
	"eu-west-1 describe-subnets whole: 1", "eu-west-1 describe-vpcs whole: 3", "eu-west-1 get-managed-prefix-list-entries: 2",
}

// gone answers for the list that is deleted between two calls.
func gone(w http.ResponseWriter, form url.Values, _ int) bool {
	if form.Get("PrefixListId") != "pl-3" {
		return false
	}
	refuse(w, 400, "InvalidPrefixListID.NotFound")
	return true
}

func TestEstate(t *testing.T) {
	f := newFake(t, estate())
	f.fault = gone
	s := f.source(small())
	lines, items, counted := told(t, s)
	if d := cmp.Diff(whole, lines); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	inv := inventory.Timeline(items, counted, inventory.Options{})
	var got []string
	for _, r := range inv.Rules {
		got = append(got, fmt.Sprint(r.GroupID, " ", r.RuleID, " ", r.ToPort, " ", r.Peer.Value, " ", r.PeerStatus, " ", r.Description))
	}
	for _, l := range inv.PrefixLists {
		got = append(got, fmt.Sprint(l.PrefixListID, " ", l.AccountID, " ", l.Name, " ", l.MaxEntries, " ", l.Entries))
	}
	for _, n := range inv.Interfaces {
		got = append(got, fmt.Sprint(n.InterfaceID, " ", n.AccountID, " ", n.Region, " ", n.InterfaceType, " ", n.Groups))
	}
	for _, v := range inv.VPCs {
		got = append(got, fmt.Sprint(v.VPCID, " ", v.AccountID, " ", v.Region, " ", v.CIDRs))
	}
	for _, l := range inv.FlowLogs {
		got = append(got, fmt.Sprint(l.FlowLogID, " ", l.AccountID, " ", l.Region, " ", l.Format, " ", l.From.Format("2006-01-02")))
	}
	want := []string{
		"sg-db sgr-db 5432 sg-gone deleted rule sgr-db", "sg-web sgr-web 443 0.0.0.0/0  rule sgr-web",
		"pl-1 111122223333 offices 5 [10.1.0.0/16 10.2.0.0/16 10.3.0.0/16]", "pl-2 AWS com.amazonaws.eu-west-1.s3 0 [52.218.0.0/17]",
		"eni-1 111122223333 eu-west-1 interface [sg-web]", "eni-2 111122223333 eu-west-1 lambda [sg-web]", "eni-3 111122223333 eu-west-1 nat_gateway []",
		"vpc-1 111122223333 eu-west-1 [10.0.0.0/16]", "vpc-2 444455556666 eu-west-1 [10.9.0.0/16]", "vpc-3 111122223333 eu-west-1 [10.8.0.0/16]",
		"fl-1 111122223333 eu-west-1 version interface-id action 2025-06-01",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, c := range counted {
		if c.AccountID != account || c.Region != "eu-west-1" || !c.Taken.Equal(at) || len(c.Types) != 1 {
			t.Errorf("census %+v", c)
		}
	}
	if n := f.count("DescribeSecurityGroups"); n != 2 {
		t.Errorf("three groups in pages of two took %d calls", n)
	}
	if err := s.Failed(); err != nil {
		t.Error(err)
	}
}

// TestManagedInterfaces are hidden unless they are asked for.
func TestManagedInterfaces(t *testing.T) {
	f := newFake(t, estate())
	f.fault = gone
	told(t, f.source(small()))
	for _, form := range f.requests {
		if form.Get("Action") == "DescribeNetworkInterfaces" && form.Get("IncludeManagedResources") != "true" {
			t.Errorf("asked %v", form)
		}
	}
}

func TestRegions(t *testing.T) {
	f := newFake(t, estate())
	f.fault = gone
	lines, _, _ := told(t, f.source(Options{Regions: []string{"us-east-1", "eu-west-1", "us-east-1"}}))
	if len(lines) != 2*len(whole) || !strings.HasPrefix(lines[0], "eu-west-1") || !strings.HasPrefix(lines[len(lines)-1], "us-east-1") {
		t.Errorf("%q", lines)
	}
	regions := map[string]int{}
	for _, form := range f.requests {
		regions[form.Get("region")]++
	}
	if regions["us-east-1"] == 0 || len(regions) != 2 {
		t.Errorf("requests went to %v", regions)
	}
	t.Setenv("AWS_REGION", "ap-south-1")
	s, err := New(context.Background(), Options{EndpointURL: f.url, At: at})
	if err != nil || !slices.Equal(s.options.Regions, []string{"ap-south-1"}) {
		t.Errorf("regions %v, %v", s.options.Regions, err)
	}
}

// TestThrottling has every second request refused; patience gets the same.
func TestThrottling(t *testing.T) {
	f := newFake(t, estate())
	f.fault = func(w http.ResponseWriter, form url.Values, n int) bool {
		if n%2 == 1 {
			refuse(w, 503, "RequestLimitExceeded")
			return true
		}
		return gone(w, form, n)
	}
	lines, _, _ := told(t, f.source(small()))
	if d := cmp.Diff(whole, lines); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestFailures refuse one call, from its second page on where it has one: nothing half is told.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		action, code string
		status       int
		kind         error
		line         string
		fatal        bool
	}{
		{"DescribeSecurityGroups", "UnauthorizedOperation", 403, ingestaws.ErrDenied,
			"eu-west-1 describe-security-groups: read ec2://111122223333/eu-west-1/describe-security-groups/20260301T120000Z: describe-security-groups in eu-west-1: access denied (UnauthorizedOperation); it needs ec2:DescribeSecurityGroups", true},
		{"DescribeNetworkInterfaces", "RequestLimitExceeded", 503, ingestaws.ErrBusy,
			"eu-west-1 describe-network-interfaces: read ec2://111122223333/eu-west-1/describe-network-interfaces/20260301T120000Z: describe-network-interfaces in eu-west-1: AWS asks to slow down, or fails, again and again (RequestLimitExceeded)", true},
		{"DescribeStaleSecurityGroups", "UnauthorizedOperation", 403, ingestaws.ErrDenied,
			"eu-west-1 describe-stale-security-groups: read ec2://111122223333/eu-west-1/describe-stale-security-groups/20260301T120000Z: describe-stale-security-groups in eu-west-1: access denied (UnauthorizedOperation); it needs ec2:DescribeStaleSecurityGroups", false},
		{"DescribeFlowLogs", "UnauthorizedOperation", 403, ingestaws.ErrDenied,
			"eu-west-1 describe-flow-logs: read ec2://111122223333/eu-west-1/describe-flow-logs/20260301T120000Z: describe-flow-logs in eu-west-1: access denied (UnauthorizedOperation); it needs ec2:DescribeFlowLogs", false},
		{"GetManagedPrefixListEntries", "UnauthorizedOperation", 403, ingestaws.ErrDenied,
			"eu-west-1 get-managed-prefix-list-entries: read ec2://111122223333/eu-west-1/get-managed-prefix-list-entries/20260301T120000Z: get-managed-prefix-list-entries in eu-west-1: access denied (UnauthorizedOperation); it needs ec2:GetManagedPrefixListEntries", true},
	} {
		t.Run(c.action, func(t *testing.T) {
			answers := estate()
			f := newFake(t, answers)
			f.fault = func(w http.ResponseWriter, form url.Values, n int) bool {
				first := form.Get("NextToken") == "" && len(answers[c.action].items) > 2
				if form.Get("Action") != c.action || first {
					return gone(w, form, n)
				}
				refuse(w, c.status, c.code)
				return true
			}
			s := f.source(small())
			lines, _, _ := told(t, s)
			lines = slices.DeleteFunc(lines, func(l string) bool { return slices.Contains(whole, l) })
			if d := cmp.Diff([]string{c.line}, lines); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if err := s.Failed(); (err != nil) != c.fatal || c.fatal && !errors.Is(err, c.kind) {
				t.Errorf("failed: %v", err)
			}
		})
	}
}

func TestNobody(t *testing.T) {
	f := newFake(t, estate())
	f.fault = func(w http.ResponseWriter, _ url.Values, _ int) bool {
		w.WriteHeader(403)
		_, _ = io.WriteString(w, "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>made up</Message></Error></ErrorResponse>")
		return true
	}
	var e *Error
	if _, _, err := f.source(small()).List(context.Background()); !errors.As(err, &e) || e.Kind != ingestaws.ErrCredentials ||
		err.Error() != "ask who is calling: no credentials that AWS accepts (InvalidClientTokenId)" {
		t.Errorf("%v", err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	if _, _, err := f.source(small()).List(context.Background()); !errors.As(err, &e) || e.Kind != ingestaws.ErrCredentials {
		t.Errorf("without credentials: %v", err)
	}
	if _, err := New(context.Background(), Options{At: at}); !errors.Is(err, ErrRegion) {
		t.Errorf("without a region: %v", err)
	}
	o := Options{At: at, Regions: []string{"eu-west-1"}}
	o.Anonymous = true
	if _, err := New(context.Background(), o); !errors.Is(err, ingestaws.ErrCredentials) {
		t.Errorf("unsigned: %v", err)
	}
	o = Options{At: at}
	o.Profile = "missing"
	if _, err := New(context.Background(), o); !errors.Is(err, ingestaws.ErrCredentials) {
		t.Errorf("a profile that is not there: %v", err)
	}
}

// TestStopped ends the calls when the context ends, and when nobody reads on.
func TestStopped(t *testing.T) {
	f := newFake(t, estate())
	s := f.source(small())
	refs, _, err := s.List(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := inventory.Read(ctx, s, refs[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	r, err := s.Open(context.Background(), refs[0])
	if err != nil || r.Close() != nil {
		t.Fatal(err)
	}
	if err := s.Failed(); err != nil {
		t.Errorf("failed: %v", err)
	}
}
