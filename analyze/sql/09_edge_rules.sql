-- Question: which rules admit each edge?
-- Result:   edge_rule (kept): every rule of the policy that admits it; sole where there is one alone. A rule whose peers
--           cannot be listed gets the credit only where no other rule admits the edge.
-- Assumes:  the peer wore its groups throughout its state; prefix-list entries count while they stood.
CREATE OR REPLACE TEMP TABLE admitted AS
SELECT DISTINCT e.edge_no, s.rule_no, false AS opaque
FROM edge e JOIN policy_span s
  ON s.policy = e.policy AND s.direction = e.direction AND s.protocol = e.protocol AND e.port >= s.pmin AND e.port <= s.pmax
 AND e.peer >= s.lo AND e.peer <= s.hi AND s.vf <= e.last_second AND s.vt > e.first_second
UNION ALL
SELECT DISTINCT e.edge_no, g.rule_no, false
FROM edge e JOIN worn w ON w.state_no = e.peer_state
JOIN policy_group g
  ON g.policy = e.policy AND g.ref = w.group_id AND g.direction = e.direction AND g.protocol = e.protocol
 AND e.port >= g.pmin AND e.port <= g.pmax;

INSERT INTO admitted
SELECT DISTINCT e.edge_no, o.rule_no, true
FROM edge e ANTI JOIN admitted a ON a.edge_no = e.edge_no
JOIN policy_opaque o
  ON o.policy = e.policy AND o.direction = e.direction AND o.protocol = e.protocol AND e.port >= o.pmin AND e.port <= o.pmax;

DELETE FROM edge_rule;
INSERT INTO edge_rule
SELECT edge_no, rule_no, count(*) OVER (PARTITION BY edge_no) = 1, opaque FROM admitted ORDER BY edge_no, rule_no;
