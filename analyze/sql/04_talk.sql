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

-- Rows whose own end was inferred from addresses, the other way round where the inventory knows better. Apart from the others: a
-- condition on local_by within the join would make it a nested loop.
CREATE OR REPLACE TEMP TABLE turned AS
SELECT c.rowid AS conv
FROM (SELECT *, rowid FROM conversation WHERE local_by >= 2) c
JOIN own_address theirs ON theirs.iface = c.iface AND theirs.address = c.remote
ANTI JOIN own_address mine ON mine.iface = c.iface AND mine.address = c.local;

CREATE OR REPLACE TEMP TABLE talk AS
WITH oriented AS (
  SELECT rowid AS conv, day, iface, protocol, has_flags, hours, local, local_port AS lport, remote, remote_port AS rport,
         in_records, in_packets, in_bytes, in_flags, in_first, out_records, out_packets, out_bytes, out_flags, out_first,
         last_second AS last_s
  FROM conversation WHERE local_by < 2 OR rowid NOT IN (SELECT conv FROM turned)
  UNION ALL
  SELECT rowid, day, iface, protocol, has_flags, hours, remote, remote_port, local, local_port,
         out_records, out_packets, out_bytes, out_flags, out_first, in_records, in_packets, in_bytes, in_flags, in_first,
         last_second
  FROM conversation WHERE rowid IN (SELECT conv FROM turned)
),
timed AS (
  SELECT *, CASE WHEN in_records = 0 THEN out_first WHEN out_records = 0 THEN in_first ELSE least(in_first, out_first) END AS first_s,
         CASE WHEN remote >> 32::UHUGEINT = 65535::UHUGEINT THEN 60 ELSE 80 END::UTINYINT AS header
  FROM oriented WHERE in_records + out_records > 0
)
SELECT c.*, e.policy, e.group_count, e.complete, coalesce(o.state_no, x.state_no, 0)::UINTEGER AS peer_state
FROM timed c
LEFT JOIN epoch e ON e.iface = c.iface AND e.vf <= c.first_s AND e.vt > c.first_s
LEFT JOIN owner o ON o.address = c.remote AND o.vpc_id = e.vpc_id AND o.vf <= c.first_s AND o.vt > c.first_s
LEFT JOIN owner_elsewhere x ON x.address = c.remote AND x.vf <= c.first_s AND x.vt > c.first_s;

CREATE OR REPLACE TEMP TABLE talk_again AS
SELECT t.conv, e.policy, e.group_count, greatest(t.first_s, e.vf) AS from_s, least(t.last_s, e.vt) AS to_s
FROM talk t
JOIN epoch e ON e.iface = t.iface AND e.vf > t.first_s AND e.vf <= t.last_s
WHERE e.policy IS DISTINCT FROM t.policy
  AND (t.hours >> greatest(0, least(23, (e.vf - epoch(t.day)::BIGINT) // 3600))::UINTEGER) <> 0;
