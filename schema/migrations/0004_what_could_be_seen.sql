-- Version 4: what of the traffic could be seen, as views for the evidence, for `sgfit status`, and for people.

-- On which days a stream of objects brought any. A stream is one flow log, where names tell it
-- (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html), else one folder without its dates, or one
-- log group. An object whose name tells its slot counts for that day; others for the days of their records.
CREATE VIEW delivery AS
WITH named AS (
  SELECT place, records, first_second, last_second,
         regexp_extract(place, '_(fl-[0-9A-Za-z]+)_[0-9]{8}T[0-9]{4}Z_', 1) AS flow_log_id,
         regexp_extract(place, '([0-9]{12})_vpcflowlogs_', 1) AS account_id,
         regexp_extract(place, '_vpcflowlogs_([a-z0-9-]+)_fl-', 1) AS region,
         try_strptime(regexp_extract(place, '_([0-9]{8})T[0-9]{4}Z_', 1), '%Y%m%d')::DATE AS slot_day
  FROM object
  WHERE kind = 'flow-log' AND (problem = '' OR ok + nodata + skipdata + duplicates > 0)
),
spanned AS (
  SELECT *, CASE WHEN flow_log_id <> '' THEN flow_log_id
                 ELSE regexp_replace(place, '((/(year=)?[0-9]{4}/(month=)?[0-9]{1,2}/(day=)?[0-9]{1,2})(/(hour=)?[0-9]{1,2})?)?/[^/]*$', '') END AS stream,
         coalesce(slot_day, make_timestamp(first_second::BIGINT * 1000000)::DATE) AS first_day,
         coalesce(slot_day, make_timestamp(last_second::BIGINT * 1000000)::DATE) AS last_day
  FROM named WHERE slot_day IS NOT NULL OR first_second > 0
)
SELECT stream, flow_log_id, account_id, region, day, count(*) AS objects, sum(records)::BIGINT AS records
FROM (SELECT *, unnest(generate_series(first_day::TIMESTAMP, least(last_day, first_day + 400)::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day FROM spanned)
GROUP BY ALL;

-- Days without an object in a stream that has some on most days before and after.
CREATE VIEW delivery_gap AS
WITH span AS (
  SELECT stream, flow_log_id, account_id, region, min(day) AS first_day, max(day) AS last_day, count(DISTINCT day) AS days
  FROM delivery GROUP BY ALL
)
SELECT stream, flow_log_id, account_id, region, day
FROM (SELECT *, unnest(generate_series(first_day::TIMESTAMP, last_day::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day
      FROM span WHERE days >= 3 AND 2 * days > last_day - first_day + 1) s
ANTI JOIN delivery d USING (stream, day);

-- Hours (UTC) of which AWS says, by SKIPDATA records, that it lost records of an interface.
CREATE VIEW lost_hour AS
SELECT l.interface_id, c.day, h.hour::UTINYINT AS hour
FROM coverage c JOIN logged_interface l USING (iface), range(24) h(hour)
WHERE (c.skip_hours >> h.hour::UINTEGER) & 1 = 1;

-- Which flow log covered which state of an interface, by interface, subnet or VPC, and when both stood.
CREATE VIEW interface_flow_log AS
WITH meeting AS (
  SELECT n.*, f.flow_log_id, f.traffic_type, f.destination_type, f.destination, f.valid_from AS f_from, f.valid_to AS f_to
  FROM network_interface n JOIN flow_log f ON f.resource_id = n.interface_id WHERE f.status IN ('ACTIVE', '')
  UNION ALL
  SELECT n.*, f.flow_log_id, f.traffic_type, f.destination_type, f.destination, f.valid_from, f.valid_to
  FROM network_interface n JOIN flow_log f ON f.resource_id = n.subnet_id WHERE f.status IN ('ACTIVE', '')
  UNION ALL
  SELECT n.*, f.flow_log_id, f.traffic_type, f.destination_type, f.destination, f.valid_from, f.valid_to
  FROM network_interface n JOIN flow_log f ON f.resource_id = n.vpc_id WHERE f.status IN ('ACTIVE', '')
)
SELECT state_no, interface_id, vpc_id, flow_log_id, traffic_type, destination_type, destination,
       greatest(valid_from, f_from) AS valid_from, least(valid_to, f_to) AS valid_to
FROM meeting WHERE greatest(valid_from, f_from) < least(valid_to, f_to);
