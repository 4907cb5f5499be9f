-- Question: which rules are in force at the end of the window?
-- Result:   at_end(group_id, t)    the second that a group is looked at
--           in_force               those rows of security_group_rule, and vf, since when
-- Assumes:  a group that Config knows only from a time after the window shows the rules it had first.
CREATE OR REPLACE TEMP TABLE at_end AS
SELECT group_id, greatest(any_value(b.end_s) - 1, min(epoch(valid_from))::BIGINT) AS t
FROM security_group CROSS JOIN bounds b GROUP BY group_id;

CREATE OR REPLACE TEMP TABLE in_force AS
SELECT r.*, epoch(r.valid_from)::BIGINT AS vf
FROM security_group_rule r JOIN at_end a USING (group_id)
WHERE epoch(r.valid_from)::BIGINT <= a.t AND epoch(r.valid_to)::BIGINT > a.t;
