-- Question: who opened the conversations that do not tell it alone, how was it found, and how sure is it?
-- Result:   opener(conv, who, method, confidence, way), one row a conversation of rest; below 0.8 the opener
--           counts as unknown
--           opened, every row of talk with method and confidence; ingress and egress say which rules are to be asked
-- Assumes:  the cascade and its confidences as measured in the project's reference: proven endpoint .98, the other
--           interface's record as there, one-way .9, symmetric port .5, fan .95, sibling .9, known port .85,
--           boundary .8, companion .8 (ours), start order .6. The first method that fits decides.
CREATE OR REPLACE TEMP TABLE known_port AS
SELECT unnest([20, 21, 22, 23, 25, 53, 67, 68, 69, 80, 88, 110, 111, 123, 135, 137, 138, 139, 143, 161, 162, 179, 389, 443,
  445, 465, 500, 514, 515, 548, 554, 587, 623, 631, 636, 873, 902, 989, 990, 993, 995, 1080, 1194, 1433, 1434, 1521, 1701,
  1723, 1812, 1813, 1883, 2049, 2055, 2181, 2375, 2376, 2379, 2380, 2484, 3128, 3260, 3268, 3269, 3306, 3389, 4222, 4317,
  4318, 4500, 4739, 4789, 5044, 5060, 5061, 5222, 5353, 5355, 5432, 5433, 5439, 5601, 5671, 5672, 5900, 5984, 5985, 5986,
  6081, 6343, 6379, 6380, 6443, 6514, 6667, 7000, 7001, 7077, 7199, 7473, 7474, 7687, 8000, 8008, 8009, 8080, 8081, 8086,
  8088, 8125, 8140, 8200, 8300, 8301, 8302, 8443, 8472, 8500, 8600, 8883, 8888, 9000, 9042, 9090, 9091, 9092, 9093, 9094,
  9098, 9100, 9142, 9160, 9200, 9300, 9418, 9443, 9995, 9996, 10050, 10051, 10250, 10255, 11211, 15672, 26257, 27017,
  27018, 27019, 50051, 61616])::USMALLINT AS port;

CREATE OR REPLACE TEMP TABLE mirrored AS
WITH told AS (
  SELECT day, here, there, who, CASE WHEN syn THEN 0.999 ELSE 0.99 END AS confidence FROM talk WHERE who IS NOT NULL
  UNION ALL
  SELECT day, here, there, who, 0.98 FROM pending WHERE who IS NOT NULL
)
SELECT r.conv, min(t.who) AS who, min(t.confidence) AS confidence
FROM rest r
JOIN told t ON t.day = r.day AND t.here = r.there AND t.there = r.here
WHERE t.who <> 'both'::side AND r.peer_state > 0
GROUP BY r.conv
HAVING min(t.who) = max(t.who);

-- One-way on this day, but answered on the day before or after: an exchange over midnight.
CREATE OR REPLACE TEMP TABLE answered_elsewhen AS
SELECT DISTINCT r.conv
FROM (SELECT * FROM rest WHERE protocol <> 6 AND inward <> outward) r
JOIN talk t ON t.iface = r.iface AND t.here = r.here AND t.there = r.there AND abs(t.day - r.day) = 1
WHERE NOT r.inward AND t.inward OR NOT r.outward AND t.outward;

CREATE OR REPLACE TEMP TABLE found AS
WITH sign AS (
  SELECT r.conv, r.protocol IN (6, 17) AS ports, r.protocol, port_of(r.here) AS lport, port_of(r.there) AS rport, r.inward, r.outward, r.in_earlier, r.out_earlier,
         m.who AS mirror_who, m.confidence AS mirror_confidence,
         coalesce(fl.nf, 1) AS fan_local, coalesce(fr.nf, 1) AS fan_remote,
         bl.spot IS NOT NULL AS sibling_local, br.spot IS NOT NULL AS sibling_remote,
         kl.port IS NOT NULL AS known_local, kr.port IS NOT NULL AS known_remote, ae.conv IS NOT NULL AS late
  FROM rest r
  LEFT JOIN mirrored m ON m.conv = r.conv
  LEFT JOIN answered_elsewhen ae ON ae.conv = r.conv
  LEFT JOIN fan fl ON fl.spot = r.here
  LEFT JOIN fan fr ON fr.spot = r.there
  LEFT JOIN sibling_endpoint bl ON bl.spot = r.here
  LEFT JOIN sibling_endpoint br ON br.spot = r.there
  LEFT JOIN known_port kl ON kl.port = port_of(r.here)
  LEFT JOIN known_port kr ON kr.port = port_of(r.there)
)
SELECT conv, CASE
  WHEN mirror_who IS NOT NULL THEN struct_pack(who := CASE mirror_who WHEN 'local' THEN 'remote' ELSE 'local' END,
                                               method := 'other-interface', confidence := mirror_confidence)
  WHEN protocol <> 6 AND NOT outward AND NOT late THEN struct_pack(who := 'remote', method := 'one-way', confidence := 0.9)
  WHEN protocol <> 6 AND NOT inward AND NOT late THEN struct_pack(who := 'local', method := 'one-way', confidence := 0.9)
  WHEN ports AND lport = rport THEN struct_pack(who := 'both', method := 'symmetric', confidence := 0.5)
  WHEN ports AND fan_local >= 3 AND fan_local >= 3 * fan_remote THEN struct_pack(who := 'remote', method := 'fan', confidence := 0.95)
  WHEN ports AND fan_remote >= 3 AND fan_remote >= 3 * fan_local THEN struct_pack(who := 'local', method := 'fan', confidence := 0.95)
  WHEN ports AND sibling_local AND NOT sibling_remote THEN struct_pack(who := 'remote', method := 'sibling', confidence := 0.9)
  WHEN ports AND sibling_remote AND NOT sibling_local THEN struct_pack(who := 'local', method := 'sibling', confidence := 0.9)
  WHEN ports AND known_local AND NOT known_remote THEN struct_pack(who := 'remote', method := 'known-port', confidence := 0.85)
  WHEN ports AND known_remote AND NOT known_local THEN struct_pack(who := 'local', method := 'known-port', confidence := 0.85)
  WHEN ports AND lport < 32768 AND rport >= 32768 THEN struct_pack(who := 'remote', method := 'boundary', confidence := 0.8)
  WHEN ports AND rport < 32768 AND lport >= 32768 THEN struct_pack(who := 'local', method := 'boundary', confidence := 0.8)
  WHEN NOT outward THEN struct_pack(who := 'remote', method := 'one-way', confidence := 0.6)
  WHEN NOT inward THEN struct_pack(who := 'local', method := 'one-way', confidence := 0.6)
  WHEN in_earlier THEN struct_pack(who := 'remote', method := 'start', confidence := 0.6)
  WHEN out_earlier THEN struct_pack(who := 'local', method := 'start', confidence := 0.6)
  ELSE struct_pack(who := 'unknown', method := 'unknown', confidence := 0.5) END AS v
