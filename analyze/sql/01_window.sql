-- Question: which whole UTC days are the window?
-- Result:   bounds(first_day, last_day, start_s, end_s, observed_days, all_end_s), one row; seconds are Unix time. all_end_s
--           is after the last day with any record, in the window or not.
--           window_day(day): the day that something counts for. Objects at the ends of a window that was asked for hold
--           records from before and after it; they are judged, and kept as evidence, like all, but do not stretch the
--           window: they count for its first or last day.
-- Assumes:  coverage has a row for each interface and day with any record. meta has window_since and window_until, UTC,
--           each '' for no bound, where whatever was loaded was asked for with bounds. If no day with records lies in
--           the window that was asked for, all days are it.
CREATE OR REPLACE TEMP TABLE bounds AS
WITH asked AS (
  SELECT coalesce(max(try_cast(value AS TIMESTAMP)) FILTER (key = 'window_since')::DATE, DATE '0001-01-01') AS first_day,
         coalesce((max(try_cast(value AS TIMESTAMP)) FILTER (key = 'window_until') - INTERVAL 1 MICROSECOND)::DATE, DATE '9999-12-31') AS last_day
  FROM meta
),
marked AS (
  SELECT c.day, c.day BETWEEN a.first_day AND a.last_day AS inside FROM (SELECT DISTINCT day FROM coverage) c CROSS JOIN asked a
),
chosen AS (
  SELECT day FROM marked WHERE inside OR NOT (SELECT bool_or(inside) FROM marked)
)
SELECT min(day) AS first_day,
       max(day) AS last_day,
       epoch(min(day))::BIGINT AS start_s,
       epoch(max(day))::BIGINT + 86400 AS end_s,
       count(*) AS observed_days,
       (SELECT epoch(max(day))::BIGINT + 86400 FROM coverage) AS all_end_s
FROM chosen;

CREATE OR REPLACE TEMP MACRO window_day(d) AS
  greatest((SELECT first_day FROM bounds), least((SELECT last_day FROM bounds), d));
