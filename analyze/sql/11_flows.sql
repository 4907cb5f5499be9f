-- Question: which demands differ in what may admit them, and which rules admit each?
-- Result:   flow(flow_no, policy, wear, direction, protocol, port, peer, peer_state, peer_no, side, spot)   what edges have in common that the
--             same rules admit, then and today; wear numbers the sets of groups that interfaces wear at the end of the window
--             side numbers policy, wear and direction, spot is peer, protocol and port in one number
--           edge_flow(edge_no, flow_no, …)                 every edge with its flow and its counts
--           flow_match(flow_no, n)                         how many rules admit a flow, where any does
--           flow_rule(flow_no, rule_no, opaque, sole)      every rule of the policy that admits it; sole where there is one
--             alone. A rule whose peers cannot be listed gets the credit only where no other rule admits the edge.
--           wear_group(wear, group_id)
-- Assumes:  the peer wore its groups throughout its state; prefix-list entries count while they stood. Edges whose rules
--           changed with such entries while they lasted have flows of their own.
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

CREATE OR REPLACE TEMP VIEW sided AS
SELECT e.*, s.side, (e.peer::UBIGINT << 24) + (e.protocol::UBIGINT << 16) + e.port AS spot
FROM numbered e JOIN side_of s ON s.iface = e.iface AND s.policy = e.policy AND s.direction = e.direction;

CREATE OR REPLACE TEMP TABLE flow AS
SELECT row_number() OVER ()::UINTEGER AS flow_no, s.policy, s.wear, s.direction, ((f.spot >> 16) & 255)::UTINYINT AS protocol,
       (f.spot & 65535)::USMALLINT AS port, a.ip AS peer, f.peer_state, a.address_no AS peer_no, f.side, f.spot
FROM (SELECT DISTINCT side, spot, peer_state FROM sided) f
JOIN (SELECT DISTINCT side, policy, wear, direction FROM side_of) s USING (side)
JOIN address a ON a.address_no = (f.spot >> 24)::UINTEGER;

-- What stood for as long as any edge lasted admits whole flows; the rest is compared edge by edge.
CREATE OR REPLACE TEMP TABLE span_now AS
SELECT s.*, s.vf <= e.first_s AND s.vt > e.last_s AS stood, r.peer_kind = 'prefix-list' AS listed
FROM policy_span s JOIN security_group_rule r USING (rule_no) CROSS JOIN (SELECT min(first_second) AS first_s, max(last_second) AS last_s FROM numbered) e;

-- Entries of a prefix list may overlap; other rules have disjoint spans or none, and one reference.
CREATE OR REPLACE TEMP TABLE admitted AS
SELECT f.flow_no, s.rule_no
FROM flow f JOIN span_now s
  ON s.policy = f.policy AND s.direction = f.direction AND s.protocol = f.protocol AND f.port >= s.pmin AND f.port <= s.pmax
 AND f.peer >= s.lo AND f.peer <= s.hi
WHERE s.stood AND NOT s.listed
UNION ALL
SELECT DISTINCT f.flow_no, s.rule_no
FROM flow f JOIN span_now s
  ON s.policy = f.policy AND s.direction = f.direction AND s.protocol = f.protocol AND f.port >= s.pmin AND f.port <= s.pmax
 AND f.peer >= s.lo AND f.peer <= s.hi
WHERE s.stood AND s.listed
UNION ALL
SELECT f.flow_no, g.rule_no
FROM flow f JOIN worn w ON w.state_no = f.peer_state
JOIN policy_group g
  ON g.policy = f.policy AND g.ref = w.group_id AND g.direction = f.direction AND g.protocol = f.protocol
 AND f.port >= g.pmin AND f.port <= g.pmax;

CREATE OR REPLACE TEMP TABLE passing AS
SELECT f.*, s.rule_no, s.vf, s.vt
FROM flow f JOIN span_now s
  ON s.policy = f.policy AND s.direction = f.direction AND s.protocol = f.protocol AND f.port >= s.pmin AND f.port <= s.pmax
 AND f.peer >= s.lo AND f.peer <= s.hi
WHERE NOT s.stood;

CREATE OR REPLACE TEMP TABLE passed AS
SELECT e.edge_no, p.flow_no AS base, list(DISTINCT p.rule_no ORDER BY p.rule_no) AS rules
FROM sided e
JOIN passing p ON p.side = e.side AND p.spot = e.spot AND p.peer_state = e.peer_state AND p.vf <= e.last_second AND p.vt > e.first_second
GROUP BY e.edge_no, p.flow_no;

CREATE OR REPLACE TEMP TABLE parted AS
SELECT (SELECT count(*) FROM flow)::UINTEGER + row_number() OVER ()::UINTEGER AS flow_no, base, rules
FROM (SELECT DISTINCT base, rules FROM passed);

INSERT INTO admitted
SELECT p.flow_no, a.rule_no FROM parted p JOIN admitted a ON a.flow_no = p.base
UNION
SELECT flow_no, unnest(rules) FROM parted;

CREATE OR REPLACE TEMP TABLE edge_flow AS
SELECT e.edge_no, coalesce(p.flow_no, f.flow_no) AS flow_no, e.day, e.confidence >= 0.8 AS sure, e.conversations, e.probes, e.completed,
       e.long_sessions, e.records, e.bytes, e.first_second, e.last_second
FROM sided e
JOIN flow f ON f.spot = e.spot AND f.side = e.side AND f.peer_state = e.peer_state
LEFT JOIN (SELECT edge_no, q.flow_no FROM passed JOIN parted q USING (base, rules)) p USING (edge_no);

INSERT INTO flow SELECT p.flow_no, f.* EXCLUDE (flow_no) FROM parted p JOIN flow f ON f.flow_no = p.base;

CREATE OR REPLACE TEMP TABLE opaque_admitted AS
SELECT DISTINCT f.flow_no, o.rule_no
FROM flow f ANTI JOIN admitted a ON a.flow_no = f.flow_no
JOIN policy_opaque o
  ON o.policy = f.policy AND o.direction = f.direction AND o.protocol = f.protocol AND f.port >= o.pmin AND f.port <= o.pmax;

CREATE OR REPLACE TEMP TABLE flow_match AS
SELECT flow_no, count(*)::UINTEGER AS n FROM (SELECT flow_no FROM admitted UNION ALL SELECT flow_no FROM opaque_admitted) GROUP BY flow_no;

CREATE OR REPLACE TEMP TABLE flow_rule AS
SELECT a.flow_no, a.rule_no, a.opaque, m.n = 1 AS sole
FROM (SELECT flow_no, rule_no, false AS opaque FROM admitted UNION ALL SELECT flow_no, rule_no, true FROM opaque_admitted) a
JOIN flow_match m USING (flow_no);
DROP TABLE admitted;
DROP TABLE opaque_admitted;
