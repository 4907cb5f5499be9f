-- Question: what does each rule match, in numbers that a join can compare?
-- Result:   rule_port(rule_no, direction, protocol, pmin, pmax)  "all" spelled out for the protocols that were seen
--           rule_span(rule_no, lo, hi, vf, vt)                    CIDRs, and prefix-list entries while they stood
--           rule_group(rule_no, ref)                              references
--           rule_opaque(rule_no, why)                             peers that cannot be listed: they may match anyone
--           stale_reference(rule_no)                              references that can match nobody
-- Assumes:  type and code of ICMP are not logged, so an ICMP rule matches all ICMP of its peer.
--           A reference to a group worn by a network load balancer admits clients whose addresses are in no group
--           (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html).
CREATE OR REPLACE TEMP TABLE rule_port AS
WITH seen AS (SELECT DISTINCT protocol FROM conversation UNION SELECT DISTINCT protocol FROM edge)
SELECT r.rule_no, r.direction, s.protocol,
       CASE WHEN r.protocol IN (6, 17) AND r.from_port >= 0 THEN r.from_port ELSE 0 END AS pmin,
       CASE WHEN r.protocol IN (6, 17) AND r.to_port >= 0 THEN r.to_port ELSE 65535 END AS pmax
FROM security_group_rule r JOIN seen s ON r.protocol = -1 OR r.protocol = s.protocol;

CREATE OR REPLACE TEMP TABLE rule_span AS
SELECT rule_no, lo, hi, 0::BIGINT AS vf, 253370764800::BIGINT AS vt FROM security_group_rule_range
UNION ALL
SELECT r.rule_no, e.lo, e.hi, epoch(e.valid_from)::BIGINT, epoch(e.valid_to)::BIGINT
FROM security_group_rule r JOIN prefix_list_entry e ON r.peer_kind = 'prefix-list' AND e.prefix_list_id = r.peer;

CREATE OR REPLACE TEMP TABLE rule_group AS
SELECT rule_no, peer AS ref FROM security_group_rule WHERE peer_kind = 'security-group';

CREATE OR REPLACE TEMP TABLE stale_reference AS
WITH life AS (SELECT group_id, max(valid_to) AS until FROM security_group GROUP BY group_id),
     owner AS (SELECT group_id, any_value(account_id) AS account_id, any_value(region) AS region
               FROM security_group GROUP BY group_id)
SELECT r.rule_no
FROM security_group_rule r
JOIN owner o ON o.group_id = r.group_id
LEFT JOIN life l ON l.group_id = r.peer
CROSS JOIN bounds b
WHERE r.peer_kind = 'security-group'
  AND CASE WHEN lower(r.peer_status) IN ('deleted', 'expired', 'failed', 'rejected') THEN true
           WHEN l.group_id IS NOT NULL THEN epoch(l.until) < b.end_s
           ELSE r.peer_owner IN ('', o.account_id) AND r.peer NOT IN (SELECT group_id FROM worn) AND EXISTS (
             SELECT 1 FROM config_snapshot s
             WHERE s.account_id = o.account_id AND s.region = o.region AND contains(s.types, 'AWS::EC2::SecurityGroup')
               AND epoch(s.taken) >= greatest(b.start_s, epoch(r.valid_from)))
      END;

CREATE OR REPLACE TEMP TABLE rule_opaque AS
SELECT rule_no, 'the group it refers to is not in the inventory' AS why
FROM rule_group WHERE ref NOT IN (SELECT group_id FROM security_group)
                  AND rule_no NOT IN (SELECT rule_no FROM stale_reference)
UNION ALL
SELECT rule_no, 'the group it refers to is worn by a network load balancer, which may hand on client addresses'
FROM rule_group WHERE ref IN (SELECT w.group_id FROM worn w JOIN state s USING (state_no)
                              WHERE s.interface_type = 'network_load_balancer')
UNION ALL
SELECT rule_no, 'the entries of its prefix list are not in the inventory'
FROM security_group_rule
WHERE peer_kind = 'prefix-list' AND peer NOT IN (SELECT prefix_list_id FROM prefix_list_entry);

-- The same per policy: what a conversation is compared with.
CREATE OR REPLACE TEMP TABLE policy_span AS
SELECT DISTINCT pr.policy, p.direction, p.protocol, p.pmin, p.pmax, s.lo, s.hi, s.vf, s.vt, pr.rule_no
FROM policy_rule pr JOIN rule_port p USING (rule_no) JOIN rule_span s USING (rule_no);

CREATE OR REPLACE TEMP TABLE policy_group AS
SELECT DISTINCT pr.policy, p.direction, p.protocol, p.pmin, p.pmax, g.ref, pr.rule_no
FROM policy_rule pr JOIN rule_port p USING (rule_no) JOIN rule_group g USING (rule_no);

CREATE OR REPLACE TEMP TABLE policy_opaque AS
SELECT DISTINCT pr.policy, p.direction, p.protocol, p.pmin, p.pmax, pr.rule_no
FROM policy_rule pr JOIN rule_port p USING (rule_no) JOIN rule_opaque o USING (rule_no);
