-- Question: which edges differ in nothing that matters to rules?
-- Result:   side_of(iface, policy, direction, wear, side)  side numbers policy, wear and direction; wear numbers the sets of
--             groups that interfaces wear at the end of the window; wear_group(wear, group_id)
--           edge_flow(edge_no, way, spot, peer_state, …)   every edge and its counts. spot is peer, protocol and port in one
--             number; a way is all that decides which rules admit an edge. Edges of one way, spot and peer_state are a flow
--           door_rule, lane_rule, tail_rule, standing_span   what rules are cut up into, see below; 11_ways puts it together
-- Assumes:  the peer wore its groups throughout its state; prefix-list entries count while they stood.
--
-- Rules are few and edges many, so rules are cut up until a look-up finds those of an edge:
--
--   door   of a side: ports between which no rule begins or ends
--   lane   of a door: addresses between which no rule's range begins or ends
--   tail   of a door: the rules that admit the peer by the groups it wore, and by entries that came or went
--
-- A way is lane and tail; lane 0 is no door, where the tail is the side.
CREATE OR REPLACE TEMP TABLE wear AS
WITH worn_last AS (
  SELECT s.iface, list(DISTINCT w.group_id ORDER BY w.group_id) AS groups
  FROM worn w JOIN state s USING (state_no) CROSS JOIN bounds b
  WHERE s.iface IS NOT NULL AND w.vf < b.end_s AND w.vt >= b.end_s
  GROUP BY s.iface
)
SELECT l.iface, coalesce(g.groups, []::VARCHAR[]) AS groups, dense_rank() OVER (ORDER BY coalesce(g.groups, []::VARCHAR[]))::UINTEGER AS wear
FROM logged_interface l LEFT JOIN worn_last g USING (iface);

CREATE OR REPLACE TEMP TABLE wear_group AS
SELECT wear, unnest(any_value(groups)) AS group_id FROM wear GROUP BY wear;

CREATE OR REPLACE TEMP TABLE side_of AS
SELECT iface, policy, direction, wear, dense_rank() OVER (ORDER BY policy, wear, direction)::UINTEGER AS side
FROM (SELECT DISTINCT iface, policy, direction FROM numbered) JOIN wear USING (iface);

CREATE OR REPLACE TEMP TABLE door_rule AS
WITH port AS (
  SELECT s.side, p.protocol, p.pmin::USMALLINT AS pmin, p.pmax::USMALLINT AS pmax, p.rule_no
  FROM (SELECT DISTINCT side, policy, direction FROM side_of) s
  JOIN policy_rule r USING (policy) JOIN rule_port p ON p.rule_no = r.rule_no AND p.direction = s.direction
),
cut AS (
  SELECT side, protocol, pmin AS start FROM port UNION SELECT side, protocol, pmax + 1 FROM port WHERE pmax < 65535
),
span AS (
  SELECT row_number() OVER ()::UINTEGER AS door, side, protocol, start::USMALLINT AS pmin,
         coalesce(lead(start) OVER (PARTITION BY side, protocol ORDER BY start) - 1, 65535)::USMALLINT AS pmax
  FROM cut
)
SELECT s.*, p.rule_no
FROM span s JOIN port p ON p.side = s.side AND p.protocol = s.protocol AND p.pmin <= s.pmin AND p.pmax >= s.pmin;

CREATE OR REPLACE TEMP TABLE door AS SELECT DISTINCT door, side, protocol, pmin, pmax FROM door_rule;

-- What stood for as long as any edge lasted is a lane; the rest is compared edge by edge.
CREATE OR REPLACE TEMP TABLE standing_span AS
SELECT s.*, s.vf <= e.first_s AND s.vt > e.last_s AS stood
FROM rule_span s SEMI JOIN door_rule d ON d.rule_no = s.rule_no
CROSS JOIN (SELECT min(first_second) AS first_s, max(last_second) AS last_s FROM numbered) e;

-- Addresses as the number of the stretch between ends of ranges that they lie in: 128 bits cost more to compare.
CREATE OR REPLACE TEMP TABLE stretch AS
SELECT lo, row_number() OVER (ORDER BY lo)::UINTEGER AS stretch
FROM (SELECT 0::UHUGEINT AS lo UNION SELECT lo FROM standing_span WHERE stood
      UNION SELECT hi + 1 FROM standing_span WHERE stood AND hi < 340282366920938463463374607431768211455::UHUGEINT);

