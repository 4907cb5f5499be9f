-- Question: what demand was there, in the narrow form that everything later reads?
-- Result:   edge (kept). Conversations of interfaces without groups or outside of the inventory have none.
-- Assumes:  probes: TCP that got no answer, only a reset, or a handshake without data in either direction: every packet
--           a bare header, and on the whole no heavier than SYNs with options and ACKs without. Ten packets
--           bound what is called so, since an idle pool's keepalives carry no data either and are not probes.
--           An unknown opener gives an edge for each direction that the rules allowed; their records are accounted as
--           ambiguous. Edge numbers are arbitrary: nothing that is shown may depend on them.
CREATE OR REPLACE TEMP TABLE unsure AS
SELECT o.conv, i.conv IS NOT NULL OR e.conv IS NULL AS inward, e.conv IS NOT NULL OR i.conv IS NULL AS outward
FROM (SELECT conv FROM opener WHERE confidence < 0.8) o
LEFT JOIN can_in i USING (conv) LEFT JOIN can_out e USING (conv);

-- One direction for most; twice has the second one of the others.
CREATE OR REPLACE TEMP TABLE once AS
SELECT o.conv, CASE WHEN o.confidence >= 0.8 THEN o.who <> 'local' ELSE u.inward END AS ingress, o.who, o.method, o.confidence
FROM opener o LEFT JOIN unsure u USING (conv);

CREATE OR REPLACE TEMP TABLE twice AS
SELECT conv, false AS ingress, who, method, confidence FROM opener WHERE confidence >= 0.8 AND who = 'both'
UNION ALL
SELECT o.conv, false, o.who, o.method, o.confidence FROM opener o JOIN unsure u USING (conv) WHERE u.inward AND u.outward;

DELETE FROM edge;
INSERT INTO edge
WITH part AS (
  SELECT t.*, o.ingress, o.method, o.confidence, true AS counted FROM talk t JOIN once o USING (conv)
  UNION ALL
  SELECT t.*, o.ingress, o.method, o.confidence, false FROM talk t JOIN twice o USING (conv)
  UNION ALL
  SELECT t.* REPLACE (a.policy AS policy, a.group_count AS group_count, a.from_s AS first_s, a.to_s AS last_s),
         o.ingress, o.method, o.confidence, false
  FROM talk t JOIN talk_again a USING (conv) JOIN (FROM once UNION ALL FROM twice) o USING (conv)
),
judged AS (
  SELECT *, CASE WHEN ingress THEN lport ELSE rport END AS port,
         protocol = 6 AND in_packets <= 10 AND out_packets <= 10
           AND in_bytes <= header * least(in_packets, 11) AND out_bytes <= header * least(out_packets, 11)
           AND (in_packets < 3 OR out_packets < 3 OR in_bytes + out_bytes <= (header - 8) * least(in_packets + out_packets, 22) + 16)
           AND (NOT has_flags OR ((in_flags | out_flags) & 6) <> 0 OR in_records = 0 OR out_records = 0) AS probe,
         (has_flags AND ((in_flags | out_flags) & 16) <> 0) OR (NOT has_flags AND in_packets >= 2 AND out_packets >= 2) AS completed
  FROM part WHERE policy IS NOT NULL AND group_count > 0
),
grouped AS (
  SELECT day, iface, policy, ingress, protocol, port, remote AS peer, peer_state, method, confidence,
         count(*) FILTER (NOT probe)::UINTEGER AS conversations,
         count(*) FILTER (probe)::UINTEGER AS probes,
         count(*) FILTER (probe AND completed)::UINTEGER AS completed,
         count(*) FILTER (NOT probe AND (last_s - first_s >= 60 OR in_bytes + out_bytes >= 20000))::UINTEGER AS long_sessions,
         coalesce(sum((in_records + out_records)::UBIGINT) FILTER (counted), 0)::UBIGINT AS records,
         sum((in_packets + out_packets)::UBIGINT)::UBIGINT AS packets,
         sum((in_bytes + out_bytes)::UBIGINT)::UBIGINT AS bytes,
         count(*) FILTER (in_records > 0 AND out_records > 0)::UINTEGER AS answered,
         min(first_s)::UINTEGER AS first_second, max(last_s)::UINTEGER AS last_second
  FROM judged
  GROUP BY ALL
)
SELECT row_number() OVER ()::UINTEGER, day, iface, policy, CASE WHEN ingress THEN 'ingress' ELSE 'egress' END::direction,
       protocol, port, peer, peer_state, method, confidence, conversations, probes, completed, long_sessions, records,
       packets, bytes, answered, first_second, last_second
FROM grouped;
