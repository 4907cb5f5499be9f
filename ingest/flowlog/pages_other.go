//go:build !linux

package flowlog

// inHugePages makes n zero values, as the system holds them.
func inHugePages[T any](n int) []T { return make([]T, n) }
