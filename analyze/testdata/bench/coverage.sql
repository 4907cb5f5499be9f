-- Question: none; it accounts for what day.sql made.
INSERT INTO coverage
SELECT day, iface, sum(in_records + out_records), sum(in_rejected), 0, 0, bit_or(hours), 0, min(last_second) - 120, max(last_second), 1
FROM conversation GROUP BY day, iface;
INSERT INTO object
SELECT 'bench', 'flow-log', 0, now(), '', '', '', n, n, 0, 0, 0, 0, 0, 0
FROM (SELECT sum(in_records + in_rejected + out_records) AS n FROM conversation);
