-- Question: which rules admit each edge?
-- Result:   edge_rule (kept): every rule of the policy that admits it; see 11_flows
DELETE FROM edge_rule;
INSERT INTO edge_rule SELECT edge_no, rule_no, sole, opaque FROM edge_flow JOIN way_rule USING (way);
