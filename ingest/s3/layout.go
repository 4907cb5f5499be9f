package s3

import (
	"slices"
	"strings"

	"sgfit/ingest"
)

// stage is the kind of folder that comes next on the way down a bucket.
type stage int

// AWS's way down, of which an organisation's id can be a part (…/AWSLogs/o-exampleorgid/…):
//
//	…/AWSLogs/ 111122223333/ vpcflowlogs/ eu-west-1/ 2026/ 01/ 02/ [15/]
//	           account       service      region     year  month day
//	…/AWSLogs/ aws-account-id=…/ aws-service=…/ aws-region=…/ year=…/ month=…/ day=…/ [hour=…/]
const (
	unknown stage = iota // nothing on the way is AWS's; AWSLogs may come
	account
	service
	region
	year
	month
	day
	inside  // a day's folder, or below
	foreign // it began as AWS's, and goes on otherwise
)

// position is where a folder is on that way.
type position struct {
	next    stage
	service string   // "" above
	sure    bool     // AWSLogs or a region stand beside the service: it is no folder that merely has its name
	dates   []string // year, month and day, as far as they are known
}

// locate reads a folder's full key. Below a folder of a known service, AWSLogs and the account may be missing.
func locate(folder string) position {
	folders := strings.Split(strings.TrimSuffix(folder, "/"), "/")
	if i := last(folders, isRoot); i >= 0 {
		folders = folders[i+1:]
		if len(folders) > 0 && isOrganisation(folders[0]) {
			folders = folders[1:]
		}
		switch {
		case len(folders) == 0:
			return position{next: account}
		case !isAccount(folders[0]):
			return position{next: foreign}
		}
		p := below(folders[1:])
		p.sure = true
		return p
	}
	if i := last(folders, isService); i >= 0 {
		p := below(folders[i:])
		p.sure = len(folders) > i+1 && isRegion(folders[i+1])
		return p
	}
	return position{next: unknown}
}

// below reads service, region and date.
func below(folders []string) position {
	if len(folders) == 0 {
		return position{next: service}
	}
	p := position{next: region, service: strings.TrimPrefix(folders[0], "aws-service=")}
	if folders = folders[1:]; len(folders) == 0 {
		return p
	}
	if !isRegion(folders[0]) {
		p.next = foreign
		return p
	}
	p.next = year
	for _, f := range folders[1:] {
		if p.next == inside {
			break
		}
		if _, _, ok := ingest.SpanOf(append(slices.Clone(p.dates), f)...); !ok {
			p.next = foreign
			break
		}
		p.dates = append(p.dates, f)
		p.next++
	}
	return p
}

func last(folders []string, is func(string) bool) int {
	for i := len(folders) - 1; i >= 0; i-- {
		if is(folders[i]) {
			return i
		}
	}
	return -1
}

func isRoot(f string) bool         { return f == "AWSLogs" }
func isOrganisation(f string) bool { return strings.HasPrefix(f, "o-") }
func isService(f string) bool {
	return f == "vpcflowlogs" || f == "Config" || f == "CloudTrail" || strings.HasPrefix(f, "aws-service=")
}

func isAccount(f string) bool {
	f = strings.TrimPrefix(f, "aws-account-id=")
	return f != "" && strings.Trim(f, "0123456789") == ""
}

// isRegion knows names such as eu-west-1 and us-gov-east-1.
func isRegion(f string) bool {
	f = strings.TrimPrefix(f, "aws-region=")
	return strings.Count(f, "-") >= 2 && strings.Trim(f[strings.LastIndexByte(f, '-')+1:], "0123456789") == "" && !strings.HasSuffix(f, "-")
}
