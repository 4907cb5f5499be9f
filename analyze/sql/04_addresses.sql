-- Question: which addresses take part in conversations, and who owned them when?
-- Result:   turned, the conversations whose own end is the other one, turned round; their number is conversation's rowid
--           oriented, all conversations with any ACCEPT record, those turned round as they should stand
--           address(address_no, ip), numbered: all that follows compares numbers, since 128 bits cost twice as much
--           vpc_number(vpc_id, vpc_no), from 1
--           owner(address_no, vpc_no, state_no, vf, vt); vpc_no is 0 for an address that one VPC alone knows
--           twin(address_no, one, vpc_no)   what an address that several VPCs know is in each of them, under a number of its
--             own: one is its number in address, address_no the twin's. Seldom any
--           member(address_no, group_id), of the whole window, and of twins in their VPC
-- Assumes:  an address has one owner a VPC at a time; where captures overlap, the later owner has it. An address that
--           is not the VPC's own may be a peered VPC's: then the one VPC that knows it decides.
CREATE OR REPLACE TEMP TABLE own_address AS
SELECT DISTINCT s.iface, a.address FROM network_interface_address a JOIN state s USING (state_no) WHERE s.iface IS NOT NULL;

-- Rows whose own end was inferred from addresses, the other way round where the inventory knows better.
CREATE OR REPLACE TEMP TABLE turned_row AS
SELECT c.conv
FROM (SELECT rowid AS conv, iface, local, remote FROM conversation WHERE local_by >= 2) c
SEMI JOIN own_address theirs ON theirs.iface = c.iface AND theirs.address = c.remote
ANTI JOIN own_address mine ON mine.iface = c.iface AND mine.address = c.local;

CREATE OR REPLACE TEMP TABLE turned AS
SELECT c.rowid AS conv, c.day, c.iface, c.protocol, c.has_flags, c.remote AS local, c.remote_port AS lport, c.local AS remote, c.local_port AS rport,
       c.out_records AS in_records, c.out_packets AS in_packets, c.out_bytes AS in_bytes, c.out_flags AS in_flags, c.out_first AS in_first,
       c.in_records AS out_records, c.in_packets AS out_packets, c.in_bytes AS out_bytes, c.in_flags AS out_flags, c.in_first AS out_first,
       c.last_second AS last_s
FROM conversation c WHERE c.rowid IN (SELECT conv FROM turned_row);

CREATE OR REPLACE TEMP VIEW oriented AS
SELECT c.rowid AS conv, day, iface, protocol, has_flags, local, local_port AS lport, remote, remote_port AS rport,
       in_records, in_packets, in_bytes, in_flags, in_first, out_records, out_packets, out_bytes, out_flags, out_first, last_second AS last_s
FROM conversation c ANTI JOIN turned_row t ON t.conv = c.rowid
WHERE in_records + out_records > 0
UNION ALL
SELECT * FROM turned WHERE in_records + out_records > 0;

CREATE OR REPLACE TEMP TABLE address AS
SELECT row_number() OVER ()::UINTEGER AS address_no, ip
FROM (SELECT DISTINCT remote AS ip FROM conversation WHERE in_records + out_records > 0
      UNION
      SELECT DISTINCT local FROM conversation WHERE in_records + out_records > 0);

CREATE OR REPLACE TEMP TABLE vpc_number AS
SELECT vpc_id, row_number() OVER (ORDER BY vpc_id)::UINTEGER AS vpc_no FROM (SELECT DISTINCT vpc_id FROM state);

CREATE OR REPLACE TEMP TABLE owner AS
WITH held AS (
  SELECT n.address_no, v.vpc_no, o.state_no, o.vf, o.vt
  FROM (SELECT address, vpc_id, state_no, vf,
               least(vt, coalesce(lead(vf) OVER (PARTITION BY address, vpc_id ORDER BY vf, state_no), vt)) AS vt
        FROM network_interface_address a JOIN state s USING (state_no)) o
  JOIN address n ON n.ip = o.address JOIN vpc_number v USING (vpc_id)
),
disputed AS (SELECT address_no FROM held GROUP BY address_no HAVING min(vpc_no) < max(vpc_no))
SELECT address_no, CASE WHEN d.address_no IS NULL THEN 0::UINTEGER ELSE vpc_no END AS vpc_no, state_no, vf, vt
FROM held LEFT JOIN disputed d USING (address_no);

-- Whoever sees such an address sees that of its own VPC, also where that VPC does not know it.
CREATE OR REPLACE TEMP TABLE twin AS
SELECT ((SELECT max(address_no) FROM address) + row_number() OVER ())::UINTEGER AS address_no, d.address_no AS one, v.vpc_no
FROM (SELECT DISTINCT address_no FROM owner WHERE vpc_no > 0) d CROSS JOIN vpc_number v;

CREATE OR REPLACE TEMP TABLE member AS
WITH wearer AS (
  SELECT DISTINCT n.address_no, v.vpc_no, w.group_id
  FROM network_interface_address a JOIN worn w USING (state_no) JOIN state s USING (state_no) JOIN vpc_number v USING (vpc_id)
  JOIN address n ON n.ip = a.address
)
SELECT DISTINCT address_no, group_id FROM wearer
UNION ALL
SELECT t.address_no, m.group_id FROM wearer m JOIN twin t ON t.one = m.address_no AND t.vpc_no = m.vpc_no;
