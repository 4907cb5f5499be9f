-- Question: who used which rule, for what, and how much?
-- Result:   rule_use(rule_no, spot, …)   one row a rule in force, service and peer, over the window: conversations,
--             days: real uses; ambiguous; low and high: the lowest and the highest owner and set in one number (a
--             network_interface state that owned the peer's address, 0 for nobody known, above 32 bits of set_no)
--           rule_several(rule_no, spot, peer_state, set_no, used)   where these differ: all, and whether with a real use
-- Assumes:  a question of its own for the same reason as 05_one_way.
--
-- What a rule in force is credited with, flow by flow; ambiguous conversations of strangers have no owner.
CREATE OR REPLACE TEMP TABLE rule_use AS
WITH share AS (
  SELECT way, spot, conversations, days, ambiguous, CASE WHEN NOT noise THEN (peer_state::UBIGINT << 32) + set_no END AS owner_set
  FROM flow WHERE conversations > 0 AND NOT noise OR ambiguous > 0
)
SELECT r.rule_no, f.spot, coalesce(sum(f.conversations::DOUBLE), 0)::BIGINT AS conversations,
       coalesce(bit_or(f.days), 0) AS days, coalesce(sum(f.ambiguous::DOUBLE), 0)::BIGINT AS ambiguous,
       min(f.owner_set) AS low, max(f.owner_set) AS high
FROM share f JOIN (FROM way_rule SEMI JOIN in_force USING (rule_no)) r USING (way)
GROUP BY r.rule_no, f.spot;

-- Only for the few that have several owners or sets.
CREATE OR REPLACE TEMP TABLE rule_several AS
WITH several AS MATERIALIZED (SELECT rule_no, spot FROM rule_use WHERE low <> high),
few AS (SELECT * FROM flow SEMI JOIN several USING (spot) WHERE NOT noise AND (conversations > 0 OR ambiguous > 0))
SELECT r.rule_no, f.spot, f.peer_state, f.set_no, bool_or(f.conversations > 0) AS used
FROM few f JOIN (FROM way_rule SEMI JOIN in_force USING (rule_no)) r USING (way)
SEMI JOIN several s ON s.rule_no = r.rule_no AND s.spot = f.spot
GROUP BY r.rule_no, f.spot, f.peer_state, f.set_no;
