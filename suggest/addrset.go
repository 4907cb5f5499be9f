package suggest

import (
	"net/netip"

	"go4.org/netipx"
)

// addrSet is an IPSet that is asked very often.
type addrSet struct{ v4, v6 []keyRange } // sorted and disjoint

func newAddrSet(of *netipx.IPSet) (s addrSet) {
	for _, r := range of.Ranges() {
		keys := keyRange{addrKey(r.From()), addrKey(r.To())}
		if r.From().Is4() {
			s.v4 = append(s.v4, keys)
		} else {
			s.v6 = append(s.v6, keys)
		}
	}
	return s
}

func (s addrSet) has(a netip.Addr) bool {
	key := addrKey(a)
	if a.Is4() {
		return keysContain(s.v4, keyRange{key, key})
	}
	return keysContain(s.v6, keyRange{key, key})
}
