-- Question: which endpoints are servers, or look like ones?
-- Result:   server(protocol, ip, port)       proven endpoints; ip is an address number, as in all that follows
--           pending                          those rows of talk that do not tell the opener alone; who is set where
--                                            one end alone is a proven server (method proven)
--           rest                             those of pending that are still open
--           fan(protocol, ip, port, nf)      for hosts in rest: how much wider an endpoint is used than the host's ports usually are
--           sibling(protocol, port, group_id)   ports popular on two members of a group or more
-- Assumes:  a scanner's SYN proves no server: only conversations with data both ways count as talk. A host's usual port
--           is its 90th percentile, where it has 20 ports or more.
CREATE OR REPLACE TEMP TABLE server AS
SELECT DISTINCT protocol, CASE WHEN who = 'remote' THEN local ELSE remote END AS ip, CASE WHEN who = 'remote' THEN lport ELSE rport END AS port
FROM talk
WHERE who IN ('remote', 'local') AND protocol IN (6, 17) AND inward AND outward AND (protocol <> 6 OR data);

CREATE OR REPLACE TEMP TABLE pending AS
SELECT t.* REPLACE (CASE WHEN l.ip IS NOT NULL AND r.ip IS NULL THEN 'remote'::side WHEN r.ip IS NOT NULL AND l.ip IS NULL THEN 'local'::side END AS who)
FROM (SELECT * FROM talk WHERE who IS NULL) t
LEFT JOIN server l ON l.protocol = t.protocol AND l.ip = t.local AND l.port = t.lport
LEFT JOIN server r ON r.protocol = t.protocol AND r.ip = t.remote AND r.port = t.rport;

-- What is left is little where rules are narrow or flags are logged; only for it is the rest asked.
CREATE OR REPLACE TEMP TABLE rest AS
SELECT conv, day, iface, protocol, local, lport, remote, rport, peer_state, inward, outward, in_earlier, out_earlier, may_in, may_out
FROM pending WHERE who IS NULL;

CREATE OR REPLACE TEMP TABLE fan AS
WITH host AS (SELECT local AS ip FROM rest UNION SELECT remote FROM rest),
answered AS (SELECT protocol, local, lport, remote, rport FROM talk WHERE inward AND outward AND protocol IN (6, 17)),
count_of AS (
  SELECT protocol, ip, port, max(n) AS fan
  FROM (SELECT protocol, local AS ip, lport AS port, count(*) AS n FROM answered SEMI JOIN host ON host.ip = answered.local GROUP BY ALL
        UNION ALL
        SELECT protocol, remote, rport, count(*) FROM answered SEMI JOIN host ON host.ip = answered.remote GROUP BY ALL)
  GROUP BY ALL
),
-- The percentile from counts of equal fans: a list of all ports of a host may not fit into memory.
spread AS (
  SELECT protocol, ip, fan, sum(count(*)) OVER (PARTITION BY protocol, ip ORDER BY fan) AS upto, sum(count(*)) OVER (PARTITION BY protocol, ip) AS ports
  FROM count_of GROUP BY protocol, ip, fan
),
usual AS (
  SELECT protocol, ip, CASE WHEN any_value(ports) >= 20 THEN min(fan) FILTER (upto >= ports - ports // 10) ELSE 1 END AS bg
  FROM spread GROUP BY protocol, ip
)
SELECT c.protocol, c.ip, c.port, c.fan / greatest(1, u.bg) AS nf
FROM count_of c JOIN usual u USING (protocol, ip)
WHERE c.fan / greatest(1, u.bg) > 1;

CREATE OR REPLACE TEMP TABLE sibling AS
SELECT f.protocol, f.port, m.group_id
FROM fan f JOIN member m ON m.address_no = f.ip
WHERE f.nf >= 3
GROUP BY ALL HAVING count(DISTINCT f.ip) >= 2;

CREATE OR REPLACE TEMP TABLE sibling_endpoint AS
SELECT DISTINCT s.protocol, m.address_no AS ip, s.port FROM sibling s JOIN member m USING (group_id);
