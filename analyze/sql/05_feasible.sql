-- Question: through which ports could each side have opened conversations, as far as the interfaces' rules go?
-- Result:   reach(iface, from_day, to_day, polset, complete)   the policies of a day and the five days before it, as a
--           number, for all days before to_day
--           peer(ip, address_no, segment, wearing, disputed)   remote addresses: the segment of the space of
--           addresses that they lie in, the number of the set of groups they wear, and whether several VPCs know them
--           asked(conv, polset, …)   conversations that SYN flags do not decide, with all that decides which rules admit them
--           segment_span, wearing_span   the ports that each set of policies opens to segments, and to who wears what
-- Assumes:  a tracked connection outlives a rule by up to five days (432,000 s, EC2 connection tracking); references
--           are compared with every member of the window, which errs toward feasible, hence toward "cannot tell".
CREATE OR REPLACE TEMP TABLE reach AS
WITH span AS (
  SELECT iface, policy, complete, (vf // 86400)::INTEGER AS from_n, ((vt + 86399) // 86400 + 5)::INTEGER AS to_n
  FROM epoch WHERE iface IS NOT NULL
),
cut AS (SELECT iface, from_n AS n FROM span UNION SELECT iface, to_n FROM span),
part AS (SELECT iface, n AS from_n, lead(n) OVER (PARTITION BY iface ORDER BY n) AS to_n FROM cut),
worn_then AS (
  SELECT p.iface, p.from_n, p.to_n, list(DISTINCT s.policy ORDER BY s.policy) AS policies, bool_and(s.complete) AS complete
  FROM part p JOIN span s ON s.iface = p.iface AND s.from_n <= p.from_n AND s.to_n > p.from_n
  GROUP BY p.iface, p.from_n, p.to_n
)
SELECT iface, DATE '1970-01-01' + from_n AS from_day, DATE '1970-01-01' + to_n AS to_day,
       dense_rank() OVER (ORDER BY policies)::UINTEGER AS polset, policies, complete
FROM worn_then;

CREATE OR REPLACE TEMP TABLE polset_policy AS
SELECT polset, unnest(any_value(policies)) AS policy FROM reach GROUP BY polset;

CREATE OR REPLACE TEMP TABLE polset_span AS
SELECT DISTINCT polset, direction, protocol, pmin, pmax, lo, hi FROM polset_policy JOIN policy_span USING (policy)
UNION
SELECT DISTINCT polset, direction, protocol, pmin, pmax, 0::UHUGEINT, 340282366920938463463374607431768211455::UHUGEINT
FROM polset_policy JOIN policy_opaque USING (policy);

CREATE OR REPLACE TEMP TABLE ref_number AS
SELECT ref, row_number() OVER (ORDER BY ref)::UINTEGER AS ref_no FROM (SELECT DISTINCT ref FROM policy_group);

CREATE OR REPLACE TEMP TABLE polset_group AS
SELECT DISTINCT polset, direction, protocol, pmin, pmax, ref_no FROM polset_policy JOIN policy_group USING (policy) JOIN ref_number USING (ref);

-- The ends of all ranges cut the space of addresses into segments: within one, every range holds all or nothing.
CREATE OR REPLACE TEMP TABLE segment AS
SELECT lo, row_number() OVER (ORDER BY lo)::UINTEGER AS segment
FROM (SELECT 0::UHUGEINT AS lo UNION SELECT lo FROM polset_span
      UNION SELECT hi + 1 FROM polset_span WHERE hi < 340282366920938463463374607431768211455::UHUGEINT);

CREATE OR REPLACE TEMP TABLE segment_span AS
SELECT p.polset, p.direction, p.protocol, p.pmin, p.pmax, f.segment AS first_segment,
       coalesce(l.segment - 1, (SELECT max(segment) FROM segment)) AS last_segment
FROM polset_span p JOIN segment f ON f.lo = p.lo
LEFT JOIN segment l ON l.lo = CASE WHEN p.hi < 340282366920938463463374607431768211455::UHUGEINT THEN p.hi + 1 END;

CREATE OR REPLACE TEMP TABLE wearing AS
SELECT address_no, refs, dense_rank() OVER (ORDER BY refs)::UINTEGER AS wearing
FROM (SELECT m.address_no, list(r.ref_no ORDER BY r.ref_no) AS refs FROM member m JOIN ref_number r ON r.ref = m.group_id GROUP BY m.address_no);

CREATE OR REPLACE TEMP TABLE peer AS
SELECT p.ip, p.address_no, p.segment, w.wearing, o.address_no IS NOT NULL AS disputed
FROM (SELECT a.ip, a.address_no, s.segment FROM address a ASOF JOIN segment s ON a.ip >= s.lo) p
LEFT JOIN wearing w USING (address_no)
LEFT JOIN (SELECT DISTINCT address_no FROM owner WHERE vpc_no > 0) o USING (address_no);

CREATE OR REPLACE TEMP TABLE asked_row AS
WITH asked AS (
  SELECT c.conv, r.polset, r.complete, c.protocol, c.lport, c.rport, p.segment, p.wearing
  FROM oriented c
  JOIN reach r ON r.iface = c.iface AND r.from_day <= c.day AND r.to_day > c.day
  JOIN peer p ON p.ip = c.remote
  WHERE NOT (c.protocol = 6 AND c.has_flags AND ((c.in_flags & 18) IN (2, 18) OR (c.out_flags & 18) IN (2, 18)))
)
SELECT asked AS row FROM asked;

CREATE OR REPLACE TEMP VIEW asked AS FROM fields('asked_row');

-- In steps of their own: joined in one, sets of groups and rules would be paired first, by millions.
CREATE OR REPLACE TEMP TABLE asked_group AS
SELECT a.polset, a.wearing, w.ref_no
FROM (SELECT DISTINCT polset, wearing FROM asked WHERE wearing IS NOT NULL) a
JOIN (SELECT wearing, unnest(any_value(refs)) AS ref_no FROM wearing GROUP BY wearing) w USING (wearing);

CREATE OR REPLACE TEMP TABLE wearing_span AS
SELECT DISTINCT a.polset, a.wearing, g.direction, g.protocol, g.pmin, g.pmax
FROM asked_group a JOIN polset_group g ON g.polset = a.polset AND g.ref_no = a.ref_no;
DROP TABLE asked_group;
