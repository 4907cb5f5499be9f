-- Question: who opened each conversation, how was it found, and how sure is it?
-- Result:   opener(conv, who, method, confidence); below 0.8 the opener counts as unknown.
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
SELECT r.conv, min(s.who) AS who, min(s.confidence) AS confidence
FROM rest r
JOIN talk t ON t.day = r.day AND t.protocol = r.protocol AND t.local = r.remote AND t.lport = r.rport
           AND t.remote = r.local AND t.rport = r.lport
JOIN (SELECT conv, who, confidence FROM sure UNION ALL SELECT conv, who, 0.98 FROM proven) s ON s.conv = t.conv
WHERE s.who <> 'both' AND r.peer_state > 0
GROUP BY r.conv
HAVING count(DISTINCT s.who) = 1;

-- One-way on this day, but answered on the day before or after: an exchange over midnight.
CREATE OR REPLACE TEMP TABLE answered_elsewhen AS
SELECT DISTINCT r.conv
FROM (SELECT * FROM rest WHERE protocol <> 6 AND (in_records = 0 OR out_records = 0)) r
JOIN talk t ON t.iface = r.iface AND t.protocol = r.protocol AND t.local = r.local AND t.lport = r.lport
           AND t.remote = r.remote AND t.rport = r.rport AND abs(t.day - r.day) = 1
WHERE r.in_records = 0 AND t.in_records > 0 OR r.out_records = 0 AND t.out_records > 0;

CREATE OR REPLACE TEMP TABLE found AS
WITH sign AS (
  SELECT r.conv, r.protocol IN (6, 17) AS ports, r.protocol, r.lport, r.rport, r.in_records, r.out_records, r.in_first, r.out_first,
         m.who AS mirror_who, m.confidence AS mirror_confidence,
         coalesce(fl.nf, 1) AS fan_local, coalesce(fr.nf, 1) AS fan_remote,
         bl.ip IS NOT NULL AS sibling_local, br.ip IS NOT NULL AS sibling_remote,
         kl.port IS NOT NULL AS known_local, kr.port IS NOT NULL AS known_remote, ae.conv IS NOT NULL AS late
  FROM rest r
  LEFT JOIN mirrored m ON m.conv = r.conv
  LEFT JOIN answered_elsewhen ae ON ae.conv = r.conv
  LEFT JOIN fan fl ON fl.protocol = r.protocol AND fl.ip = r.local AND fl.port = r.lport
  LEFT JOIN fan fr ON fr.protocol = r.protocol AND fr.ip = r.remote AND fr.port = r.rport
  LEFT JOIN sibling_endpoint bl ON bl.protocol = r.protocol AND bl.ip = r.local AND bl.port = r.lport
  LEFT JOIN sibling_endpoint br ON br.protocol = r.protocol AND br.ip = r.remote AND br.port = r.rport
  LEFT JOIN known_port kl ON kl.port = r.lport
  LEFT JOIN known_port kr ON kr.port = r.rport
)
SELECT conv, CASE
  WHEN mirror_who IS NOT NULL THEN struct_pack(who := CASE mirror_who WHEN 'local' THEN 'remote' ELSE 'local' END,
                                               method := 'other-interface', confidence := mirror_confidence)
  WHEN protocol <> 6 AND out_records = 0 AND NOT late THEN struct_pack(who := 'remote', method := 'one-way', confidence := 0.9)
  WHEN protocol <> 6 AND in_records = 0 AND NOT late THEN struct_pack(who := 'local', method := 'one-way', confidence := 0.9)
  WHEN ports AND lport = rport THEN struct_pack(who := 'both', method := 'symmetric', confidence := 0.5)
  WHEN ports AND fan_local >= 3 AND fan_local >= 3 * fan_remote THEN struct_pack(who := 'remote', method := 'fan', confidence := 0.95)
  WHEN ports AND fan_remote >= 3 AND fan_remote >= 3 * fan_local THEN struct_pack(who := 'local', method := 'fan', confidence := 0.95)
  WHEN ports AND sibling_local AND NOT sibling_remote THEN struct_pack(who := 'remote', method := 'sibling', confidence := 0.9)
  WHEN ports AND sibling_remote AND NOT sibling_local THEN struct_pack(who := 'local', method := 'sibling', confidence := 0.9)
  WHEN ports AND known_local AND NOT known_remote THEN struct_pack(who := 'remote', method := 'known-port', confidence := 0.85)
  WHEN ports AND known_remote AND NOT known_local THEN struct_pack(who := 'local', method := 'known-port', confidence := 0.85)
  WHEN ports AND lport < 32768 AND rport >= 32768 THEN struct_pack(who := 'remote', method := 'boundary', confidence := 0.8)
  WHEN ports AND rport < 32768 AND lport >= 32768 THEN struct_pack(who := 'local', method := 'boundary', confidence := 0.8)
  WHEN out_records = 0 THEN struct_pack(who := 'remote', method := 'one-way', confidence := 0.6)
  WHEN in_records = 0 THEN struct_pack(who := 'local', method := 'one-way', confidence := 0.6)
  WHEN in_first < out_first THEN struct_pack(who := 'remote', method := 'start', confidence := 0.6)
  WHEN out_first < in_first THEN struct_pack(who := 'local', method := 'start', confidence := 0.6)
  ELSE struct_pack(who := 'unknown', method := 'unknown', confidence := 0.5) END AS v
FROM sign;

CREATE OR REPLACE TEMP TABLE decided AS
SELECT conv, who, method::opener_method AS method, confidence::FLOAT AS confidence FROM sure
UNION ALL
SELECT conv, who, 'proven'::opener_method, 0.98::FLOAT FROM proven
UNION ALL
SELECT conv, v.who, v.method::opener_method, v.confidence::FLOAT FROM found;

-- Pairs of addresses of which one opened all that is decided in the window: FTP's data and RPC's dynamic ports follow the
-- side that opened the control connection. Only TCP with both ports high is left to it.
CREATE OR REPLACE TEMP TABLE companion AS
SELECT t.iface, t.local, t.remote, min(d.who) AS who
FROM talk t JOIN decided d USING (conv)
WHERE d.confidence >= 0.8 AND t.protocol = 6 AND t.in_records > 0 AND t.out_records > 0
  AND (t.iface, t.local, t.remote) IN (SELECT (t.iface, t.local, t.remote) FROM talk t JOIN decided d USING (conv)
                                       WHERE d.confidence < 0.8 AND t.protocol = 6)
GROUP BY ALL
HAVING count(DISTINCT d.who) = 1 AND min(d.who) <> 'both';

CREATE OR REPLACE TEMP TABLE opener AS
SELECT d.conv,
       CASE WHEN c.who IS NULL THEN d.who ELSE c.who END AS who,
       CASE WHEN c.who IS NULL THEN d.method ELSE 'companion'::opener_method END AS method,
       CASE WHEN c.who IS NULL THEN d.confidence ELSE 0.8::FLOAT END AS confidence
FROM decided d
LEFT JOIN (SELECT t.conv, c.who FROM talk t JOIN decided d USING (conv)
           JOIN companion c ON c.iface = t.iface AND c.local = t.local AND c.remote = t.remote
           WHERE d.confidence < 0.8 AND t.protocol = 6 AND t.lport <> t.rport AND t.in_records > 0 AND t.out_records > 0) c USING (conv);
