-- Question: on which days would a use of a group's rules have been logged?
-- Result:   group_day(group_id, day, wearers, logged, unheard, skipped): interfaces that wore the group on that day, how
--           many of them were logged, how many never were (or only their rejects), and SKIPDATA records among theirs
-- Assumes:  an interface is logged when it has records in the window and its VPC has records on that day; where idle
--           times would show (the interface has NODATA records), days outside of its first and last record are not
--           logged. A VPC with REJECT but no ACCEPT records, or an interface with such on two days or more, has a REJECT-only
--           log, which shows no use. Interfaces that wore the group for less than a day in all and have no records are
--           passed over: an interval without traffic may not have been closed.
CREATE OR REPLACE TEMP TABLE heard AS
SELECT iface, min(day) AS first_day, max(day) AS last_day, sum(nodata) AS nodata,
       sum(accepted) = 0 AND sum(rejected) > 0 AND min(day) < max(day) AS rejects_only
FROM coverage WHERE accepted + rejected + nodata > 0 GROUP BY iface;

CREATE OR REPLACE TEMP TABLE vpc_day AS
WITH placed AS (SELECT DISTINCT iface, vpc_id FROM state WHERE iface IS NOT NULL),
     day AS (SELECT vpc_id, day, sum(accepted) AS accepted FROM coverage JOIN placed USING (iface) GROUP BY ALL)
SELECT vpc_id, day FROM day QUALIFY sum(accepted) OVER (PARTITION BY vpc_id) > 0;

CREATE OR REPLACE TEMP TABLE wear_day AS
WITH span AS (
  SELECT w.group_id, s.interface_id, s.iface, s.vpc_id, greatest(w.vf, b.start_s) AS f, least(w.vt, b.end_s) AS t
  FROM worn w JOIN state s USING (state_no) CROSS JOIN bounds b
  WHERE w.vt > b.start_s AND w.vf < b.end_s
),
days AS (
  SELECT *, unnest(generate_series((f // 86400)::BIGINT, ((t - 1) // 86400)::BIGINT)) AS n FROM span WHERE t > f
)
SELECT group_id, interface_id, any_value(iface) AS iface, any_value(vpc_id) AS vpc_id,
       (DATE '1970-01-01' + n::INTEGER) AS day, sum(least(t, (n + 1) * 86400) - greatest(f, n * 86400)) AS seconds
FROM days GROUP BY group_id, interface_id, n;

CREATE OR REPLACE TEMP TABLE group_day AS
SELECT w.group_id, w.day, count(*) AS wearers,
       count(*) FILTER (h.iface IS NOT NULL AND NOT h.rejects_only AND v.day IS NOT NULL
                        AND (h.nodata = 0 OR w.day BETWEEN h.first_day AND h.last_day)) AS logged,
       count(*) FILTER (h.iface IS NULL OR h.rejects_only) AS unheard,
       coalesce(sum(c.skipdata), 0)::BIGINT AS skipped
FROM (SELECT *, sum(seconds) OVER (PARTITION BY group_id, interface_id) AS life FROM wear_day) w
LEFT JOIN heard h ON h.iface = w.iface
LEFT JOIN vpc_day v ON v.vpc_id = w.vpc_id AND v.day = w.day
LEFT JOIN coverage c ON c.iface = w.iface AND c.day = w.day
WHERE h.iface IS NOT NULL OR w.life >= 86400
GROUP BY w.group_id, w.day;
