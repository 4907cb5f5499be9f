-- Question: who talked to whom, in which epoch of the interface, and who owned the other address then?
-- Result:   talk, one row a conversation with any ACCEPT record: conv numbers it; policy is NULL where the interface is
--           not in the inventory at that time; peer_state 0 where nobody known owned the remote address.
--           talk_again: the later epochs that a conversation reached into (changes while it went on).
-- header is what a segment without data weighs at most, in bytes: IP and TCP headers with options.
-- Assumes:  an address has one owner a VPC at a time; where captures overlap, the later owner has it. An address that
--           is not the VPC's own may be a peered VPC's: then the one VPC that knows it decides.
CREATE OR REPLACE TEMP TABLE owner AS
SELECT address, vpc_id, state_no, vf,
       least(vt, coalesce(lead(vf) OVER (PARTITION BY address, vpc_id ORDER BY vf, state_no), vt)) AS vt
FROM network_interface_address a JOIN state s USING (state_no);

CREATE OR REPLACE TEMP TABLE owner_elsewhere AS
SELECT o.* FROM owner o
WHERE address IN (SELECT address FROM owner GROUP BY address HAVING count(DISTINCT vpc_id) = 1);

CREATE OR REPLACE TEMP TABLE own_address AS
SELECT DISTINCT s.iface, a.address FROM network_interface_address a JOIN state s USING (state_no) WHERE s.iface IS NOT NULL;

CREATE OR REPLACE TEMP TABLE talk AS
WITH oriented AS (
  SELECT c.rowid AS conv, c.day, c.iface, c.protocol, c.has_flags, c.hours,
         CASE WHEN flip THEN remote ELSE local END AS local, CASE WHEN flip THEN remote_port ELSE local_port END AS lport,
         CASE WHEN flip THEN local ELSE remote END AS remote, CASE WHEN flip THEN local_port ELSE remote_port END AS rport,
         CASE WHEN flip THEN out_records ELSE in_records END AS in_records,
         CASE WHEN flip THEN out_packets ELSE in_packets END AS in_packets,
         CASE WHEN flip THEN out_bytes ELSE in_bytes END AS in_bytes,
         CASE WHEN flip THEN out_flags ELSE in_flags END AS in_flags,
         CASE WHEN flip THEN out_first ELSE in_first END AS in_first,
         CASE WHEN flip THEN in_records ELSE out_records END AS out_records,
         CASE WHEN flip THEN in_packets ELSE out_packets END AS out_packets,
         CASE WHEN flip THEN in_bytes ELSE out_bytes END AS out_bytes,
         CASE WHEN flip THEN in_flags ELSE out_flags END AS out_flags,
         CASE WHEN flip THEN in_first ELSE out_first END AS out_first,
         c.last_second AS last_s,
         CASE WHEN c.in_records = 0 THEN c.out_first WHEN c.out_records = 0 THEN c.in_first
              ELSE least(c.in_first, c.out_first) END AS first_s
  FROM (SELECT c.*, c.rowid, c.local_by = 3 AND mine.iface IS NULL AND theirs.iface IS NOT NULL AS flip
        FROM conversation c
        LEFT JOIN own_address mine ON c.local_by = 3 AND mine.iface = c.iface AND mine.address = c.local
        LEFT JOIN own_address theirs ON c.local_by = 3 AND theirs.iface = c.iface AND theirs.address = c.remote
        WHERE c.in_records + c.out_records > 0) c
)
SELECT c.*, CASE WHEN c.remote >> 32::UHUGEINT = 65535::UHUGEINT THEN 60 ELSE 80 END AS header, e.policy, e.group_count, e.complete, coalesce(o.state_no, x.state_no, 0)::UINTEGER AS peer_state
FROM oriented c
LEFT JOIN epoch e ON e.iface = c.iface AND e.vf <= c.first_s AND e.vt > c.first_s
LEFT JOIN owner o ON o.address = c.remote AND o.vpc_id = e.vpc_id AND o.vf <= c.first_s AND o.vt > c.first_s
LEFT JOIN owner_elsewhere x ON x.address = c.remote AND x.vf <= c.first_s AND x.vt > c.first_s;

CREATE OR REPLACE TEMP TABLE talk_again AS
SELECT t.conv, e.policy, e.group_count, greatest(t.first_s, e.vf) AS from_s, least(t.last_s, e.vt) AS to_s
FROM talk t
JOIN epoch e ON e.iface = t.iface AND e.vf > t.first_s AND e.vf <= t.last_s
WHERE e.policy IS DISTINCT FROM t.policy
  AND (t.hours >> greatest(0, least(23, (e.vf - epoch(t.day)::BIGINT) // 3600))::UINTEGER) <> 0;
