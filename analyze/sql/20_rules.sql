-- Question: what is known of each rule in force as a whole?
-- Result:   rule_fact, one row a rule, sorted by group and rule_no; NULL times where it was not used
--           rule_days(rule_no, page, days)   days with any real use, as bits, 62 a page
--           group_days(group_id, vf, page, observed, worn)   days of a group's rules that are in force since vf
--           blind: accepted conversations of peers that the inventory did not know then, which no rule admits by what it
--           knows; a reference or a prefix list may have
CREATE OR REPLACE TEMP TABLE unmatched AS -- few services of many peers: a sum for each meets the rules once
SELECT s.policy, s.direction, ((f.spot >> 16) & 255)::UTINYINT AS protocol, (f.spot & 65535)::USMALLINT AS port, sum(f.conversations) AS conversations
FROM flow f JOIN way_side USING (way) JOIN (SELECT DISTINCT side, policy, direction FROM side_of) s USING (side)
WHERE f.set_no IS NULL AND f.peer_state = 0 AND f.conversations > 0
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE blind_rule AS
SELECT p.policy, f.rule_no, t.direction, t.protocol, t.pmin, t.pmax
FROM in_force f JOIN policy_rule p ON p.rule_no = f.rule_no JOIN rule_port t ON t.rule_no = f.rule_no
WHERE f.peer_kind IN ('security-group', 'prefix-list');

CREATE OR REPLACE TEMP TABLE blind AS
SELECT r.rule_no, sum(e.conversations)::BIGINT AS conversations
FROM unmatched e
JOIN blind_rule r ON r.policy = e.policy AND r.direction = e.direction AND r.protocol = e.protocol AND e.port >= r.pmin AND e.port <= r.pmax
GROUP BY r.rule_no;

CREATE OR REPLACE TEMP TABLE observed AS -- a group's rules are mostly as old as each other
SELECT f.group_id, f.vf, sum(d.skipped) AS skipped, max(d.unheard) AS unlogged
FROM (SELECT DISTINCT group_id, vf FROM in_force) f JOIN group_day d ON d.group_id = f.group_id AND epoch(d.day) >= f.vf
GROUP BY f.group_id, f.vf;

-- Days as bits, 62 a page: those on which every use would have been logged, and those on which some interface wore the group.
CREATE OR REPLACE TEMP TABLE group_days AS
SELECT f.group_id, f.vf, ((d.day - b.first_day) // 62)::INTEGER AS page,
       bit_or(1::BIGINT << ((d.day - b.first_day) % 62)) FILTER (d.logged = d.wearers AND d.skipped = 0) AS observed,
       bit_or(1::BIGINT << ((d.day - b.first_day) % 62)) AS worn
FROM (SELECT DISTINCT group_id, vf FROM in_force) f JOIN group_day d ON d.group_id = f.group_id AND epoch(d.day) >= f.vf CROSS JOIN bounds b
GROUP BY f.group_id, f.vf, page;

CREATE OR REPLACE TEMP TABLE rule_days AS
SELECT r.rule_no, s.page, bit_or(s.days) AS days
FROM way_sum s JOIN way_rule r USING (way) SEMI JOIN in_force f ON f.rule_no = r.rule_no WHERE s.days IS NOT NULL GROUP BY r.rule_no, s.page;

CREATE OR REPLACE TEMP TABLE rule_fact AS
WITH paged AS (
  SELECT r.rule_no, s.page, sum(s.conversations) AS conversations, sum(CASE WHEN r.sole THEN s.conversations END) AS sole, sum(s.probes) AS probes,
         sum(s.completed) AS completed, sum(s.noise) AS noise, sum(s.ambiguous) AS ambiguous, sum(s.bytes) AS bytes,
         min(s.first_s) AS first_s, max(s.last_s) AS last_s
  FROM way_sum s JOIN way_rule r USING (way) GROUP BY r.rule_no, s.page
),
used AS (
  SELECT rule_no, sum(conversations) AS conversations, sum(sole) AS sole, sum(probes) AS probes, sum(completed) AS completed, sum(noise) AS noise,
         sum(ambiguous) AS ambiguous, sum(bytes) AS bytes, min(first_s) AS first_s, max(last_s) AS last_s
  FROM paged GROUP BY rule_no
),
probed AS (
  SELECT rule_no, max(days) AS days
  FROM (SELECT rule_no, spot, sum(bit_count(days)) AS days
        FROM (SELECT r.rule_no, p.spot, p.page, bit_or(p.days) AS days FROM probe_page p JOIN way_rule r USING (way) GROUP BY ALL)
        GROUP BY rule_no, spot)
  GROUP BY rule_no
),
peers AS (SELECT rule_no, count(*) AS peers FROM rule_peer GROUP BY rule_no)
SELECT f.rule_no, f.group_id, f.direction, f.protocol, f.from_port, f.to_port, f.peer_kind, f.peer, f.peer_owner, f.rule_id, f.description,
       f.vf, coalesce(u.conversations, 0)::BIGINT AS conversations, coalesce(u.sole, 0)::BIGINT AS sole,
       coalesce(u.probes, 0)::BIGINT AS probes, coalesce(u.completed, 0)::BIGINT AS completed,
       coalesce(p.days, 0)::INTEGER AS probe_days, coalesce(u.noise, 0)::BIGINT AS noise,
       coalesce(u.ambiguous, 0)::BIGINT AS ambiguous, coalesce(u.bytes, 0)::BIGINT AS bytes,
       coalesce(n.peers, 0)::BIGINT AS peers,
       coalesce(u.first_s, 0)::BIGINT AS first_s, coalesce(u.last_s, 0)::BIGINT AS last_s,
       coalesce(o.skipped, 0)::BIGINT AS skipped, coalesce(o.unlogged, 0)::INTEGER AS unlogged,
       coalesce(q.why, '') AS opaque, s.rule_no IS NOT NULL AS stale,
       coalesce(bl.conversations, 0)::BIGINT AS blind
FROM in_force f
LEFT JOIN blind bl USING (rule_no)
LEFT JOIN used u USING (rule_no)
LEFT JOIN peers n USING (rule_no)
LEFT JOIN probed p USING (rule_no)
LEFT JOIN observed o ON o.group_id = f.group_id AND o.vf = f.vf
LEFT JOIN (SELECT rule_no, min(why) AS why FROM rule_opaque GROUP BY rule_no) q USING (rule_no)
LEFT JOIN stale_reference s USING (rule_no);
