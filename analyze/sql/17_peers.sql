-- Question: how did the peers of each rule in force come and go, and which used it most?
-- Result:   rule_peer(rule_no, peer_no, state, conversations, days, first_day, last_day, early_0, early_1)
--           early_0 and early_1 are the days before the window's last seven, and before its last fourteen
-- Assumes:  a peer counts once a rule, whatever ports it used.
CREATE OR REPLACE TEMP TABLE rule_peer AS
WITH current AS (SELECT r.flow_no, r.rule_no FROM flow_rule r SEMI JOIN in_force f ON f.rule_no = r.rule_no),
later AS (
  SELECT rule_no, peer_no, sum(bit_count(days)) AS days
  FROM (SELECT r.rule_no, k.peer_no, l.page, bit_or(l.days) AS days
        FROM flow_later l JOIN flow_key k USING (flow_no) JOIN current r USING (flow_no) WHERE NOT k.noise GROUP BY ALL)
  GROUP BY rule_no, peer_no
),
whole AS (
  SELECT r.rule_no, k.peer_no, max(k.peer_state) AS state, sum(u.conversations)::BIGINT AS conversations, bit_or(u.days) AS days, bit_or(u.late_days) AS late_days,
         min(u.first_day) AS first_day, max(u.last_day) AS last_day
  FROM flow_use u JOIN flow_key k USING (flow_no) JOIN current r USING (flow_no)
  WHERE NOT k.noise
  GROUP BY r.rule_no, k.peer_no
)
SELECT w.rule_no, w.peer_no, w.state, w.conversations, (bit_count(w.days) + coalesce(l.days, 0))::INTEGER AS days, w.first_day, w.last_day,
       (bit_count(w.days) + coalesce(l.days, 0) - bit_count(w.late_days & 127::SMALLINT))::INTEGER AS early_0,
       (bit_count(w.days) + coalesce(l.days, 0) - bit_count(w.late_days))::INTEGER AS early_1
FROM whole w LEFT JOIN later l ON l.rule_no = w.rule_no AND l.peer_no = w.peer_no;
