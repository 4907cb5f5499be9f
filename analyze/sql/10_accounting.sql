-- Question: into which class does each record fall, and what limits the answers as a whole?
-- Result:   account_class (kept): one row a class of plan.json; together they are the records read. fact (kept): counts.
--           meta 'analyzed' says that edges, accounting and facts fit what is loaded; loading anything deletes it.
-- Assumes:  a conversation's records are accounted where it began; see 08_edges for those with two edges.
DELETE FROM account_class;
INSERT INTO account_class
SELECT 'records', coalesce(sum(records), 0) FROM object WHERE kind = 'flow-log'
UNION ALL SELECT 'malformed', coalesce(sum(malformed), 0) FROM object WHERE kind = 'flow-log'
UNION ALL SELECT 'nodata', coalesce(sum(nodata), 0) FROM object WHERE kind = 'flow-log'
UNION ALL SELECT 'skipdata', coalesce(sum(skipdata), 0) FROM object WHERE kind = 'flow-log'
UNION ALL SELECT 'duplicate', coalesce(sum(duplicates), 0) FROM object WHERE kind = 'flow-log'
UNION ALL SELECT 'rejected', coalesce(sum(in_rejected::BIGINT + out_rejected), 0) FROM conversation
UNION ALL SELECT 'unknown_interface', coalesce(sum(in_records::BIGINT + out_records) FILTER (policy IS NULL), 0) FROM talk
UNION ALL SELECT 'no_group', coalesce(sum(in_records::BIGINT + out_records) FILTER (group_count = 0), 0) FROM talk
UNION ALL SELECT 'ambiguous', coalesce(sum(t.in_records::BIGINT + t.out_records), 0)
  FROM talk t JOIN opener o USING (conv) WHERE t.group_count > 0 AND o.confidence < 0.8
UNION ALL SELECT 'matched', coalesce(sum(records), 0) FROM edge WHERE confidence >= 0.8 AND edge_no IN (SELECT edge_no FROM edge_rule)
UNION ALL SELECT 'unmatched', coalesce(sum(records), 0) FROM edge WHERE confidence >= 0.8 AND edge_no NOT IN (SELECT edge_no FROM edge_rule);

DELETE FROM fact;
INSERT INTO fact
SELECT 'unknown_interfaces', count(DISTINCT iface) FROM talk WHERE policy IS NULL
UNION ALL SELECT 'silent_interfaces', count(DISTINCT interface_id) FROM state
  WHERE len(groups) > 0 AND vf < (SELECT end_s FROM bounds) AND interface_id NOT IN (SELECT interface_id FROM logged_interface)
UNION ALL SELECT 'skip_interfaces', count(DISTINCT iface) FROM coverage WHERE skipdata > 0
UNION ALL SELECT 'forwarding_interfaces', count(DISTINCT interface_id) FROM network_interface WHERE forwards
UNION ALL SELECT 'late_records', coalesce(sum(in_records::BIGINT + out_records), 0) FROM talk
  WHERE policy IS NULL AND iface IN (SELECT iface FROM state WHERE iface IS NOT NULL)
UNION ALL SELECT 'method:' || method, count(*) FROM opener GROUP BY method;

INSERT OR REPLACE INTO meta VALUES ('analyzed', 'yes');
