package cloudwatch

import (
	"strings"
	"time"
)

const scheme = "cwl://"

// target is what a URL names. Most groups of flow logs begin with a slash, which people leave out.
type target struct{ region, group string }

func (t target) String() string { return scheme + t.region + "/" + t.group }

// stamp is how the start of a window stands in its place.
const stamp = "2006-01-02T15Z"

// place spells a window as a person would: cwl://eu-west-1/my-group/2026-09-01T13Z. It is the Place of a Ref.
func (t target) place(w window) string { return t.String() + "/" + w.start.Format(stamp) }

// parse reads cwl://region/log-group.
func parse(url string) (target, bool) {
	rest, ok := strings.CutPrefix(url, scheme)
	region, group, _ := strings.Cut(rest, "/")
	return target{region, group}, ok && isRegion(region) && strings.Trim(group, "/") != ""
}

// isRegion knows names such as eu-west-1 and us-gov-east-1.
func isRegion(s string) bool {
	last := s[strings.LastIndexByte(s, '-')+1:]
	return strings.Count(s, "-") >= 2 && last != "" && strings.Trim(last, "0123456789") == ""
}

// parsePlace reads a window's place.
func parsePlace(place string) (target, window, bool) {
	i := strings.LastIndexByte(place, '/')
	if i < 0 {
		return target{}, window{}, false
	}
	t, ok := parse(place[:i])
	start, err := time.Parse(stamp, place[i+1:])
	return t, window{start}, ok && err == nil
}

// Is says whether a path is meant for this package: it begins with cwl://.
func Is(path string) bool { return strings.HasPrefix(path, scheme) }
