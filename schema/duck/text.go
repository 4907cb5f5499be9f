package duck

import "strings"

// valid makes text that DuckDB takes: bytes that are not UTF-8 become U+FFFD, so that a sample of a broken line can be
// kept with the rest.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// quote makes a string literal of SQL, for the connection that takes no parameters.
func quote(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(valid(s), "\x00", ""), "'", "''") + "'"
}
