-- Question: who talked to whom, in which epoch of the interface, who owned the other address then, and who opened it, as
--           far as one conversation alone tells?
-- Result:   talk, one row a conversation with any ACCEPT record: conv numbers it; here and there are its two endpoints,
--           address number (a twin's where there are any), protocol and port in one number (endpoint); policy is NULL where the interface is
--           not in the inventory at that time; peer_state 0 where nobody known owned the remote address;
--           inward and outward say in which directions it flowed, data that a TCP segment surely held
--           some; way is true where the rules admit it inward alone, false where outward alone, else NULL;
--           who opened it where that is beyond doubt (methods syn and infeasible), else NULL
--           talk_row, the same as it is stored: what is true or false of it are the bits of signs (see spelled_out)
--           talk_again: the later epochs that a conversation reached into (changes while it went on)
-- Assumes:  tcp-flags are the OR over an interval: SYN 2 without ACK from the opener, SYN-ACK 18 from the responder
--           (https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html). Both directions accepted although
--           no rule of one direction admits it means that the other side opened: groups are stateful.
--           Probes: TCP that got no answer, only a reset, or a handshake without data in either direction: every packet
--           a bare header, and on the whole no heavier than SYNs with options and ACKs without. Ten packets
--           bound what is called so, since an idle pool's keepalives carry no data either and are not probes.

-- The smaller of two; least() sorts texts for most types of numbers, which costs more than all else here.
CREATE OR REPLACE TEMP MACRO at_most(n, most) AS CASE WHEN n < most THEN n ELSE most END;

CREATE OR REPLACE TEMP MACRO endpoint(address_no, protocol, port) AS (address_no::UBIGINT << 24) + (protocol::UBIGINT << 16) + port;
CREATE OR REPLACE TEMP MACRO address_of(spot) AS (spot >> 24)::UINTEGER;
CREATE OR REPLACE TEMP MACRO protocol_of(spot) AS ((spot >> 16) & 255)::UTINYINT;
CREATE OR REPLACE TEMP MACRO port_of(spot) AS (spot & 65535)::USMALLINT;

DROP TYPE IF EXISTS side;
-- Compared as 'local'::side: without the type, DuckDB compares texts.
CREATE TEMP TYPE side AS ENUM ('remote', 'local', 'both', 'unknown');

-- A dozen columns of yes and no cost as much to carry and to store as a dozen of numbers; as bits of one they cost as one.
CREATE OR REPLACE TEMP MACRO mark(n, yes) AS CASE WHEN yes THEN (1 << n)::USMALLINT ELSE 0::USMALLINT END;
CREATE OR REPLACE TEMP MACRO marked(signs, n) AS (signs & (1 << n)::USMALLINT) <> 0;
CREATE OR REPLACE TEMP MACRO spelled_out(rows) AS TABLE
SELECT * EXCLUDE (signs), protocol_of(here) AS protocol,
       marked(signs, 0) AS inward, marked(signs, 1) AS outward, marked(signs, 2) AS in_earlier, marked(signs, 3) AS out_earlier, marked(signs, 4) AS data,
       marked(signs, 5) AS probe, marked(signs, 6) AS completed, marked(signs, 7) AS syn, marked(signs, 8) AS grouped,
       CASE WHEN marked(signs, 9) THEN true WHEN marked(signs, 10) THEN false END AS way
FROM fields(rows);

-- Joined in the order that stands here: DuckDB takes the conversations for few, and would put them into hash tables. What
-- one row tells is told before that: the fewer columns go through all joins, the better.
SET disabled_optimizers = 'join_order,build_side_probe_side';
CREATE OR REPLACE TEMP TABLE talk_row AS
-- What a segment without data weighs at most, in bytes: IP and TCP headers with options.
WITH weighed AS (
  SELECT *, CASE WHEN remote BETWEEN 281470681743360::UHUGEINT AND 281474976710655::UHUGEINT THEN 60 ELSE 80 END AS header FROM oriented
),
told AS (
  SELECT conv, day, iface, protocol, local, lport, remote, rport, last_s,
         CASE WHEN in_records = 0 THEN out_first WHEN out_records = 0 THEN in_first ELSE at_most(in_first, out_first) END AS first_s,
         in_records + out_records AS records, in_packets + out_packets AS packets, in_bytes + out_bytes AS bytes,
         protocol = 6 AND has_flags AND ((in_flags & 18) = 2 OR (out_flags & 18) = 18) AS syn_in,
         protocol = 6 AND has_flags AND ((out_flags & 18) = 2 OR (in_flags & 18) = 18) AS syn_out,
         mark(0, in_records > 0) | mark(1, out_records > 0) | mark(2, in_first < out_first) | mark(3, out_first < in_first)
         | mark(4, in_bytes > header::UBIGINT * at_most(in_packets, 100000000000000000::UBIGINT) OR out_bytes > header::UBIGINT * at_most(out_packets, 100000000000000000::UBIGINT))
         -- Of few packets and bytes only, as 32 bits, which are counted several times as fast as what fits all.
         | mark(5, CASE WHEN protocol = 6 AND in_packets <= 10 AND out_packets <= 10 AND in_bytes <= 1000 AND out_bytes <= 1000
             THEN in_bytes::INTEGER <= header * in_packets::INTEGER AND out_bytes::INTEGER <= header * out_packets::INTEGER
                  AND (in_packets < 3 OR out_packets < 3 OR in_bytes::INTEGER + out_bytes::INTEGER <= (header - 8) * (in_packets::INTEGER + out_packets::INTEGER) + 16)
                  AND (NOT has_flags OR ((in_flags | out_flags) & 6) <> 0 OR in_records = 0 OR out_records = 0)
             ELSE false END)
         | mark(6, CASE WHEN has_flags THEN ((in_flags | out_flags) & 16) <> 0 ELSE in_packets >= 2 AND out_packets >= 2 END) AS signs
  FROM weighed
),
talk AS (
SELECT c.conv, c.day, c.iface, endpoint(coalesce(tl.address_no, l.address_no), c.protocol, c.lport) AS here, endpoint(coalesce(tp.address_no, p.address_no), c.protocol, c.rport) AS there,
       e.policy, coalesce(o.state_no, 0)::UINTEGER AS peer_state, c.first_s, c.last_s, c.records, c.packets, c.bytes,
       c.signs | mark(7, c.syn_in OR c.syn_out) | coalesce(e.sign, 0::USMALLINT) | coalesce(w.sign, 0::USMALLINT) | mark(11, coalesce(c.last_s >= e.vt, true)) AS signs,
       CASE WHEN syn_in AND syn_out THEN 'both'::side WHEN syn_in THEN 'remote'::side WHEN syn_out THEN 'local'::side
            WHEN w.complete AND NOT w.inward AND marked(signs, 0) THEN 'local'::side
            WHEN w.complete AND w.inward AND marked(signs, 1) THEN 'remote'::side END AS who
FROM told c
LEFT JOIN (SELECT conv, inward, complete, mark(9, inward) | mark(10, NOT inward) AS sign FROM one_way) w ON w.conv = CASE WHEN NOT (c.syn_in OR c.syn_out) THEN c.conv END
LEFT JOIN (SELECT iface, vf, vt, vpc_no, policy, mark(8, group_count > 0) AS sign FROM epoch JOIN vpc_number USING (vpc_id)) e ON e.iface = c.iface AND e.vf <= c.first_s AND e.vt > c.first_s
JOIN peer p ON p.ip = c.remote
JOIN address l ON l.ip = c.local
LEFT JOIN twin tp ON tp.one = p.address_no AND tp.vpc_no = e.vpc_no
LEFT JOIN twin tl ON tl.one = l.address_no AND tl.vpc_no = e.vpc_no
LEFT JOIN owner o ON o.address_no = p.address_no AND o.vpc_no = CASE WHEN p.disputed THEN e.vpc_no ELSE 0 END AND o.vf <= c.first_s AND o.vt > c.first_s
)
SELECT talk AS row FROM talk;
RESET disabled_optimizers;
DROP TABLE one_way;

CREATE OR REPLACE TEMP VIEW talk AS FROM spelled_out('talk_row');

CREATE OR REPLACE TEMP TABLE talk_again AS
WITH reached AS (
  SELECT t.conv, t.day, t.first_s, t.last_s, e.policy, e.group_count > 0 AS grouped, e.vf, e.vt
  FROM (SELECT unnest(row) FROM talk_row WHERE marked(row.signs, 11)) t
  JOIN epoch e ON e.iface = t.iface AND e.vf > t.first_s AND e.vf <= t.last_s
  WHERE e.policy IS DISTINCT FROM t.policy
)
SELECT r.conv, r.policy, r.grouped, greatest(r.first_s, r.vf) AS from_s, least(r.last_s, r.vt) AS to_s
FROM reached r JOIN (SELECT rowid AS conv, hours FROM conversation) c ON c.conv = r.conv
WHERE (c.hours >> greatest(0, least(23, (r.vf - epoch(r.day)::BIGINT) // 3600))::UINTEGER) <> 0;
