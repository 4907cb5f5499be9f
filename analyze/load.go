package analyze

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"sgfit/schema"
)

// hiLo selects an address column as the two halves that addr reads.
func hiLo(column string) string {
	return "(" + column + " >> 64::UHUGEINT)::UBIGINT, (" + column + " & 18446744073709551615::UHUGEINT)::UBIGINT"
}

// each runs a query and calls row for every result row.
func (a *Analysis) each(ctx context.Context, query string, row func(scan func(...any) error) error, args ...any) error {
	rows, err := a.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (a *Analysis) loadOwners(ctx context.Context) error {
	a.owners = map[uint32]Owner{0: {}}
	const query = `SELECT state_no, interface_id, account_id, vpc_id, subnet_id, array_to_string(groups, ',') FROM state`
	err := a.each(ctx, query, func(scan func(...any) error) error {
		var o Owner
		var groups string
		if err := scan(&o.State, &o.InterfaceID, &o.AccountID, &o.VPCID, &o.SubnetID, &groups); err != nil {
			return err
		}
		o.Groups = split(groups)
		a.owners[o.State] = o
		return nil
	})
	if err != nil {
		return fmt.Errorf("load interfaces: %w", err)
	}
	return nil
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// numbers reads a list that a query made of numbers.
func numbers(list string) []uint32 {
	var out []uint32
	for s := range strings.SplitSeq(list, ",") {
		if n, err := strconv.ParseUint(s, 10, 32); err == nil {
			out = append(out, uint32(n))
		}
	}
	return out
}

// Evidence loads all but the groups.
func (a *Analysis) Evidence(ctx context.Context) (*Evidence, error) {
	ev := &Evidence{Classes: map[string]int64{}}
	for _, load := range []func(context.Context, *Evidence) error{
		a.loadWindow, a.loadClasses, a.loadAtoms, a.loadFacts, a.loadIsolated, a.loadInventory} {
		if err := load(ctx, ev); err != nil {
			return nil, fmt.Errorf("load evidence: %w", err)
		}
	}
	return ev, nil
}

func (a *Analysis) loadWindow(ctx context.Context, ev *Evidence) error {
	var start, end int64
	err := a.conn.QueryRowContext(ctx, `SELECT start_s, end_s, observed_days FROM bounds`).Scan(&start, &end, &ev.ObservedDays)
	ev.Start, ev.End = time.Unix(start, 0).UTC(), time.Unix(end, 0).UTC()
	return err
}

func (a *Analysis) loadClasses(ctx context.Context, ev *Evidence) error {
	return a.each(ctx, `SELECT class, records FROM account_class`, func(scan func(...any) error) error {
		var class string
		var n int64
		err := scan(&class, &n)
		ev.Classes[class] = n
		return err
	})
}

func (a *Analysis) loadAtoms(ctx context.Context, ev *Evidence) error {
	const query = `
		SELECT rules, sum(conversations)::BIGINT, coalesce(sum(late_0), 0)::BIGINT, coalesce(sum(late_1), 0)::BIGINT
		FROM (SELECT set_no, sum(coalesce(conversations, 0) + coalesce(ambiguous, 0)) AS conversations
		      FROM flow WHERE NOT noise AND (conversations > 0 OR ambiguous > 0) GROUP BY set_no)
		LEFT JOIN (SELECT set_no, sum(late_0) AS late_0, sum(late_1) AS late_1 FROM late GROUP BY set_no) USING (set_no)
		JOIN set_number USING (set_no)
		GROUP BY rules ORDER BY rules`
	return a.each(ctx, query, func(scan func(...any) error) error {
		var rules string
		var atom Atom
		if err := scan(&rules, &atom.Conversations, &atom.Late[0], &atom.Late[1]); err != nil {
			return err
		}
		atom.Rules = numbers(rules)
		ev.Atoms = append(ev.Atoms, atom)
		return nil
	})
}

func (a *Analysis) loadFacts(ctx context.Context, ev *Evidence) error {
	ev.Facts.Methods = map[string]int64{}
	return a.each(ctx, `SELECT name, value FROM fact`, func(scan func(...any) error) error {
		var name string
		var n int64
		if err := scan(&name, &n); err != nil {
			return err
		}
		f := &ev.Facts
		switch name {
		case "unknown_interfaces":
			f.UnknownInterfaces = n
		case "silent_interfaces":
			f.SilentInterfaces = n
		case "quiet_interfaces":
			f.QuietInterfaces = n
		case "skip_interfaces":
			f.SkipInterfaces = n
		case "forwarding_interfaces":
			f.ForwardingInterfaces = n
		case "late_records":
			f.LateRecords = n
		default:
			f.Methods[strings.TrimPrefix(name, "method:")] = n
		}
		return nil
	})
}

// Flows yields every flow of the window, in no order, for the replay check.
func (a *Analysis) Flows(ctx context.Context) iter.Seq2[Flow, error] {
	return a.flows(ctx, `
		  SELECT way, spot, peer_state, noise, coalesce(conversations, 0) + coalesce(ambiguous, 0) AS conversations, 0 AS bytes FROM flow
		  WHERE conversations > 0 OR ambiguous > 0
		  UNION ALL
		  SELECT way, spot, peer_state, true, alone, 0 FROM flow WHERE alone > 0`)
}

// LateFlows yields the flows of real uses in the window's last seven days, in no order, with what they did in these days.
func (a *Analysis) LateFlows(ctx context.Context) iter.Seq2[Flow, error] {
	return a.flows(ctx, `
		  SELECT way, spot, peer_state, false AS noise, late_0 AS conversations, late_bytes_0 AS bytes FROM late WHERE late_0 > 0`)
}

func (a *Analysis) flows(ctx context.Context, part string, args ...any) iter.Seq2[Flow, error] {
	query := `
		WITH part AS (` + part + `),
		worn AS (SELECT state_no, dense_rank() OVER (ORDER BY groups)::UINTEGER AS peer_groups FROM state WHERE len(groups) > 0),
		side AS (SELECT DISTINCT side, direction, min(policy) OVER (PARTITION BY groups) AS policy FROM side_of JOIN policy USING (policy)),
		sum AS (
		  SELECT d.policy, d.direction, f.spot, w.peer_groups, f.noise, max(f.peer_state) AS peer_state,
		         sum(f.conversations::DOUBLE)::BIGINT AS conversations, sum(f.bytes::DOUBLE)::BIGINT AS bytes
		  FROM part f JOIN way_side USING (way) JOIN side d USING (side) LEFT JOIN worn w ON w.state_no = f.peer_state
		  GROUP BY ALL)
		SELECT (f.policy::UBIGINT << 32) + f.peer_state, f.direction = 'ingress', f.spot::UBIGINT, f.noise, f.conversations, f.bytes FROM sum f`
	return Ahead(func(yield func(Flow, error) bool) {
		policies, err := a.policies(ctx)
		known, failed := a.knownAddresses(ctx)
		if err := errors.Join(err, failed); err != nil {
			yield(Flow{}, fmt.Errorf("load flows: %w", err))
			return
		}
		worn := make(map[uint32][]string, len(a.owners))
		for no, o := range a.owners {
			worn[no] = o.Groups
		}
		err = a.eachRow(ctx, query, func(row []driver.Value) error {
			ends, spot := row[0].(uint64), row[2].(uint64)
			rank, err := known.rank(spot >> 24)
			if err != nil {
				return err
			}
			f := Flow{Direction: schema.Egress, Protocol: schema.Protocol(uint8(spot >> 16)), Port: uint16(spot), Peer: known.sorted[rank], Noise: row[3].(bool),
				Conversations: row[4].(int64), Bytes: row[5].(int64), Groups: policies[uint32(ends>>32)], PeerGroups: worn[uint32(ends)]}
			if row[1].(bool) {
				f.Direction = schema.Ingress
			}
			if !yield(f, nil) {
				return errEnough
			}
			return nil
		}, args...)
		if err != nil && !errors.Is(err, errEnough) {
			yield(Flow{}, fmt.Errorf("load flows: %w", err))
		}
	})
}

// policies are the groups of each policy.
func (a *Analysis) policies(ctx context.Context) (map[uint32][]string, error) {
	groups := map[uint32][]string{}
	err := a.each(ctx, `SELECT policy, groups FROM policy`, func(scan func(...any) error) error {
		var policy uint32
		var list string
		err := scan(&policy, &list)
		groups[policy] = split(list)
		return err
	})
	return groups, err
}

// secondsToTime reads Unix seconds, 0 as the zero time.
func secondsToTime(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

// addrList scans rows of (key, hi, lo).
func (a *Analysis) addrList(ctx context.Context, query string, put func(key string, addr netip.Addr)) error {
	return a.each(ctx, query, func(scan func(...any) error) error {
		var key sql.NullString
		var hi, lo uint64
		if err := scan(&key, &hi, &lo); err != nil {
			return err
		}
		put(key.String, schema.AddrFromBits(hi, lo))
		return nil
	})
}
