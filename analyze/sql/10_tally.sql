-- Question: how many records and conversations were there, by what is known of their interface and their opener?
-- Result:   tally(known, grouped, sure, method, conversations, records); unknown_interface(iface, records)
-- Assumes:  a conversation's records are accounted where it began; see 09_demand for those with two edges.
CREATE OR REPLACE TEMP TABLE tally AS
SELECT policy IS NOT NULL AS known, coalesce(grouped, false) AS grouped, confidence >= 0.8 AS sure, method,
       count(*) AS conversations, sum(records)::BIGINT AS records
FROM opened GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE unknown_interface AS
SELECT iface, sum(records)::BIGINT AS records FROM talk WHERE policy IS NULL GROUP BY iface;

-- The bulk is not needed any more.
DROP VIEW opened;
DROP VIEW talk;
DROP TABLE talk_row;
DROP TABLE talk_again;
DROP VIEW pending;
DROP TABLE pending_row;
DROP TABLE rest;
DROP TABLE decided;
DROP TABLE opener;
DROP TABLE extra;
