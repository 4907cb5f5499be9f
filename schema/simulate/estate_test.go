package simulate

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"testing"
)

// Each day's snapshot holds every item once; of the interfaces few change from one day to the next, and what changes was
// captured since.
func TestEstate(t *testing.T) {
	e := &Estate{Interfaces: 700}
	before, changed, replaced := map[string]string{}, 0, 0
	for day := range 120 {
		now := readEstate(t, e, day)
		if len(now) != e.Items() {
			t.Fatalf("day %d: %d different items, want %d", day, len(now), e.Items())
		}
		for id, captured := range now {
			switch was, ok := before[id]; {
			case day == 0 || was == captured:
			case captured < estateStart.AddDate(0, 0, day-1).Format("2006-01-02T15:04:05.000Z") || captured > estateStart.AddDate(0, 0, day).Format("2006-01-02T15:04:05.000Z"):
				t.Fatalf("day %d: %s was captured at %s", day, id, captured)
			case ok:
				changed++
			default:
				replaced++
			}
		}
		before = now
	}
	if changed < 500 || changed > 1000 || replaced < 100 || replaced > 300 {
		t.Errorf("%d changed and %d were replaced, of %d in 120 days", changed, replaced, e.Interfaces)
	}
	first, again := readEstate(t, e, 3), readEstate(t, &Estate{Interfaces: 700}, 3)
	if fmt.Sprint(first) != fmt.Sprint(again) {
		t.Error("a day asked for late is another than the same day asked for first")
	}
}

// readEstate returns the capture times of a day's items by their ids.
func readEstate(t *testing.T, e *Estate, day int) map[string]string {
	t.Helper()
	packed, err := e.Snapshot(day)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		ConfigurationItems []struct{ ResourceID, ConfigurationItemCaptureTime string }
	}
	if err := json.NewDecoder(plain).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, it := range doc.ConfigurationItems {
		out[it.ResourceID] = it.ConfigurationItemCaptureTime
	}
	return out
}
