package s3

import "strings"

const scheme = "s3://"

// target is what a URL names.
type target struct{ bucket, prefix string }

func (t target) String() string { return placeOf(t.bucket, t.prefix) }

// placeOf spells an object as a person would: it is the Place of a Ref. Keys stand in it as they are, not URL-encoded.
func placeOf(bucket, key string) string { return scheme + bucket + "/" + key }

// parse reads s3://bucket, s3://bucket/ and s3://bucket/prefix.
func parse(url string) (target, bool) {
	rest, ok := strings.CutPrefix(url, scheme)
	bucket, prefix, _ := strings.Cut(rest, "/")
	return target{bucket, prefix}, ok && bucket != ""
}

// Is says whether a path is meant for this package: it begins with s3://.
func Is(path string) bool { return strings.HasPrefix(path, scheme) }
