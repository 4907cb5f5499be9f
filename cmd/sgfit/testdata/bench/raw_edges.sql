-- Question: who talked to which service on which day, from the table of raw.sql?
-- Columns:  as in edges.sql.
CREATE TABLE hand_edge AS
SELECT CAST(to_timestamp("start") AS DATE) AS day, interface_id, protocol, action, dstport <= srcport AS to_service,
       least(srcport, dstport) AS port, CASE WHEN dstport <= srcport THEN srcaddr ELSE dstaddr END AS client,
       count(*) AS records, sum(packets) AS packets, sum(bytes) AS bytes, min("start") AS first_second, max("end") AS last_second
FROM hand_raw WHERE log_status = 'OK'
GROUP BY ALL;
