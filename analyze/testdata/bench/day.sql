-- Question: none; it makes one day's conversations of the estate of estate.sql.
-- Result:   about as many rows as asked for: seven tenths of the connections are internal and stand at both ends, two tenths come from
--           the internet (a few thousand that return, and strangers), one tenth go there; servers by a power law, client
--           ports ephemeral; a tenth UDP, some of it from the server's port; a twentieth scans, most of them refused; half of
--           the servers log tcp-flags.
-- Assumes:  variables: interfaces, rows, day, first_day, habits. The same variables make the same rows. With habits each interface
--           talks, day after day, to so many services within and to so many addresses of the internet, and so many of those
--           return to each server; with 0 every connection has a client and a server of its own choice.
INSERT INTO conversation
WITH draw AS (
  SELECT n, hash(n, getvariable('day'), 1) AS a, hash(n, getvariable('day'), 2) AS b, hash(n, getvariable('day'), 3) AS c
  FROM range((getvariable('rows') / 1.7)::BIGINT) t(n)
),
meet AS (
  SELECT a % 100 AS kind, ((b // 1024) % getvariable('interfaces'))::BIGINT AS i, b, c,
         CASE WHEN getvariable('habits') > 0 AND a % 100 < 70
              THEN hash((b // 1024) % getvariable('interfaces'), a // 128 % getvariable('habits')) ELSE a // 128 END AS choice
  FROM draw
),
link AS (
  SELECT kind, b % 1000 AS odd, c,
         (pow(choice % 1000003 / 1000003.0, 3) * getvariable('interfaces'))::BIGINT % getvariable('interfaces') AS s, i, (32768 + c % 28232)::USMALLINT AS ephemeral,
         (epoch(getvariable('day')) + (c // 65536) % 86000)::UINTEGER AS began, (4 + c % 40)::UBIGINT AS packets
  FROM meet
),
talk AS (
  SELECT *, CASE WHEN odd < 100 THEN 17 ELSE 6 END AS protocol,
         CASE WHEN odd < 20 THEN 123 WHEN odd < 100 THEN 514 ELSE bench_port(s) END::USMALLINT AS port,
         kind >= 95 AS scan, kind < 70 AS inside, kind BETWEEN 70 AND 94 AND kind < 88 OR kind >= 95 AS incoming, s % 2 = 0 AS flags,
         i % 10 = 0 AND s % 10 = 0 AND odd % 2 = 0 AS six,
         CASE WHEN getvariable('habits') > 0 AND kind < 95 THEN hash(CASE WHEN kind < 88 THEN s ELSE i END, c % getvariable('habits')) ELSE c END AS other
  FROM link
),
ends AS (
  SELECT *, bench_ipv4(20 + (other // 7 % 60)::BIGINT, (other // 512 % 256)::BIGINT, (other // 131072 % CASE WHEN kind >= 95 THEN 256 ELSE 1 END)::BIGINT,
                    (other // 33554432 % CASE WHEN kind >= 95 THEN 256 ELSE 1 END)::BIGINT) AS stranger,
         CASE WHEN odd < 20 THEN 123 ELSE ephemeral END::USMALLINT AS client_port,
         CASE WHEN six THEN bench_address6(s) ELSE bench_address(s) END AS server, CASE WHEN six THEN bench_address6(i) ELSE bench_address(i) END AS client
  FROM talk
)
SELECT getvariable('day'), (s + 1)::UINTEGER, protocol, 1, flags, server, port, CASE WHEN inside THEN client ELSE stranger END, client_port,
       CASE WHEN scan AND odd > 200 THEN 0 ELSE 1 + odd % 4 END, CASE WHEN scan AND odd > 200 THEN 1 ELSE 0 END,
       CASE WHEN scan THEN 1 ELSE packets END, CASE WHEN scan THEN 44 ELSE packets * 90 END, CASE WHEN flags THEN 2 ELSE 0 END, began,
       CASE WHEN scan THEN 0 ELSE 1 + odd % 4 END, 0, CASE WHEN scan THEN 0 ELSE packets + 2 END, CASE WHEN scan THEN 0 ELSE packets * 700 END,
       CASE WHEN flags AND NOT scan THEN 18 ELSE 0 END, CASE WHEN scan THEN 0 ELSE began END, began + (odd % 120)::UINTEGER, 1 << ((began % 86400) // 3600), 1
FROM ends WHERE inside OR incoming
UNION ALL
SELECT getvariable('day'), (i + 1)::UINTEGER, protocol, 1, flags, client, client_port, CASE WHEN inside THEN server ELSE stranger END, port,
       1 + odd % 4, 0, packets + 2, packets * 700, CASE WHEN flags THEN 18 ELSE 0 END, began,
       1 + odd % 4, 0, packets, packets * 90, CASE WHEN flags THEN 2 ELSE 0 END, began, began + (odd % 120)::UINTEGER, 1 << ((began % 86400) // 3600), 1
FROM ends WHERE inside OR NOT incoming;
