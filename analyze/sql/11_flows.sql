-- Question: which demands differ in what may admit them, and which rules admit each?
-- Result:   flow(flow_no, policy, wear, direction, protocol, port, peer, peer_state, peer_no)   what edges have in common that the
--             same rules admit, then and today; wear numbers the sets of groups that interfaces wear at the end of the window
--           edge_flow(edge_no, flow_no, …)                 every edge with its flow and its counts
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

CREATE OR REPLACE TEMP TABLE flow AS
SELECT row_number() OVER ()::UINTEGER AS flow_no, f.* REPLACE (a.ip AS peer), f.peer AS peer_no
FROM (SELECT DISTINCT policy, wear, direction, protocol, port, peer, peer_state FROM numbered JOIN wear USING (iface)) f
JOIN address a ON a.address_no = f.peer;

-- What stood for as long as any edge lasted admits whole flows; the rest is compared edge by edge.
CREATE OR REPLACE TEMP TABLE span_now AS
SELECT s.*, s.vf <= e.first_s AND s.vt > e.last_s AS stood
FROM policy_span s CROSS JOIN (SELECT min(first_second) AS first_s, max(last_second) AS last_s FROM numbered) e;

CREATE OR REPLACE TEMP TABLE admitted AS
SELECT f.flow_no, s.rule_no
FROM flow f JOIN span_now s
  ON s.policy = f.policy AND s.direction = f.direction AND s.protocol = f.protocol AND f.port >= s.pmin AND f.port <= s.pmax
 AND f.peer >= s.lo AND f.peer <= s.hi
WHERE s.stood
UNION
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
FROM numbered e JOIN wear w USING (iface)
JOIN passing p ON p.policy = e.policy AND p.wear = w.wear AND p.direction = e.direction AND p.protocol = e.protocol AND p.port = e.port
              AND p.peer_no = e.peer AND p.peer_state = e.peer_state AND p.vf <= e.last_second AND p.vt > e.first_second
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
       e.long_sessions, e.bytes, e.first_second, e.last_second
FROM numbered e JOIN wear w USING (iface)
JOIN flow f ON f.policy = e.policy AND f.wear = w.wear AND f.direction = e.direction AND f.protocol = e.protocol AND f.port = e.port
           AND f.peer_no = e.peer AND f.peer_state = e.peer_state
LEFT JOIN (SELECT edge_no, q.flow_no FROM passed JOIN parted q USING (base, rules)) p USING (edge_no);

INSERT INTO flow SELECT p.flow_no, f.* EXCLUDE (flow_no) FROM parted p JOIN flow f ON f.flow_no = p.base;

CREATE OR REPLACE TEMP TABLE flow_rule AS
SELECT flow_no, rule_no, false AS opaque, count(*) OVER (PARTITION BY flow_no) = 1 AS sole
FROM admitted
UNION ALL
SELECT flow_no, rule_no, true, count(*) OVER (PARTITION BY flow_no) = 1
FROM (SELECT DISTINCT f.flow_no, o.rule_no
      FROM flow f ANTI JOIN admitted a ON a.flow_no = f.flow_no
      JOIN policy_opaque o
        ON o.policy = f.policy AND o.direction = f.direction AND o.protocol = f.protocol AND f.port >= o.pmin AND f.port <= o.pmax);
