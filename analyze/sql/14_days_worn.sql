-- Question: which interfaces wore which groups on which days?
-- Result:   wearer(member, interface_id, …), worn_group(group_no, group_id)
--           wear_day(group_no, member, day, f, t, seconds)   f is the first second of that day, t after the last
-- Assumes:  a question of its own for the same reason as 05_one_way.
CREATE OR REPLACE TEMP TABLE wearer AS
SELECT row_number() OVER (ORDER BY interface_id)::UINTEGER AS member, interface_id, any_value(iface) AS iface, any_value(vpc_id) AS vpc_id,
       any_value(account_id) AS account_id, any_value(region) AS region
FROM state GROUP BY interface_id;

CREATE OR REPLACE TEMP TABLE worn_group AS
SELECT group_id, row_number() OVER (ORDER BY group_id)::UINTEGER AS group_no FROM (SELECT DISTINCT group_id FROM worn);

CREATE OR REPLACE TEMP TABLE wear_day AS
WITH span AS (
  SELECT g.group_no, m.member, greatest(w.vf, b.start_s) AS f, least(w.vt, b.end_s) AS t
  FROM worn w JOIN state s USING (state_no) JOIN wearer m USING (interface_id) JOIN worn_group g USING (group_id) CROSS JOIN bounds b
  WHERE w.vt > b.start_s AND w.vf < b.end_s
),
days AS (
  SELECT *, unnest(generate_series((f // 86400)::BIGINT, ((t - 1) // 86400)::BIGINT)) AS n FROM span WHERE t > f
),
part AS (
  SELECT group_no, member, n::INTEGER AS n, CASE WHEN f < n * 86400 THEN n * 86400 ELSE f END AS f, CASE WHEN t > (n + 1) * 86400 THEN (n + 1) * 86400 ELSE t END AS t
  FROM days
)
SELECT p.group_no, p.member, DATE '1970-01-01' + p.n AS day, min(p.f) AS f, max(p.t) AS t, sum(p.t - p.f)::BIGINT AS seconds
FROM part p GROUP BY p.group_no, p.member, p.n;
