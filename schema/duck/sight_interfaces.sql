-- Question: how many interfaces with groups were there on the logged days, and how many of them left no record?
-- Result:   worn, quiet (a flow log that shows ACCEPTs covered them, and its objects came), dark (the rest without any
--           record), rejects_only (logged, but of REJECT records alone)
-- Assumes:  names of objects tell their flow log; where they do not, an interface without records is dark.
WITH bounds AS (SELECT min(day) AS first_day, max(day) AS last_day FROM coverage),
worn AS (
  SELECT DISTINCT n.interface_id
  FROM network_interface n SEMI JOIN network_interface_group g USING (state_no) CROSS JOIN bounds b
  WHERE n.valid_from <= b.last_day + INTERVAL 1 DAY AND n.valid_to > b.first_day
),
silent AS (SELECT interface_id FROM worn ANTI JOIN logged_interface USING (interface_id)),
quiet AS (
  SELECT DISTINCT s.interface_id
  FROM silent s JOIN interface_flow_log f USING (interface_id) JOIN delivery d USING (flow_log_id)
  WHERE f.traffic_type <> 'REJECT' AND f.valid_from <= d.day AND f.valid_to >= d.day + INTERVAL 1 DAY
)
SELECT (SELECT count(*) FROM worn), (SELECT count(*) FROM quiet), (SELECT count(*) FROM silent) - (SELECT count(*) FROM quiet),
       (SELECT count(*) FROM (SELECT iface FROM coverage GROUP BY iface HAVING sum(accepted) = 0 AND sum(rejected) > 0));
