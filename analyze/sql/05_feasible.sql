-- Question: which conversations could each side have opened, as far as the interface's rules go?
-- Result:   can_in(conv), can_out(conv): some ingress, some egress rule of that day or the five days before it admits
--           the conversation in that direction. Only for conversations that SYN flags do not decide (undecided).
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

CREATE OR REPLACE TEMP TABLE member AS
SELECT DISTINCT a.address, w.group_id FROM network_interface_address a JOIN worn w USING (state_no);

-- The TCP conversations whose SYN was seen need no more; see 07_openers.
CREATE OR REPLACE TEMP TABLE undecided AS
SELECT t.conv, t.protocol, t.local, t.lport, t.remote, t.rport, r.polset, r.complete
FROM talk t JOIN reach r ON r.iface = t.iface AND r.day = t.day
WHERE NOT (t.protocol = 6 AND t.has_flags
           AND ((t.in_flags & 18) = 2 OR (t.out_flags & 18) = 18 OR (t.out_flags & 18) = 2 OR (t.in_flags & 18) = 18));

CREATE OR REPLACE TEMP TABLE can_in AS
SELECT conv FROM undecided u SEMI JOIN (SELECT * FROM polset_span WHERE direction = 'ingress') s
  ON s.polset = u.polset AND s.protocol = u.protocol AND u.lport >= s.pmin AND u.lport <= s.pmax AND u.remote >= s.lo AND u.remote <= s.hi
UNION
SELECT conv FROM undecided u JOIN member m ON m.address = u.remote JOIN polset_group g
  ON g.direction = 'ingress' AND g.polset = u.polset AND g.ref = m.group_id AND g.protocol = u.protocol AND u.lport >= g.pmin AND u.lport <= g.pmax;

CREATE OR REPLACE TEMP TABLE can_out AS
SELECT conv FROM undecided u SEMI JOIN (SELECT * FROM polset_span WHERE direction = 'egress') s
  ON s.polset = u.polset AND s.protocol = u.protocol AND u.rport >= s.pmin AND u.rport <= s.pmax AND u.remote >= s.lo AND u.remote <= s.hi
UNION
SELECT conv FROM undecided u JOIN member m ON m.address = u.remote JOIN polset_group g
  ON g.direction = 'egress' AND g.polset = u.polset AND g.ref = m.group_id AND g.protocol = u.protocol AND u.rport >= g.pmin AND u.rport <= g.pmax;
