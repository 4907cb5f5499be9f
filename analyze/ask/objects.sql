-- Question: in which objects of flow logs does the evidence of a rule lie?
-- Result:   one row an object that has records of the times of its use, latest first
-- Assumes:  the parameter is a rule_no. Which interfaces an object has records of is not kept; its name may tell the account and
--           the Region (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html), and then only those of the
--           interfaces count.
WITH place AS (
  SELECT l.iface, coalesce(any_value(n.account_id), '') AS account_id, coalesce(any_value(n.region), '') AS region
  FROM logged_interface l LEFT JOIN network_interface n USING (interface_id) GROUP BY l.iface
),
used AS (
  SELECT p.account_id, p.region, e.day, min(e.first_second) AS first_s, max(e.last_second) AS last_s
  FROM edge_rule r JOIN edge e USING (edge_no) JOIN place p USING (iface)
  WHERE r.rule_no = $1
  GROUP BY ALL
),
named AS (
  SELECT place, hash, records, first_second, last_second, regexp_extract(place, '([0-9]{12})_vpcflowlogs_', 1) AS account_id,
         regexp_extract(place, '_vpcflowlogs_([a-z0-9-]+)_fl-', 1) AS region
  FROM object WHERE kind = 'flow-log' AND ok > 0 AND first_second > 0
)
SELECT o.place, o.hash, any_value(o.records), any_value(o.first_second)::BIGINT AS first_s, any_value(o.last_second)::BIGINT AS last_s, count(DISTINCT u.day)
FROM named o JOIN used u
  ON o.first_second <= u.last_s AND o.last_second >= u.first_s
 AND (o.account_id = '' OR u.account_id = '' OR o.account_id = u.account_id) AND (o.region = '' OR u.region = '' OR o.region = u.region)
GROUP BY o.place, o.hash
ORDER BY last_s DESC, first_s DESC, o.place;
