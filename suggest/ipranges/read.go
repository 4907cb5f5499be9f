// Package ipranges reads ip-ranges.json, in which AWS publishes the addresses of its services
// (https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-syntax.html). Start at Read. It is strict: a file with other
// fields, or with what is no prefix, is an error.
package ipranges

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"

	"sgfit/suggest"
)

// file is the published format.
type file struct {
	SyncToken  string `json:"syncToken"`
	CreateDate string `json:"createDate"`
	Prefixes   []struct {
		Prefix string `json:"ip_prefix"`
		place
	} `json:"prefixes"`
	IPv6Prefixes []struct {
		Prefix string `json:"ipv6_prefix"`
		place
	} `json:"ipv6_prefixes"`
}

type place struct {
	Region             string `json:"region"`
	Service            string `json:"service"`
	NetworkBorderGroup string `json:"network_border_group"`
}

// ErrFormat says that a file is not in the published format.
var ErrFormat = errors.New("not AWS's ip-ranges.json")

// Read reads the file.
func Read(r io.Reader) ([]suggest.ServiceRange, error) {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	var f file
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows the object", ErrFormat)
	}
	if f.SyncToken == "" || f.CreateDate == "" || len(f.Prefixes) == 0 {
		return nil, fmt.Errorf("%w: syncToken, createDate or prefixes are missing", ErrFormat)
	}
	out := make([]suggest.ServiceRange, 0, len(f.Prefixes)+len(f.IPv6Prefixes))
	var errs []error
	add := func(name string, n int, prefix string, at place, is4 bool) {
		p, err := netip.ParsePrefix(prefix)
		if err != nil || p != p.Masked() || p.Addr().Is4() != is4 || at.Service == "" || at.Region == "" {
			errs = append(errs, fmt.Errorf("%w: %s[%d]: %q of service %q in region %q", ErrFormat, name, n, prefix, at.Service, at.Region))
			return
		}
		out = append(out, suggest.ServiceRange{Prefix: p, Service: at.Service, Region: at.Region})
	}
	for i, p := range f.Prefixes {
		add("prefixes", i, p.Prefix, p.place, true)
	}
	for i, p := range f.IPv6Prefixes {
		add("ipv6_prefixes", i, p.Prefix, p.place, false)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs[:min(5, len(errs))]...)
	}
	return out, nil
}
