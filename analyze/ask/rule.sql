-- Question: which rule of the inventory does a rule of a plan mean?
-- Result:   rule_no, at most one
-- Assumes:  parameters are group, direction, protocol, from, to, kind and value of the peer, and the window's last second. Of
--           several of one content the one in force then is meant, or else the latest.
SELECT rule_no
FROM security_group_rule
WHERE group_id = $1 AND direction = $2::direction AND protocol = $3 AND peer_kind = $6 AND peer = $7
  AND from_port = $4 AND to_port = $5
ORDER BY epoch(valid_from) <= $8 AND epoch(valid_to) > $8 DESC, valid_from DESC
LIMIT 1;
