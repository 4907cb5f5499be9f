package analyze

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"sgfit/schema"
)

// WithUses yields the groups, in the order of Groups, each with the Uses of its rules filled in but for those of
// accepted wildcards. Uses are the bulk of the evidence: whoever asks for them drops them again. The connection is busy
// until the iteration ends.
func (a *Analysis) WithUses(ctx context.Context, groups []*Group) iter.Seq2[*Group, error] {
	return func(yield func(*Group, error) bool) {
		uses := &uses{sets: map[uint32][][]uint32{}, owners: map[uint32][]Owner{}}
		err := uses.prepare(ctx, a)
		if err == nil {
			err = a.stream(ctx, usesQuery, func(s *stream) error {
				uses.stream = s
				return uses.fillAll(ctx, groups, yield)
			}, int64(a.wildcard))
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, fmt.Errorf("load uses: %w", err))
		}
	}
}

// errEnough ends an iteration that nobody wants to go on.
var errEnough = errors.New("no more is wanted")

// placeQuery sorts rules as Groups does.
const placeQuery = `
	SELECT rule_no, row_number() OVER (ORDER BY account_id, region, vpc_id, group_id, rule_no) - 1 AS place
	FROM in_force JOIN (SELECT group_id, account_id, region, vpc_id FROM security_group g JOIN at_end a USING (group_id)
	                    WHERE epoch(valid_from)::BIGINT <= a.t AND epoch(valid_to)::BIGINT > a.t) USING (group_id)`

// What a row of usesQuery tells of a use.
const (
	useWhole   = iota // conversations, ambiguous, days of the first page, and the owner and set where there is one, else -1
	useLate           // conversations and bytes of the last weeks, of one flow among others
	useSeveral        // one of several owners, and its set
	usePage           // a later page, and its days
)

// usesQuery gives each use in several rows of few numbers, one below the other: the rows of joined tables would be wide, and
// mostly empty. Its parameter is the threshold of wildcards. Services that were not yet accepted before the weeks that
// are told apart are listed too.
var usesQuery = `
	WITH told AS (SELECT greatest(0, (last_day - first_day + 1) // 7 - 1) AS weeks FROM bounds),
	     accepted AS (SELECT rule_no, service FROM (FROM use_early SEMI JOIN wild_rule USING (rule_no)) CROSS JOIN told GROUP BY ALL
	                  HAVING count(*) FILTER (CASE weeks WHEN 0 THEN conversations > 0 WHEN 1 THEN early_0 ELSE early_1 END) > ?),
	     place AS (` + placeQuery + `),
	     part AS (SELECT rule_no, spot, 0::UTINYINT AS kind, conversations AS a, ambiguous AS b, days AS c, coalesce(low::BIGINT, -1) AS d FROM rule_use
	              UNION ALL SELECT rule_no, spot, 1, late_0, late_bytes_0, late_1, late_bytes_1 FROM late JOIN way_rule USING (way)
	              UNION ALL SELECT rule_no, spot, 2, peer_state, set_no, 0, 0 FROM rule_several
	              UNION ALL SELECT rule_no, spot, 3, page, days, 0, 0 FROM rule_page)
	SELECT (p.place::UBIGINT << 24) + (u.spot & 16777215) AS slot, ` + hiLo("h.ip") + `, u.kind::UTINYINT, u.a::BIGINT, u.b::BIGINT, u.c::BIGINT, u.d::BIGINT
	FROM part u JOIN place p USING (rule_no) JOIN address h ON h.address_no = (u.spot >> 24)::UINTEGER
	ANTI JOIN accepted x ON x.rule_no = u.rule_no AND x.service = u.spot & 16777215
	ORDER BY slot, h.ip, u.kind`

// uses reads one use after the other; row is the one that was read and belongs to the next use. Most uses have one set and one
// owner: each stands in a list by itself that they share.
type uses struct {
	*stream
	sets    map[uint32][][]uint32
	owners  map[uint32][]Owner
	rules   []uint32 // by place
	more    bool     // row is one
	several several  // to be used again
}

func (u *uses) prepare(ctx context.Context, a *Analysis) error {
	for no, o := range a.owners {
		u.owners[no] = []Owner{o}
	}
	err := a.each(ctx, `SELECT set_no, rules FROM set_number`, func(scan func(...any) error) error {
		var no uint32
		var rules string
		err := scan(&no, &rules)
		u.sets[no] = [][]uint32{numbers(rules)}
		return err
	})
	if err != nil {
		return err
	}
	return a.each(ctx, placeQuery+" ORDER BY place", func(scan func(...any) error) error {
		var rule uint32
		var place int64
		err := scan(&rule, &place)
		u.rules = append(u.rules, rule)
		return err
	})
}

