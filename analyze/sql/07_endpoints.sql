-- Question: which endpoints are servers, or look like ones?
-- Result:   server(spot)                     proven endpoints; spot is an endpoint, as in all that follows
--           pending, pending_row             those rows of talk that do not tell the opener alone; who is set where
--                                            one end alone is a proven server (method proven)
--           rest                             those of pending that are still open
--           fan(spot, nf)                    for hosts in rest: how much wider an endpoint is used than the host's ports usually are
--           sibling(protocol, port, group_id)   ports popular on two members of a group or more
-- Assumes:  a scanner's SYN proves no server: only conversations with data both ways count as talk. A host's usual port
--           is its 90th percentile, where it has 20 ports or more.
CREATE OR REPLACE TEMP TABLE server AS
SELECT DISTINCT CASE WHEN who = 'remote'::side THEN here ELSE there END AS spot
FROM talk
WHERE who IN ('remote'::side, 'local'::side) AND protocol IN (6, 17) AND inward AND outward AND (protocol <> 6 OR data);

SET disabled_optimizers = 'join_order,build_side_probe_side'; -- as in 06_talk
CREATE OR REPLACE TEMP TABLE pending_row AS
WITH pending AS (
  SELECT t.* REPLACE (CASE WHEN l.spot IS NOT NULL AND r.spot IS NULL THEN 'remote'::side WHEN r.spot IS NOT NULL AND l.spot IS NULL THEN 'local'::side END AS who)
  FROM (SELECT unnest(row) FROM talk_row WHERE row.who IS NULL) t
  LEFT JOIN server l ON l.spot = t.here
  LEFT JOIN server r ON r.spot = t.there
)
SELECT pending AS row FROM pending;
RESET disabled_optimizers;

CREATE OR REPLACE TEMP VIEW pending AS FROM spelled_out('pending_row');

-- What is left is little where rules are narrow or flags are logged; only for it is the rest asked.
CREATE OR REPLACE TEMP TABLE rest AS
SELECT conv, day, iface, protocol, here, there, peer_state, inward, outward, in_earlier, out_earlier, way
FROM pending WHERE who IS NULL;

CREATE OR REPLACE TEMP TABLE fan AS
WITH host AS (SELECT address_of(here) AS address_no FROM rest UNION SELECT address_of(there) FROM rest),
answered AS (SELECT here, there FROM talk WHERE inward AND outward AND protocol IN (6, 17)),
met AS (
  SELECT spot, count(own) AS of_own, count(*) - count(own) AS of_others -- own is NULL for others': a FILTER costs more
  FROM (SELECT here AS spot, true AS own FROM answered UNION ALL SELECT there, NULL FROM answered) SEMI JOIN host ON host.address_no = address_of(spot)
  GROUP BY spot
),
count_of AS (SELECT spot, CASE WHEN of_own > of_others THEN of_own ELSE of_others END AS fan FROM met),
-- The percentile from counts of equal fans: a list of all ports of a host may not fit into memory. A host is told by what
-- stands before the port: its address and the protocol.
spread AS (
  SELECT spot >> 16 AS host, fan, sum(count(*)) OVER (PARTITION BY spot >> 16 ORDER BY fan) AS upto, sum(count(*)) OVER (PARTITION BY spot >> 16) AS ports
  FROM count_of GROUP BY spot >> 16, fan
),
usual AS (
  SELECT host, CASE WHEN any_value(ports) >= 20 THEN min(fan) FILTER (upto >= ports - ports // 10) ELSE 1 END AS bg
  FROM spread GROUP BY host
)
SELECT c.spot, c.fan / greatest(1, u.bg) AS nf
FROM count_of c JOIN usual u ON u.host = c.spot >> 16
WHERE c.fan / greatest(1, u.bg) > 1;

CREATE OR REPLACE TEMP TABLE sibling AS
SELECT f.spot & 16777215 AS service, m.group_id
FROM fan f JOIN member m ON m.address_no = address_of(f.spot)
WHERE f.nf >= 3
GROUP BY ALL HAVING count(DISTINCT address_of(f.spot)) >= 2;

CREATE OR REPLACE TEMP TABLE sibling_endpoint AS
SELECT DISTINCT (m.address_no::UBIGINT << 24) + s.service AS spot FROM sibling s JOIN member m USING (group_id);
