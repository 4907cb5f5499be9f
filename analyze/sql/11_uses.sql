-- Question: who used which rule, for what, how much, and when?
-- Result:   edge_set(edge_no, rules)         the rules that admit an edge, as text "3,17"
--           stranger(protocol, port, peer)   one-off visitors of administration ports that are open to the world
--           rule_use(rule_no, protocol, port, peer, …)   one row a rule, service and peer, over the window:
--             conversations, sole, bytes, days, first_day, last_day, first_s, last_s, recent (conversations of the last
--             seven days): real uses; probes, completed, probe_days; noise (strangers' conversations); ambiguous;
--             sets (the sets of rules that admitted the conversations, "3,17;17"),
--             states (network_interface states that owned the peer's address, 0 for nobody known)
-- Assumes:  a stranger is a public address seen on fewer than three days, never for a minute or 20 kB, one of at least
--           ten such on that port. Whoever comes back, or stays, is a user.
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
SELECT * FROM visitor QUALIFY count(*) OVER (PARTITION BY protocol, port) >= 10;

CREATE OR REPLACE TEMP TABLE edge_noise AS
SELECT e.edge_no
FROM edge e JOIN stranger s USING (protocol, port, peer)
JOIN edge_rule r USING (edge_no)
WHERE e.direction = 'ingress'
GROUP BY e.edge_no HAVING bool_and(r.rule_no IN (SELECT rule_no FROM wild_rule));

CREATE OR REPLACE TEMP TABLE edge_set AS
SELECT edge_no, string_agg(rule_no::VARCHAR, ',' ORDER BY rule_no) AS rules FROM edge_rule GROUP BY edge_no;

CREATE OR REPLACE TEMP TABLE rule_use AS
WITH u AS (
  SELECT r.rule_no, r.sole, e.protocol, e.port, e.peer, e.peer_state, e.day, e.first_second, e.last_second, e.bytes,
         e.confidence >= 0.8 AND n.edge_no IS NULL AND e.conversations > 0 AS used,
         e.confidence >= 0.8 AS sure, n.edge_no IS NOT NULL AS noise, e.conversations, e.probes, e.completed, s.rules
  FROM edge_rule r JOIN edge e USING (edge_no) JOIN edge_set s USING (edge_no) LEFT JOIN edge_noise n USING (edge_no)
)
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
       string_agg(DISTINCT rules, ';' ORDER BY rules) FILTER (NOT noise AND conversations > 0) AS sets,
       list(DISTINCT peer_state ORDER BY peer_state) FILTER (used OR (NOT sure AND conversations > 0)) AS states
FROM u
GROUP BY ALL;
