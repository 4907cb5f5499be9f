package s3

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestState has two Regions: one with snapshots, one without any before since. Of the first, the days between are not
// looked into, but for a snapshot; of the second all are.
func TestState(t *testing.T) {
	folder := func(region string, month, day int) string {
		return fmt.Sprintf("AWSLogs/1/Config/%s/2026/%d/%d/", region, month, day)
	}
	history := func(region string, month, day int) string {
		return fmt.Sprintf("%sConfigHistory/1_Config_%s_ConfigHistory_AWS::EC2::SecurityGroup_2026%02d%02dT000102Z_2026%02d%02dT050607Z_1.json.gz",
			folder(region, month, day), region, month, day, month, day)
	}
	snapshot := func(region string, month, day int) string {
		return fmt.Sprintf("%sConfigSnapshot/1_Config_%s_ConfigSnapshot_2026%02d%02dT030000Z_u.json.gz", folder(region, month, day), region, month, day)
	}
	const a, b = "eu-west-1", "us-east-1"
	var all []string
	for day := 1; day <= 31; day++ {
		all = append(all, history(a, 1, day))
	}
	all = append(all, snapshot(a, 1, 3), snapshot(a, 1, 27), history(a, 2, 1), history(a, 2, 2), snapshot(a, 2, 2), history(a, 2, 3), history(a, 2, 4),
		history(b, 1, 20), history(b, 2, 1), snapshot(b, 2, 2), history(b, 2, 3))
	f := newFake(t, all...)
	since := at(33, 0, 0) // 2 February
	s := f.source(Options{Services: []string{"Config"}, State: true, Since: since, Until: since.AddDate(0, 0, 1)}, "s3://logs/AWSLogs/1")
	l := scan(t, s)
	want := []string{history(b, 1, 20), history(a, 1, 27), snapshot(a, 1, 27), history(a, 1, 28), history(a, 1, 29), history(a, 1, 30), history(a, 1, 31),
		history(a, 2, 1), history(b, 2, 1), history(a, 2, 2), snapshot(a, 2, 2), snapshot(b, 2, 2)}
	if d := cmp.Diff(want, keys(l)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	region := func(region string) string { return "AWSLogs/1/Config/" + region + "/" }
	wantListed := []string{"AWSLogs/1/", "AWSLogs/1/Config/", region(a), region(a) + "2026/", region(a) + "2026/1/"}
	for _, day := range []int{27, 28, 29, 30, 31} {
		wantListed = append(wantListed, folder(a, 1, day)+"**", folder(a, 1, day)+"ConfigSnapshot/**")
	}
	wantListed = append(wantListed, region(a)+"2026/2/", folder(a, 2, 1)+"**", folder(a, 2, 1)+"ConfigSnapshot/**", folder(a, 2, 2)+"**", folder(a, 2, 3)+"**",
		region(b), region(b)+"2026/", region(b)+"2026/1/", folder(b, 1, 20)+"**", folder(b, 1, 20)+"ConfigSnapshot/**",
		region(b)+"2026/2/", folder(b, 2, 1)+"**", folder(b, 2, 1)+"ConfigSnapshot/**", folder(b, 2, 2)+"**", folder(b, 2, 3)+"**")
	if d := cmp.Diff(wantListed, f.listed()); d != "" {
		t.Errorf("listed (-want +got):\n%s", d)
	}
	// Beyond those: one request to see whether the target is a folder, and a second look into years and months.
	if want := 1 + len(wantListed) + 2*4; l.Requests != want {
		t.Errorf("%d requests, want %d", l.Requests, want)
	}
}

// TestStateBelow points at a year, a month and a day, and at keys that are laid out otherwise.
func TestStateBelow(t *testing.T) {
	name := func(kind string, day int) string {
		return fmt.Sprintf("1_Config_eu-west-1_Config%s_202601%02dT030000Z_u.json.gz", kind, day)
	}
	const region = "AWSLogs/1/Config/eu-west-1/"
	var laidOut, flat, want, wantFlat []string
	for day := 1; day <= 9; day++ {
		kind := "History"
		if day%3 == 0 {
			kind = "Snapshot"
		}
		key, other := fmt.Sprintf("%s2026/1/%d/Config%s/%s", region, day, kind, name(kind, day)), "copied/"+name(kind, day)
		laidOut, flat = append(laidOut, key), append(flat, other)
		if day >= 3 {
			want, wantFlat = append(want, key), append(wantFlat, other)
		}
	}
	f := newFake(t, append(laidOut, flat...)...)
	for url, want := range map[string][]string{
		"s3://logs/" + region + "2026": want, "s3://logs/" + region + "2026/1/": want, "s3://logs/" + region + "2026/1/5": laidOut[4:5],
		"s3://logs/copied": wantFlat, "s3://logs/" + region + "2026/1": want, "s3://logs/" + region + "20": want, "s3://logs/AWSLogs": want,
	} {
		if d := cmp.Diff(want, keys(scan(t, f.source(Options{Services: []string{"Config"}, State: true, Since: at(6, 0, 0)}, url)))); d != "" {
			t.Errorf("%s (-want +got):\n%s", url, d)
		}
	}
	// A time within a day: the snapshot of that day at 03:00 comes first.
	if d := cmp.Diff(laidOut[5:], keys(scan(t, f.source(Options{State: true, Since: at(6, 12, 0)}, "s3://logs/AWSLogs")))); d != "" {
		t.Errorf("at noon (-want +got):\n%s", d)
	}
}

// TestStateOfTrail: changes are wanted from a day before the window on, whatever flag they were given to.
func TestStateOfTrail(t *testing.T) {
	var all []string
	for day := 1; day <= 9; day++ {
		all = append(all, fmt.Sprintf("AWSLogs/1/CloudTrail/eu-west-1/2026/01/%02d/1_CloudTrail_eu-west-1_202601%02dT1200Z_u.json.gz", day, day))
	}
	f := newFake(t, all...)
	opts := Options{Services: []string{"Config"}, State: true, Since: at(6, 0, 0), Until: at(8, 0, 0)}
	if d := cmp.Diff(all[4:7], keys(scan(t, f.source(opts, "s3://logs/AWSLogs/1/CloudTrail")))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
