package analyze

import (
	"context"
	"database/sql"
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

func (a *Analysis) ownersOf(states string) []Owner {
	var out []Owner
	for _, n := range numbers(states) {
		out = append(out, a.owners[n])
	}
	return out
}

// Evidence loads all but the groups.
func (a *Analysis) Evidence(ctx context.Context) (*Evidence, error) {
	ev := &Evidence{Classes: map[string]int64{}}
	for _, load := range []func(context.Context, *Evidence) error{
		a.loadWindow, a.loadClasses, a.loadAtoms, a.loadFacts, a.loadInventory} {
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
		WITH used AS (
		  SELECT flow_no, conversations, late_0, late_1 FROM flow_use
		  UNION ALL
		  SELECT flow_no, ambiguous, 0, 0 FROM flow_rest WHERE ambiguous > 0)
		SELECT rules, sum(conversations)::BIGINT, sum(late_0)::BIGINT, sum(late_1)::BIGINT
		FROM (SELECT set_no, sum(conversations) AS conversations, sum(late_0) AS late_0, sum(late_1) AS late_1 FROM used JOIN flow_key USING (flow_no) WHERE NOT noise GROUP BY set_no)
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

// Flows yields every flow of the window, sorted, for the replay check.
func (a *Analysis) Flows(ctx context.Context) iter.Seq2[Flow, error] {
	return a.flows(ctx, `
		  SELECT flow_no, n.flow_no IS NOT NULL AS noise, conversations, bytes FROM flow_use LEFT JOIN flow_noise n USING (flow_no)
		  UNION ALL
		  SELECT flow_no, n.flow_no IS NOT NULL, ambiguous, 0 FROM flow_rest LEFT JOIN flow_noise n USING (flow_no) WHERE ambiguous > 0
		  UNION ALL
		  SELECT flow_no, true, alone, 0 FROM flow_rest WHERE alone > 0`)
}

// LateFlows yields the flows of real uses in the window's last seven days, sorted, with what they did in these days.
func (a *Analysis) LateFlows(ctx context.Context) iter.Seq2[Flow, error] {
	return a.flows(ctx, `
		  SELECT flow_no, false AS noise, late_0 AS conversations, late_bytes_0 AS bytes
		  FROM flow_use ANTI JOIN flow_noise USING (flow_no) WHERE late_0 > 0`)
}

func (a *Analysis) flows(ctx context.Context, part string) iter.Seq2[Flow, error] {
	query := `
		WITH part AS (` + part + `)
		SELECT p.groups, f.direction, f.protocol, f.port, ` + hiLo("f.peer") + `,
		       coalesce(array_to_string(s.groups, ','), ''), noise, sum(conversations)::BIGINT, sum(bytes)::BIGINT
		FROM part JOIN flow f USING (flow_no) JOIN policy p USING (policy)
		LEFT JOIN state s ON s.state_no = f.peer_state
		GROUP BY ALL ORDER BY ALL`
	return func(yield func(Flow, error) bool) {
		errStop := errors.New("stop")
		err := a.each(ctx, query, func(scan func(...any) error) error {
			var f Flow
			var groups, peerGroups string
			var hi, lo uint64
			var protocol uint8
			err := scan(&groups, &f.Direction, &protocol, &f.Port, &hi, &lo, &peerGroups, &f.Noise, &f.Conversations, &f.Bytes)
			if err != nil {
				return err
			}
			f.Protocol, f.Peer = schema.Protocol(protocol), schema.AddrFromBits(hi, lo)
			f.Groups, f.PeerGroups = split(groups), split(peerGroups)
			if !yield(f, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(Flow{}, fmt.Errorf("load flows: %w", err))
		}
	}
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
