package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/ingest"
)

func at(day, hour, minute int) time.Time {
	return time.Date(2026, 1, day, hour, minute, 0, 0, time.UTC)
}

// keys returns what was listed, without the bucket.
func keys(l Listing) []string {
	var names []string
	for _, r := range l.Refs {
		names = append(names, strings.TrimPrefix(r.Place, "s3://logs/"))
	}
	return names
}

func scan(t *testing.T, s *Source) Listing {
	t.Helper()
	l, err := s.Scan(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// flowKey is a key in the default layout.
func flowKey(account string, day, hour, minute int) string {
	return fmt.Sprintf("AWSLogs/%s/vpcflowlogs/eu-west-1/2026/01/%02d/%s_vpcflowlogs_eu-west-1_fl-1_202601%02dT%02d%02dZ_aa.log.gz",
		account, day, account, day, hour, minute)
}

// january returns keys of four slots on each day of January, in a folder's layout.
func january(folder func(day, hour int) string) []string {
	var all []string
	for d := 1; d <= 31; d++ {
		for h := 0; h < 24; h += 6 {
			all = append(all, fmt.Sprintf("%s1_vpcflowlogs_eu-west-1_fl-1_202601%02dT%02d00Z_aa.log.gz", folder(d, h), d, h))
		}
	}
	return all
}

// TestLayouts asks for 7 January from 05:00 to 8 January 00:00: slots 06:00, 12:00, 18:00 and the next day's 00:00 may
// hold records of it, that of 00:00 may not.
func TestLayouts(t *testing.T) {
	const regions = "AWSLogs/1/vpcflowlogs/eu-west-1/"
	const hive = "AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/aws-region=eu-west-1/"
	for _, c := range []struct {
		name   string
		url    string
		folder func(day, hour int) string
		listed []string
	}{
		{"default", "s3://logs", func(d, h int) string { return fmt.Sprintf("%s2026/01/%02d/", regions, d) }, []string{
			"", "AWSLogs/", "AWSLogs/1/", "AWSLogs/1/vpcflowlogs/", regions, regions + "2026/", regions + "2026/01/", regions + "2026/01/07/**", regions + "2026/01/08/**"}},
		{"hourly", "s3://logs/AWSLogs/1", func(d, h int) string { return fmt.Sprintf("%s2026/01/%02d/%02d/", regions, d, h) }, []string{
			"AWSLogs/1/", "AWSLogs/1/vpcflowlogs/", regions, regions + "2026/", regions + "2026/01/", regions + "2026/01/07/**", regions + "2026/01/08/**"}},
		{"Hive", "s3://logs/AWSLogs/", func(d, h int) string { return fmt.Sprintf("%syear=2026/month=01/day=%02d/", hive, d) }, []string{
			"AWSLogs/", "AWSLogs/aws-account-id=1/", "AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/", hive, hive + "year=2026/",
			hive + "year=2026/month=01/", hive + "year=2026/month=01/day=07/**", hive + "year=2026/month=01/day=08/**"}},
		{"Hive, hourly", "s3://logs/" + hive, func(d, h int) string {
			return fmt.Sprintf("%syear=2026/month=01/day=%02d/hour=%02d/", hive, d, h)
		}, []string{hive, hive + "year=2026/", hive + "year=2026/month=01/", hive + "year=2026/month=01/day=07/**", hive + "year=2026/month=01/day=08/**"}},
		{"not padded", "s3://logs/" + regions + "2026", func(d, h int) string { return fmt.Sprintf("%s2026/1/%d/", regions, d) }, []string{
			regions + "2026/", regions + "2026/1/", regions + "2026/1/7/**", regions + "2026/1/8/**"}},
		{"an organisation below a prefix", "s3://logs/a/b", func(d, h int) string {
			return fmt.Sprintf("a/b/AWSLogs/o-exampleorg1/1/vpcflowlogs/eu-west-1/2026/01/%02d/", d)
		}, []string{"a/b/", "a/b/AWSLogs/", "a/b/AWSLogs/o-exampleorg1/", "a/b/AWSLogs/o-exampleorg1/1/", "a/b/AWSLogs/o-exampleorg1/1/vpcflowlogs/",
			"a/b/AWSLogs/o-exampleorg1/1/vpcflowlogs/eu-west-1/", "a/b/AWSLogs/o-exampleorg1/1/vpcflowlogs/eu-west-1/2026/",
			"a/b/AWSLogs/o-exampleorg1/1/vpcflowlogs/eu-west-1/2026/01/", "a/b/AWSLogs/o-exampleorg1/1/vpcflowlogs/eu-west-1/2026/01/07/**",
			"a/b/AWSLogs/o-exampleorg1/1/vpcflowlogs/eu-west-1/2026/01/08/**"}},
		{"a copy without AWSLogs", "s3://logs/copy/", func(d, h int) string { return fmt.Sprintf("copy/vpcflowlogs/eu-west-1/2026/01/%02d/", d) }, []string{
			"copy/", "copy/vpcflowlogs/", "copy/vpcflowlogs/eu-west-1/", "copy/vpcflowlogs/eu-west-1/2026/", "copy/vpcflowlogs/eu-west-1/2026/01/",
			"copy/vpcflowlogs/eu-west-1/2026/01/07/**", "copy/vpcflowlogs/eu-west-1/2026/01/08/**"}},
		{"another layout", "s3://logs/x", func(d, h int) string { return fmt.Sprintf("x/1/2/3/%d/4/", d%3) }, []string{
			"x/", "x/1/", "x/1/2/", "x/1/2/3/", "x/1/2/3/0/**", "x/1/2/3/1/**", "x/1/2/3/2/**"}},
		{"dates above AWSLogs", "s3://logs", func(d, h int) string {
			return fmt.Sprintf("2020/01/01/AWSLogs/1/vpcflowlogs/eu-west-1/2026/01/%02d/", d)
		}, nil},
		{"no folders", "s3://logs", func(int, int) string { return "" }, []string{""}},
		{"half a name", "s3://logs/AWSLogs/1/vpcflowlogs/eu-west-1/2026/01/0", func(d, h int) string { return fmt.Sprintf("%s2026/01/%02d/", regions, d) },
			[]string{regions + "2026/01/0**"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t, january(c.folder)...)
			l := scan(t, f.source(Options{Since: at(7, 5, 0), Until: at(8, 0, 0)}, c.url))
			var slots []string
			for _, r := range l.Refs {
				slots = append(slots, r.Slot.Format("02T15"))
			}
			if d := cmp.Diff([]string{"07T06", "07T12", "07T18", "08T00"}, slots); d != "" {
				t.Errorf("slots (-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.listed, f.listed()); d != "" && c.listed != nil {
				t.Errorf("listed (-want +got):\n%s", d)
			}
		})
	}
}

// TestWindow has one slot each five minutes.
func TestWindow(t *testing.T) {
	var all []string
	for m := 0; m < 24*60; m += 5 {
		all = append(all, flowKey("1", 7, m/60, m%60))
	}
	f := newFake(t, all...)
	for _, c := range []struct {
		name        string
		options     Options
		first, last time.Time
	}{
		{"none", Options{}, at(7, 0, 0), at(7, 23, 55)},
		{"the slot that since lies in", Options{Since: at(7, 5, 4)}, at(7, 5, 0), at(7, 23, 55)},
		{"since begins a slot", Options{Since: at(7, 5, 0)}, at(7, 5, 0), at(7, 23, 55)},
		{"until, aggregation, lateness", Options{Until: at(7, 12, 0)}, at(7, 0, 0), at(7, 12, 15)},
		{"shorter ones", Options{Until: at(7, 12, 0), Aggregation: time.Minute, Lateness: time.Minute}, at(7, 0, 0), at(7, 12, 0)},
		{"both", Options{Since: at(7, 11, 58), Until: at(7, 12, 0), Lateness: time.Hour}, at(7, 11, 55), at(7, 13, 10)},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := scan(t, f.source(c.options, "s3://logs"))
			first, last := l.Refs[0].Slot, l.Refs[len(l.Refs)-1].Slot
			if !first.Equal(c.first) || !last.Equal(c.last) {
				t.Errorf("from %v to %v, want from %v to %v", first, last, c.first, c.last)
			}
			if l.Skipped.Slots != len(all)-len(l.Refs) {
				t.Errorf("%d slots skipped of %d, %d listed", l.Skipped.Slots, len(all), len(l.Refs))
			}
		})
	}
	late := f.source(Options{Since: at(20, 0, 0)}, "s3://logs")
	if l := scan(t, late); len(l.Refs) > 0 || l.Skipped.Days != 1 {
		t.Errorf("outside the window: %v, %+v", keys(l), l.Skipped)
	}
	if d := cmp.Diff(ingest.Outside{Objects: 1, First: at(7, 0, 0), Last: at(8, 0, 0)}, late.Outside()); d != "" {
		t.Errorf("what was left out (-want +got):\n%s", d)
	}
}

