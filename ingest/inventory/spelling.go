package inventory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// text is a string that some spellings write as a number (account ids, protocols), or leave null.
type text string

// UnmarshalJSON takes a string, a number, or null.
func (t *text) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '"':
		return json.Unmarshal(b, (*string)(t))
	case 'n':
		return nil
	case '{', '[', 't', 'f':
		return fmt.Errorf("want a string, got %s", clip(b, 20))
	}
	*t = text(b)
	return nil
}

// number is a whole number that some spellings write as a float (22.0) or in quotes, or leave null.
type number struct {
	Value int64
	Known bool
}

// UnmarshalJSON takes a whole number, quoted or not, or null.
func (n *number) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `" `)
	if s == "" || s == "null" {
		return nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(s, 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return fmt.Errorf("want a whole number, got %s", clip(b, 20))
		}
		v = int64(f)
	}
	*n = number{v, true}
	return nil
}

// stateID is configurationStateId: a number, the same in quotes, or (in 2014) a UUID, which orders nothing and is 0.
type stateID int64

// UnmarshalJSON takes anything that is not a list or an object.
func (s *stateID) UnmarshalJSON(b []byte) error {
	if b[0] == '{' || b[0] == '[' {
		return fmt.Errorf("want a number, got %s", clip(b, 20))
	}
	if v, err := strconv.ParseInt(strings.Trim(string(b), `" `), 10, 64); err == nil {
		*s = stateID(v)
	}
	return nil
}

// flag is a boolean that some spellings write in quotes ("True").
type flag struct{ Value, Known bool }

// UnmarshalJSON takes a boolean, quoted or not, or null.
func (f *flag) UnmarshalJSON(b []byte) error {
	s := strings.ToLower(strings.Trim(string(b), `"`))
	if s == "null" || s == "" {
		return nil
	}
	v, err := strconv.ParseBool(s)
	if err != nil {
		return fmt.Errorf("want true or false, got %s", clip(b, 20))
	}
	*f = flag{v, true}
	return nil
}

// named is an object with one interesting text member, which some spellings write as that text alone: {"cidrIp": "…"}
// or "…", {"state": "associated"} or "associated".
type named struct {
	Value       string
	Description string
}

// UnmarshalJSON takes a string, an object, or null. A member that it does not know leaves Value empty.
func (n *named) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, &n.Value)
	}
	var o struct {
		CIDRIP, CIDRIPv6, PrefixListID, CIDR             string
		IPv4Prefix, IPv6Prefix, IPv6Address, State, Name string
		Description                                      string
	}
	if err := json.Unmarshal(b, &o); err != nil {
		return err
	}
	n.Description = o.Description
	for _, v := range []string{o.CIDRIP, o.CIDRIPv6, o.PrefixListID, o.CIDR, o.IPv4Prefix, o.IPv6Prefix, o.IPv6Address, o.State, o.Name} {
		if v != "" {
			n.Value = v
			break
		}
	}
	return nil
}

// unquote returns the JSON inside a JSON string, and any other value as it is.
func unquote(raw []byte) ([]byte, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '"' {
		return raw, nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	return []byte(strings.TrimSpace(s)), nil
}

// clip returns the first n bytes at most, without breaking a character.
func clip[T ~string | ~[]byte](b T, n int) string {
	if len(b) <= n {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	for n > 0 && b[n]&0xC0 == 0x80 {
		n--
	}
	return strings.ToValidUTF8(string(b[:n]), "\uFFFD")
}
