-- Question: who talked to which service on which day, straight from the flow logs of $1 (a glob)?
-- Columns:  day, interface, protocol, action, whether the record goes to the service, its port, its client, and sums.
-- Assumes:  the simplest of heuristics, that the lower port is the service; otherwise as raw.sql.
CREATE TABLE hand_edge AS
SELECT CAST(to_timestamp("start") AS DATE) AS day, interface_id, protocol, action, dstport <= srcport AS to_service,
       least(srcport, dstport) AS port, CASE WHEN dstport <= srcport THEN srcaddr ELSE dstaddr END AS client,
       count(*) AS records, sum(packets) AS packets, sum(bytes) AS bytes, min("start") AS first_second, max("end") AS last_second
FROM read_csv($1, delim = ' ', header = true, nullstr = '-', auto_detect = false, compression = 'gzip', columns = {
  'version': 'INTEGER', 'account_id': 'VARCHAR', 'interface_id': 'VARCHAR', 'srcaddr': 'VARCHAR', 'dstaddr': 'VARCHAR',
  'srcport': 'USMALLINT', 'dstport': 'USMALLINT', 'protocol': 'UTINYINT', 'packets': 'UBIGINT', 'bytes': 'UBIGINT',
  'start': 'UINTEGER', 'end': 'UINTEGER', 'action': 'VARCHAR', 'log_status': 'VARCHAR'})
WHERE log_status = 'OK'
GROUP BY ALL;
