-- Question: which flow logs are defined, what do they cover, and on how many days did objects of each come?
-- Result:   id, resource, traffic type, destination, delivery error, first and last microsecond (0: unknown, still),
--           interfaces covered, days with objects
-- Assumes:  the last state of a flow log speaks for all of them but the beginning.
SELECT f.flow_log_id, arg_max(f.resource_id, f.valid_to), arg_max(f.traffic_type, f.valid_to), arg_max(f.destination, f.valid_to),
       arg_max(f.delivery_error, f.valid_to), epoch_us(min(f.valid_from)),
       CASE WHEN max(f.valid_to) >= TIMESTAMP '9999-01-01' THEN 0 ELSE epoch_us(max(f.valid_to)) END,
       coalesce(any_value(i.interfaces), 0), coalesce(any_value(d.days), 0)
FROM flow_log f
LEFT JOIN (SELECT flow_log_id, count(DISTINCT interface_id) AS interfaces FROM interface_flow_log GROUP BY flow_log_id) i USING (flow_log_id)
LEFT JOIN (SELECT flow_log_id, count(DISTINCT day) AS days FROM delivery GROUP BY flow_log_id) d USING (flow_log_id)
GROUP BY f.flow_log_id
ORDER BY f.flow_log_id;
