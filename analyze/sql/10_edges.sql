-- Question: which edges are there?
-- Result:   edge (kept); numbered, the same for the questions that follow, with peer, protocol and port in one number
-- Assumes:  edge numbers are arbitrary: nothing that is shown may depend on them. The rows of demand_row, which an earlier
--           question made, are numbered from 0.
CREATE OR REPLACE TEMP VIEW numbered AS
SELECT (rowid + 1)::UINTEGER AS edge_no, CASE WHEN row.ingress THEN 'ingress'::direction ELSE 'egress'::direction END AS direction, unnest(row) FROM demand_row;

DELETE FROM edge;
INSERT INTO edge
SELECT edge_no, day, iface, policy, direction, protocol_of(spot), port_of(spot), a.ip, peer_state, method, confidence, conversations, probes, completed,
       long_sessions, records, packets, bytes, answered, first_second, last_second
FROM numbered e JOIN address a ON a.address_no = address_of(e.spot);