func (u *uses) fillAll(ctx context.Context, groups []*Group, yield func(*Group, error) bool) (err error) {
	if u.more, err = u.next(); err != nil {
		return err
	}
	for _, g := range groups {
		if err := u.fill(ctx, g); err != nil {
			return fmt.Errorf("%s: %w", g.GroupID, err)
		}
		if !yield(g, nil) {
			return errEnough
		}
	}
	if u.more { // groups and uses are not in one order: rules would seem less used than they are
		return fmt.Errorf("uses of rule %d belong to none of the groups", u.rule())
	}
	return nil
}

// fill gives a group's rules their uses; rules come in the order of numbers.
func (u *uses) fill(ctx context.Context, g *Group) error {
	for i := range g.Rules {
		r := &g.Rules[i]
		if !u.more || u.rule() != r.No {
			continue
		}
		block := make([]Use, r.listed())
		r.Uses = make([]*Use, 0, len(block))
		for u.more && u.rule() == r.No {
			if len(block) == 0 {
				block = make([]Use, 16)
			}
			if err := u.read(&block[0]); err != nil {
				return err
			}
			r.Uses, block = append(r.Uses, &block[0]), block[1:]
		}
	}
	return ctx.Err() // groups without uses hear of it too
}

// rule is the rule of the next use.
func (u *uses) rule() uint32 { return u.rules[u.row[0].(uint64)>>24] }

// listed is about how many uses a rule has that are listed.
func (r *Rule) listed() (n int64) {
	for i := range r.Ports {
		if !r.Ports[i].Accepted {
			n += r.Ports[i].Peers
		}
	}
	return n
}

// read reads all rows of the next use.
func (u *uses) read(use *Use) (err error) {
	slot, hi, lo := u.row[0].(uint64), u.row[1].(uint64), u.row[2].(uint64)
	*use = Use{Protocol: schema.Protocol(uint8(slot >> 16)), Port: uint16(slot), Peer: schema.AddrFromBits(hi, lo), FirstDay: -1, LastDay: -1}
	several := &u.several
	several.states, several.sets = several.states[:0], several.sets[:0]
	for u.more && u.row[0].(uint64) == slot && u.row[2].(uint64) == lo && u.row[1].(uint64) == hi {
		a, b, c, d := u.row[4].(int64), u.row[5].(int64), u.row[6].(int64), u.row[7].(int64)
		switch u.row[3].(uint8) {
		case useWhole:
			use.Conversations, use.Ambiguous = a, b
			use.addPage(0, uint64(c))
			if d >= 0 {
				several.add(uint32(d>>32), uint32(d))
			}
		case useLate:
			use.Late[0].add(Load{a, b})
			use.Late[1].add(Load{c, d})
		case useSeveral:
			several.add(uint32(a), uint32(b))
		case usePage:
			use.addPage(int(a), uint64(b))
		}
		if u.more, err = u.next(); err != nil {
			return err
		}
	}
	use.Owners, use.Sets = several.of(u)
	return nil
}

// several are the owners and the sets of one use, mostly one of each.
type several struct{ states, sets []uint32 }

func (s *several) add(state, set uint32) {
	if !slices.Contains(s.states, state) {
		s.states = append(s.states, state)
	}
	if !slices.Contains(s.sets, set) {
		s.sets = append(s.sets, set)
	}
}

// noSets is what a use without any has: one that is empty.
var noSets = [][]uint32{nil}

// of looks up what the numbers stand for. The lists must not be changed.
func (s *several) of(u *uses) (owners []Owner, sets [][]uint32) {
	if len(s.sets) == 0 {
		return nil, noSets
	}
	slices.SortFunc(s.states, func(a, b uint32) int { return strings.Compare(strconv.Itoa(int(a)), strconv.Itoa(int(b))) })
	slices.Sort(s.sets)
	return gathered(u.owners, s.states), gathered(u.sets, s.sets)
}

// gathered puts the lists of several numbers together; that of one number is not copied.
func gathered[T any](lists map[uint32][]T, numbers []uint32) (all []T) {
	if len(numbers) == 1 {
		return lists[numbers[0]]
	}
	for _, no := range numbers {
		all = append(all, lists[no]...)
	}
	return all
}

// daysAPage is how many days of the window stand in one number.
const daysAPage = 62

// addPage adds days of a use.
func (u *Use) addPage(page int, days uint64) {
	if days == 0 {
		return
	}
	if first := page*daysAPage + bits.TrailingZeros64(days); u.FirstDay < 0 || first < u.FirstDay {
		u.FirstDay = first
	}
	u.LastDay = max(u.LastDay, page*daysAPage+bits.Len64(days)-1)
	u.Days += bits.OnesCount64(days)
}
