package analyze

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
)

// WithUses yields the groups, in the order of Groups, each with the Uses of its rules filled in but for those of
// accepted wildcards. Uses are the bulk of the evidence: whoever asks for them drops them again. The connection is busy
// until the iteration ends.
func (a *Analysis) WithUses(ctx context.Context, groups []*Group) iter.Seq2[*Group, error] {
	return func(yield func(*Group, error) bool) {
		uses := &uses{a: a, sets: map[uint32][][]uint32{}, owners: map[uint32][]Owner{}}
		err := uses.prepare(ctx)
		if err == nil {
			err = uses.fillAll(ctx, groups, yield)
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, fmt.Errorf("load uses: %w", err))
		}
	}
}

// errEnough ends an iteration that nobody wants to go on.
var errEnough = errors.New("no more is wanted")

// uses reads the uses of some rules at a time. Most uses have one set and one owner: each stands in a list by itself that they share.
type uses struct {
	a         *Analysis
	sets      map[uint32][][]uint32
	owners    map[uint32][]Owner
	places    []uint32 // rules in the order of Groups
	addresses *addresses
	rules     []*Rule    // those at hand
	rows      [][]useRow // of each of these
	several   several    // to be used again
}

func (u *uses) prepare(ctx context.Context) error {
	for no, o := range u.a.owners {
		u.owners[no] = []Owner{o}
	}
	err := u.a.each(ctx, `SELECT set_no, rules FROM set_number`, func(scan func(...any) error) error {
		var no uint32
		var rules string
		err := scan(&no, &rules)
		u.sets[no] = [][]uint32{numbers(rules)}
		return err
	})
	if err != nil {
		return err
	}
	if _, err := u.a.conn.ExecContext(ctx, placeTable); err != nil {
		return err
	}
	if _, err := u.a.conn.ExecContext(ctx, acceptedTable, int64(u.a.wildcard)); err != nil {
		return err
	}
	err = u.a.eachRow(ctx, `SELECT rule_no FROM rule_place ORDER BY place`, func(row []driver.Value) error {
		u.places = append(u.places, row[0].(uint32))
		return nil
	})
	if err != nil {
		return err
	}
	u.addresses, err = u.a.knownAddresses(ctx)
	return err
}

// Uses are asked for in useParts parts, or of partUses where these are fewer: neither DuckDB nor we hold all at a time.
const (
	useParts = 4
	partUses = 1 << 20
)

func (u *uses) fillAll(ctx context.Context, groups []*Group, yield func(*Group, error) bool) error {
	total := int64(0)
	for _, g := range groups {
		total += g.listed()
	}
	place := 0
	for from, to := 0, 0; from < len(groups); from = to {
		u.rules = u.rules[:0]
		for n := int64(0); to < len(groups) && n < max(partUses, total/useParts); to++ {
			n += groups[to].listed()
			for i := range groups[to].Rules {
				if r := &groups[to].Rules[i]; place+len(u.rules) < len(u.places) && u.places[place+len(u.rules)] == r.No {
					u.rules = append(u.rules, r)
				}
			}
		}
		if err := u.ask(ctx, place); err != nil {
			return err
		}
		place += len(u.rules)
		for _, g := range groups[from:to] {
			if err := ctx.Err(); err != nil {
				return err
			}
			u.fill(g)
			if !yield(g, nil) {
				return errEnough
			}
		}
	}
	if place < len(u.places) { // groups and rules are not in one order: rules would seem less used than they are
		return fmt.Errorf("rule %d belongs to none of the groups", u.places[place])
	}
	return nil
}

// ask reads the rows of the rules at hand, the first of which has a place.
func (u *uses) ask(ctx context.Context, first int) error {
	u.rows = make([][]useRow, len(u.rules))
	return u.a.eachRow(ctx, usesQuery, func(row []driver.Value) error {
		at, spot := int(row[0].(uint32))-first, row[1].(uint64)
		rank, err := u.addresses.rank(spot >> 24)
		if err != nil {
			return err
		}
		key := spot&(1<<24-1)<<32 | uint64(rank)
		u.rows[at] = append(u.rows[at], useRow{key, row[3].(int64), row[4].(int64), row[5].(int64), row[6].(int64), row[2].(uint8)})
		return nil
	}, int64(first), int64(first+len(u.rules)))
}

// fill gives a group's rules their uses; those at hand begin with them.
func (u *uses) fill(g *Group) {
	for i := range g.Rules {
		if len(u.rules) > 0 && u.rules[0] == &g.Rules[i] {
			g.Rules[i].Uses = u.of(u.rows[0])
			u.rows[0] = nil
			u.rules, u.rows = u.rules[1:], u.rows[1:]
		}
	}
}

// listed is about how many uses a group has that are listed.
func (g *Group) listed() (n int64) {
	for i := range g.Rules {
		for k := range g.Rules[i].Ports {
			if p := &g.Rules[i].Ports[k]; !p.Accepted {
				n += p.Peers
			}
		}
	}
	return n
}
