-- Question: how did the peers of each rule in force come and go, and which used it most?
-- Result:   rule_peer(rule_no, peer_no, state, conversations, days, first_day, last_day)
-- Assumes:  a peer counts once a rule, whatever ports it used.
CREATE OR REPLACE TEMP TABLE rule_peer AS
WITH later AS (
  SELECT rule_no, peer_no, sum(bit_count(days)) AS days
  FROM (SELECT rule_no, (spot >> 24)::UINTEGER AS peer_no, page, bit_or(days) AS days FROM rule_page GROUP BY ALL)
  GROUP BY rule_no, peer_no
),
whole AS (
  SELECT rule_no, (spot >> 24)::UINTEGER AS peer_no, max(use_state) AS state, sum(conversations)::BIGINT AS conversations, bit_or(bits) AS bits,
         min(first_day) AS first_day, max(last_day) AS last_day
  FROM rule_use WHERE conversations > 0
  GROUP BY ALL
)
SELECT w.rule_no, w.peer_no, w.state, w.conversations, (bit_count(w.bits) + coalesce(l.days, 0))::INTEGER AS days, w.first_day, w.last_day
FROM whole w LEFT JOIN later l ON l.rule_no = w.rule_no AND l.peer_no = w.peer_no;
