-- Question: which sets of rules admit what was seen, as far as they could today?
-- Result:   set_number(set_no, rules)   as text "3,17"
--             numbers are in the order of the texts
--           way_set(way, peer_no, set_no)   the set of a way; peer_no is 0, but for peers that have a set of their own
-- Assumes:  a rule that could not admit the same today is left out where another can: the interface has left its group, or
--           the peer has left the group it refers to.
CREATE OR REPLACE TEMP TABLE address_now AS
SELECT DISTINCT n.address_no, w.group_id
FROM network_interface_address a JOIN state s USING (state_no) LEFT JOIN worn w USING (state_no) JOIN address n ON n.ip = a.address CROSS JOIN bounds b
WHERE s.vf < b.end_s AND s.vt >= b.end_s;

CREATE OR REPLACE TEMP TABLE lapsed AS
WITH several AS (
  SELECT r.way, r.rule_no, s.wear
  FROM way_rule r JOIN way_side USING (way) JOIN (SELECT DISTINCT side, wear FROM side_of) s USING (side) WHERE NOT r.sole
),
worn_rule AS (SELECT DISTINCT l.wear, g.rule_no FROM wear_group l JOIN security_group_rule g USING (group_id)),
unworn AS (SELECT e.way, e.rule_no FROM several e ANTI JOIN worn_rule w ON w.wear = e.wear AND w.rule_no = e.rule_no),
referring AS (SELECT e.way, e.rule_no, g.ref FROM several e JOIN rule_group g USING (rule_no)),
gone AS (
  SELECT p.way, p.peer_no, r.rule_no
  FROM (SELECT DISTINCT way, (spot >> 24)::UINTEGER AS peer_no FROM edge_flow SEMI JOIN referring USING (way)) p
  JOIN referring r USING (way)
  SEMI JOIN address_now o ON o.address_no = p.peer_no
  ANTI JOIN address_now n ON n.address_no = p.peer_no AND n.group_id = r.ref
)
SELECT way, 0::UINTEGER AS peer_no, rule_no FROM unworn
UNION
SELECT * FROM gone
UNION
SELECT g.way, g.peer_no, u.rule_no FROM gone g JOIN unworn u USING (way);

CREATE OR REPLACE TEMP TABLE rule_list AS
WITH whose AS (SELECT DISTINCT way, 0::UINTEGER AS peer_no FROM way_rule UNION SELECT way, peer_no FROM lapsed),
standing AS (
  SELECT w.way, w.peer_no, r.rule_no
  FROM whose w JOIN way_rule r USING (way)
  LEFT JOIN lapsed l ON l.way = w.way AND l.peer_no = w.peer_no AND l.rule_no = r.rule_no
  QUALIFY l.rule_no IS NULL OR bool_and(l.rule_no IS NOT NULL) OVER (PARTITION BY w.way, w.peer_no)
)
SELECT way, peer_no, string_agg(rule_no::VARCHAR, ',' ORDER BY rule_no) AS rules FROM standing GROUP BY way, peer_no;

CREATE OR REPLACE TEMP TABLE set_number AS
SELECT row_number() OVER (ORDER BY rules)::UINTEGER AS set_no, rules FROM (SELECT DISTINCT rules FROM rule_list);

CREATE OR REPLACE TEMP TABLE way_set AS
SELECT l.way, l.peer_no, s.set_no FROM rule_list l JOIN set_number s USING (rules);
DROP TABLE rule_list;
