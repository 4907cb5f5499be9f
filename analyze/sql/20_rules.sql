-- Question: which rules are in force at the end of the window, and what is known of each as a whole?
-- Result:   one row a rule, sorted by group and rule_no; NULL times where it was not used
--           blind: accepted conversations of peers that the inventory did not know then, which no rule admits by what it
--           knows; a reference or a prefix list may have
-- Assumes:  a group that Config knows only from a time after the window shows the rules it had first.
CREATE OR REPLACE TEMP TABLE at_end AS
SELECT group_id, greatest(any_value(b.end_s) - 1, min(epoch(valid_from))::BIGINT) AS t
FROM security_group CROSS JOIN bounds b GROUP BY group_id;

CREATE OR REPLACE TEMP TABLE in_force AS
SELECT r.*, epoch(r.valid_from)::BIGINT AS vf
FROM security_group_rule r JOIN at_end a USING (group_id)
WHERE epoch(r.valid_from)::BIGINT <= a.t AND epoch(r.valid_to)::BIGINT > a.t;

CREATE OR REPLACE TEMP TABLE rule_fact AS
WITH blind AS (
  SELECT f.rule_no, sum(e.conversations)::BIGINT AS conversations
  FROM (SELECT e.* FROM edge e ANTI JOIN edge_rule r ON r.edge_no = e.edge_no
        WHERE e.peer_state = 0 AND e.conversations > 0 AND e.confidence >= 0.8) e
  JOIN policy_rule p ON p.policy = e.policy
  JOIN in_force f ON f.rule_no = p.rule_no
  JOIN rule_port t ON t.rule_no = p.rule_no AND t.direction = e.direction AND t.protocol = e.protocol AND e.port >= t.pmin AND e.port <= t.pmax
  WHERE f.peer_kind IN ('security-group', 'prefix-list')
  GROUP BY f.rule_no
),
used AS (
  SELECT rule_no, sum(conversations) AS conversations, sum(sole) AS sole, sum(probes) AS probes, sum(completed) AS completed,
         max(probe_days) AS probe_days, sum(noise) AS noise, sum(ambiguous) AS ambiguous, sum(bytes) AS bytes,
         count(DISTINCT peer) FILTER (conversations > 0) AS peers, min(first_s) AS first_s, max(last_s) AS last_s
  FROM rule_use GROUP BY rule_no
),
days AS (
  SELECT r.rule_no, count(DISTINCT window_day(e.day)) AS days
  FROM edge_rule r JOIN edge e USING (edge_no)
  WHERE e.confidence >= 0.8 AND e.conversations > 0 AND e.edge_no NOT IN (SELECT edge_no FROM edge_noise)
  GROUP BY r.rule_no
),
observed AS (
  SELECT f.rule_no, count(*) FILTER (d.logged = d.wearers AND d.skipped = 0) AS observed_days, sum(d.skipped) AS skipped, count(*) AS worn_days,
         max(d.unheard) AS unlogged
  FROM in_force f JOIN group_day d ON d.group_id = f.group_id AND epoch(d.day) >= f.vf GROUP BY f.rule_no
)
SELECT f.rule_no, f.group_id, f.direction, f.protocol, f.from_port, f.to_port, f.peer_kind, f.peer, f.rule_id, f.description,
       f.vf, coalesce(u.conversations, 0)::BIGINT AS conversations, coalesce(u.sole, 0)::BIGINT AS sole,
       coalesce(u.probes, 0)::BIGINT AS probes, coalesce(u.completed, 0)::BIGINT AS completed,
       coalesce(u.probe_days, 0)::INTEGER AS probe_days, coalesce(u.noise, 0)::BIGINT AS noise,
       coalesce(u.ambiguous, 0)::BIGINT AS ambiguous, coalesce(u.bytes, 0)::BIGINT AS bytes,
       coalesce(u.peers, 0)::BIGINT AS peers, coalesce(d.days, 0)::INTEGER AS days,
       coalesce(u.first_s, 0)::BIGINT AS first_s, coalesce(u.last_s, 0)::BIGINT AS last_s,
       coalesce(o.observed_days, 0)::INTEGER AS observed_days, coalesce(o.skipped, 0)::BIGINT AS skipped,
       coalesce(o.worn_days, 0)::INTEGER AS worn_days, coalesce(o.unlogged, 0)::INTEGER AS unlogged,
       coalesce(q.why, '') AS opaque, s.rule_no IS NOT NULL AS stale,
       coalesce(bl.conversations, 0)::BIGINT AS blind
FROM in_force f
LEFT JOIN blind bl USING (rule_no)
LEFT JOIN used u USING (rule_no)
LEFT JOIN days d USING (rule_no)
LEFT JOIN observed o USING (rule_no)
LEFT JOIN (SELECT rule_no, min(why) AS why FROM rule_opaque GROUP BY rule_no) q USING (rule_no)
LEFT JOIN stale_reference s USING (rule_no);