CREATE OR REPLACE TEMP TABLE place AS
SELECT a.address_no, s.stretch FROM address a ASOF JOIN stretch s ON a.ip >= s.lo;

CREATE OR REPLACE TEMP TABLE lane_rule AS
WITH span AS (
  SELECT DISTINCT d.door, d.rule_no, f.stretch AS first_stretch, coalesce(l.stretch - 1, (SELECT max(stretch) FROM stretch)) AS last_stretch
  FROM door_rule d JOIN standing_span s USING (rule_no) JOIN stretch f ON f.lo = s.lo
  LEFT JOIN stretch l ON l.lo = CASE WHEN s.hi < 340282366920938463463374607431768211455::UHUGEINT THEN s.hi + 1 END
  WHERE s.stood
),
cut AS (
  SELECT door, 1 AS start FROM door UNION SELECT door, first_stretch FROM span UNION SELECT door, last_stretch + 1 FROM span
),
part AS (
  SELECT row_number() OVER ()::UINTEGER AS lane, door, start::UINTEGER AS first_stretch,
         coalesce(lead(start) OVER (PARTITION BY door ORDER BY start) - 1, 4294967295)::UINTEGER AS last_stretch
  FROM cut
)
SELECT DISTINCT p.*, s.rule_no
FROM part p LEFT JOIN span s ON s.door = p.door AND s.first_stretch <= p.first_stretch AND s.last_stretch >= p.first_stretch;

CREATE OR REPLACE TEMP TABLE lane AS SELECT DISTINCT lane, door, first_stretch, last_stretch FROM lane_rule;

-- Who wore the same of the groups that rules refer to is alike.
CREATE OR REPLACE TEMP TABLE wearing AS
SELECT state_no, refs, dense_rank() OVER (ORDER BY refs)::UINTEGER AS wearing
FROM (SELECT state_no, list(DISTINCT group_id ORDER BY group_id) AS refs
      FROM worn WHERE group_id IN (SELECT ref FROM rule_group) GROUP BY state_no);

CREATE OR REPLACE TEMP TABLE tail_rule AS
SELECT dense_rank() OVER (ORDER BY d.door, w.wearing)::UINTEGER AS tail, d.door, w.wearing, d.rule_no
FROM door_rule d JOIN rule_group g USING (rule_no)
JOIN (SELECT wearing, unnest(any_value(refs)) AS ref FROM wearing GROUP BY wearing) w ON w.ref = g.ref;

CREATE OR REPLACE TEMP TABLE tail AS SELECT DISTINCT tail, door, wearing FROM tail_rule;

-- Joined as it is written, always with the edges on the left: by its estimates DuckDB would keep all edges in memory instead.
SET disabled_optimizers = 'join_order,build_side_probe_side';
CREATE OR REPLACE TEMP TABLE edge_row AS
WITH fact AS (
  SELECT e.edge_no, (coalesce(l.lane, 0)::UBIGINT << 32) + CASE WHEN l.lane IS NULL THEN s.side ELSE coalesce(t.tail, 0) END AS way,
         e.spot, e.peer_state, e.day, e.confidence >= 0.8 AS sure, e.conversations, e.probes, e.completed, e.long_sessions, e.records, e.bytes, e.first_second, e.last_second
  FROM numbered e
  JOIN side_of s ON s.iface = e.iface AND s.policy = e.policy AND s.direction = e.direction
  JOIN place p ON p.address_no = (e.spot >> 24)::UINTEGER
  LEFT JOIN door d ON d.side = s.side AND d.protocol = ((e.spot >> 16) & 255)::UTINYINT AND d.pmin <= (e.spot & 65535)::USMALLINT AND d.pmax >= (e.spot & 65535)::USMALLINT
  LEFT JOIN lane l ON l.door = d.door AND l.first_stretch <= p.stretch AND l.last_stretch >= p.stretch
  LEFT JOIN wearing w ON w.state_no = e.peer_state
  LEFT JOIN tail t ON t.door = d.door AND t.wearing = w.wearing
)
SELECT way, struct_pack(edge_no, spot, peer_state, day, sure, conversations, probes, completed, long_sessions, records, bytes, first_second, last_second) AS row FROM fact;
RESET disabled_optimizers;
DROP VIEW numbered;
DROP TABLE IF EXISTS demand_row;

CREATE OR REPLACE TEMP VIEW edge_flow AS SELECT way, unnest(row) FROM edge_row;
