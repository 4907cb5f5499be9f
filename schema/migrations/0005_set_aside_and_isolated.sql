-- Version 5: what is set aside is counted truly, and days far from all others are told.

-- A line of rejected can stand for many pieces of an object that has too many to list.
ALTER TABLE rejected ADD COLUMN pieces BIGINT DEFAULT 1;

-- Days with few records that lie far from the rest of the window that was asked for, and stretch it: more than 30 days
-- without any record lie between, and they have less than one record in a thousand. Mostly a clock was wrong. first_rest
-- and last_rest bound the other days. Of the objects that reach the day, place is the one of the shortest time.
CREATE VIEW isolated_day AS
WITH asked AS (
  SELECT coalesce(max(try_cast(value AS TIMESTAMP)) FILTER (key = 'window_since')::DATE, DATE '0001-01-01') AS since,
         coalesce((max(try_cast(value AS TIMESTAMP)) FILTER (key = 'window_until') - INTERVAL 1 MICROSECOND)::DATE, DATE '9999-12-31') AS until
  FROM meta
),
logged_day AS (
  SELECT day, sum(accepted::BIGINT + rejected + nodata + skipdata)::BIGINT AS records
  FROM coverage JOIN asked a ON day BETWEEN a.since AND a.until
  GROUP BY day
),
stretch AS (
  SELECT day, records, sum(begins) OVER (ORDER BY day) AS stretch
  FROM (SELECT day, records, (day - coalesce(lag(day) OVER (ORDER BY day), day) > 31)::INTEGER AS begins FROM logged_day)
),
sized AS (
  SELECT *, sum(records) OVER (PARTITION BY stretch) * 1000 < sum(records) OVER () AS isolated FROM stretch
),
far AS (
  SELECT day, records, (SELECT min(day) FROM sized WHERE NOT isolated) AS first_rest, (SELECT max(day) FROM sized WHERE NOT isolated) AS last_rest
  FROM sized WHERE isolated
)
SELECT f.day, f.records, f.first_rest, f.last_rest, count(o.place) AS objects,
       coalesce(arg_min(o.place, (o.last_second - o.first_second, o.place)), '') AS place
FROM far f LEFT JOIN object o
  ON o.kind = 'flow-log' AND o.first_second > 0 AND o.first_second < epoch(f.day) + 86400 AND o.last_second >= epoch(f.day)
GROUP BY ALL;
