-- Question: none; it makes the inventory of a large estate for BenchmarkAnalyze.
-- Result:   10,000 interfaces in four VPCs, every tenth with an IPv6 address; 5,000 groups of ten rules each, of which a third
--           has wide rules; every interface wears a group of its role and one that many wear; 200 interfaces changed
--           their role within the window.
-- Assumes:  variables: interfaces, groups, first_day.
CREATE OR REPLACE MACRO bench_ipv4(a, b, c, d) AS (281470681743360 + ((a * 256 + b) * 256 + c) * 256 + d)::UHUGEINT;
CREATE OR REPLACE MACRO bench_address(i) AS bench_ipv4(10, i // 62500, i // 250 % 250, 4 + i % 250);
CREATE OR REPLACE MACRO bench_address6(i) AS 42540766411282592856903984951653826560::UHUGEINT + i::UHUGEINT;
CREATE OR REPLACE MACRO bench_group(g) AS 'sg-' || lpad(to_hex(g), 17, '0');
CREATE OR REPLACE MACRO bench_eni(i) AS 'eni-' || lpad(to_hex(i), 17, '0');
CREATE OR REPLACE MACRO bench_vpc(i) AS 'vpc-' || lpad(to_hex(i % 4), 17, '0');
CREATE OR REPLACE MACRO bench_port(g) AS [443, 80, 5432, 3306, 6379, 8080, 9092, 50051, 22, 9200, 30777, 47100][1 + g % 12];

INSERT INTO security_group
SELECT bench_group(g), '111122223333', 'eu-west-1', bench_vpc(g), 'role-' || g, '', TIMESTAMP '2020-01-01', TIMESTAMP '9999-12-31'
FROM range(getvariable('groups')) t(g);

-- Rule 0 of a group is its egress, 1 a reference, the others its ingress: one wide, or all narrow.
INSERT INTO security_group_rule
SELECT g * 10 + n + 1, bench_group(g), CASE WHEN n = 0 THEN 'egress' ELSE 'ingress' END::direction,
       CASE WHEN n = 0 AND g % 5 > 0 THEN -1 ELSE 6 END,
       CASE WHEN n = 0 AND g % 5 > 0 THEN -1 WHEN n = 0 THEN 443 WHEN n = 3 THEN 1024 ELSE bench_port(g) END,
       CASE WHEN n = 0 AND g % 5 > 0 THEN -1 WHEN n = 0 THEN 9200 WHEN n = 3 AND g % 3 = 0 THEN 65535 WHEN n = 3 THEN 1032 ELSE bench_port(g) END,
       CASE WHEN n = 1 THEN 'security-group' ELSE 'ipv4' END,
       CASE WHEN n = 0 THEN '0.0.0.0/0' WHEN n = 1 THEN bench_group((g * 7 + 1) % getvariable('groups'))
            WHEN n = 2 AND g % 4 = 0 THEN '0.0.0.0/0' WHEN g % 3 = 0 AND n < 5 THEN '10.0.0.0/8' ELSE '10.' || (g % 4) || '.' || (g * n % 250) || '.0/24' END,
       '', '', '', '', TIMESTAMP '2020-01-01', TIMESTAMP '9999-12-31'
FROM range(getvariable('groups')) t(g), range(10) u(n);

INSERT INTO security_group_rule_range
SELECT rule_no, bench_ipv4(a, b, c, d), bench_ipv4(a, b, c, d) + (1::UHUGEINT << (32 - bits)::UHUGEINT) - 1
FROM (SELECT rule_no, split_part(peer, '.', 1)::INTEGER AS a, split_part(peer, '.', 2)::INTEGER AS b, split_part(peer, '.', 3)::INTEGER AS c,
             split_part(split_part(peer, '.', 4), '/', 1)::INTEGER AS d, split_part(peer, '/', 2)::INTEGER AS bits
      FROM security_group_rule WHERE peer_kind = 'ipv4');

INSERT INTO network_interface
SELECT i + 1, bench_eni(i), '111122223333', 'eu-west-1', bench_vpc(i), 'subnet-' || i // 250, 'interface', '', '', false, TIMESTAMP '2020-01-01',
       CASE WHEN i % 50 = 7 THEN getvariable('first_day') + INTERVAL 10 DAY ELSE TIMESTAMP '9999-12-31' END
FROM range(getvariable('interfaces')) t(i)
UNION ALL
SELECT getvariable('interfaces') + i + 1, bench_eni(i), '111122223333', 'eu-west-1', bench_vpc(i), 'subnet-' || i // 250, 'interface', '', '', false,
       getvariable('first_day') + INTERVAL 10 DAY, TIMESTAMP '9999-12-31'
FROM range(getvariable('interfaces')) t(i) WHERE i % 50 = 7;

INSERT INTO network_interface_group
SELECT state_no, bench_group(((state_no - 1) % getvariable('interfaces') + CASE WHEN state_no > getvariable('interfaces') THEN 12 ELSE 0 END) % getvariable('groups'))
FROM network_interface
UNION ALL
SELECT state_no, bench_group(state_no % 50) FROM network_interface;

INSERT INTO network_interface_address
SELECT state_no, bench_address((state_no - 1) % getvariable('interfaces')) FROM network_interface
UNION ALL
SELECT state_no, bench_address6((state_no - 1) % getvariable('interfaces')) FROM network_interface WHERE (state_no - 1) % getvariable('interfaces') % 10 = 0;

INSERT INTO vpc SELECT bench_vpc(i), '111122223333', 'eu-west-1', 'vpc', '10.0.0.0/8', TIMESTAMP '2020-01-01', TIMESTAMP '9999-12-31' FROM range(4) t(i);
INSERT INTO logged_interface BY NAME SELECT i + 1 AS iface, bench_eni(i) AS interface_id, '111122223333' AS account_id FROM range(getvariable('interfaces')) t(i);
