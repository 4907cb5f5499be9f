-- Question: none; it folds the rows of every day in unmerged_day to one row a key.
-- Assumes: sums, minima and ORs of partial rows equal those of the whole (they do: every record is in one partial row).
-- A conversation whose own end was told differently by two batches keeps the surer telling; rows that disagree on
-- which end is the interface's own stay two rows.
CREATE OR REPLACE TEMP TABLE merged_conversation AS
SELECT day, iface, protocol, min(local_by), bool_or(has_flags), local, local_port, remote, remote_port,
       sum(in_records)::UINTEGER, sum(in_rejected)::UINTEGER, sum(in_packets)::UBIGINT, sum(in_bytes)::UBIGINT,
       bit_or(in_flags), coalesce(min(in_first) FILTER (in_first > 0), 0)::UINTEGER,
       sum(out_records)::UINTEGER, sum(out_rejected)::UINTEGER, sum(out_packets)::UBIGINT, sum(out_bytes)::UBIGINT,
       bit_or(out_flags), coalesce(min(out_first) FILTER (out_first > 0), 0)::UINTEGER,
       max(last_second), bit_or(hours)
FROM conversation WHERE day IN (SELECT day FROM unmerged_day)
GROUP BY day, iface, protocol, local, local_port, remote, remote_port
ORDER BY day, iface, protocol, local, local_port, remote, remote_port;
DELETE FROM conversation WHERE day IN (SELECT day FROM unmerged_day);
INSERT INTO conversation SELECT * FROM merged_conversation;
CREATE OR REPLACE TEMP TABLE merged_coverage AS
SELECT day, iface, sum(accepted)::UINTEGER, sum(rejected)::UINTEGER, sum(nodata)::UINTEGER, sum(skipdata)::UINTEGER,
       bit_or(hours), bit_or(skip_hours), min(first_second), max(last_second)
FROM coverage WHERE day IN (SELECT day FROM unmerged_day)
GROUP BY day, iface
ORDER BY day, iface;
DELETE FROM coverage WHERE day IN (SELECT day FROM unmerged_day);
INSERT INTO coverage SELECT * FROM merged_coverage;
DROP TABLE merged_conversation;
DROP TABLE merged_coverage;
DELETE FROM unmerged_day;