FROM sign;

CREATE OR REPLACE TEMP TABLE decided AS
SELECT r.conv, r.iface, r.protocol, r.here, r.there, r.inward AND r.outward AS answered, r.way,
       f.v.who::side AS who, f.v.method::opener_method AS method, f.v.confidence::FLOAT AS confidence
FROM rest r JOIN found f USING (conv);

-- Pairs of addresses of which one opened all that is decided in the window: FTP's data and RPC's dynamic ports follow the
-- side that opened the control connection. Only TCP with both ports high is left to it.
CREATE OR REPLACE TEMP TABLE companion AS
WITH doubtful AS (SELECT DISTINCT iface, address_of(here) AS local, address_of(there) AS remote FROM decided WHERE confidence < 0.8 AND protocol = 6)
SELECT t.iface, t.local, t.remote, min(t.who) AS who
FROM (SELECT iface, address_of(here) AS local, address_of(there) AS remote, who FROM talk WHERE who IS NOT NULL AND protocol = 6 AND inward AND outward
      UNION ALL
      SELECT iface, address_of(here), address_of(there), who FROM pending WHERE who IS NOT NULL AND protocol = 6 AND inward AND outward
      UNION ALL
      SELECT iface, address_of(here), address_of(there), who FROM decided WHERE confidence >= 0.8 AND protocol = 6 AND answered) t
SEMI JOIN doubtful d ON d.iface = t.iface AND d.local = t.local AND d.remote = t.remote
GROUP BY ALL
HAVING min(t.who) = max(t.who) AND min(t.who) <> 'both'::side;

CREATE OR REPLACE TEMP TABLE opener AS
SELECT d.conv, d.way, coalesce(c.who, d.who) AS who,
       CASE WHEN c.who IS NULL THEN d.method ELSE 'companion'::opener_method END AS method,
       CASE WHEN c.who IS NULL THEN d.confidence ELSE 0.8::FLOAT END AS confidence
FROM decided d
LEFT JOIN companion c ON c.iface = CASE WHEN d.confidence < 0.8 AND d.protocol = 6 AND port_of(d.here) <> port_of(d.there) AND d.answered THEN d.iface END
                     AND c.local = address_of(d.here) AND c.remote = address_of(d.there);

CREATE OR REPLACE TEMP VIEW opened AS
SELECT *, CASE WHEN syn THEN 'syn'::opener_method ELSE 'infeasible'::opener_method END AS method, CASE WHEN syn THEN 0.999::FLOAT ELSE 0.99::FLOAT END AS confidence,
       who <> 'local'::side AS ingress, who <> 'remote'::side AS egress
FROM talk WHERE who IS NOT NULL
UNION ALL
SELECT *, 'proven'::opener_method, 0.98::FLOAT, who <> 'local'::side, who <> 'remote'::side
FROM pending WHERE who IS NOT NULL
UNION ALL
SELECT p.* REPLACE (o.who AS who), o.method, o.confidence,
       CASE WHEN o.confidence >= 0.8 THEN o.who <> 'local'::side ELSE coalesce(o.way, true) END,
       CASE WHEN o.confidence >= 0.8 THEN o.who <> 'remote'::side ELSE coalesce(NOT o.way, true) END
FROM (SELECT * FROM pending WHERE who IS NULL) p JOIN opener o USING (conv);