// TestConfigWindow has history files whose six hours began on the day before the folder's.
func TestConfigWindow(t *testing.T) {
	const folder = "AWSLogs/1/Config/eu-west-1/2026/1/"
	history := func(day, from, hour int) string {
		return fmt.Sprintf("%s%d/ConfigHistory/1_Config_eu-west-1_ConfigHistory_AWS::EC2::SecurityGroup_202601%02dT%02d0102Z_202601%02dT050607Z_1.json.gz",
			folder, day, from, hour, day)
	}
	snapshot := func(day int) string {
		return fmt.Sprintf("%s%d/ConfigSnapshot/1_Config_eu-west-1_ConfigSnapshot_202601%02dT120000Z_u.json.gz", folder, day, day)
	}
	f := newFake(t, "AWSLogs/1/Config/ConfigWritabilityCheckFile", history(7, 6, 23), history(10, 9, 23), history(12, 11, 23),
		snapshot(6), snapshot(7), snapshot(9), snapshot(12), flowKey("1", 7, 8, 0))
	l := scan(t, f.source(Options{Services: []string{"Config"}, Since: at(7, 0, 0), Until: at(10, 0, 0)}, "s3://logs/AWSLogs"))
	if d := cmp.Diff([]string{history(7, 6, 23), snapshot(7), snapshot(9), history(10, 9, 23)}, keys(l)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if want := (Skipped{WriteTests: 1, Services: 1, Days: 1, Slots: 1}); l.Skipped != want {
		t.Errorf("skipped %+v, want %+v", l.Skipped, want)
	}
}

func TestSkips(t *testing.T) {
	f := newFake(t, "AWSLogs/1/Config/ConfigWritabilityCheckFile", "exports/aws-logs-write-test", "exports/task/eni-1-all/000000.gz",
		"AWSLogs/1/CloudTrail-Digest/eu-west-1/2026/01/07/d.json.gz", "AWSLogs/1/CloudTrail/eu-west-1/2026/01/07/t.json.gz", flowKey("1", 7, 0, 0))
	f.put("AWSLogs/1/vpcflowlogs/eu-west-1/2026/01/07/", "")
	f.put("exports_$folder$", "")
	f.put("exports/empty.log", "")
	want := []string{"exports/empty.log", "exports/task/eni-1-all/000000.gz", "AWSLogs/1/CloudTrail/eu-west-1/2026/01/07/t.json.gz", flowKey("1", 7, 0, 0)}
	for _, c := range []struct {
		name    string
		options Options
		url     string
		want    []string
		skipped Skipped
	}{
		{"all services", Options{}, "s3://logs", want, Skipped{WriteTests: 2, Digests: 1, Markers: 2}},
		{"one service", Options{Services: []string{"vpcflowlogs"}}, "s3://logs/", append(want[:2:2], want[3]),
			Skipped{WriteTests: 1, Digests: 1, Markers: 2, Services: 2}},
		{"the trail", Options{Services: []string{"CloudTrail"}}, "s3://logs/", want[:3],
			Skipped{WriteTests: 1, Digests: 1, Markers: 1, Services: 2}},
		{"a service that is pointed at", Options{Services: []string{"vpcflowlogs"}}, "s3://logs/AWSLogs/1/CloudTrail", want[2:3], Skipped{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := scan(t, f.source(c.options, c.url))
			if d := cmp.Diff(c.want, keys(l)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if l.Skipped != c.skipped {
				t.Errorf("skipped %+v, want %+v", l.Skipped, c.skipped)
			}
		})
	}
}

// TestFoldersThatOnlyShareAName have flow logs in a folder called Config, which is not AWS Config's.
func TestFoldersThatOnlyShareAName(t *testing.T) {
	f := newFake(t, "Config/a.log", "Config/eu-west-1/2026/1/7/b.json", "Config/old/2020/01/01/c.log", "vpcflowlogs/d.log")
	options := Options{Services: []string{"vpcflowlogs"}, Since: at(1, 0, 0)}
	l := scan(t, f.source(options, "s3://logs"))
	if d := cmp.Diff([]string{"Config/a.log", "vpcflowlogs/d.log"}, keys(l)); d != "" || l.Skipped != (Skipped{Services: 1, Slots: 1}) {
		t.Errorf("(-want +got):\n%s\nskipped %+v", d, l.Skipped)
	}
	l = scan(t, f.source(options, "s3://logs/Config/eu-west-1"))
	if d := cmp.Diff([]string{"Config/eu-west-1/2026/1/7/b.json"}, keys(l)); d != "" {
		t.Errorf("pointed at (-want +got):\n%s", d)
	}
}

func TestPages(t *testing.T) {
	var all []string
	for i := range 2345 {
		all = append(all, fmt.Sprintf("AWSLogs/1/vpcflowlogs/eu-west-1/2026/01/07/1_vpcflowlogs_eu-west-1_fl-1_20260107T0000Z_%04d.log.gz", i))
	}
	f := newFake(t, all...)
	l := scan(t, f.source(Options{Since: at(7, 0, 0)}, "s3://logs/AWSLogs/1/vpcflowlogs/eu-west-1/2026/01/07/"))
	if d := cmp.Diff(all, keys(l)); d != "" {
		t.Errorf("%d of %d keys", len(l.Refs), len(all))
	}
	if l.Requests != 4 {
		t.Errorf("%d requests, want one to look and three pages", l.Requests)
	}
}

// TestCrowd has as many streams as an export of CloudWatch Logs: they are not listed one by one.
func TestCrowd(t *testing.T) {
	var all []string
	for i := range 300 {
		all = append(all, fmt.Sprintf("exports/task/eni-%03d-all/000000.gz", i))
	}
	f := newFake(t, all...)
	l := scan(t, f.source(Options{Since: at(7, 0, 0)}, "s3://logs/"))
	if d := cmp.Diff(all, keys(l)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if l.Requests > 6 {
		t.Errorf("%d requests", l.Requests)
	}
}

func TestURLs(t *testing.T) {
	f := newFake(t, "foo/a.log", "foobar/b.log", "foo.log", "x y/é+ü%41.log")
	for _, c := range []struct {
		urls []string
		want []string
	}{
		{[]string{"s3://logs/foo"}, []string{"foo/a.log"}},
		{[]string{"s3://logs/foo/"}, []string{"foo/a.log"}},
		{[]string{"s3://logs/foo/a.log"}, []string{"foo/a.log"}},
		{[]string{"s3://logs/fo"}, []string{"foo.log", "foo/a.log", "foobar/b.log"}},
		{[]string{"s3://logs/foo", "s3://logs/fo", "s3://logs"}, []string{"foo.log", "foo/a.log", "foobar/b.log", "x y/é+ü%41.log"}},
		{[]string{"s3://logs/x y"}, []string{"x y/é+ü%41.log"}},
	} {
		if d := cmp.Diff(c.want, keys(scan(t, f.source(Options{}, c.urls...)))); d != "" {
			t.Errorf("%v (-want +got):\n%s", c.urls, d)
		}
	}
	for _, url := range []string{"s3://", "s3:///key", "logs/foo", "https://logs"} {
		var e *Error
		if _, err := New(context.Background(), Options{}, url); !errors.As(err, &e) || e.Kind != ErrURL || e.Place != url {
			t.Errorf("%s: error is %v", url, err)
		}
	}
}

// TestArchived answers with storage classes, which the server behind does not know.
func TestArchived(t *testing.T) {
	f := newFake(t, "cold.log", "deep.log", "instant.log", "restored.log", "restoring.log", "warm.log")
	f.alter = func(answer string) string {
		for key, class := range map[string]string{
			"cold": "<StorageClass>GLACIER</StorageClass>", "deep": "<StorageClass>DEEP_ARCHIVE</StorageClass>",
			"instant":   "<StorageClass>GLACIER_IR</StorageClass>",
			"restoring": "<StorageClass>GLACIER</StorageClass><RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus>",
			"restored": "<StorageClass>GLACIER</StorageClass><RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress>" +
				"<RestoreExpiryDate>2027-01-01T00:00:00Z</RestoreExpiryDate></RestoreStatus>",
		} {
			answer = strings.ReplaceAll(answer, "<Key>"+key+".log</Key>", "<Key>"+key+".log</Key>"+class)
		}
		return answer
	}
	l := scan(t, f.source(Options{}, "s3://logs"))
	if d := cmp.Diff([]string{"instant.log", "restored.log", "warm.log"}, keys(l)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	var rejected []string
	for _, r := range l.Rejected {
		rejected = append(rejected, r.Place)
		if !strings.Contains(r.Reason, "archived (") || !strings.Contains(r.Reason, "restore it") {
			t.Errorf("%+v", r)
		}
	}
	if d := cmp.Diff([]string{"s3://logs/cold.log", "s3://logs/deep.log", "s3://logs/restoring.log"}, rejected); d != "" {
		t.Errorf("rejected (-want +got):\n%s", d)
	}
}

// TestLaws is what every source must do, whatever the options: list in order, each object once, the same twice, and open
// what it lists, with the size told and the content that was put.
func TestLaws(t *testing.T) {
	all := append(january(func(d, h int) string { return fmt.Sprintf("AWSLogs/1/vpcflowlogs/eu-west-1/2026/01/%02d/", d) }),
		"plain.log", "more/plain.log", "more/AWSLogs/2/Config/eu-west-1/2026/1/7/ConfigSnapshot/x.json.gz")
	for _, options := range []Options{{}, {Listers: 1}, {Since: at(1, 0, 0)}, {Listers: 64, Since: at(1, 0, 0), Until: at(31, 23, 59)}} {
		f := newFake(t, all...)
		src, ctx := f.source(options, "s3://logs", "s3://logs/more"), context.Background()
		refs, rejected, err := src.List(ctx)
		if err != nil || len(rejected) > 0 || len(refs) != len(all) {
			t.Fatalf("%d objects of %d, %v, %v", len(refs), len(all), rejected, err)
		}
		again, _, _ := src.List(ctx)
		if d := cmp.Diff(refs, again); d != "" {
			t.Errorf("listed twice (-first +second):\n%s", d)
		}
		for i, r := range refs {
			b, err := src.Open(ctx, r)
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(b)
			if err = errors.Join(err, b.Close()); err != nil || "s3://logs/"+string(content) != r.Place || int64(len(content)) != r.Size || r.Modified.IsZero() {
				t.Errorf("%+v: %q, %v", r, content, err)
			}
			if i > 0 && (refs[i-1].Slot.After(r.Slot) || refs[i-1].Slot.Equal(r.Slot) && refs[i-1].Place >= r.Place) {
				t.Errorf("%+v stands behind %+v", r, refs[i-1])
			}
		}
	}
}

// TestEncodedKeys answers as AWS does, with keys URL-encoded, among them one that XML cannot carry.
func TestEncodedKeys(t *testing.T) {
	f := newFake(t, "a b/c+d\u00e9%41\n.log")
	f.alter = func(answer string) string {
		answer = strings.Replace(answer, "<Key>a b/c+d\u00e9%41&#xA;.log</Key>", "<Key>a+b/c%2Bd%C3%A9%2541%0A.log</Key>", 1)
		answer = strings.Replace(answer, "<Prefix>a b/</Prefix></CommonPrefixes>", "<Prefix>a+b/</Prefix></CommonPrefixes>", 1)
		return strings.Replace(answer, "<IsTruncated>", "<EncodingType>url</EncodingType><IsTruncated>", 1)
	}
	if got, err := f.read(f.source(Options{}, "s3://logs"), nil); err != nil || got != "a b/c+d\u00e9%41\n.log" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestListers counts the requests that are under way at a time.
func TestListers(t *testing.T) {
	var all []string
	for i := range 40 {
		all = append(all, flowKey(fmt.Sprint(i), 7, 0, 0))
	}
	for _, listers := range []int{1, 5} {
		f := newFake(t, all...)
		var mu sync.Mutex
		now, most := 0, 0
		f.fault = func(http.ResponseWriter, *http.Request, int) bool {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			pause(context.Background(), time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			now--
			return false
		}
		if l := scan(t, f.source(Options{Listers: listers}, "s3://logs")); len(l.Refs) != len(all) || most != listers {
			t.Errorf("%d objects; %d requests at a time, want %d", len(l.Refs), most, listers)
		}
	}
}

// BenchmarkTake is what an object of a listing costs beside the request.
func BenchmarkTake(b *testing.B) {
	s, err := New(context.Background(), Options{Anonymous: true, Services: []string{"vpcflowlogs"}, Since: at(1, 0, 0)}, "s3://logs")
	if err != nil {
		b.Fatal(err)
	}
	w := newWalk(s, s.targets[0], &found{etags: map[string]string{}})
	o := object{key: flowKey("111122223333", 7, 0, 5), etag: "\"0123456789abcdef0123456789abcdef\"", size: 1}
	b.ReportAllocs()
	for b.Loop() {
		w.take(&o, newWindow(w.options))
	}
}
