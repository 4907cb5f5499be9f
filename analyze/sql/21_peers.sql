-- Question: how did the peers of each rule in force come and go, and which used it most?
-- Result:   rule_peer(rule_no, peer, state, conversations, days, first_day, last_day)
-- Assumes:  a peer counts once a rule, whatever ports it used.
CREATE OR REPLACE TEMP TABLE rule_peer AS
WITH paged AS (
  SELECT rule_no, peer, page, max(peer_state) AS state, sum(conversations) AS conversations, bit_or(days) AS days,
         min(first_day) AS first_day, max(last_day) AS last_day
  FROM flow_use
  WHERE used AND conversations > 0 AND rule_no IN (SELECT rule_no FROM in_force)
  GROUP BY rule_no, peer, page
)
SELECT rule_no, peer, max(state) AS state, sum(conversations)::BIGINT AS conversations, sum(bit_count(days))::INTEGER AS days,
       min(first_day) AS first_day, max(last_day) AS last_day
FROM paged GROUP BY rule_no, peer;
