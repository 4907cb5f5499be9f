-- Question: into which class does each record fall, and what limits the answers as a whole?
-- Result:   account_class (kept): one row a class of plan.json; together they are the records read. fact (kept): counts.
--           meta 'analyzed' says that edges, accounting and facts fit what is loaded; loading anything deletes it.
-- Assumes:  tally and unknown_interface hold what is not in edges.
CREATE OR REPLACE TEMP TABLE sure AS
SELECT way, sum(records) AS records FROM edge_flow WHERE sure GROUP BY way;

DELETE FROM account_class;
INSERT INTO account_class
SELECT 'records', coalesce(sum(records), 0) FROM object WHERE kind = 'flow-log'
UNION ALL SELECT 'malformed', coalesce(sum(malformed), 0) FROM object WHERE kind = 'flow-log'
UNION ALL SELECT 'nodata', coalesce(sum(nodata), 0) FROM object WHERE kind = 'flow-log'
UNION ALL SELECT 'skipdata', coalesce(sum(skipdata), 0) FROM object WHERE kind = 'flow-log'
UNION ALL SELECT 'duplicate', coalesce(sum(duplicates), 0) FROM object WHERE kind = 'flow-log'
UNION ALL SELECT 'rejected', coalesce(sum(in_rejected::BIGINT + out_rejected), 0) FROM conversation
UNION ALL SELECT 'unknown_interface', coalesce(sum(records), 0) FROM tally WHERE NOT known
UNION ALL SELECT 'no_group', coalesce(sum(records), 0) FROM tally WHERE known AND NOT grouped
UNION ALL SELECT 'ambiguous', coalesce(sum(records), 0) FROM tally WHERE grouped AND NOT sure
UNION ALL SELECT 'matched', coalesce(sum(records) FILTER (way IN (SELECT way FROM way_rule)), 0) FROM sure
UNION ALL SELECT 'unmatched', coalesce(sum(records) FILTER (way NOT IN (SELECT way FROM way_rule)), 0) FROM sure;

DELETE FROM fact;
INSERT INTO fact
SELECT 'unknown_interfaces', count(*) FROM unknown_interface
UNION ALL SELECT 'silent_interfaces', count(DISTINCT interface_id) FROM state
  WHERE len(groups) > 0 AND vf < (SELECT end_s FROM bounds) AND interface_id NOT IN (SELECT interface_id FROM logged_interface)
UNION ALL SELECT 'skip_interfaces', count(DISTINCT iface) FROM coverage WHERE skipdata > 0
UNION ALL SELECT 'forwarding_interfaces', count(DISTINCT interface_id) FROM network_interface WHERE forwards
UNION ALL SELECT 'late_records', coalesce(sum(records), 0) FROM unknown_interface
  WHERE iface IN (SELECT iface FROM logged_interface WHERE interface_id IN (SELECT interface_id FROM network_interface))
UNION ALL SELECT 'method:' || method, sum(conversations)::BIGINT FROM tally GROUP BY method;

INSERT OR REPLACE INTO meta VALUES ('analyzed', 'yes');
