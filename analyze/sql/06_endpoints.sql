-- Question: which openers are beyond doubt, and which endpoints are therefore servers?
-- Result:   sure(conv, who, method, confidence)      methods syn and infeasible
--           server(protocol, ip, port)               proven endpoints
--           proven(conv, who)                        conversations of which one end alone is a proven server
--           rest                                     the conversations that are still open
--           fan(protocol, ip, port, nf)              for hosts in rest: how much wider an endpoint is used than the host's ports usually are
--           sibling(protocol, port, group_id)        ports popular on two members of a group or more
-- Assumes:  tcp-flags are the OR over an interval: SYN 2 without ACK from the opener, SYN-ACK 18 from the responder
--           (https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html). Both directions accepted although
--           no rule of one direction admits it means that the other side opened: groups are stateful.
--           A scanner's SYN proves no server: only conversations with data both ways count as talk.
CREATE OR REPLACE TEMP TABLE sure AS
WITH flag AS (
  SELECT *, protocol = 6 AND has_flags AND ((in_flags & 18) = 2 OR (out_flags & 18) = 18) AS syn_in,
            protocol = 6 AND has_flags AND ((out_flags & 18) = 2 OR (in_flags & 18) = 18) AS syn_out
  FROM talk
),
verdict AS (
  SELECT f.conv,
         CASE WHEN syn_in AND syn_out THEN 'both' WHEN syn_in THEN 'remote' WHEN syn_out THEN 'local'
              WHEN u.complete AND i.conv IS NULL AND o.conv IS NOT NULL AND f.in_records > 0 THEN 'local'
              WHEN u.complete AND o.conv IS NULL AND i.conv IS NOT NULL AND f.out_records > 0 THEN 'remote' END AS who,
         CASE WHEN syn_in OR syn_out THEN 'syn' ELSE 'infeasible' END AS method,
         CASE WHEN syn_in OR syn_out THEN 0.999 ELSE 0.99 END AS confidence
  FROM flag f
  LEFT JOIN undecided u ON u.conv = f.conv
  LEFT JOIN can_in i ON i.conv = f.conv
  LEFT JOIN can_out o ON o.conv = f.conv
)
SELECT * FROM verdict WHERE who IS NOT NULL;

CREATE OR REPLACE TEMP TABLE server AS
SELECT DISTINCT t.protocol,
       CASE WHEN s.who = 'remote' THEN t.local ELSE t.remote END AS ip,
       CASE WHEN s.who = 'remote' THEN t.lport ELSE t.rport END AS port
FROM talk t JOIN sure s USING (conv)
WHERE s.who <> 'both' AND t.protocol IN (6, 17) AND t.in_records > 0 AND t.out_records > 0
  AND (t.protocol <> 6 OR t.in_bytes > t.header * least(t.in_packets, 100000000000000000) OR t.out_bytes > t.header * least(t.out_packets, 100000000000000000));

CREATE OR REPLACE TEMP TABLE proven AS
SELECT t.conv, CASE WHEN l.ip IS NOT NULL THEN 'remote' ELSE 'local' END AS who
FROM (SELECT t.conv, t.protocol, t.local, t.lport, t.remote, t.rport FROM talk t ANTI JOIN sure s ON s.conv = t.conv
      WHERE t.protocol IN (6, 17)) t
LEFT JOIN server l ON l.protocol = t.protocol AND l.ip = t.local AND l.port = t.lport
LEFT JOIN server r ON r.protocol = t.protocol AND r.ip = t.remote AND r.port = t.rport
WHERE (l.ip IS NULL) <> (r.ip IS NULL);

-- What is left is little where rules are narrow or flags are logged; only for it is the rest asked.
CREATE OR REPLACE TEMP TABLE rest AS
SELECT t.* FROM talk t ANTI JOIN sure s ON s.conv = t.conv ANTI JOIN proven p ON p.conv = t.conv;

CREATE OR REPLACE TEMP TABLE fan AS
WITH host AS (SELECT local AS ip FROM rest UNION SELECT remote FROM rest),
count_of AS (
  SELECT protocol, ip, port, max(n) AS fan
  FROM (SELECT protocol, local AS ip, lport AS port, count(*) AS n FROM talk
        WHERE in_records > 0 AND out_records > 0 AND protocol IN (6, 17) AND local IN (SELECT ip FROM host) GROUP BY ALL
        UNION ALL
        SELECT protocol, remote, rport, count(*) FROM talk
        WHERE in_records > 0 AND out_records > 0 AND protocol IN (6, 17) AND remote IN (SELECT ip FROM host) GROUP BY ALL)
  GROUP BY ALL
),
usual AS (
  SELECT protocol, ip, CASE WHEN count(*) >= 20 THEN quantile_disc(fan, 0.9) ELSE 1 END AS bg FROM count_of GROUP BY ALL
)
SELECT c.protocol, c.ip, c.port, c.fan / greatest(1, u.bg) AS nf
FROM count_of c JOIN usual u USING (protocol, ip)
WHERE c.fan / greatest(1, u.bg) > 1;

CREATE OR REPLACE TEMP TABLE sibling AS
SELECT f.protocol, f.port, m.group_id
FROM fan f JOIN member m ON m.address = f.ip
WHERE f.nf >= 3
GROUP BY ALL HAVING count(DISTINCT f.ip) >= 2;

CREATE OR REPLACE TEMP TABLE sibling_endpoint AS
SELECT DISTINCT s.protocol, m.address AS ip, s.port FROM sibling s JOIN member m USING (group_id);
