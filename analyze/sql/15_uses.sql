-- Question: who used which rule, for what, how much, and when?
-- Result:   flow_use(flow_no, …)     what a flow surely did in the window: conversations, bytes, days (a bit a day of the first 62),
--             first_day, last_day, first_s, last_s; late_0, late_bytes_0 of the last seven days, late_1, late_bytes_1 of the seven
--             before; late_days (bit d: the window's last day but d, of those fourteen)
--           flow_rest(flow_no, …)    what else it did: probes, completed and probe_days where its opener is known, ambiguous
--             conversations where not; alone: probes of days without a conversation
--           flow_later(flow_no, page, …)     days and probe_days beyond the first 62 days, 62 a page
--           set_number(set_no, rules)        sets of rules that admitted flows, as text "3,17"
--           flow_key(flow_no, spot, peer_no, peer_state, set_no, noise)     spot is service and peer in one number
--           stranger(rule_no, protocol, port, peer)   one-off visitors of administration ports that are open to the world
--           flow_noise(flow_no)              what only strangers did
--           rule_use(rule_no, protocol, port, peer_no, spot, …)   one row a rule, service and peer, over the window:
--             conversations, sole, bytes, days, first_day, last_day, first_s, last_s, late_…: real uses; probes, completed,
--             probe_days; noise (strangers' conversations); ambiguous; state (network_interface state that owned the
--             peer's address, 0 for nobody known) and set_no, the only ones unless rule_several says more
--           rule_several(rule_no, spot, states, sets)   where there are several: "12,40", and "3,17;17"
--           rule_days(rule_no, page, days)   days with any real use, 62 a page
-- Assumes:  a stranger is a public address seen on fewer than three days, never for a minute or 20 kB, one of at least
--           ten such at that rule and port. Whoever comes back, or stays, is a user.
--           Sets of rules are told apart by 128 bits of hashes of their members.
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

-- The sets of rules that admitted flows, numbered. A rule that could not admit the same today is left out where another
-- can: the interface has left its group, or the peer has left the group it refers to. Such are few: they are looked for
-- alone, and whatever they leave untouched is never listed.
CREATE OR REPLACE TEMP TABLE address_now AS
SELECT DISTINCT n.address_no, w.group_id
FROM network_interface_address a JOIN state s USING (state_no) LEFT JOIN worn w USING (state_no) JOIN address n ON n.ip = a.address CROSS JOIN bounds b
WHERE s.vf < b.end_s AND s.vt >= b.end_s;

CREATE OR REPLACE TEMP TABLE wear_rule AS
SELECT DISTINCT l.wear, g.rule_no FROM wear_group l JOIN security_group_rule g USING (group_id);

CREATE OR REPLACE TEMP TABLE lapsed AS
SELECT r.flow_no, r.rule_no
FROM (SELECT flow_no, rule_no, wear FROM flow_rule JOIN flow USING (flow_no) WHERE NOT sole) r
ANTI JOIN wear_rule w ON w.wear = r.wear AND w.rule_no = r.rule_no
UNION
SELECT r.flow_no, r.rule_no
FROM (SELECT flow_no, rule_no, ref, peer_no FROM flow_rule JOIN rule_group USING (rule_no) JOIN flow USING (flow_no) WHERE NOT sole) r
SEMI JOIN address_now o ON o.address_no = r.peer_no
ANTI JOIN address_now n ON n.address_no = r.peer_no AND n.group_id = r.ref;

CREATE OR REPLACE TEMP TABLE outlived AS
SELECT l.* FROM lapsed l SEMI JOIN (
  SELECT r.flow_no FROM (SELECT r.flow_no, r.rule_no FROM flow_rule r SEMI JOIN lapsed l ON l.flow_no = r.flow_no) r
  ANTI JOIN lapsed l ON l.flow_no = r.flow_no AND l.rule_no = r.rule_no) s ON s.flow_no = l.flow_no;

CREATE OR REPLACE TEMP TABLE flow_sign AS
SELECT r.flow_no, bit_xor(hash(r.rule_no)) AS a, bit_xor(hash(r.rule_no::UBIGINT + 4294967296)) AS b
FROM flow_rule r ANTI JOIN outlived o ON o.flow_no = r.flow_no AND o.rule_no = r.rule_no
GROUP BY r.flow_no;

CREATE OR REPLACE TEMP TABLE set_sign AS
SELECT row_number() OVER ()::UINTEGER AS set_no, a, b, flow_no FROM (SELECT a, b, min(flow_no) AS flow_no FROM flow_sign GROUP BY a, b);

CREATE OR REPLACE TEMP TABLE set_number AS
SELECT s.set_no, string_agg(r.rule_no::VARCHAR, ',' ORDER BY r.rule_no) AS rules
FROM (SELECT r.flow_no, r.rule_no FROM flow_rule r ANTI JOIN outlived o ON o.flow_no = r.flow_no AND o.rule_no = r.rule_no) r
JOIN set_sign s USING (flow_no)
GROUP BY s.set_no;

CREATE OR REPLACE TEMP TABLE flow_key AS
SELECT f.flow_no, f.spot, f.peer_no, f.peer_state, s.set_no, n.flow_no IS NOT NULL AS noise
FROM flow f JOIN flow_sign g USING (flow_no) JOIN set_sign s ON s.a = g.a AND s.b = g.b LEFT JOIN flow_noise n ON n.flow_no = f.flow_no;

-- Days as bits: distinct days of whatever flows together are then a bit_or, without a row a day. n is the day of the
-- window; what lies before or after it counts for its ends (window_day in other words: greatest and least cost much more).
CREATE OR REPLACE TEMP TABLE window_bit AS
SELECT day, counted, ((counted - b.first_day) // 62)::INTEGER AS page, 1::BIGINT << ((counted - b.first_day) % 62) AS bit,
       (b.last_day - counted) // 7 AS week, CASE WHEN b.last_day - counted < 14 THEN 1::SMALLINT << (b.last_day - counted) ELSE 0 END::SMALLINT AS late
FROM (SELECT day, CASE WHEN day < first_day THEN first_day WHEN day > last_day THEN last_day ELSE day END AS counted
      FROM (SELECT DISTINCT day FROM edge_flow) CROSS JOIN bounds)
CROSS JOIN bounds b;

CREATE OR REPLACE TEMP TABLE flow_use AS
SELECT flow_no, sum(conversations)::BIGINT AS conversations, sum(bytes) AS bytes,
       bit_or(CASE WHEN page = 0 THEN bit ELSE 0 END) AS days, min(counted) AS first_day, max(counted) AS last_day,
       min(first_second) AS first_s, max(last_second) AS last_s, bit_or(late) AS late_days,
       sum(CASE WHEN week = 0 THEN conversations ELSE 0 END)::BIGINT AS late_0, sum(CASE WHEN week = 0 THEN bytes ELSE 0 END)::BIGINT AS late_bytes_0,
       sum(CASE WHEN week = 1 THEN conversations ELSE 0 END)::BIGINT AS late_1, sum(CASE WHEN week = 1 THEN bytes ELSE 0 END)::BIGINT AS late_bytes_1
FROM edge_flow JOIN window_bit USING (day)
WHERE sure AND conversations > 0
GROUP BY flow_no;

CREATE OR REPLACE TEMP TABLE flow_rest AS
SELECT flow_no, sum(conversations) FILTER (NOT sure)::BIGINT AS ambiguous, sum(probes) FILTER (sure)::BIGINT AS probes,
       sum(completed) FILTER (sure)::BIGINT AS completed, bit_or(bit) FILTER (sure AND completed > 0 AND page = 0) AS probe_days,
       sum(probes) FILTER (conversations = 0)::BIGINT AS alone
FROM edge_flow JOIN window_bit USING (day)
WHERE NOT sure OR probes > 0
GROUP BY flow_no;

CREATE OR REPLACE TEMP TABLE flow_later AS
SELECT flow_no, page, bit_or(bit) FILTER (conversations > 0) AS days, bit_or(bit) FILTER (completed > 0) AS probe_days
FROM edge_flow JOIN window_bit USING (day)
WHERE page > 0 AND sure
GROUP BY flow_no, page;

CREATE OR REPLACE TEMP TABLE rule_sum AS
WITH part AS (
  SELECT k.spot, k.peer_state AS state, k.set_no, u.*, NULL::BIGINT AS probes, NULL::BIGINT AS completed, NULL::BIGINT AS probe_days,
         NULL::BIGINT AS noise, NULL::BIGINT AS ambiguous
  FROM flow_use u JOIN flow_key k USING (flow_no) WHERE NOT k.noise
  UNION ALL BY NAME
  SELECT k.spot, u.flow_no, u.conversations AS noise FROM flow_use u JOIN flow_key k USING (flow_no) WHERE k.noise
  UNION ALL BY NAME
  SELECT k.spot, CASE WHEN r.ambiguous > 0 AND NOT k.noise THEN k.peer_state END AS state, CASE WHEN r.ambiguous > 0 AND NOT k.noise THEN k.set_no END AS set_no,
         r.* EXCLUDE (alone)
  FROM flow_rest r JOIN flow_key k USING (flow_no)
)
SELECT r.rule_no, p.spot,
       sum(p.conversations)::BIGINT AS conversations, sum(CASE WHEN r.sole THEN p.conversations END)::BIGINT AS sole, sum(p.bytes) AS bytes,
       bit_or(p.days) AS days, min(p.first_day) AS first_day, max(p.last_day) AS last_day, min(p.first_s) AS first_s, max(p.last_s) AS last_s,
       sum(p.late_0)::BIGINT AS late_0, sum(p.late_bytes_0)::BIGINT AS late_bytes_0, sum(p.late_1)::BIGINT AS late_1, sum(p.late_bytes_1)::BIGINT AS late_bytes_1,
       sum(p.probes)::BIGINT AS probes, sum(p.completed)::BIGINT AS completed, bit_or(p.probe_days) AS probe_days,
       sum(p.noise)::BIGINT AS noise, sum(p.ambiguous)::BIGINT AS ambiguous,
       min(p.state) AS low_state, max(p.state) AS high_state, min(p.set_no) AS low_set, max(p.set_no) AS high_set
FROM part p JOIN flow_rule r USING (flow_no)
GROUP BY r.rule_no, p.spot;

CREATE OR REPLACE TEMP TABLE rule_later AS
SELECT rule_no, spot, sum(bit_count(days)) AS days, sum(bit_count(probe_days)) AS probe_days
FROM (SELECT r.rule_no, k.spot, l.page, bit_or(l.days) FILTER (NOT k.noise) AS days, bit_or(l.probe_days) AS probe_days
      FROM flow_later l JOIN flow_key k USING (flow_no) JOIN flow_rule r USING (flow_no) GROUP BY ALL)
GROUP BY rule_no, spot;

-- Lists only for the few that have several owners or sets: making a list for each would cost more than all the rest.
CREATE OR REPLACE TEMP TABLE rule_several AS
WITH several AS (SELECT rule_no, spot FROM rule_sum WHERE low_state <> high_state OR low_set <> high_set),
did AS (SELECT flow_no FROM flow_use UNION SELECT flow_no FROM flow_rest WHERE ambiguous > 0),
share AS (
  SELECT DISTINCT s.rule_no, s.spot, k.peer_state, k.set_no
  FROM (SELECT * FROM flow_key WHERE spot IN (SELECT spot FROM several) AND NOT noise) k
  JOIN did USING (flow_no) JOIN flow_rule r USING (flow_no) JOIN several s ON s.rule_no = r.rule_no AND s.spot = k.spot
)
SELECT rule_no, spot, string_agg(DISTINCT peer_state::VARCHAR, ',' ORDER BY peer_state::VARCHAR) AS states,
       string_agg(DISTINCT rules, ';' ORDER BY rules) AS sets
FROM share JOIN set_number USING (set_no)
GROUP BY rule_no, spot;

CREATE OR REPLACE TEMP TABLE rule_use AS
SELECT s.rule_no, ((s.spot >> 16) & 255)::UTINYINT AS protocol, (s.spot & 65535)::USMALLINT AS port, (s.spot >> 24)::UINTEGER AS peer_no, s.spot,
       coalesce(s.conversations, 0) AS conversations, coalesce(s.sole, 0) AS sole, coalesce(s.bytes, 0)::BIGINT AS bytes,
       (coalesce(bit_count(s.days), 0) + coalesce(l.days, 0))::INTEGER AS days, s.first_day, s.last_day, s.first_s, s.last_s,
       coalesce(s.late_0, 0) AS late_0, coalesce(s.late_bytes_0, 0) AS late_bytes_0, coalesce(s.late_1, 0) AS late_1, coalesce(s.late_bytes_1, 0) AS late_bytes_1,
       coalesce(s.probes, 0) AS probes, coalesce(s.completed, 0) AS completed,
       (coalesce(bit_count(s.probe_days), 0) + coalesce(l.probe_days, 0))::INTEGER AS probe_days,
       coalesce(s.noise, 0) AS noise, coalesce(s.ambiguous, 0) AS ambiguous, s.low_state AS state, s.low_set AS set_no
FROM rule_sum s LEFT JOIN rule_later l ON l.rule_no = s.rule_no AND l.spot = s.spot;
DROP TABLE rule_sum;

CREATE OR REPLACE TEMP TABLE rule_days AS
SELECT r.rule_no, 0 AS page, bit_or(u.days) AS days
FROM flow_use u JOIN flow_key k USING (flow_no) JOIN flow_rule r USING (flow_no) WHERE NOT k.noise GROUP BY r.rule_no
UNION ALL
SELECT r.rule_no, l.page, bit_or(l.days)
FROM flow_later l JOIN flow_key k USING (flow_no) JOIN flow_rule r USING (flow_no) WHERE NOT k.noise AND l.days IS NOT NULL GROUP BY r.rule_no, l.page;
