-- Question: what demand was there, in the narrow form that everything later reads?
-- Result:   edge (kept). Conversations of interfaces without groups or outside of the inventory have none.
-- Assumes:  probes: TCP that got no answer, only a reset, or a handshake without data in either direction. Ten packets
--           bound what is called so, since an idle pool's keepalives carry no data either and are not probes.
--           An unknown opener gives an edge for each direction that the rules allowed; their records are accounted as
--           ambiguous, not here.
CREATE OR REPLACE TEMP TABLE opened AS
WITH part AS (
  SELECT t.conv, t.policy, t.group_count, t.first_s, t.last_s, true AS first_part FROM talk t
  UNION ALL
  SELECT a.conv, a.policy, a.group_count, a.from_s, a.to_s, false FROM talk_again a
),
side AS (
  SELECT p.*, t.day, t.iface, t.protocol, t.remote, t.lport, t.rport, t.peer_state, t.header, t.has_flags, t.in_records, t.out_records,
         t.in_packets, t.in_bytes, t.in_flags, t.out_packets, t.out_bytes, t.out_flags, o.who, o.method, o.confidence,
         unnest(CASE WHEN o.confidence >= 0.8 AND o.who = 'remote' THEN ['ingress']
                     WHEN o.confidence >= 0.8 AND o.who = 'local' THEN ['egress']
                     WHEN o.confidence >= 0.8 THEN ['ingress', 'egress']
                     WHEN i.conv IS NOT NULL AND e.conv IS NULL THEN ['ingress']
                     WHEN e.conv IS NOT NULL AND i.conv IS NULL THEN ['egress']
                     ELSE ['ingress', 'egress'] END) AS direction
  FROM part p JOIN talk t USING (conv) JOIN opener o USING (conv)
  LEFT JOIN can_in i USING (conv) LEFT JOIN can_out e USING (conv)
  WHERE p.policy IS NOT NULL AND p.group_count > 0
)
SELECT *, CASE WHEN direction = 'ingress' THEN lport ELSE rport END AS port,
       protocol = 6 AND in_packets <= 10 AND out_packets <= 10
         AND in_bytes <= header * in_packets AND out_bytes <= header * out_packets
         AND (NOT has_flags OR ((in_flags | out_flags) & 6) <> 0 OR in_records = 0 OR out_records = 0) AS probe,
       (has_flags AND ((in_flags | out_flags) & 16) <> 0)
         OR (NOT has_flags AND in_packets >= 2 AND out_packets >= 2) AS completed
FROM side;

DELETE FROM edge;
INSERT INTO edge
SELECT row_number() OVER (ORDER BY day, iface, policy, direction, protocol, port, peer, peer_state, method)::UINTEGER, e.*
FROM (
  SELECT day, iface, policy, direction, protocol, port::USMALLINT AS port, remote AS peer, peer_state, method, confidence,
         count(*) FILTER (NOT probe)::UINTEGER AS conversations,
         count(*) FILTER (probe)::UINTEGER AS probes,
         count(*) FILTER (probe AND completed)::UINTEGER AS completed,
         count(*) FILTER (NOT probe AND (last_s - first_s >= 60 OR in_bytes + out_bytes >= 20000))::UINTEGER AS long_sessions,
         coalesce(sum(in_records + out_records) FILTER (first_part AND NOT (who = 'both' AND direction = 'egress')), 0)::UBIGINT AS records,
         sum(in_packets + out_packets)::UBIGINT AS packets,
         sum(in_bytes + out_bytes)::UBIGINT AS bytes,
         count(*) FILTER (in_records > 0 AND out_records > 0)::UINTEGER AS answered,
         min(first_s)::UINTEGER AS first_second, max(last_s)::UINTEGER AS last_second
  FROM opened
  GROUP BY ALL
) e;
