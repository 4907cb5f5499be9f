-- Question: which edges did an earlier run keep?
-- Result:   address(address_no, ip) and numbered, as the questions make them that this one stands for
CREATE OR REPLACE TEMP TABLE address AS
SELECT row_number() OVER ()::UINTEGER AS address_no, peer AS ip FROM (SELECT DISTINCT peer FROM edge);

CREATE OR REPLACE TEMP VIEW numbered AS
SELECT e.*, (a.address_no::UBIGINT << 24) + (protocol::UBIGINT << 16) + port AS spot FROM edge e JOIN address a ON a.ip = e.peer;
