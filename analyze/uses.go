package analyze

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math/bits"
	"strconv"
	"strings"

	"sgfit/schema"
)

// WithUses yields the groups, in the order of Groups, each with the Uses of its rules filled in but for those of
// accepted wildcards. Uses are the bulk of the evidence: whoever asks for them drops them again. The connection is busy
// until the iteration ends.
func (a *Analysis) WithUses(ctx context.Context, groups []*Group) iter.Seq2[*Group, error] {
	return func(yield func(*Group, error) bool) {
		uses, err := a.openUses(ctx)
		if err != nil {
			yield(nil, fmt.Errorf("load uses: %w", err))
			return
		}
		defer uses.rows.Close()
		for _, g := range groups {
			if err := uses.fill(ctx, g); err != nil {
				yield(nil, fmt.Errorf("load uses of %s: %w", g.GroupID, err))
				return
			}
			if !yield(g, nil) {
				return
			}
		}
	}
}

// usedLate selects uses with their service, and what of them came in the weeks that are told apart.
const usedLate = `SELECT u.*, u.spot & 16777215 AS service, coalesce(l.late_0, 0) AS late_0, coalesce(l.late_bytes_0, 0) AS late_bytes_0,
	coalesce(l.late_1, 0) AS late_1, coalesce(l.late_bytes_1, 0) AS late_bytes_1
	FROM rule_use u LEFT JOIN rule_late l ON l.rule_no = u.rule_no AND l.spot = u.spot`

// usesQuery sorts rules as Groups does. Its parameter is the threshold of wildcards. Services that were not yet accepted
// before the weeks that are told apart are listed too.
var usesQuery = `
	WITH used AS (` + usedLate + `),
	     told AS (SELECT greatest(0, (last_day - first_day + 1) // 7 - 1) AS weeks FROM bounds),
	     accepted AS (SELECT rule_no, service FROM used SEMI JOIN wild_rule USING (rule_no) CROSS JOIN told GROUP BY ALL
	                  HAVING count(*) FILTER (conversations > CASE weeks WHEN 0 THEN 0 WHEN 1 THEN late_0 ELSE late_0 + late_1 END) > ?),
	     latest AS (SELECT group_id, account_id, region, vpc_id FROM security_group g JOIN at_end a USING (group_id)
	                WHERE epoch(valid_from)::BIGINT <= a.t AND epoch(valid_to)::BIGINT > a.t),
	     place AS (SELECT rule_no, row_number() OVER (ORDER BY account_id, region, vpc_id, group_id, rule_no) AS place FROM in_force JOIN latest USING (group_id)),
	     host AS (SELECT address_no, ip, row_number() OVER (ORDER BY ip) AS host FROM address),
	     page AS (SELECT rule_no, spot, string_agg(page || ':' || days, ',' ORDER BY page) AS pages FROM rule_page GROUP BY ALL)
	SELECT u.rule_no, u.service, ` + hiLo("h.ip") + `, u.conversations, u.ambiguous, u.late_0, u.late_bytes_0, u.late_1, u.late_bytes_1,
	       u.days, d.pages, coalesce(u.low, 0), u.low IS NOT NULL, v.states, v.sets
	FROM used u JOIN place p USING (rule_no) JOIN host h ON h.address_no = (u.spot >> 24)::UINTEGER
	LEFT JOIN rule_several v ON v.rule_no = u.rule_no AND v.spot = u.spot
	LEFT JOIN page d ON d.rule_no = u.rule_no AND d.spot = u.spot
	ANTI JOIN accepted x ON x.rule_no = u.rule_no AND x.service = u.service
	ORDER BY p.place, u.service, h.host`

// uses reads one use after the other; next is the one that was read and not yet given out.
type uses struct {
	a    *Analysis
	rows *sql.Rows
	sets map[uint32][]uint32
	next struct {
		rule uint32
		use  Use
	}
	more bool
}

func (a *Analysis) openUses(ctx context.Context) (*uses, error) {
	u := &uses{a: a, sets: map[uint32][]uint32{}}
	err := a.each(ctx, `SELECT set_no, rules FROM set_number`, func(scan func(...any) error) error {
		var no uint32
		var rules string
		err := scan(&no, &rules)
		u.sets[no] = numbers(rules)
		return err
	})
	if err != nil {
		return nil, err
	}
	if u.rows, err = a.conn.QueryContext(ctx, usesQuery, a.wildcard); err != nil {
		return nil, err
	}
	return u, u.advance()
}

// fill gives a group's rules their uses; rules come in the order of numbers.
func (u *uses) fill(ctx context.Context, g *Group) error {
	for i := range g.Rules {
		for r := &g.Rules[i]; u.more && u.next.rule == r.No; {
			r.Uses = append(r.Uses, u.next.use)
			if err := u.advance(); err != nil {
				return err
			}
		}
	}
	return ctx.Err() // groups without uses hear of it too
}

func (u *uses) advance() error {
	if u.more = u.rows.Next(); !u.more {
		return u.rows.Err()
	}
	var service uint32
	var hi, lo, ownerSet uint64
	var days int64
	var pages, states, sets sql.NullString
	var owned bool
	use := &u.next.use
	*use = Use{}
	err := u.rows.Scan(&u.next.rule, &service, &hi, &lo, &use.Conversations, &use.Ambiguous,
		&use.Late[0].Conversations, &use.Late[0].Bytes, &use.Late[1].Conversations, &use.Late[1].Bytes,
		&days, &pages, &ownerSet, &owned, &states, &sets)
	if err != nil {
		return err
	}
	use.Protocol, use.Port, use.Peer = schema.Protocol(uint8(service>>16)), uint16(service), schema.AddrFromBits(hi, lo)
	use.addDays(days, pages.String)
	switch {
	case states.Valid:
		use.Owners = u.a.ownersOf(states.String)
		for _, no := range numbers(sets.String) {
			use.Sets = append(use.Sets, u.sets[no])
		}
	case owned:
		use.Owners, use.Sets = []Owner{u.a.owners[uint32(ownerSet>>32)]}, [][]uint32{u.sets[uint32(ownerSet)]}
	default:
		use.Sets = [][]uint32{nil}
	}
	return nil
}

// daysAPage is how many days of the window stand in one number.
const daysAPage = 62

// addDays reads the days of a use: those of the first page, and later pages as "1:5,2:64".
func (u *Use) addDays(first int64, later string) {
	u.FirstDay, u.LastDay = -1, -1
	u.addPage(0, uint64(first))
	for page := range strings.SplitSeq(later, ",") {
		no, days, _ := strings.Cut(page, ":")
		n, _ := strconv.Atoi(no)
		d, _ := strconv.ParseUint(days, 10, 64)
		u.addPage(n, d)
	}
}

func (u *Use) addPage(page int, days uint64) {
	if days == 0 {
		return
	}
	if u.FirstDay < 0 {
		u.FirstDay = page*daysAPage + bits.TrailingZeros64(days)
	}
	u.LastDay = page*daysAPage + bits.Len64(days) - 1
	u.Days += bits.OnesCount64(days)
}
