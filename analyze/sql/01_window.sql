-- Question: which whole UTC days do the flow logs touch?
-- Result:   bounds(first_day, last_day, start_s, end_s, observed_days), one row; seconds are Unix time.
-- Assumes:  coverage has a row for each interface and day with any record.
CREATE OR REPLACE TEMP TABLE bounds AS
SELECT min(day) AS first_day,
       max(day) AS last_day,
       epoch(min(day))::BIGINT AS start_s,
       epoch(max(day))::BIGINT + 86400 AS end_s,
       count(DISTINCT day) AS observed_days
FROM coverage;
