-- Question: which rules admit what goes each way?
-- Result:   edge_flow.way, of edges that entries of prefix lists admit which came or went
--           way_side(way, side)
--           way_rule(way, rule_no, opaque, sole)           every rule that admits what goes that way; sole where there is one
--             alone. A rule whose peers cannot be listed gets the credit only where no other rule admits the edge.
-- Assumes:  11_flows is done with; see 05_one_way.
CREATE OR REPLACE TEMP TABLE passing AS
SELECT l.lane, s.rule_no, s.lo, s.hi, s.vf, s.vt FROM lane l JOIN door_rule d USING (door) JOIN standing_span s USING (rule_no) WHERE NOT s.stood;

SET disabled_optimizers = 'join_order,build_side_probe_side';
CREATE OR REPLACE TEMP TABLE passed AS
WITH passer AS (
  SELECT e.edge_no, e.lane, (e.way & 4294967295)::UINTEGER AS tail, a.ip, e.first_second, e.last_second
  FROM (SELECT *, (way >> 32)::UINTEGER AS lane FROM edge_flow) e SEMI JOIN passing p ON p.lane = e.lane
  JOIN address a ON a.address_no = (e.spot >> 24)::UINTEGER
)
SELECT e.edge_no, e.lane, e.tail, list(DISTINCT p.rule_no ORDER BY p.rule_no) AS rules
FROM passer e JOIN passing p ON p.lane = e.lane AND p.vf <= e.last_second AND p.vt > e.first_second AND e.ip >= p.lo AND e.ip <= p.hi
GROUP BY e.edge_no, e.lane, e.tail;
RESET disabled_optimizers;

CREATE OR REPLACE TEMP TABLE passed_tail AS
SELECT edge_no, lane, tail AS base, rules, (coalesce((SELECT max(tail) FROM tail), 0) + dense_rank() OVER (ORDER BY tail, rules))::UINTEGER AS tail
FROM passed;

INSERT INTO tail_rule BY NAME
SELECT p.tail, t.rule_no FROM (SELECT DISTINCT tail, base FROM passed_tail) p JOIN tail_rule t ON t.tail = p.base
UNION
SELECT tail, unnest(any_value(rules)) FROM passed_tail GROUP BY tail;

UPDATE edge_row e SET way = (p.lane::UBIGINT << 32) + p.tail FROM passed_tail p WHERE p.edge_no = e.row.edge_no;

CREATE OR REPLACE TEMP TABLE way_side AS
SELECT w.way, coalesce(d.side, (w.way & 4294967295)::UINTEGER) AS side, d.door
FROM (SELECT DISTINCT way FROM edge_flow) w LEFT JOIN lane l ON l.lane = (w.way >> 32)::UINTEGER LEFT JOIN door d USING (door);

CREATE OR REPLACE TEMP TABLE way_rule AS
WITH admitted AS (
  SELECT w.way, l.rule_no FROM way_side w JOIN lane_rule l ON l.lane = (w.way >> 32)::UINTEGER WHERE l.rule_no IS NOT NULL
  UNION
  SELECT w.way, t.rule_no FROM way_side w JOIN tail_rule t ON t.tail = (w.way & 4294967295)::UINTEGER WHERE w.door IS NOT NULL
),
credited AS (
  SELECT *, false AS opaque FROM admitted
  UNION ALL
  SELECT DISTINCT w.way, d.rule_no, true
  FROM way_side w JOIN door_rule d USING (door) SEMI JOIN rule_opaque o ON o.rule_no = d.rule_no ANTI JOIN admitted a ON a.way = w.way
)
SELECT *, count(*) OVER (PARTITION BY way) = 1 AS sole FROM credited;

DROP TABLE passing;
DROP TABLE passed;
DROP TABLE passed_tail;
