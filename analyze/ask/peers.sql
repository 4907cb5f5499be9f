-- Question: which addresses used a rule, and who were they then?
-- Result:   one row an address, busiest first; interfaces and groups comma-separated; services as "6/443" likewise
-- Assumes:  the parameter is a rule_no.
WITH used AS (
  SELECT e.* FROM edge_rule r JOIN edge e USING (edge_no) WHERE r.rule_no = $1
),
owner AS (
  SELECT u.peer, string_agg(DISTINCT n.interface_id, ',' ORDER BY n.interface_id) AS interfaces, arg_max(n.description, n.valid_from) AS description,
         coalesce(string_agg(DISTINCT g.group_id, ',' ORDER BY g.group_id), '') AS groups
  FROM (SELECT DISTINCT peer, peer_state FROM used) u JOIN network_interface n ON n.state_no = u.peer_state
  LEFT JOIN network_interface_group g ON g.state_no = n.state_no
  GROUP BY u.peer
),
service AS (
  SELECT peer, string_agg(service, ',' ORDER BY n DESC, service) AS services
  FROM (SELECT peer, protocol || '/' || port AS service, sum(conversations) AS n FROM used GROUP BY peer, protocol, port
        QUALIFY row_number() OVER (PARTITION BY peer ORDER BY sum(conversations) DESC, protocol || '/' || port) <= 10)
  GROUP BY peer
)
SELECT (u.peer >> 64::UHUGEINT)::UBIGINT, (u.peer & 18446744073709551615::UHUGEINT)::UBIGINT, coalesce(any_value(o.interfaces), ''),
       coalesce(any_value(o.groups), ''), coalesce(any_value(o.description), ''), any_value(s.services),
       coalesce(sum(u.conversations) FILTER (u.confidence >= 0.8), 0)::BIGINT AS conversations,
       coalesce(sum(u.probes) FILTER (u.confidence >= 0.8), 0)::BIGINT, coalesce(sum(u.conversations) FILTER (u.confidence < 0.8), 0)::BIGINT,
       coalesce(sum(u.bytes), 0)::BIGINT, count(DISTINCT u.day) AS days, min(u.first_second)::BIGINT, max(u.last_second)::BIGINT
FROM used u LEFT JOIN owner o USING (peer) JOIN service s USING (peer)
GROUP BY u.peer
ORDER BY conversations DESC, days DESC, u.peer;
