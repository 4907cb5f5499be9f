package ingest_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/ingest"
)

func september(day, hour int) time.Time { return time.Date(2026, 9, day, hour, 0, 0, 0, time.UTC) }

func named(places ...string) *objects {
	o := newObjects()
	for _, p := range places {
		o.put(p, 0, 0, p)
	}
	return o
}

func listed(t *testing.T, s ingest.Source) (places []string) {
	t.Helper()
	refs, _, err := s.List(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range refs {
		places = append(places, r.Place)
	}
	return places
}

// TestWithin: a slot is wanted when it ends after since, and begins before until or so little later that what it
// delivers can have begun before. Files without a slot are wanted.
func TestWithin(t *testing.T) {
	file := func(day, hour, minute int) string {
		return fmt.Sprintf("/logs/1_vpcflowlogs_eu-west-1_fl-1_202609%02dT%02d%02dZ_a.log.gz", day, hour, minute)
	}
	src := named(file(1, 23, 50), file(1, 23, 55), file(2, 0, 0), file(3, 0, 10), file(3, 0, 15), file(3, 0, 20), "/logs/plain.log", "/logs/2026/09/01/x.gz", "/logs/2026/09/02/x.gz", "/logs/2026/09/04/x.gz")
	for _, c := range []struct {
		window ingest.Window
		want   []string
	}{
		{ingest.Window{}, listed(t, src)},
		{ingest.Window{Since: september(2, 0), Until: september(3, 0)}, []string{file(2, 0, 0), file(3, 0, 10), file(3, 0, 15), "/logs/plain.log", "/logs/2026/09/02/x.gz"}},
		{ingest.Window{Since: september(2, 0).Add(-time.Minute), Until: september(2, 0)}, []string{file(1, 23, 55), file(2, 0, 0), "/logs/plain.log", "/logs/2026/09/01/x.gz", "/logs/2026/09/02/x.gz"}},
		{ingest.Window{Since: september(4, 12)}, []string{"/logs/plain.log", "/logs/2026/09/04/x.gz"}},
	} {
		if d := cmp.Diff(c.want, listed(t, ingest.Within(src, c.window))); d != "" {
			t.Errorf("%v (-want +got):\n%s", c.window, d)
		}
	}
}

// TestWithState has two Regions, of which one has a snapshot before since. A history file is of six hours from the time
// in its name on, seconds apart.
func TestWithState(t *testing.T) {
	snapshot := func(region string, day, hour int) string {
		return fmt.Sprintf(`C:\Config\1_Config_%s_ConfigSnapshot_202609%02dT%02d0000Z_u.json.gz`, region, day, hour)
	}
	history := func(region string, day, hour int) string {
		return fmt.Sprintf("/Config/1_Config_%s_ConfigHistory_AWS::EC2::SecurityGroup_202609%02dT%02d0102Z_202609%02dT230000Z_1.json.gz", region, day, hour, day)
	}
	const a, b = "eu-west-1", "us-east-1"
	src := named(history(a, 1, 0), snapshot(a, 2, 12), history(a, 5, 0), history(a, 5, 6), snapshot(a, 5, 12), history(a, 5, 18), snapshot(a, 9, 12), history(a, 11, 0), snapshot(a, 12, 12),
		history(b, 1, 0), history(b, 8, 0), snapshot(b, 9, 0), snapshot(b, 12, 0), "/Config/describe.json")
	for _, c := range []struct {
		window ingest.Window
		want   []string
	}{
		{ingest.Window{}, listed(t, src)},
		{ingest.Window{Since: september(8, 0), Until: september(11, 1)}, []string{history(a, 5, 6), snapshot(a, 5, 12), history(a, 5, 18), snapshot(a, 9, 12), history(a, 11, 0),
			history(b, 1, 0), history(b, 8, 0), snapshot(b, 9, 0), "/Config/describe.json"}},
		{ingest.Window{Since: september(5, 12)}, []string{history(a, 5, 6), snapshot(a, 5, 12), history(a, 5, 18), snapshot(a, 9, 12), history(a, 11, 0), snapshot(a, 12, 12),
			history(b, 1, 0), history(b, 8, 0), snapshot(b, 9, 0), snapshot(b, 12, 0), "/Config/describe.json"}},
		{ingest.Window{Until: september(2, 0)}, []string{history(a, 1, 0), history(b, 1, 0), "/Config/describe.json"}},
	} {
		if d := cmp.Diff(c.want, listed(t, ingest.WithState(src, c.window))); d != "" {
			t.Errorf("%v (-want +got):\n%s", c.window, d)
		}
	}
}

// TestOutside: what a window leaves out is told, of all sources that are joined, and also of one that listed at once.
func TestOutside(t *testing.T) {
	file := func(day int) string {
		return fmt.Sprintf("/logs/1_vpcflowlogs_eu-west-1_fl-1_202609%02dT1200Z_a.log.gz", day)
	}
	w := ingest.Window{Since: september(3, 0), Until: september(4, 0)}
	src, err := ingest.Once(context.Background(), ingest.Join(ingest.Within(named(file(5), file(3), "/logs/plain.log"), w),
		ingest.Within(named(file(1)), w), named(file(9)),
		ingest.WithState(named("/Config/1_Config_eu-west-1_ConfigSnapshot_20260904T120000Z_u.json"), w)))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{file(3), file(9), "/logs/plain.log"}, sorted(listed(t, src))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff(ingest.Outside{Objects: 3, First: september(1, 12), Last: september(5, 12).Add(5 * time.Minute)}, ingest.OutsideOf(src)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := ingest.OutsideOf(named(file(1))); got.Objects != 0 {
		t.Errorf("a source without a window: %+v", got)
	}
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
