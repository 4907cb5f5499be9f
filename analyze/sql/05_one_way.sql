-- Question: which conversations could have been opened from one side alone, as far as the interface's rules go?
-- Result:   one_way(conv, inward, complete)   conversations that the rules admit one way alone; only of those in asked
-- Assumes:  a question of its own, since DuckDB reads with one thread what the same transaction has written.
--
-- Most rules have one port: looked up by it, few are left to compare. Joined in the order that stands here: DuckDB takes the
-- conversations for few, and would put them into hash tables.
SET disabled_optimizers = 'join_order,build_side_probe_side';
CREATE OR REPLACE TEMP TABLE shut_in AS
SELECT a.conv, a.complete
FROM asked a
ANTI JOIN (FROM segment_span WHERE direction = 'ingress' AND pmin = pmax) s
  ON s.polset = a.polset AND s.protocol = a.protocol AND s.pmin = a.lport AND s.first_segment <= a.segment AND s.last_segment >= a.segment
ANTI JOIN (FROM segment_span WHERE direction = 'ingress' AND pmin < pmax) w
  ON w.polset = a.polset AND w.protocol = a.protocol AND w.pmin <= a.lport AND w.pmax >= a.lport AND w.first_segment <= a.segment AND w.last_segment >= a.segment
ANTI JOIN (FROM wearing_span WHERE direction = 'ingress') g
  ON g.polset = a.polset AND g.wearing = a.wearing AND g.protocol = a.protocol AND g.pmin <= a.lport AND g.pmax >= a.lport;

CREATE OR REPLACE TEMP TABLE shut_out AS
SELECT a.conv, a.complete
FROM asked a
ANTI JOIN (FROM segment_span WHERE direction = 'egress' AND pmin = pmax) s
  ON s.polset = a.polset AND s.protocol = a.protocol AND s.pmin = a.rport AND s.first_segment <= a.segment AND s.last_segment >= a.segment
ANTI JOIN (FROM segment_span WHERE direction = 'egress' AND pmin < pmax) w
  ON w.polset = a.polset AND w.protocol = a.protocol AND w.pmin <= a.rport AND w.pmax >= a.rport AND w.first_segment <= a.segment AND w.last_segment >= a.segment
ANTI JOIN (FROM wearing_span WHERE direction = 'egress') g
  ON g.polset = a.polset AND g.wearing = a.wearing AND g.protocol = a.protocol AND g.pmin <= a.rport AND g.pmax >= a.rport;
RESET disabled_optimizers;

CREATE OR REPLACE TEMP TABLE one_way AS
SELECT i.conv, false AS inward, i.complete FROM shut_in i ANTI JOIN shut_out o ON o.conv = i.conv
UNION ALL
SELECT o.conv, true, o.complete FROM shut_out o ANTI JOIN shut_in i ON i.conv = o.conv;
DROP VIEW asked;
DROP TABLE asked_row;
DROP TABLE shut_in;
DROP TABLE shut_out;
