-- Question: which groups, in which state of their rules, did each interface wear when?
-- Result:   state        interface states that reach into the days with records (six days more, for tracked connections)
--           group_state  a group between two changes of its rules
--           epoch        iface or peer interface: [vf, vt) in which state and all its groups' rules stood still
--           policy, policy_rule (kept): a set of groups each in one state, numbered from 1
-- Assumes:  intervals of one interface do not overlap; open ends are 9999-12-31.
CREATE OR REPLACE TEMP TABLE state AS
SELECT n.state_no, l.iface, n.interface_id, n.account_id, n.region, n.vpc_id, n.subnet_id, n.interface_type,
       epoch(n.valid_from)::BIGINT AS vf, epoch(n.valid_to)::BIGINT AS vt, coalesce(g.groups, []::VARCHAR[]) AS groups
FROM network_interface n
LEFT JOIN logged_interface l USING (interface_id)
LEFT JOIN (SELECT state_no, list(DISTINCT group_id ORDER BY group_id) AS groups
           FROM network_interface_group GROUP BY state_no) g USING (state_no)
CROSS JOIN bounds b
WHERE epoch(n.valid_to) > b.start_s - 6 * 86400 AND epoch(n.valid_from) < b.all_end_s;

CREATE OR REPLACE TEMP TABLE group_state AS
WITH cut AS (
  SELECT DISTINCT group_id, greatest(t, b.start_s - 6 * 86400) AS t
  FROM (SELECT group_id, unnest([epoch(valid_from)::BIGINT, epoch(valid_to)::BIGINT]) AS t FROM security_group_rule
        UNION ALL
        SELECT group_id, unnest([epoch(valid_from)::BIGINT, epoch(valid_to)::BIGINT]) FROM security_group) c
  CROSS JOIN bounds b
  WHERE t < b.all_end_s
)
SELECT row_number() OVER (ORDER BY group_id, t)::UINTEGER AS gs, group_id, t AS vf,
       coalesce(lead(t) OVER (PARTITION BY group_id ORDER BY t), 253370764800) AS vt
FROM cut;

CREATE OR REPLACE TEMP TABLE worn AS
SELECT state_no, vf, vt, unnest(groups) AS group_id FROM state;

CREATE OR REPLACE TEMP TABLE epoch_span AS
WITH cut AS (
  SELECT state_no, vf AS t FROM state
  UNION
  SELECT w.state_no, g.vf FROM worn w JOIN group_state g USING (group_id) WHERE g.vf > w.vf AND g.vf < w.vt
)
SELECT row_number() OVER (ORDER BY state_no, t)::UINTEGER AS epoch_no, state_no, t AS vf,
       coalesce(lead(t) OVER (PARTITION BY state_no ORDER BY t), s.vt) AS vt
FROM cut JOIN (SELECT state_no, vt FROM state) s USING (state_no);

-- complete: the rules of every group worn are known throughout.
CREATE OR REPLACE TEMP TABLE epoch_key AS
SELECT e.epoch_no, e.state_no, e.vf, e.vt, any_value(s.groups) AS groups,
       coalesce(list(g.gs ORDER BY g.gs) FILTER (g.gs IS NOT NULL), []::UINTEGER[]) AS key,
       count(g.gs) = len(any_value(s.groups)) AS complete
FROM epoch_span e
JOIN state s USING (state_no)
LEFT JOIN worn w USING (state_no)
LEFT JOIN group_state g ON g.group_id = w.group_id AND g.vf <= e.vf AND g.vt > e.vf
GROUP BY e.epoch_no, e.state_no, e.vf, e.vt;

CREATE OR REPLACE TEMP TABLE policy_key AS
SELECT row_number() OVER (ORDER BY groups, key)::UINTEGER AS policy, groups, key, complete
FROM (SELECT DISTINCT groups, key, complete FROM epoch_key);

CREATE OR REPLACE TEMP TABLE epoch AS
SELECT e.epoch_no, e.state_no, s.iface, s.interface_id, s.vpc_id, e.vf, e.vt, p.policy, p.complete, len(p.groups) AS group_count
FROM epoch_key e JOIN policy_key p USING (groups, key, complete) JOIN state s USING (state_no);

DELETE FROM policy;
INSERT INTO policy SELECT policy, array_to_string(groups, ',') FROM policy_key ORDER BY policy;

DELETE FROM policy_rule;
INSERT INTO policy_rule
SELECT DISTINCT p.policy, r.rule_no
FROM (SELECT policy, unnest(key) AS gs FROM policy_key) p
JOIN group_state g USING (gs)
JOIN security_group_rule r ON r.group_id = g.group_id AND epoch(r.valid_from)::BIGINT <= g.vf AND epoch(r.valid_to)::BIGINT > g.vf
ORDER BY ALL;
