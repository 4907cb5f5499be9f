-- Question: none; it folds the days that came in several batches, so that a key has one row.
-- Assumes:  sums, minima and ORs of partial rows equal those of the whole (they do: every record is in one partial row).
--           Of a day's batches the largest stays where it is; the others are few rows (those around midnight) or a load
--           that came later. A conversation whose own end was told differently by two batches keeps the surer telling;
--           rows that disagree on which end is the interface's own stay two rows.
CREATE OR REPLACE TEMP TABLE split_day AS
SELECT day FROM coverage GROUP BY day HAVING count(DISTINCT batch) > 1;
CREATE OR REPLACE TEMP TABLE main_batch AS
SELECT day, arg_max(batch, n) AS batch
FROM (SELECT day, batch, count(*) AS n FROM conversation WHERE day IN (FROM split_day) GROUP BY ALL ORDER BY ALL)
GROUP BY day;
CREATE OR REPLACE TEMP TABLE minor AS
SELECT c.rowid AS row, c.day, c.iface, c.protocol, c.local, c.local_port, c.remote, c.remote_port
FROM conversation c JOIN main_batch m ON m.day = c.day WHERE c.batch <> m.batch;
CREATE OR REPLACE TEMP TABLE met AS
SELECT row FROM minor
UNION
SELECT c.rowid FROM conversation c SEMI JOIN minor l
  ON l.day = c.day AND l.iface = c.iface AND l.protocol = c.protocol AND l.local = c.local AND l.local_port = c.local_port
 AND l.remote = c.remote AND l.remote_port = c.remote_port;
CREATE OR REPLACE TEMP TABLE merged_conversation AS
SELECT c.day, iface, protocol, min(local_by), bool_or(has_flags), local, local_port, remote, remote_port,
       sum(in_records)::UINTEGER, sum(in_rejected)::UINTEGER, sum(in_packets)::UBIGINT, sum(in_bytes)::UBIGINT,
       bit_or(in_flags), coalesce(min(in_first) FILTER (in_first > 0 AND in_records > 0), min(in_first) FILTER (in_first > 0), 0)::UINTEGER,
       sum(out_records)::UINTEGER, sum(out_rejected)::UINTEGER, sum(out_packets)::UBIGINT, sum(out_bytes)::UBIGINT,
       bit_or(out_flags), coalesce(min(out_first) FILTER (out_first > 0 AND out_records > 0), min(out_first) FILTER (out_first > 0), 0)::UINTEGER,
       max(last_second), bit_or(hours), any_value(m.batch)
FROM conversation c JOIN main_batch m ON m.day = c.day
WHERE c.rowid IN (SELECT row FROM met)
GROUP BY c.day, iface, protocol, local, local_port, remote, remote_port
ORDER BY c.day, iface, protocol, local, local_port, remote, remote_port;
DELETE FROM conversation WHERE rowid IN (SELECT row FROM met);
INSERT INTO conversation SELECT * FROM merged_conversation;
CREATE OR REPLACE TEMP TABLE merged_coverage AS
SELECT c.day, iface, sum(accepted)::UINTEGER, sum(rejected)::UINTEGER, sum(nodata)::UINTEGER, sum(skipdata)::UINTEGER,
       bit_or(hours), bit_or(skip_hours), min(first_second), max(last_second), coalesce(any_value(m.batch), 1)::UINTEGER
FROM coverage c LEFT JOIN main_batch m ON m.day = c.day
WHERE c.day IN (FROM split_day)
GROUP BY c.day, iface
ORDER BY c.day, iface;
DELETE FROM coverage WHERE day IN (FROM split_day);
INSERT INTO coverage SELECT * FROM merged_coverage;
DROP TABLE split_day;
DROP TABLE main_batch;
DROP TABLE minor;
DROP TABLE met;
DROP TABLE merged_conversation;
DROP TABLE merged_coverage;
