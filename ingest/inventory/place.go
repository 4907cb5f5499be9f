package inventory

import (
	"path"
	"regexp"
	"strings"
	"time"
)

// facts are what a file name tells: AWS names its files
// <account>_Config_<region>_ConfigSnapshot_<YYYYMMDDTHHMMSSZ>_<snapshot id>.json.gz, and history files alike
// (https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html). Unknown ones are zero.
type facts struct {
	AccountID, Region string
	Snapshot, History bool
	Taken             time.Time // of a snapshot
	Check             bool      // the empty file by which Config tries whether it may write
}

func nameFacts(place string) facts {
	base := path.Base(strings.ReplaceAll(place, `\`, "/"))
	f := facts{Check: base == "ConfigWritabilityCheckFile"}
	name := regexp.MustCompile(`^(\d+)_Config_([a-z0-9-]+)_(Config[A-Za-z]+|ChangeNotification|OversizedChangeNotification)_(.*)$`)
	m := name.FindStringSubmatch(base)
	if m == nil {
		return f
	}
	f.AccountID, f.Region = m[1], m[2]
	f.Snapshot, f.History = m[3] == "ConfigSnapshot", m[3] == "ConfigHistory"
	stamp, _, _ := strings.Cut(m[4], "_")
	if t, err := time.Parse("20060102T150405Z", stamp); err == nil && f.Snapshot {
		f.Taken = t
	}
	return f
}
