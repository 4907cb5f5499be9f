package files

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The three ways in which a key tells its delivery slot
// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html); Config's names also have seconds.
const (
	inName   = `_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(?:\d\d)?Z_`
	inFolder = `/(\d{4})/(\d\d?)/(\d\d?)/(?:(\d\d)/)?`
	inHive   = `/year=(\d{4})/month=(\d\d?)/day=(\d\d?)/(?:hour=(\d\d?)/)?`
)

// slotOf returns the start of the delivery slot that a path tells, zero when it tells none.
func slotOf(path string) time.Time {
	path = filepath.ToSlash(path)
	name := path[strings.LastIndexByte(path, '/')+1:]
	if t := slotBy(inName, name); !t.IsZero() {
		return t
	}
	if t := slotBy(inHive, path); !t.IsZero() {
		return t
	}
	return slotBy(inFolder, path)
}

// slotBy reads year, month, day and, where they are there, hour and minute; the last match counts, being nearest to
// the file.
func slotBy(pattern, s string) time.Time {
	all := regexp.MustCompile(pattern).FindAllStringSubmatch(s, -1)
	if len(all) == 0 {
		return time.Time{}
	}
	var n [5]int
	for i, digits := range all[len(all)-1][1:] {
		n[i], _ = strconv.Atoi(digits) // "" where there is no hour
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], 0, 0, time.UTC)
	if t.Month() != time.Month(n[1]) || t.Day() != n[2] || t.Hour() != n[3] || t.Minute() != n[4] {
		return time.Time{} // digits, but no time
	}
	return t
}

// isWriteTest knows the objects by which CloudWatch Logs and Config try a bucket.
func isWriteTest(path string) bool {
	name := filepath.Base(path)
	return name == "aws-logs-write-test" || name == "ConfigWritabilityCheckFile"
}

// isDigest knows CloudTrail's digests by folder and by name.
func isDigest(path string) bool {
	return strings.Contains(filepath.ToSlash(path), "/CloudTrail-Digest/") || strings.Contains(filepath.Base(path), "_CloudTrail-Digest_")
}
