-- Question: what went each way, from whom, how much, and when?
-- Result:   flow(way, spot, peer_state, set_no, noise, …)   what a flow did in the window: surely: conversations,
--             days (a bit a day of the first 62); ambiguous: conversations whose opener is not known;
--             alone: probes of days without a conversation. No set_no where no rule admits it
--           late(way, spot, peer_state, set_no, …)   what of it, without noise, came in the last two weeks:
--             late_0 and late_bytes_0 in the window's last seven days, late_1 and late_bytes_1 in the seven before
--           way_sum(way, page, …)    what went a way, 62 days a page: conversations, bytes, days, first_s, last_s of real uses;
--             noise (strangers' conversations), probes and completed where the opener is known, ambiguous
--           probe_page(way, spot, page, days)   days with completed probes
--           rule_page(rule_no, spot, page, days)        days beyond the first 62
-- Assumes:  sums are of doubles, as in 09_demand; days before or after the window count for its ends (window_day in other words: greatest and least cost much more).
--
-- Days as bits: distinct days of whatever flows together are then a bit_or, without a row a day.
CREATE OR REPLACE TEMP TABLE window_bit AS
SELECT day, counted, ((counted - b.first_day) // 62)::INTEGER AS page, 1::BIGINT << ((counted - b.first_day) % 62) AS bit, (b.last_day - counted) // 7 AS week
FROM (SELECT day, CASE WHEN day < first_day THEN first_day WHEN day > last_day THEN last_day ELSE day END AS counted
      FROM (SELECT DISTINCT day FROM edge_flow) CROSS JOIN bounds)
CROSS JOIN bounds b;

CREATE OR REPLACE TEMP TABLE way_sum AS
WITH part AS (
  SELECT e.way, w.page, w.bit, e.sure, e.conversations, e.probes, e.completed, e.bytes, e.first_second, e.last_second,
         e.sure AND e.conversations > 0 AND n.way IS NULL AS used, e.sure AND n.way IS NOT NULL AS noisy
  FROM edge_flow e JOIN window_bit w USING (day) LEFT JOIN noise n ON n.way = e.way AND n.spot = e.spot
)
SELECT way, page, sum(CASE WHEN used THEN conversations END)::BIGINT AS conversations, sum(CASE WHEN used THEN bytes END)::BIGINT AS bytes,
       bit_or(CASE WHEN used THEN bit END) AS days, min(CASE WHEN used THEN first_second END) AS first_s, max(CASE WHEN used THEN last_second END) AS last_s,
       sum(CASE WHEN noisy THEN conversations END)::BIGINT AS noise, sum(CASE WHEN sure THEN probes END)::BIGINT AS probes,
       sum(CASE WHEN sure THEN completed END)::BIGINT AS completed, sum(CASE WHEN NOT sure THEN conversations END)::BIGINT AS ambiguous
FROM part GROUP BY way, page;

CREATE OR REPLACE TEMP TABLE probe_page AS
SELECT way, spot, page, bit_or(bit) AS days FROM edge_flow JOIN window_bit USING (day) WHERE sure AND completed > 0 GROUP BY way, spot, page;

CREATE OR REPLACE TEMP TABLE flow_row AS
WITH part AS (
  SELECT way, spot, peer_state, sum(conversations::DOUBLE)::BIGINT AS conversations,
         bit_or(CASE WHEN page = 0 THEN bit ELSE 0 END) AS days,
         NULL::BIGINT AS ambiguous, NULL::BIGINT AS alone
  FROM edge_flow JOIN window_bit USING (day) WHERE sure AND conversations > 0 GROUP BY way, spot, peer_state
  UNION ALL BY NAME
  SELECT way, spot, peer_state, sum(conversations::DOUBLE) FILTER (NOT sure)::BIGINT AS ambiguous, sum(probes::DOUBLE) FILTER (conversations = 0)::BIGINT AS alone
  FROM edge_flow WHERE NOT sure OR conversations = 0 GROUP BY way, spot, peer_state
),
flow AS (
  SELECT f.*, coalesce(o.set_no, s.set_no) AS set_no, n.way IS NOT NULL AS noise
  FROM part f
  LEFT JOIN (SELECT way, set_no FROM way_set WHERE peer_no = 0) s ON s.way = f.way
  LEFT JOIN (SELECT way, peer_no, set_no FROM way_set WHERE peer_no > 0) o ON o.way = f.way AND o.peer_no = (f.spot >> 24)::UINTEGER
  LEFT JOIN noise n ON n.way = f.way AND n.spot = f.spot
)
SELECT flow AS row FROM flow;

CREATE OR REPLACE TEMP VIEW flow AS FROM fields('flow_row');

-- Few flows have any of it, so that it stands apart.
CREATE OR REPLACE TEMP TABLE late AS
WITH part AS (
  SELECT way, spot, peer_state, sum(CASE WHEN week = 0 THEN conversations::DOUBLE ELSE 0 END)::BIGINT AS late_0, sum(CASE WHEN week = 0 THEN bytes::DOUBLE ELSE 0 END)::BIGINT AS late_bytes_0,
         sum(CASE WHEN week = 1 THEN conversations::DOUBLE ELSE 0 END)::BIGINT AS late_1, sum(CASE WHEN week = 1 THEN bytes::DOUBLE ELSE 0 END)::BIGINT AS late_bytes_1
  FROM edge_flow JOIN (FROM window_bit WHERE week < 2) w USING (day) WHERE sure AND conversations > 0 GROUP BY way, spot, peer_state
)
SELECT f.*, coalesce(o.set_no, s.set_no) AS set_no
FROM part f ANTI JOIN noise n ON n.way = f.way AND n.spot = f.spot
LEFT JOIN (SELECT way, set_no FROM way_set WHERE peer_no = 0) s ON s.way = f.way
LEFT JOIN (SELECT way, peer_no, set_no FROM way_set WHERE peer_no > 0) o ON o.way = f.way AND o.peer_no = (f.spot >> 24)::UINTEGER;

CREATE OR REPLACE TEMP TABLE rule_page AS
SELECT r.rule_no, e.spot, w.page, bit_or(w.bit) AS days
FROM edge_flow e JOIN (FROM window_bit WHERE page > 0) w USING (day) ANTI JOIN noise n ON n.way = e.way AND n.spot = e.spot
JOIN way_rule r ON r.way = e.way SEMI JOIN in_force f ON f.rule_no = r.rule_no
WHERE e.sure AND e.conversations > 0
GROUP BY r.rule_no, e.spot, w.page;
DROP VIEW edge_flow;
DROP TABLE edge_row;
