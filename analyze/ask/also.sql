-- Question: which other rules admit some of what a rule does?
-- Result:   one row a rule, by how many conversations they share
-- Assumes:  the parameter is a rule_no. A rule that went and came again is there once for each time.
SELECT o.group_id, o.direction::VARCHAR AS way, o.protocol, o.from_port, o.to_port, o.peer_kind, o.peer, sum(e.conversations)::BIGINT AS conversations
FROM edge_rule r JOIN edge e USING (edge_no) JOIN edge_rule x USING (edge_no) JOIN security_group_rule o ON o.rule_no = x.rule_no
WHERE r.rule_no = $1 AND x.rule_no <> r.rule_no AND e.confidence >= 0.8 AND e.conversations > 0
GROUP BY ALL
ORDER BY conversations DESC, group_id, way, o.protocol, o.from_port, o.to_port, o.peer_kind, o.peer;
