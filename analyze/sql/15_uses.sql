-- Question: who used which rule, for what, how much, and when?
-- Result:   flow_page(flow_no, sure, page, …)   what a flow did in a hundred days of the window: days and probe_days have a bit a day
--           flow_set(flow_no, rules)         the rules that admit a flow, as text "3,17"
--           stranger(rule_no, protocol, port, peer)   one-off visitors of administration ports that are open to the world
--           flow_noise(flow_no), edge_noise(edge_no)   what only strangers did
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

-- Days as bits: distinct days of whatever flows together are then a bit_or, without a row a day.
CREATE OR REPLACE TEMP TABLE flow_page AS
WITH placed AS ( -- window_day in other words: greatest and least cost much more
  SELECT e.* REPLACE (CASE WHEN day < b.first_day THEN b.first_day WHEN day > b.last_day THEN b.last_day ELSE day END AS day)
  FROM edge_flow e CROSS JOIN bounds b
)
SELECT flow_no, sure, ((day - b.first_day) // 100)::INTEGER AS page,
       sum(conversations)::BIGINT AS conversations,
       sum(conversations) FILTER (day > b.last_day - 7)::BIGINT AS recent,
       sum(probes)::BIGINT AS probes, sum(completed)::BIGINT AS completed,
       sum(probes) FILTER (conversations = 0)::BIGINT AS probes_alone,
       sum(bytes) FILTER (conversations > 0) AS bytes,
       bit_or(1::HUGEINT << ((day - b.first_day) % 100)) FILTER (conversations > 0) AS days,
       bit_or(1::HUGEINT << ((day - b.first_day) % 100)) FILTER (completed > 0) AS probe_days,
       min(day) FILTER (conversations > 0) AS first_day, max(day) FILTER (conversations > 0) AS last_day,
       min(first_second) FILTER (conversations > 0) AS first_s, max(last_second) FILTER (conversations > 0) AS last_s
FROM placed CROSS JOIN bounds b
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE stranger AS
WITH wild_flow AS (
  SELECT DISTINCT f.flow_no, f.protocol, f.port, f.peer, f.peer_state
  FROM flow f JOIN flow_rule USING (flow_no) JOIN wild_rule USING (rule_no)
  WHERE f.direction = 'ingress' AND f.protocol = 6 AND f.port IN (22, 23, 3389, 5900, 5901, 5985, 5986)
),
visitor AS (
  SELECT f.protocol, f.port, f.peer
  FROM wild_flow f JOIN edge_flow e USING (flow_no)
  WHERE e.sure AND e.conversations > 0 AND f.peer_state = 0 AND NOT is_private(f.peer)
  GROUP BY ALL
  HAVING count(DISTINCT e.day) < 3 AND sum(e.long_sessions) = 0
)
SELECT DISTINCT r.rule_no, v.protocol, v.port, v.peer
FROM visitor v JOIN flow f USING (protocol, port, peer) JOIN flow_rule r USING (flow_no) JOIN wild_rule USING (rule_no)
WHERE f.direction = 'ingress'
QUALIFY count(DISTINCT v.peer) OVER (PARTITION BY r.rule_no, v.protocol, v.port) >= 10;

CREATE OR REPLACE TEMP TABLE flow_noise AS
SELECT f.flow_no
FROM flow f SEMI JOIN stranger v ON v.protocol = f.protocol AND v.port = f.port AND v.peer = f.peer
JOIN flow_rule r USING (flow_no) LEFT JOIN stranger s USING (rule_no, protocol, port, peer)
WHERE f.direction = 'ingress'
GROUP BY f.flow_no HAVING bool_and(s.rule_no IS NOT NULL);

CREATE OR REPLACE TEMP TABLE edge_noise AS
SELECT edge_no FROM edge_flow WHERE flow_no IN (SELECT flow_no FROM flow_noise);

-- The sets of rules that admitted flows, numbered; a rule alone is a set too. A rule that could not admit the same
-- today is left out where another can: the interface has left its group, or the peer has left the group it refers to.
CREATE OR REPLACE TEMP TABLE flow_set AS
WITH address_now AS (
  SELECT DISTINCT a.address, w.group_id
  FROM network_interface_address a JOIN state s USING (state_no) LEFT JOIN worn w USING (state_no) CROSS JOIN bounds b
  WHERE s.vf < b.end_s AND s.vt >= b.end_s
),
owned_now AS (SELECT DISTINCT address FROM address_now),
still AS (
  SELECT flow_no, rule_no
  FROM (SELECT r.flow_no, r.rule_no,
               l.group_id IS NOT NULL AND (g.peer_kind <> 'security-group' OR o.address IS NULL OR n.group_id IS NOT NULL) AS valid
        FROM flow_rule r JOIN flow f USING (flow_no) JOIN security_group_rule g USING (rule_no)
        LEFT JOIN wear_group l ON l.wear = f.wear AND l.group_id = g.group_id
        LEFT JOIN owned_now o ON o.address = f.peer
        LEFT JOIN address_now n ON n.address = f.peer AND n.group_id = g.peer
        WHERE NOT r.sole)
  QUALIFY valid OR NOT bool_or(valid) OVER (PARTITION BY flow_no)
),
several AS (SELECT flow_no, string_agg(rule_no::VARCHAR, ',' ORDER BY rule_no) AS rules FROM still GROUP BY flow_no)
SELECT flow_no, rules FROM several
UNION ALL
SELECT flow_no, rule_no::VARCHAR FROM flow_rule WHERE sole;

CREATE OR REPLACE TEMP TABLE set_number AS
SELECT row_number() OVER (ORDER BY rules)::UINTEGER AS set_no, rules FROM (SELECT DISTINCT rules FROM flow_set);

CREATE OR REPLACE TEMP TABLE flow_use AS
SELECT r.rule_no, r.sole, f.protocol, f.port, f.peer, f.peer_state, n.flow_no IS NOT NULL AS noise, m.set_no,
       p.sure AND n.flow_no IS NULL AS used, p.* EXCLUDE (flow_no, first_s, last_s), p.first_s, p.last_s
FROM flow_page p JOIN flow f USING (flow_no) JOIN flow_rule r USING (flow_no)
JOIN flow_set s USING (flow_no) JOIN set_number m ON m.rules = s.rules
LEFT JOIN flow_noise n USING (flow_no);

CREATE OR REPLACE TEMP TABLE rule_sum AS
WITH paged AS (
  SELECT rule_no, protocol, port, peer, page,
         sum(conversations) FILTER (used) AS conversations, sum(conversations) FILTER (used AND sole) AS sole, sum(bytes) FILTER (used) AS bytes,
         bit_or(days) FILTER (used) AS days, min(first_day) FILTER (used) AS first_day, max(last_day) FILTER (used) AS last_day,
         min(first_s) FILTER (used) AS first_s, max(last_s) FILTER (used) AS last_s, sum(recent) FILTER (used) AS recent,
         sum(probes) FILTER (sure) AS probes, sum(completed) FILTER (sure) AS completed, bit_or(probe_days) FILTER (sure) AS probe_days,
         sum(conversations) FILTER (noise AND sure) AS noise, sum(conversations) FILTER (NOT sure) AS ambiguous,
         min(peer_state) FILTER (conversations > 0 AND NOT noise) AS low_state, max(peer_state) FILTER (conversations > 0 AND NOT noise) AS high_state,
         min(set_no) FILTER (conversations > 0 AND NOT noise) AS low_set, max(set_no) FILTER (conversations > 0 AND NOT noise) AS high_set
  FROM flow_use GROUP BY rule_no, protocol, port, peer, page
)
SELECT rule_no, protocol, port, peer,
       coalesce(sum(conversations), 0)::BIGINT AS conversations, coalesce(sum(sole), 0)::BIGINT AS sole, coalesce(sum(bytes), 0)::BIGINT AS bytes,
       coalesce(sum(bit_count(days)), 0)::INTEGER AS days, min(first_day) AS first_day, max(last_day) AS last_day,
       min(first_s) AS first_s, max(last_s) AS last_s, coalesce(sum(recent), 0)::BIGINT AS recent,
       coalesce(sum(probes), 0)::BIGINT AS probes, coalesce(sum(completed), 0)::BIGINT AS completed,
       coalesce(sum(bit_count(probe_days)), 0)::INTEGER AS probe_days,
       coalesce(sum(noise), 0)::BIGINT AS noise, coalesce(sum(ambiguous), 0)::BIGINT AS ambiguous,
       min(low_state) AS low_state, max(high_state) AS high_state, min(low_set) AS low_set, max(high_set) AS high_set
FROM paged GROUP BY rule_no, protocol, port, peer;

-- Lists only for the few that have several owners or sets: making a list for each would cost more than all the rest.
CREATE OR REPLACE TEMP TABLE rule_several AS
SELECT u.rule_no, u.protocol, u.port, u.peer, string_agg(DISTINCT u.peer_state::VARCHAR, ',' ORDER BY u.peer_state::VARCHAR) AS states,
       string_agg(DISTINCT m.rules, ';' ORDER BY m.rules) AS sets
FROM flow_use u JOIN (SELECT rule_no, protocol, port, peer FROM rule_sum WHERE low_state <> high_state OR low_set <> high_set) s
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
