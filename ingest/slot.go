package ingest

import (
	"strings"
	"time"
)

// How long the slots are that names and folders tell.
const (
	flowLogSlot = 5 * time.Minute
	configSlot  = 6 * time.Hour // a ConfigHistory file; a ConfigSnapshot is of one moment
)

// SlotOf returns the start of the delivery slot that a key, or a path with slashes, tells, and how long the slot is;
// zero when it tells none. The file's name is asked first, which has minutes (Config's have seconds too); then Hive
// folders, then plain ones, of which the nearest to the file count
// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html). Month and day need not be zero-padded:
// Config's are not.
func SlotOf(key string) (start time.Time, length time.Duration) {
	folders := strings.Split(key, "/")
	name := folders[len(folders)-1]
	if start, length = stampOf(name); length > 0 {
		return start, length
	}
	folders = folders[:len(folders)-1]
	if start, length = dateOf(folders, "year=", "month=", "day=", "hour="); length > 0 {
		return start, length
	}
	return dateOf(folders, "", "", "", "")
}

// IsWriteTest knows the objects by which CloudWatch Logs and Config try a bucket.
func IsWriteTest(key string) bool {
	name := key[strings.LastIndexByte(key, '/')+1:]
	return name == "aws-logs-write-test" || name == "ConfigWritabilityCheckFile"
}

// IsDigest knows CloudTrail's digests by folder and by name.
func IsDigest(key string) bool {
	name := key[strings.LastIndexByte(key, '/')+1:]
	return strings.Contains("/"+key, "/CloudTrail-Digest/") || strings.Contains(name, "_CloudTrail-Digest_")
}

// stampOf reads the last _20260102T0005Z_ of a name, or _20260102T000500Z_, one underscore standing between two of them.
func stampOf(name string) (start time.Time, length time.Duration) {
	for i := strings.IndexByte(name, '_'); i >= 0 && i+1 < len(name); {
		if t, l, size := stampAt(name[i+1:]); size > 0 {
			start, length = t, l
			i += size
		}
		next := strings.IndexByte(name[i+1:], '_')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return start, length
}

// stampAt reads a stamp that s begins with; size is that of the stamp with its last underscore.
func stampAt(s string) (t time.Time, length time.Duration, size int) {
	end := strings.Index(s, "Z_")
	if end < 0 || len(s) < 9 || s[8] != 'T' {
		return time.Time{}, 0, 0
	}
	switch end {
	case len("20060102T1504"):
		length = flowLogSlot
	case len("20060102T150405"):
		length = configSlot
	default:
		return time.Time{}, 0, 0
	}
	t, err := time.Parse("20060102T1504", s[:len("20060102T1504")])
	if err != nil {
		return time.Time{}, 0, 0
	}
	return t, length, end + len("Z_")
}

// dateOf reads the date, and the hour where there is one, that stands last in the folders; each with its prefix.
func dateOf(folders []string, year, month, day, hour string) (time.Time, time.Duration) {
	for i := len(folders) - 3; i >= 0; i-- {
		y, ok1 := number(folders[i], year, 4, 4)
		m, ok2 := number(folders[i+1], month, 1, 2)
		d, ok3 := number(folders[i+2], day, 1, 2)
		if !ok1 || !ok2 || !ok3 {
			continue
		}
		t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		if t.Month() != time.Month(m) || t.Day() != d {
			return time.Time{}, 0 // digits, but no day
		}
		least := 2
		if hour != "" {
			least = 1
		}
		if i+3 < len(folders) {
			if h, ok := number(folders[i+3], hour, least, 2); ok && h < 24 {
				return t.Add(time.Duration(h) * time.Hour), time.Hour
			}
		}
		return t, 24 * time.Hour
	}
	return time.Time{}, 0
}

// SpanOf returns the time [from, to) that a year's folder stands for, or year and month, or year, month and day, plain or
// Hive; false when they are no date.
func SpanOf(dates ...string) (from, to time.Time, ok bool) {
	prefixes, part := []string{"year=", "month=", "day="}, []int{0, 1, 1}
	if len(dates) == 0 || len(dates) > len(part) {
		return from, to, false
	}
	for i, folder := range dates {
		least, most := 1, 2
		if i == 0 {
			least, most = 4, 4
		}
		if part[i], ok = number(strings.TrimPrefix(folder, prefixes[i]), "", least, most); !ok {
			return from, to, false
		}
	}
	from = time.Date(part[0], time.Month(part[1]), part[2], 0, 0, 0, 0, time.UTC)
	if from.Month() != time.Month(part[1]) || from.Day() != part[2] {
		return time.Time{}, to, false // digits, but no day
	}
	add := [3]int{}
	add[len(dates)-1] = 1
	return from, from.AddDate(add[0], add[1], add[2]), true
}

// number reads what stands behind the prefix of a folder's name, if it is a number of least to most digits.
func number(folder, prefix string, least, most int) (int, bool) {
	digits, ok := strings.CutPrefix(folder, prefix)
	if !ok || len(digits) < least || len(digits) > most {
		return 0, false
	}
	n := 0
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}
