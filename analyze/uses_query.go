package analyze

// What a row of usesQuery tells of a use.
const (
	useWhole   = iota // conversations, ambiguous, days of the first page, and the owner and set where there is one, else -1
	useLate           // conversations and bytes of the last weeks, of one flow among others
	useSeveral        // one of several owners, and its set
	usePage           // a later page, and its days
)

// The tables that usesQuery asks: rules by their place in the order of Groups, and the services that need not be listed, of which the
// parameter is the threshold of wildcards. Services that were not yet accepted before the weeks that are told apart are listed too.
const (
	placeTable = `
	CREATE OR REPLACE TEMP TABLE rule_place AS
	SELECT rule_no, (row_number() OVER (ORDER BY account_id, region, vpc_id, group_id, rule_no) - 1)::UINTEGER AS place
	FROM in_force JOIN (SELECT group_id, account_id, region, vpc_id FROM security_group g JOIN at_end a USING (group_id)
	                    WHERE epoch(valid_from)::BIGINT <= a.t AND epoch(valid_to)::BIGINT > a.t) USING (group_id)`
	acceptedTable = `
	CREATE OR REPLACE TEMP TABLE accepted_use AS
	SELECT rule_no, service
	FROM (FROM use_early SEMI JOIN wild_rule USING (rule_no))
	CROSS JOIN (SELECT greatest(0, (last_day - first_day + 1) // 7 - 1) AS weeks FROM bounds) GROUP BY ALL
	HAVING count(*) FILTER (CASE weeks WHEN 0 THEN conversations > 0 WHEN 1 THEN early_0 ELSE early_1 END) > ?`
)

// usesQuery gives each use of rules from a place on up to another in several rows of few numbers: the rows of joined tables would be
// wide, and mostly empty. They come in no order: DuckDB would sort them whole, which takes several times as long as to sort
// each rule's.
const usesQuery = `
	WITH part AS (SELECT rule_no, spot, 0::UTINYINT AS kind, conversations AS a, ambiguous AS b, days AS c, coalesce(low::BIGINT, -1) AS d FROM rule_use
	              UNION ALL SELECT rule_no, spot, 1, late_0, late_bytes_0, late_1, late_bytes_1 FROM late JOIN way_rule USING (way)
	              UNION ALL SELECT rule_no, spot, 2, peer_state, set_no, 0, 0 FROM rule_several
	              UNION ALL SELECT rule_no, spot, 3, page, days, 0, 0 FROM rule_page)
	SELECT p.place, u.spot::UBIGINT, u.kind::UTINYINT, u.a::BIGINT, u.b::BIGINT, u.c::BIGINT, u.d::BIGINT
	FROM part u JOIN rule_place p USING (rule_no)
	ANTI JOIN accepted_use x ON x.rule_no = u.rule_no AND x.service = u.spot & 16777215
	WHERE p.place >= ? AND p.place < ?`
