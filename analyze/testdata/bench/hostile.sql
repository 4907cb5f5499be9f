-- Question: none; it makes an estate that is hard for its shape.
-- Result:   one interface of one group, with two rules, that 65,000 private addresses talked to in 60 days, each time on another
--           port: rows conversations. Nearly each is a service and a use of its own.
-- Assumes:  variables: rows, first_day.
CREATE OR REPLACE MACRO bench_ipv4(a, b, c, d) AS (281470681743360 + ((a * 256 + b) * 256 + c) * 256 + d)::UHUGEINT;

INSERT INTO security_group VALUES ('sg-1', '111122223333', 'eu-west-1', 'vpc-1', 'all', '', TIMESTAMP '2020-01-01', TIMESTAMP '9999-12-31');
INSERT INTO security_group_rule
SELECT n, 'sg-1', CASE n WHEN 1 THEN 'ingress' ELSE 'egress' END::direction, CASE n WHEN 1 THEN 6 ELSE -1 END, CASE n WHEN 1 THEN 0 ELSE -1 END,
       CASE n WHEN 1 THEN 65535 ELSE -1 END, 'ipv4', '10.0.0.0/8', '', '', '', '', TIMESTAMP '2020-01-01', TIMESTAMP '9999-12-31'
FROM range(1, 3) t(n);
INSERT INTO security_group_rule_range SELECT rule_no, bench_ipv4(10, 0, 0, 0), bench_ipv4(10, 255, 255, 255) FROM security_group_rule;

INSERT INTO network_interface VALUES (1, 'eni-1', '111122223333', 'eu-west-1', 'vpc-1', 'subnet-1', 'interface', '', '', false, TIMESTAMP '2020-01-01', TIMESTAMP '9999-12-31');
INSERT INTO network_interface_group VALUES (1, 'sg-1');
INSERT INTO network_interface_address VALUES (1, bench_ipv4(10, 0, 0, 4));
INSERT INTO vpc VALUES ('vpc-1', '111122223333', 'eu-west-1', 'vpc', '10.0.0.0/16', TIMESTAMP '2020-01-01', TIMESTAMP '9999-12-31');
INSERT INTO logged_interface BY NAME SELECT 1 AS iface, 'eni-1' AS interface_id, '111122223333' AS account_id;

INSERT INTO conversation
WITH draw AS (SELECT n, hash(n, 1) AS a, hash(n, 2) AS b, getvariable('first_day') + (n % 60)::INTEGER AS day FROM range(getvariable('rows')) t(n)),
talk AS (
  SELECT *, bench_ipv4(10, 1, (a // 256 % 254)::BIGINT, (a % 256)::BIGINT) AS client, (1 + b % 65535)::USMALLINT AS port, (32768 + b // 65536 % 28232)::USMALLINT AS ephemeral,
         (epoch(day) + a // 65536 % 86000)::UINTEGER AS began
  FROM draw
)
SELECT day, 1, 6, 1, true, bench_ipv4(10, 0, 0, 4), port, client, ephemeral, 1, 0, 10, 4000, 2, began, 1, 0, 10, 9000, 18, began, began + 10, 1 << ((began % 86400) // 3600), 1
FROM talk ORDER BY day, client;
