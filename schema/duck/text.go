package duck

import "strings"

// valid makes text that DuckDB takes: bytes that are not UTF-8 become U+FFFD, so that a sample of a broken line can be
// kept with the rest.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
