package duck

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"math/big"
	"net/netip"

	"sgfit/schema"
)

//go:embed own_addresses.sql
var ownAddressesSQL string

// logged are the interfaces that the database has a number for, as the writing connection knows them.
type logged map[string]loggedInterface

type loggedInterface struct {
	iface uint32
	own   [2]netip.Addr // IPv4, IPv6
}

// Interfaces lists the interfaces of the flow logs, with what is certain to be their own addresses.
func (f FlowLogs) Interfaces(ctx context.Context) (refs []schema.InterfaceRef, err error) {
	const query = `SELECT iface, interface_id, account_id, own_ipv4::VARCHAR, own_ipv6::VARCHAR FROM logged_interface ORDER BY iface`
	err = f.each(ctx, query, func(rows *sql.Rows) error {
		var r schema.InterfaceRef
		var n uint32
		var own [2]sql.NullString
		if err := rows.Scan(&n, &r.InterfaceID, &r.AccountID, &own[0], &own[1]); err != nil {
			return err
		}
		r.OwnIPv4, r.OwnIPv6 = addrOf(own[0]), addrOf(own[1])
		refs = append(refs, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read interfaces: %w", err)
	}
	return refs, nil
}

// addrOf reads the number of an address; not valid for NULL.
func addrOf(number sql.NullString) netip.Addr {
	n, ok := new(big.Int).SetString(number.String, 10)
	if !number.Valid || !ok || n.BitLen() > 128 {
		return netip.Addr{}
	}
	var b [16]byte
	n.FillBytes(b[:])
	return netip.AddrFrom16(b).Unmap()
}

// readLogged reads the interfaces anew, if they are not known yet.
func (db *DB) readLogged(ctx context.Context) error {
	if db.logged != nil {
		return nil
	}
	refs, err := FlowLogs{DB: db}.Interfaces(ctx)
	if err != nil {
		return err
	}
	db.logged = make(logged, len(refs))
	for i, r := range refs {
		db.logged[r.InterfaceID] = loggedInterface{uint32(i + 1), [2]netip.Addr{r.OwnIPv4, r.OwnIPv6}}
	}
	return nil
}

// interfaceIDs maps the batch's dictionary to the database's, adds interfaces that are new, and keeps what is told of own
// addresses. What it notes in db.logged holds only when the transaction does.
func (db *DB) interfaceIDs(ctx context.Context, refs []schema.InterfaceRef) ([]uint32, error) {
	if err := db.readLogged(ctx); err != nil {
		return nil, err
	}
	ids := make([]uint32, len(refs))
	var added, told []schema.InterfaceRef
	for i, ref := range refs {
		ref.InterfaceID, ref.AccountID = valid(ref.InterfaceID), valid(ref.AccountID)
		known, old := db.logged[ref.InterfaceID]
		ref.OwnIPv4, ref.OwnIPv6 = orKnown(ref.OwnIPv4, known.own[0]), orKnown(ref.OwnIPv6, known.own[1])
		own := [2]netip.Addr{ref.OwnIPv4, ref.OwnIPv6}
		switch {
		case !old:
			known.iface = uint32(len(db.logged) + 1)
			added = append(added, ref)
		case own != known.own:
			told = append(told, ref)
		}
		known.own = own
		db.logged[ref.InterfaceID] = known
		ids[i] = known.iface
	}
	err := db.appendRows("logged_interface", len(added), func(p *appender, i int) {
		put(p, db.logged[added[i].InterfaceID].iface)
		p.text(added[i].InterfaceID)
		p.text(added[i].AccountID)
		p.addrOrNull(added[i].OwnIPv4)
		p.addrOrNull(added[i].OwnIPv6)
	})
	if err != nil || len(told) == 0 {
		return ids, err
	}
	return ids, db.tellOwn(told)
}

// orKnown is what the batch says, or what was known where it says nothing.
func orKnown(told, known netip.Addr) netip.Addr {
	if told.IsValid() {
		return told
	}
	return known
}

// tellOwn changes the own addresses of interfaces that the database has.
func (db *DB) tellOwn(told []schema.InterfaceRef) error {
	if err := db.exec(`CREATE OR REPLACE TEMP TABLE told_own (iface UINTEGER, own_ipv4 UHUGEINT, own_ipv6 UHUGEINT)`); err != nil {
		return err
	}
	err := db.appendRows("told_own", len(told), func(p *appender, i int) {
		put(p, db.logged[told[i].InterfaceID].iface)
		p.addrOrNull(told[i].OwnIPv4)
		p.addrOrNull(told[i].OwnIPv6)
	})
	if err != nil {
		return err
	}
	return db.exec(ownAddressesSQL)
}
