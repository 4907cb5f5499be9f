package ingest

import (
	"strings"
	"testing"
	"time"
)

func TestSlotOf(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 1, day, hour, minute, 0, 0, time.UTC) }
	const day = 24 * time.Hour
	for _, c := range []struct {
		key    string
		start  time.Time
		length time.Duration
	}{
		{"/b/AWSLogs/1/vpcflowlogs/r/2026/01/02/1_vpcflowlogs_r_fl-1_20260102T0005Z_aa.log.gz", at(2, 0, 5), 5 * time.Minute},
		{"/b/AWSLogs/1/vpcflowlogs/r/2026/01/07/x.gz", at(7, 0, 0), day},
		{"/b/AWSLogs/1/vpcflowlogs/r/2026/01/07/15/x.gz", at(7, 15, 0), time.Hour},
		{"/b/AWSLogs/1/vpcflowlogs/r/2026/01/07/5/x.gz", at(7, 0, 0), day},
		{"2026/01/07/x.gz", at(7, 0, 0), day},
		{"/2020/01/01/b/2026/01/07/x.gz", at(7, 0, 0), day},
		{"/b/aws-region=r/year=2026/month=01/day=07/x.gz", at(7, 0, 0), day},
		{"/b/aws-region=r/year=2026/month=1/day=7/hour=03/x.gz", at(7, 3, 0), time.Hour},
		{"/b/year=2026/month=1/day=7/2020/01/01/x.gz", at(7, 0, 0), day},
		{"/b/1_Config_eu-west-1_ConfigSnapshot_20260107T061542Z_u.json.gz", at(7, 6, 15), 6 * time.Hour},
		{"/b/1_Config_r_ConfigHistory_AWS::EC2::VPC_20260107T061542Z_20260107T121542Z_1.json.gz", at(7, 6, 15), 6 * time.Hour},
		{"/b/AWSLogs/o-1/1/CloudTrail/eu-west-1/2026/01/07/1_CloudTrail_eu-west-1_20260107T0615Z_Ab3dEf6hIj9lMn2p.json.gz", at(7, 6, 15), 5 * time.Minute},
		{"/b/x_20260101T0000Z__20260107T0005Z_.gz", at(7, 0, 5), 5 * time.Minute},
		{"/b/AWSLogs/1/Config/eu-west-1/2026/1/7/ConfigSnapshot/x.json.gz", at(7, 0, 0), day},
		{"/b/2026/13/07/x.gz", time.Time{}, 0},
		{"/b/2026/02/30/x.gz", time.Time{}, 0},
		{"/b/1_vpcflowlogs_r_fl-1_20260230T0005Z_aa.log.gz", time.Time{}, 0},
		{"/b/1_vpcflowlogs_r_fl-1_20260107T2505Z_aa.log.gz", time.Time{}, 0},
		{"/b/exports/11111111-2222-3333-4444-555555555555/eni-1-all/000000.gz", time.Time{}, 0},
		{"/b/2026/01/07", time.Time{}, 0}, // a file that is called 07
		{"/b/plain.log", time.Time{}, 0},
		{"_", time.Time{}, 0},
		{"", time.Time{}, 0},
	} {
		if start, length := SlotOf(c.key); !start.Equal(c.start) || length != c.length {
			t.Errorf("SlotOf(%s) = %v, %v; want %v, %v", c.key, start, length, c.start, c.length)
		}
	}
}

func TestBesideTheData(t *testing.T) {
	for _, c := range []struct {
		key               string
		writeTest, digest bool
	}{
		{"exports/aws-logs-write-test", true, false},
		{"aws-logs-write-test", true, false},
		{"AWSLogs/1/Config/ConfigWritabilityCheckFile", true, false},
		{"CloudTrail-Digest/r/x.json.gz", false, true},
		{"AWSLogs/1/CloudTrail-Digest/r/2026/01/01/d.json.gz", false, true},
		{"copies/1_CloudTrail-Digest_r_trail_r_20260101T000000Z.json.gz", false, true},
		{"aws-logs-write-test/x.gz", false, false},
		{"AWSLogs/1/CloudTrail/r/2026/01/01/d.json.gz", false, false},
	} {
		if w, d := IsWriteTest(c.key), IsDigest(c.key); w != c.writeTest || d != c.digest {
			t.Errorf("%s: write test %v, digest %v", c.key, w, d)
		}
	}
}

func TestSpanOf(t *testing.T) {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		folders  string
		from, to time.Time
	}{
		{"2026", day(2026, 1, 1), day(2027, 1, 1)},
		{"2026/12", day(2026, 12, 1), day(2027, 1, 1)},
		{"2026/2/28", day(2026, 2, 28), day(2026, 3, 1)},
		{"year=2026/month=02/day=07", day(2026, 2, 7), day(2026, 2, 8)},
		{"26", time.Time{}, time.Time{}},
		{"2026/13", time.Time{}, time.Time{}},
		{"2026/02/30", time.Time{}, time.Time{}},
		{"2026/02/x", time.Time{}, time.Time{}},
		{"2026/02/03/04", time.Time{}, time.Time{}},
	} {
		from, to, ok := SpanOf(strings.Split(c.folders, "/")...)
		if !from.Equal(c.from) || !to.Equal(c.to) || ok == c.from.IsZero() {
			t.Errorf("%s: %v to %v, %v", c.folders, from, to, ok)
		}
	}
}
