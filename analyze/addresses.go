package analyze

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/netip"

	"sgfit/schema"
)

// addresses are those of all conversations, which other tables know by numbers.
type addresses struct {
	sorted []netip.Addr // as DuckDB sorts them: by their 128 bits
	ranks  []uint32     // by number: the place in that order, counted from 1; 0 for none
}

// knownAddresses loads the addresses when they are asked for first.
func (a *Analysis) knownAddresses(ctx context.Context) (*addresses, error) {
	if a.addresses != nil {
		return a.addresses, nil
	}
	known := new(addresses)
	err := a.eachRow(ctx, `SELECT address_no, `+hiLo("ip")+` FROM address ORDER BY ip`, func(row []driver.Value) error {
		known.sorted = append(known.sorted, schema.AddrFromBits(row[1].(uint64), row[2].(uint64)))
		no := int(row[0].(uint32))
		if no >= len(known.ranks) {
			known.ranks = append(known.ranks, make([]uint32, no+1-len(known.ranks))...)
		}
		known.ranks[no] = uint32(len(known.sorted))
		return nil
	})
	if err == nil {
		a.addresses = known
	}
	return known, err
}

// rank is the place of an address in the order of all.
func (a *addresses) rank(no uint64) (uint32, error) {
	if no >= uint64(len(a.ranks)) || a.ranks[no] == 0 { // without it a rule would seem less used than it is
		return 0, fmt.Errorf("no address has number %d", no)
	}
	return a.ranks[no] - 1, nil
}
