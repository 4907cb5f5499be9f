-- Question: on which days would a use of a group's rules have been logged?
-- Result:   group_day(group_id, day, wearers, logged, unheard, skipped): interfaces that wore the group on that day, how
--           many of them were logged, how many never were (or only their rejects), and SKIPDATA records among theirs
--           fact quiet_interfaces: interfaces without a record of which the flow logs' definitions say that they were logged
-- Assumes:  an interface with records of its own on a day was logged on that day, if its VPC was. One without is judged by
--           the flow logs that are defined (AWS Config, DescribeFlowLogs) where any is known for its VPC: one that shows
--           ACCEPTs must have covered it for as long as it wore the group that day, and objects of that flow log must
--           have come for that day. Where none is known, it is logged when it has records in the window and its VPC has
--           records on that day, unless a stream of its account and Region lacks the day; and where idle times would show
--           (the interface has NODATA records), not outside of its first and last record. A VPC with REJECT but no ACCEPT
--           records, or an interface with such on two days or more, has a REJECT-only log, which shows no use.
--           Interfaces that wore the group for less than a day in all and have no records are passed over: an interval
--           without traffic may not have been closed.
CREATE OR REPLACE TEMP TABLE heard AS
SELECT iface, min(day) AS first_day, max(day) AS last_day, sum(nodata) AS nodata, sum(accepted) = 0 AND sum(rejected) > 0 AS rejects,
       sum(accepted) = 0 AND sum(rejected) > 0 AND min(day) < max(day) AS rejects_only
FROM coverage WHERE accepted + rejected + nodata > 0 GROUP BY iface;

CREATE OR REPLACE TEMP TABLE vpc_day AS
WITH placed AS (SELECT DISTINCT iface, vpc_id FROM state WHERE iface IS NOT NULL),
     day AS (SELECT vpc_id, day, sum(accepted) AS accepted FROM coverage JOIN placed USING (iface) GROUP BY ALL)
SELECT vpc_id, day FROM day QUALIFY sum(accepted) OVER (PARTITION BY vpc_id) > 0;

-- The flow logs that are defined: which cover an interface, and of which objects came on which day. Where no name of an
-- object tells a flow log, which of them came cannot be told.
CREATE OR REPLACE TEMP TABLE defined AS
SELECT interface_id, flow_log_id, traffic_type <> 'REJECT' AS shows_use,
       CASE WHEN destination_type = 'cloud-watch-logs' THEN destination ELSE '' END AS log_group,
       min(epoch(valid_from)::BIGINT) AS vf, max(epoch(valid_to)::BIGINT) AS vt
FROM interface_flow_log GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE described_vpc AS SELECT DISTINCT vpc_id FROM interface_flow_log;

CREATE OR REPLACE TEMP TABLE came AS
WITH of_log AS (
  SELECT flow_log_id, day FROM delivery WHERE flow_log_id <> ''
  UNION
  SELECT f.flow_log_id, d.day
  FROM delivery d JOIN flow_log f ON f.destination_type = 'cloud-watch-logs'
   AND d.stream IN ('cwl://' || f.region || '/' || f.destination, 'cwl://' || f.region || '/' || regexp_extract(f.destination, ':log-group:([^:]+)', 1))
)
SELECT flow_log_id, day FROM of_log WHERE flow_log_id IN (SELECT flow_log_id FROM defined);

CREATE OR REPLACE TEMP TABLE shown_day AS
SELECT m.interface_id, w.member, w.day, bool_or(c.day IS NOT NULL) AS came
FROM (SELECT member, day, f, t FROM wear_day SEMI JOIN (FROM wearer SEMI JOIN defined USING (interface_id)) d USING (member) GROUP BY ALL) w
JOIN wearer m USING (member)
JOIN defined d ON d.interface_id = m.interface_id AND d.shows_use AND d.vf <= w.f AND d.vt >= w.t
LEFT JOIN came c ON c.flow_log_id = d.flow_log_id AND c.day = w.day
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE rejects_defined AS
SELECT interface_id FROM defined GROUP BY interface_id HAVING NOT bool_or(shows_use);

-- What holds for an interface on a day, whichever groups it wore.
CREATE OR REPLACE TEMP TABLE member_day AS
WITH nameless AS (SELECT count(*) > 0 AS some FROM delivery WHERE flow_log_id = '' AND NOT starts_with(stream, 'cwl://')),
gap AS (SELECT DISTINCT account_id, region, day FROM delivery_gap),
judged AS (
  SELECT w.member, w.day, coalesce(c.skipdata, 0) AS skipdata, h.iface IS NOT NULL AS heard,
         h.rejects_only OR (h.rejects AND r.interface_id IS NOT NULL) AS rejects_only,
         h.iface IS NULL AND q.interface_id IS NULL AS unheard,
         c.accepted + c.rejected + c.nodata > 0 AS own,
         h.iface IS NOT NULL AND v.day IS NOT NULL AND (h.nodata = 0 OR w.day BETWEEN h.first_day AND h.last_day) AS placed,
         dv.vpc_id IS NOT NULL AS described, s.came, g.day IS NOT NULL AS lacking, n.some AS nameless
  FROM (SELECT DISTINCT member, day FROM wear_day) w
  JOIN wearer m USING (member)
  CROSS JOIN nameless n
  LEFT JOIN heard h ON h.iface = m.iface
  LEFT JOIN vpc_day v ON v.vpc_id = m.vpc_id AND v.day = w.day
  LEFT JOIN coverage c ON c.iface = m.iface AND c.day = w.day
  LEFT JOIN described_vpc dv ON dv.vpc_id = m.vpc_id
  LEFT JOIN shown_day s ON s.member = w.member AND s.day = w.day
  LEFT JOIN rejects_defined r ON r.interface_id = m.interface_id
  LEFT JOIN (SELECT DISTINCT interface_id FROM shown_day WHERE came) q ON q.interface_id = m.interface_id
  LEFT JOIN gap g ON g.account_id = m.account_id AND g.region = m.region AND g.day = w.day
)
SELECT member, day, heard, skipdata,
       NOT coalesce(rejects_only, false) AND CASE WHEN own THEN placed
                                                  WHEN described THEN came IS NOT NULL AND (came OR nameless AND placed)
                                                  ELSE placed AND NOT lacking END AS logged,
       unheard OR rejects_only AS unheard
FROM judged;

CREATE OR REPLACE TEMP TABLE group_day AS
WITH brief AS (SELECT group_no, member FROM wear_day GROUP BY group_no, member HAVING sum(seconds) < 86400)
SELECT g.group_id, d.day, d.wearers, d.logged, d.unheard, d.skipped
FROM (SELECT w.group_no, w.day, count(*) AS wearers, count(*) FILTER (m.logged) AS logged, count(*) FILTER (m.unheard) AS unheard,
             sum(m.skipdata)::BIGINT AS skipped
      FROM wear_day w JOIN member_day m ON m.member = w.member AND m.day = w.day
      LEFT JOIN brief b ON b.group_no = w.group_no AND b.member = w.member
      WHERE m.heard OR b.member IS NULL
      GROUP BY w.group_no, w.day) d
JOIN worn_group g USING (group_no);

INSERT OR REPLACE INTO fact
SELECT 'quiet_interfaces', count(DISTINCT interface_id)
FROM shown_day WHERE came AND interface_id NOT IN (SELECT interface_id FROM logged_interface);
