package jsontext

import (
	"encoding/json"
)

// isPlain says whether a value is a string of printable ASCII without escapes: what is between its quotes is its text.
func isPlain(raw []byte) bool {
	if len(raw) < 2 || raw[0] != '"' {
		return false
	}
	for _, c := range raw[1 : len(raw)-1] {
		if c < ' ' || c > '~' || c == '\\' {
			return false
		}
	}
	return true
}

// Text returns what a string's raw value says; false when it is no string.
func Text(raw []byte) ([]byte, bool) {
	if isPlain(raw) {
		return raw[1 : len(raw)-1], true
	}
	var text string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
		return nil, false
	}
	return []byte(text), true
}
