package inventory

import (
	"cmp"
	"encoding/json"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"sgfit/ingest/jsontext"
	"sgfit/schema"
)

// answer is what a document with an answer of EC2 says beside its elements: which call it answers, and whatever it
// knows of where and when. The command line's answers know neither; boto3's carry the answer's date, sgfit's own an
// envelope (schema.Capture).
type answer struct {
	call    string // describe-security-groups, …
	broken  bool   // the document ends before its end
	next    bool   // a further page follows
	listID  string // of the prefix list whose entries these are
	date    time.Time
	capture schema.Capture
}

// answerLists are the members that hold the elements of an answer, by the call that is answered. Answers of other calls
// that show the same resources (run-instances, authorize-security-group-ingress) use the same names.
var answerLists = map[string]string{
	"SecurityGroups":        "describe-security-groups",
	"SecurityGroupRules":    "describe-security-group-rules",
	"NetworkInterfaces":     "describe-network-interfaces",
	"PrefixLists":           "describe-managed-prefix-lists",
	"Entries":               callEntries,
	"Subnets":               "describe-subnets",
	"Vpcs":                  "describe-vpcs",
	"Reservations":          "describe-instances",
	"Instances":             "describe-instances",
	"FlowLogs":              "describe-flow-logs",
	"StaleSecurityGroupSet": "describe-stale-security-groups",
}

// answerCall is the call that a member's elements answer, "" for other members. Some collectors write security_groups
// for SecurityGroups; camel case with a small first letter is AWS Config's and CloudTrail's, and no answer.
func answerCall(key string) string {
	if key != strings.ToLower(key) {
		return answerLists[key]
	}
	var name strings.Builder
	for word := range strings.SplitSeq(key, "_") {
		if word != "" {
			name.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return answerLists[name.String()]
}

// head reads a member that says something of the whole answer; false for all others, which are left to the caller.
func (a *answer) head(s *jsontext.Stream, key string) (bool, error) {
	switch key {
	case "ResponseMetadata", "NextToken", "nextToken", "PrefixListId", schema.CaptureMember:
	default:
		return false, nil
	}
	raw, err := s.Value()
	if err != nil {
		return true, err
	}
	switch key {
	case "ResponseMetadata":
		a.date = dateOf(raw)
	case "PrefixListId":
		_ = json.Unmarshal(raw, &a.listID)
	case schema.CaptureMember:
		_ = json.Unmarshal(raw, &a.capture) // hand-made nonsense says nothing, and then the time is missing
	default:
		var token string
		a.next = json.Unmarshal(raw, &token) == nil && token != ""
	}
	return true, nil
}

// dateOf is the answer's date as boto3 keeps it, zero without one.
func dateOf(raw []byte) time.Time {
	var meta struct{ HTTPHeaders struct{ Date string } }
	if json.Unmarshal(raw, &meta) != nil {
		return time.Time{}
	}
	t, err := http.ParseTime(meta.HTTPHeaders.Date)
	if err != nil || t.Year() < 2006 {
		return time.Time{}
	}
	return t.UTC()
}

// when is the time of the answer: what the caller says, what the answer says, or when the object was last modified.
func (a *answer) when(t times) time.Time {
	for _, at := range []time.Time{t.Captured, a.capture.Time, a.date, t.Modified} {
		if !at.IsZero() {
			return at.UTC().Truncate(time.Microsecond) // as the database keeps it
		}
	}
	return time.Time{}
}

// times are those that an object's own content may lack.
type times struct {
	Captured time.Time // said by the caller; zero if not
	Modified time.Time // of the object
}

// locate fills in account and region where the elements do not tell: as the answer says, as its other elements say (one
// answer is of one region), or as a folder on the object's path is named.
func (a *answer) locate(items []schema.Item, place string) {
	regions := map[string]bool{}
	for i := range items {
		regions[items[i].Region] = true
	}
	delete(regions, "")
	region := a.capture.Region
	for r := range regions {
		if region == "" && len(regions) == 1 {
			region = r
		}
	}
	account, folder := folders(place)
	account = cmp.Or(a.capture.AccountID, account)
	for i := range items {
		owner := account
		if l := items[i].PrefixList; l != nil && l.Name == "" {
			owner = "" // entries: the list may be AWS's, or shared by another account
		}
		fillPlace(&items[i], owner, cmp.Or(region, folder))
	}
}

// fillPlace gives an item whose body is nobody else's the account and the region that it lacks.
func fillPlace(it *schema.Item, account, region string) {
	it.AccountID, it.Region = cmp.Or(it.AccountID, account), cmp.Or(it.Region, region)
	if a, r := placeOf(it); a != nil {
		*a, *r = cmp.Or(*a, it.AccountID), cmp.Or(*r, it.Region)
	}
}

// placeOf points to account and region in an item's body, nil where it has none.
func placeOf(it *schema.Item) (account, region *string) {
	switch {
	case it.Group != nil:
		return &it.Group.AccountID, &it.Group.Region
	case it.Interface != nil:
		return &it.Interface.AccountID, &it.Interface.Region
	case it.Subnet != nil:
		return &it.Subnet.AccountID, &it.Subnet.Region
	case it.VPC != nil:
		return &it.VPC.AccountID, &it.VPC.Region
	case it.PrefixList != nil:
		return &it.PrefixList.AccountID, &it.PrefixList.Region
	case it.FlowLog != nil:
		return &it.FlowLog.AccountID, &it.FlowLog.Region
	}
	return nil, nil
}

var (
	accountFolder = regexp.MustCompile(`^\d{12}$`)
	regionFolder  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)
	regionOfZone  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d`) // us-west-2a, us-west-2-lax-1a
)

// folders finds an account's and a region's folder on a path, as collectors lay their answers down; the innermost counts.
func folders(place string) (account, region string) {
	for dir := range strings.SplitSeq(path.Dir(strings.ReplaceAll(place, `\`, "/")), "/") {
		switch {
		case accountFolder.MatchString(dir):
			account = dir
		case regionFolder.MatchString(dir):
			region = dir
		}
	}
	return account, region
}
