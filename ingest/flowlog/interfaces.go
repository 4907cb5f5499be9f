package flowlog

import "encoding/binary"

// interfaces numbers the interfaces of one table in the order of arrival.
type interfaces struct {
	index   []uint32 // open addressing: 1 + place
	list    []iface
	account string // the last that was looked at: interfaces share its text, so that comparing it need not fetch it anew
}

// iface is one interface; the scope of its latest day is at hand, the others are in days.
type iface struct {
	id, account string
	hash        uint64
	day         int32
	scope       uint32
	days        map[int32]uint32
}

func (n *interfaces) reset() {
	n.index = make([]uint32, 256)
	n.list, n.account = nil, ""
}

// hashBytes hashes eight bytes at a time, the last eight overlapping.
func hashBytes(b []byte) uint64 {
	h := uint64(len(b))
	if len(b) >= 8 {
		for at := 0; at+8 < len(b); at += 8 {
			h = mix(h, binary.LittleEndian.Uint64(b[at:]))
		}
		return mix(h, binary.LittleEndian.Uint64(b[len(b)-8:]))
	}
	var tail uint64
	for _, c := range b {
		tail = tail<<8 | uint64(c)
	}
	return mix(h, tail)
}

// of returns the place of an interface.
func (n *interfaces) of(id, account []byte) uint32 {
	same := n.account == string(account)
	h := hashBytes(id)
	mask := uint64(len(n.index) - 1)
	p := h & mask
	for ; n.index[p] != 0; p = (p + 1) & mask {
		i := n.index[p] - 1
		if f := &n.list[i]; f.hash == h && f.id == string(id) {
			if same && f.account == n.account {
				return i
			}
			if f.account != string(account) {
				f.account = betterAccount(f.account, string(account))
			}
			n.account = f.account
			return i
		}
	}
	if !same {
		n.account = betterAccount("", string(account))
	}
	n.list = append(n.list, iface{id: string(id), account: betterAccount("", n.account), hash: h, day: -1})
	n.index[p] = uint32(len(n.list))
	if len(n.list)*2 > len(n.index) {
		n.grow()
	}
	return uint32(len(n.list) - 1)
}

func (n *interfaces) grow() {
	n.index = make([]uint32, 2*len(n.index))
	mask := uint64(len(n.index) - 1)
	for i := range n.list {
		p := n.list[i].hash & mask
		for n.index[p] != 0 {
			p = (p + 1) & mask
		}
		n.index[p] = uint32(i + 1)
	}
}

// betterAccount chooses between two accounts that records name for one interface: a real one before "unknown", which
// AWS writes for some interfaces of its own, before none; of two real ones the lesser, so that order is no matter.
func betterAccount(a, b string) string {
	rank := func(s string) int {
		switch s {
		case "", "-":
			return 0
		case "unknown":
			return 1
		}
		return 2
	}
	if a == "-" {
		a = ""
	}
	if rank(b) > rank(a) || rank(b) == rank(a) && rank(b) == 2 && b < a {
		return b
	}
	return a
}

// scopeOf returns the place of an interface's day among the table's scopes.
func (t *table) scopeOf(i uint32, day int32) uint32 {
	f := &t.names.list[i]
	if f.day == day {
		return f.scope
	}
	if f.days == nil {
		f.days = map[int32]uint32{}
	}
	place, known := f.days[day]
	if !known {
		place = uint32(len(t.scopes))
		t.scopes = append(t.scopes, scope{iface: i, day: day})
		f.days[day] = place
	}
	f.day, f.scope = day, place
	return place
}
