-- Question: into which class does each record fall, and what limits the answers as a whole?
-- Result:   account_class (kept): one row a class of plan.json; together they are the records read. fact (kept): counts.
--           meta 'analyzed' says that edges, accounting and facts fit what is loaded; loading anything deletes it.
-- Assumes:  a conversation's records are accounted where it began; see 09_demand for those with two edges.
CREATE OR REPLACE TEMP TABLE tally AS
SELECT policy IS NOT NULL AS known, coalesce(grouped, false) AS grouped, confidence >= 0.8 AS sure, method,
       count(*) AS conversations, sum(records)::BIGINT AS records
FROM opened GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE unknown_interface AS
SELECT iface, sum(records)::BIGINT AS records FROM talk WHERE policy IS NULL GROUP BY iface;

CREATE OR REPLACE TEMP TABLE sure_flow AS
SELECT f.flow_no, f.records, m.flow_no IS NOT NULL AS matched
FROM (SELECT flow_no, sum(records) AS records FROM edge_flow WHERE sure GROUP BY flow_no) f LEFT JOIN flow_match m USING (flow_no);

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
UNION ALL SELECT 'matched', coalesce(sum(records) FILTER (matched), 0) FROM sure_flow
UNION ALL SELECT 'unmatched', coalesce(sum(records) FILTER (NOT matched), 0) FROM sure_flow;

DELETE FROM fact;
INSERT INTO fact
SELECT 'unknown_interfaces', count(*) FROM unknown_interface
UNION ALL SELECT 'silent_interfaces', count(DISTINCT interface_id) FROM state
  WHERE len(groups) > 0 AND vf < (SELECT end_s FROM bounds) AND interface_id NOT IN (SELECT interface_id FROM logged_interface)
UNION ALL SELECT 'skip_interfaces', count(DISTINCT iface) FROM coverage WHERE skipdata > 0
UNION ALL SELECT 'forwarding_interfaces', count(DISTINCT interface_id) FROM network_interface WHERE forwards
UNION ALL SELECT 'late_records', coalesce(sum(records), 0) FROM unknown_interface WHERE iface IN (SELECT iface FROM state WHERE iface IS NOT NULL)
UNION ALL SELECT 'method:' || method, sum(conversations)::BIGINT FROM tally GROUP BY method;

INSERT OR REPLACE INTO meta VALUES ('analyzed', 'yes');

-- The bulk is not needed any more.
DROP VIEW opened;
DROP TABLE talk;
DROP TABLE talk_again;
DROP TABLE pending;
DROP TABLE rest;
DROP TABLE decided;
DROP TABLE opener;
DROP TABLE extra;
DROP TABLE sure_flow;
