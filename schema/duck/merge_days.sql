-- Question: none; it folds late rows into conversation and coverage, so that a key has one row.
-- Assumes:  sums, minima and ORs of partial rows equal those of the whole (they do: every record is in one partial row).
--           A conversation whose own end was told differently by two batches keeps the surer telling; rows that disagree
--           on which end is the interface's own stay two rows.
CREATE OR REPLACE TEMP TABLE met AS
SELECT c.rowid AS row FROM conversation c SEMI JOIN late_conversation l
  ON l.day = c.day AND l.iface = c.iface AND l.protocol = c.protocol AND l.local = c.local AND l.local_port = c.local_port
 AND l.remote = c.remote AND l.remote_port = c.remote_port;
CREATE OR REPLACE TEMP TABLE merged_conversation AS
SELECT day, iface, protocol, min(local_by), bool_or(has_flags), local, local_port, remote, remote_port,
       sum(in_records)::UINTEGER, sum(in_rejected)::UINTEGER, sum(in_packets)::UBIGINT, sum(in_bytes)::UBIGINT,
       bit_or(in_flags), coalesce(min(in_first) FILTER (in_first > 0), 0)::UINTEGER,
       sum(out_records)::UINTEGER, sum(out_rejected)::UINTEGER, sum(out_packets)::UBIGINT, sum(out_bytes)::UBIGINT,
       bit_or(out_flags), coalesce(min(out_first) FILTER (out_first > 0), 0)::UINTEGER,
       max(last_second), bit_or(hours)
FROM (FROM late_conversation UNION ALL FROM conversation WHERE rowid IN (SELECT row FROM met))
GROUP BY day, iface, protocol, local, local_port, remote, remote_port
ORDER BY day, iface, protocol, local, local_port, remote, remote_port;
DELETE FROM conversation WHERE rowid IN (SELECT row FROM met);
INSERT INTO conversation SELECT * FROM merged_conversation;
CREATE OR REPLACE TEMP TABLE merged_coverage AS
SELECT day, iface, sum(accepted)::UINTEGER, sum(rejected)::UINTEGER, sum(nodata)::UINTEGER, sum(skipdata)::UINTEGER,
       bit_or(hours), bit_or(skip_hours), min(first_second), max(last_second)
FROM (FROM late_coverage UNION ALL FROM coverage c SEMI JOIN late_coverage l ON l.day = c.day AND l.iface = c.iface)
GROUP BY day, iface
ORDER BY day, iface;
DELETE FROM coverage c USING late_coverage l WHERE l.day = c.day AND l.iface = c.iface;
INSERT INTO coverage SELECT * FROM merged_coverage;
DROP TABLE met;
DROP TABLE merged_conversation;
DROP TABLE merged_coverage;
TRUNCATE late_conversation;
TRUNCATE late_coverage;
