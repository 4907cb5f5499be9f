-- Question: how did the peers of each rule in force come and go, and which used it most?
-- Result:   rule_peer(rule_no, peer_no, state, conversations, days, first_day, last_day, early_0, early_1), days counted from the window's
--             start; early_0 and early_1 are how many days lie before the last seven, and before the last fourteen
--           use_early(rule_no, spot, service, …)   rule_use, with early_0 and early_1: whether it has a day before these
-- Assumes:  a peer counts once a rule, whatever ports it used.
-- The number of the lowest and of the highest bit; NULL for none. log2 may round up, which the comparison takes back.
CREATE OR REPLACE TEMP MACRO low_bit(n) AS log2(nullif(n & -n, 0))::INTEGER;
CREATE OR REPLACE TEMP MACRO high_bit(n) AS
  floor(log2(nullif(n, 0)))::INTEGER - CASE WHEN n < 1::BIGINT << floor(log2(nullif(n, 0)))::INTEGER THEN 1 ELSE 0 END;

-- The days of a page that lie before a day.
CREATE OR REPLACE TEMP MACRO days_before(days, page, cut) AS
  days & CASE WHEN cut >= 62 * (page + 1) THEN 4611686018427387903 WHEN cut <= 62 * page THEN 0::BIGINT ELSE (1::BIGINT << (cut - 62 * page)) - 1 END;

CREATE OR REPLACE TEMP TABLE week_cut AS
SELECT (last_day - first_day - 6)::INTEGER AS cut_0, (last_day - first_day - 13)::INTEGER AS cut_1 FROM bounds;

CREATE OR REPLACE TEMP TABLE rule_peer AS
WITH later AS (
  SELECT rule_no, peer_no, sum(bit_count(days)) AS days, sum(bit_count(days_before(days, page, cut_0))) AS early_0, sum(bit_count(days_before(days, page, cut_1))) AS early_1, min(62 * page + low_bit(days)) AS first_day, max(62 * page + high_bit(days)) AS last_day
  FROM (SELECT rule_no, (spot >> 24)::UINTEGER AS peer_no, page, bit_or(days) AS days FROM rule_page GROUP BY ALL) CROSS JOIN week_cut
  GROUP BY rule_no, peer_no
),
whole AS (
  SELECT u.rule_no, (u.spot >> 24)::UINTEGER AS peer_no, max(coalesce(s.use_state, (u.low >> 32)::UINTEGER)) AS state, sum(u.conversations::DOUBLE)::BIGINT AS conversations,
         bit_or(u.days) AS days
  FROM rule_use u LEFT JOIN (SELECT rule_no, spot, max(peer_state) AS use_state FROM rule_several WHERE used GROUP BY ALL) s ON s.rule_no = u.rule_no AND s.spot = u.spot
  WHERE u.conversations > 0
  GROUP BY ALL
)
SELECT w.rule_no, w.peer_no, w.state, w.conversations, (bit_count(w.days) + coalesce(l.days, 0))::INTEGER AS days,
       coalesce(low_bit(w.days), l.first_day) AS first_day, coalesce(l.last_day, high_bit(w.days)) AS last_day,
       (bit_count(days_before(w.days, 0, cut_0)) + coalesce(l.early_0, 0))::INTEGER AS early_0,
       (bit_count(days_before(w.days, 0, cut_1)) + coalesce(l.early_1, 0))::INTEGER AS early_1
FROM whole w CROSS JOIN week_cut LEFT JOIN later l ON l.rule_no = w.rule_no AND l.peer_no = w.peer_no;

CREATE OR REPLACE TEMP VIEW use_early AS
SELECT u.rule_no, u.spot, u.spot & 16777215 AS service, u.conversations, u.ambiguous,
       days_before(u.days, 0, cut_0) <> 0 OR coalesce(p.early_0, false) AS early_0,
       days_before(u.days, 0, cut_1) <> 0 OR coalesce(p.early_1, false) AS early_1
FROM rule_use u CROSS JOIN week_cut
LEFT JOIN (SELECT rule_no, spot, bool_or(days_before(days, page, cut_0) <> 0) AS early_0, bool_or(days_before(days, page, cut_1) <> 0) AS early_1
           FROM rule_page CROSS JOIN week_cut GROUP BY rule_no, spot) p ON p.rule_no = u.rule_no AND p.spot = u.spot;
