-- Question: what demand was there, in the narrow form that everything later reads?
-- Result:   demand_row, the rows of edge before they are numbered; spot is peer, protocol and port in one number, the peer as its
--           number in address, no twin's: peer_state tells them apart. Conversations of interfaces without groups or outside of the
--           inventory have none.
-- Assumes:  an unknown opener gives an edge for each direction that the rules allowed; their records are accounted as
--           ambiguous. A conversation's records are accounted in its first epoch and direction: records is 0 in others.
--
-- Sums are of doubles, which are exact up to 2^53, and faster than what DuckDB adds integers in.
-- Most conversations have one direction and one epoch; extra has the others' further ones.
CREATE OR REPLACE TEMP TABLE extra AS
SELECT * REPLACE (0 AS records, false AS ingress) FROM opened WHERE ingress AND egress
UNION ALL
SELECT o.* REPLACE (a.policy AS policy, a.grouped AS grouped, a.from_s AS first_s, a.to_s AS last_s, 0 AS records,
                    unnest(CASE WHEN o.ingress AND o.egress THEN [true, false] ELSE [o.ingress] END) AS ingress)
FROM opened o JOIN talk_again a ON a.conv = o.conv;

CREATE OR REPLACE TEMP TABLE demand_row AS
WITH part AS (
  SELECT * FROM opened
  UNION ALL
  SELECT * FROM extra
),
demand AS (
  SELECT day, iface, policy, ingress, (coalesce(one, address_of(there))::UBIGINT << 24) + ((CASE WHEN ingress THEN here ELSE there END) & 16777215) AS spot,
         peer_state, method, confidence,
         count(*) FILTER (NOT probe)::UINTEGER AS conversations,
         count(*) FILTER (probe)::UINTEGER AS probes,
         count(*) FILTER (probe AND completed)::UINTEGER AS completed,
         count(*) FILTER (NOT probe AND (last_s - first_s >= 60 OR bytes >= 20000))::UINTEGER AS long_sessions,
         sum(records::DOUBLE)::UBIGINT AS records, sum(packets::DOUBLE)::UBIGINT AS packets, sum(bytes::DOUBLE)::UBIGINT AS bytes,
         count(*) FILTER (inward AND outward)::UINTEGER AS answered,
         min(first_s)::UINTEGER AS first_second, max(last_s)::UINTEGER AS last_second
  FROM part LEFT JOIN twin ON twin.address_no = address_of(there)
  WHERE policy IS NOT NULL AND grouped
  GROUP BY ALL
)
SELECT demand AS row FROM demand;
