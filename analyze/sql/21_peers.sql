-- Question: how did the peers of each rule in force come and go, and which used it most?
-- Result:   rule_peer(rule_no, peer, state, conversations, days, first_day, last_day)
-- Assumes:  a peer counts once a rule, whatever ports it used.
CREATE OR REPLACE TEMP TABLE rule_peer AS
SELECT r.rule_no, e.peer, max(e.peer_state) AS state, sum(e.conversations)::BIGINT AS conversations,
       count(DISTINCT window_day(e.day))::INTEGER AS days, min(window_day(e.day)) AS first_day, max(window_day(e.day)) AS last_day
FROM edge_rule r JOIN edge e USING (edge_no)
WHERE e.confidence >= 0.8 AND e.conversations > 0 AND e.edge_no NOT IN (SELECT edge_no FROM edge_noise)
  AND r.rule_no IN (SELECT rule_no FROM in_force)
GROUP BY r.rule_no, e.peer;
