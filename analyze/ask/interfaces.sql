-- Question: at which interfaces did a rule admit something?
-- Result:   one row an interface, busiest first, with what is known of it last
-- Assumes:  the parameter is a rule_no.
WITH known AS (
  SELECT interface_id, arg_max(account_id, valid_from) AS account_id, arg_max(interface_type, valid_from) AS interface_type,
         arg_max(description, valid_from) AS description, arg_max(instance_id, valid_from) AS instance_id
  FROM network_interface GROUP BY interface_id
)
SELECT l.interface_id, coalesce(any_value(k.account_id), any_value(l.account_id)), coalesce(any_value(k.interface_type), ''),
       coalesce(any_value(k.description), ''), coalesce(any_value(k.instance_id), ''), count(DISTINCT e.peer),
       coalesce(sum(e.conversations) FILTER (e.confidence >= 0.8), 0)::BIGINT AS conversations,
       coalesce(sum(e.probes) FILTER (e.confidence >= 0.8), 0)::BIGINT, coalesce(sum(e.conversations) FILTER (e.confidence < 0.8), 0)::BIGINT,
       coalesce(sum(e.bytes), 0)::BIGINT, count(DISTINCT e.day), min(e.first_second)::BIGINT, max(e.last_second)::BIGINT
FROM edge_rule r JOIN edge e USING (edge_no) JOIN logged_interface l USING (iface) LEFT JOIN known k USING (interface_id)
WHERE r.rule_no = $1
GROUP BY l.interface_id
ORDER BY conversations DESC, l.interface_id;
