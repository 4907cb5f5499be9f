-- Question: through which ports could each side have opened conversations, as far as the interfaces' rules go?
-- Result:   reach(iface, day, polset, complete)   the policies of that day and the five days before it, as a number
--           peer(ip, address_no, header, class)   addresses that the same CIDRs and groups hold are one class
--           gate(polset, protocol, class, direction, pmin, pmax)   some rule of the policies admits the class there; the
--           spans of one key do not touch. Only for what SYN flags do not decide.
-- Assumes:  a tracked connection outlives a rule by up to five days (432,000 s, EC2 connection tracking); references
--           are compared with every member of the window, which errs toward feasible, hence toward "cannot tell".
CREATE OR REPLACE TEMP TABLE reach AS
WITH days AS (
  SELECT c.iface, c.day, list(DISTINCT e.policy ORDER BY e.policy) AS policies, bool_and(e.complete) AS complete
  FROM coverage c
  JOIN epoch e ON e.iface = c.iface AND e.vf < epoch(c.day) + 86400 AND e.vt > epoch(c.day) - 5 * 86400
  GROUP BY c.iface, c.day
)
SELECT iface, day, dense_rank() OVER (ORDER BY policies)::UINTEGER AS polset, policies, complete FROM days;

CREATE OR REPLACE TEMP TABLE polset_policy AS
SELECT polset, unnest(any_value(policies)) AS policy FROM reach GROUP BY polset;

CREATE OR REPLACE TEMP TABLE polset_span AS
SELECT DISTINCT polset, direction, protocol, pmin, pmax, lo, hi FROM polset_policy JOIN policy_span USING (policy)
UNION
SELECT DISTINCT polset, direction, protocol, pmin, pmax, 0::UHUGEINT, 340282366920938463463374607431768211455::UHUGEINT
FROM polset_policy JOIN policy_opaque USING (policy);

CREATE OR REPLACE TEMP TABLE polset_group AS
SELECT DISTINCT polset, direction, protocol, pmin, pmax, ref FROM polset_policy JOIN policy_group USING (policy);

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

CREATE OR REPLACE TEMP TABLE peer AS
WITH placed AS (SELECT a.ip, a.address_no, a.header, s.segment FROM address a ASOF JOIN segment s ON a.ip >= s.lo),
     wears AS (SELECT address_no, list(group_id ORDER BY group_id) AS refs FROM member
               WHERE group_id IN (SELECT ref FROM polset_group) GROUP BY address_no)
SELECT p.ip, p.address_no, p.header, p.segment, coalesce(w.refs, []::VARCHAR[]) AS refs,
       dense_rank() OVER (ORDER BY p.segment, coalesce(w.refs, []::VARCHAR[]))::UINTEGER AS class
FROM placed p LEFT JOIN wears w USING (address_no);

CREATE OR REPLACE TEMP TABLE class_group AS
SELECT class, unnest(any_value(refs)) AS ref FROM peer GROUP BY class;

CREATE OR REPLACE TEMP TABLE asked AS
SELECT DISTINCT r.polset, c.protocol, p.class, p.segment
FROM oriented c JOIN reach r ON r.iface = c.iface AND r.day = c.day JOIN peer p ON p.ip = c.remote
WHERE NOT (c.protocol = 6 AND c.has_flags AND ((c.in_flags & 18) IN (2, 18) OR (c.out_flags & 18) IN (2, 18)));

-- Apart from its question below: joined with the rules in one step, classes and rules would be paired first, by millions.
CREATE OR REPLACE TEMP TABLE asked_group AS
SELECT a.polset, a.protocol, a.class, m.ref FROM asked a JOIN class_group m USING (class);

CREATE OR REPLACE TEMP TABLE gate AS
WITH way AS (
  SELECT a.polset, a.protocol, a.class, s.direction, s.pmin, s.pmax
  FROM asked a
  JOIN segment_span s ON s.polset = a.polset AND s.protocol = a.protocol AND a.segment >= s.first_segment AND a.segment <= s.last_segment
  UNION
  SELECT a.polset, a.protocol, a.class, g.direction, g.pmin, g.pmax
  FROM asked_group a JOIN polset_group g ON g.polset = a.polset AND g.protocol = a.protocol AND g.ref = a.ref
),
-- A span begins an island when all spans before it end before it does.
island AS (
  SELECT *, pmin > coalesce(max(pmax) OVER (PARTITION BY polset, protocol, class, direction ORDER BY pmin, pmax
                                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 1, -1) AS begins
  FROM way
),
numbered AS (
  SELECT *, count(*) FILTER (begins) OVER (PARTITION BY polset, protocol, class, direction ORDER BY pmin, pmax ROWS UNBOUNDED PRECEDING) AS n
  FROM island
)
SELECT polset, protocol, class, direction, min(pmin) AS pmin, max(pmax) AS pmax
FROM numbered GROUP BY polset, protocol, class, direction, n;
