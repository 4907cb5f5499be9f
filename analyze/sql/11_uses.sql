-- Question: who used which rule, for what, how much, and when?
-- Result:   edge_set(edge_no, rules)         the rules that admit an edge, as text "3,17"
--           stranger(rule_no, protocol, port, peer)   one-off visitors of administration ports that are open to the world
--           rule_use(rule_no, protocol, port, peer, …)   one row a rule, service and peer, over the window:
--             conversations, sole, bytes, days, first_day, last_day, first_s, last_s, recent (conversations of the last
--             seven days): real uses; probes, completed, probe_days; noise (strangers' conversations); ambiguous;
--             states (network_interface states that owned the peer's address, 0 for nobody known, "12,40");
--             sets (the sets of rules that admitted the conversations, "3,17;17")
-- Assumes:  a stranger is a public address seen on fewer than three days, never for a minute or 20 kB, one of at least
--           ten such at that rule and port. Whoever comes back, or stays, is a user.
CREATE OR REPLACE TEMP MACRO is_private(a) AS
  (a BETWEEN 281470849515520::UHUGEINT AND 281470866292735::UHUGEINT)      -- 10.0.0.0/8
  OR (a BETWEEN 281473568473088::UHUGEINT AND 281473569521663::UHUGEINT)   -- 172.16.0.0/12
  OR (a BETWEEN 281473913978880::UHUGEINT AND 281473914044415::UHUGEINT)   -- 192.168.0.0/16
  OR (a BETWEEN 281472363659264::UHUGEINT AND 281472367853567::UHUGEINT)   -- 100.64.0.0/10
  OR (a BETWEEN 281473533739008::UHUGEINT AND 281473533804543::UHUGEINT)   -- 169.254.0.0/16
  OR (a >> 121::UHUGEINT) = 126::UHUGEINT                                  -- fc00::/7
  OR (a >> 118::UHUGEINT) = 1018::UHUGEINT;                                -- fe80::/10

CREATE OR REPLACE TEMP TABLE wild_rule AS
SELECT rule_no FROM security_group_rule WHERE peer IN ('0.0.0.0/0', '::/0');

CREATE OR REPLACE TEMP TABLE stranger AS
WITH visitor AS (
  SELECT e.protocol, e.port, e.peer
  FROM edge e
  WHERE e.direction = 'ingress' AND e.protocol = 6 AND e.port IN (22, 23, 3389, 5900, 5901, 5985, 5986)
    AND e.conversations > 0 AND e.confidence >= 0.8 AND e.peer_state = 0 AND NOT is_private(e.peer)
    AND e.edge_no IN (SELECT edge_no FROM edge_rule WHERE rule_no IN (SELECT rule_no FROM wild_rule))
  GROUP BY ALL
  HAVING count(DISTINCT e.day) < 3 AND sum(e.long_sessions) = 0
)
SELECT DISTINCT r.rule_no, v.protocol, v.port, v.peer
FROM visitor v JOIN edge e USING (protocol, port, peer) JOIN edge_rule r USING (edge_no) JOIN wild_rule USING (rule_no)
WHERE e.direction = 'ingress'
QUALIFY count(DISTINCT v.peer) OVER (PARTITION BY r.rule_no, v.protocol, v.port) >= 10;

CREATE OR REPLACE TEMP TABLE edge_noise AS
SELECT e.edge_no
FROM edge e JOIN edge_rule r USING (edge_no) LEFT JOIN stranger s USING (rule_no, protocol, port, peer)
WHERE e.direction = 'ingress' AND (e.protocol, e.port, e.peer) IN (SELECT (protocol, port, peer) FROM stranger)
GROUP BY e.edge_no HAVING bool_and(s.rule_no IS NOT NULL);

-- The sets of rules that admitted edges, numbered; a rule alone is a set too. A rule that could not admit the same
-- today is left out where another can: the interface has left its group, or the peer has left the group it refers to.
CREATE OR REPLACE TEMP TABLE edge_set AS
WITH address_now AS (
  SELECT DISTINCT a.address, w.group_id
  FROM network_interface_address a JOIN state s USING (state_no) LEFT JOIN worn w USING (state_no) CROSS JOIN bounds b
  WHERE s.vf < b.end_s AND s.vt >= b.end_s
),
owned_now AS (SELECT DISTINCT address FROM address_now),
worn_last AS (
  SELECT DISTINCT s.iface, w.group_id FROM worn w JOIN state s USING (state_no) CROSS JOIN bounds b
  WHERE s.iface IS NOT NULL AND w.vf < b.end_s AND w.vt >= b.end_s
),
still AS (
  SELECT edge_no, rule_no
  FROM (SELECT r.edge_no, r.rule_no,
               l.group_id IS NOT NULL AND (g.peer_kind <> 'security-group' OR o.address IS NULL OR n.group_id IS NOT NULL) AS valid
        FROM edge_rule r JOIN edge e USING (edge_no) JOIN security_group_rule g USING (rule_no)
        LEFT JOIN worn_last l ON l.iface = e.iface AND l.group_id = g.group_id
        LEFT JOIN owned_now o ON o.address = e.peer
        LEFT JOIN address_now n ON n.address = e.peer AND n.group_id = g.peer
        WHERE NOT r.sole)
  QUALIFY valid OR NOT bool_or(valid) OVER (PARTITION BY edge_no)
),
several AS (SELECT edge_no, string_agg(rule_no::VARCHAR, ',' ORDER BY rule_no) AS rules FROM still GROUP BY edge_no)
SELECT edge_no, rules FROM several
UNION ALL
SELECT edge_no, rule_no::VARCHAR FROM edge_rule WHERE sole;

CREATE OR REPLACE TEMP TABLE set_number AS
SELECT row_number() OVER (ORDER BY rules)::UINTEGER AS set_no, rules FROM (SELECT DISTINCT rules FROM edge_set);

CREATE OR REPLACE TEMP TABLE used_edge AS
SELECT r.rule_no, r.sole, e.protocol, e.port, e.peer, e.peer_state, window_day(e.day) AS day, e.first_second, e.last_second, e.bytes,
       e.confidence >= 0.8 AND n.edge_no IS NULL AND e.conversations > 0 AS used,
       e.confidence >= 0.8 AS sure, n.edge_no IS NOT NULL AS noise, e.conversations, e.probes, e.completed, m.set_no
FROM edge_rule r JOIN edge e USING (edge_no) JOIN edge_set s USING (edge_no) JOIN set_number m ON m.rules = s.rules
LEFT JOIN edge_noise n USING (edge_no);

CREATE OR REPLACE TEMP TABLE rule_sum AS
SELECT rule_no, protocol, port, peer,
       coalesce(sum(conversations) FILTER (used), 0)::BIGINT AS conversations,
       coalesce(sum(conversations) FILTER (used AND sole), 0)::BIGINT AS sole,
       coalesce(sum(bytes) FILTER (used), 0)::BIGINT AS bytes,
       count(DISTINCT day) FILTER (used)::INTEGER AS days,
       min(day) FILTER (used) AS first_day, max(day) FILTER (used) AS last_day,
       min(first_second) FILTER (used) AS first_s, max(last_second) FILTER (used) AS last_s,
       coalesce(sum(conversations) FILTER (used AND day > (SELECT last_day FROM bounds) - 7), 0)::BIGINT AS recent,
       coalesce(sum(probes) FILTER (sure), 0)::BIGINT AS probes,
       coalesce(sum(completed) FILTER (sure), 0)::BIGINT AS completed,
       count(DISTINCT day) FILTER (sure AND completed > 0)::INTEGER AS probe_days,
       coalesce(sum(conversations) FILTER (noise AND sure), 0)::BIGINT AS noise,
       coalesce(sum(conversations) FILTER (NOT sure), 0)::BIGINT AS ambiguous,
       min(peer_state) FILTER (conversations > 0 AND NOT noise) AS low_state, max(peer_state) FILTER (conversations > 0 AND NOT noise) AS high_state,
       min(set_no) FILTER (conversations > 0 AND NOT noise) AS low_set, max(set_no) FILTER (conversations > 0 AND NOT noise) AS high_set
FROM used_edge
GROUP BY rule_no, protocol, port, peer;

-- Lists only for the few that have several owners or sets: making a list for each would cost more than all the rest.
CREATE OR REPLACE TEMP TABLE rule_several AS
SELECT u.rule_no, u.protocol, u.port, u.peer, string_agg(DISTINCT u.peer_state::VARCHAR, ',' ORDER BY u.peer_state::VARCHAR) AS states,
       string_agg(DISTINCT m.rules, ';' ORDER BY m.rules) AS sets
FROM used_edge u JOIN (SELECT rule_no, protocol, port, peer FROM rule_sum WHERE low_state <> high_state OR low_set <> high_set) s
  USING (rule_no, protocol, port, peer)
JOIN set_number m USING (set_no)
WHERE u.conversations > 0 AND NOT u.noise
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE rule_use AS
SELECT s.* EXCLUDE (low_state, high_state, low_set, high_set), coalesce(v.states, s.low_state::VARCHAR, '') AS states,
       coalesce(v.sets, m.rules, '') AS sets
FROM rule_sum s
LEFT JOIN rule_several v USING (rule_no, protocol, port, peer)
LEFT JOIN set_number m ON m.set_no = s.low_set;
