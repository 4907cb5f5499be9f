-- Question: which conversations are only strangers' visits?
-- Result:   stranger(rule_no, spot)   one-off visitors of administration ports that are open to the world
--           noise(way, spot)          flows of which all rules see only strangers
-- Assumes:  a stranger is a public address seen on fewer than three days, never for a minute or 20 kB, one of at least
--           ten such at that rule and port. Whoever comes back, or stays, is a user.
CREATE OR REPLACE TEMP MACRO is_private(a) AS
  (a BETWEEN 281470849515520::UHUGEINT AND 281470866292735::UHUGEINT)      -- 10.0.0.0/8
  OR (a BETWEEN 281473568473088::UHUGEINT AND 281473569521663::UHUGEINT)   -- 172.16.0.0/12
  OR (a BETWEEN 281473913978880::UHUGEINT AND 281473914044415::UHUGEINT)   -- 192.168.0.0/16
  OR (a BETWEEN 281472363659264::UHUGEINT AND 281472367853567::UHUGEINT)   -- 100.64.0.0/10
  OR (a BETWEEN 281473533739008::UHUGEINT AND 281473533804543::UHUGEINT)   -- 169.254.0.0/16
  OR (a >> 121::UHUGEINT) = 126::UHUGEINT                                  -- fc00::/7
  OR (a >> 118::UHUGEINT) = 1018::UHUGEINT;                                -- fe80::/10

CREATE OR REPLACE TEMP TABLE wild_rule AS
SELECT rule_no FROM security_group_rule WHERE peer IN ('0.0.0.0/0', '::/0');

CREATE OR REPLACE TEMP TABLE entrance AS
SELECT way FROM way_side SEMI JOIN (SELECT side FROM side_of WHERE direction = 'ingress') s USING (side);

CREATE OR REPLACE TEMP TABLE visitor AS
SELECT e.spot
FROM (SELECT * FROM edge_flow
      WHERE ((spot >> 16) & 255) = 6 AND (spot & 65535) IN (22, 23, 3389, 5900, 5901, 5985, 5986)
        AND sure AND conversations > 0 AND peer_state = 0
        AND way IN (SELECT way FROM entrance JOIN way_rule USING (way) JOIN wild_rule USING (rule_no))) e
JOIN address a ON a.address_no = (e.spot >> 24)::UINTEGER
WHERE NOT is_private(a.ip)
GROUP BY e.spot
HAVING count(DISTINCT e.day) < 3 AND sum(e.long_sessions) = 0;

CREATE OR REPLACE TEMP TABLE visit AS
SELECT DISTINCT way, spot FROM edge_flow SEMI JOIN visitor USING (spot) SEMI JOIN entrance USING (way);

CREATE OR REPLACE TEMP TABLE stranger AS
SELECT DISTINCT r.rule_no, v.spot
FROM visit v JOIN way_rule r USING (way) JOIN wild_rule USING (rule_no)
QUALIFY count(DISTINCT v.spot) OVER (PARTITION BY r.rule_no, v.spot & 65535) >= 10;

CREATE OR REPLACE TEMP TABLE noise AS
SELECT v.way, v.spot
FROM visit v JOIN way_rule r USING (way) LEFT JOIN stranger s ON s.rule_no = r.rule_no AND s.spot = v.spot
GROUP BY v.way, v.spot HAVING bool_and(s.rule_no IS NOT NULL);
