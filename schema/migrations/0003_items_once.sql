-- Version 3: every observation of Config is kept once, however many snapshots repeat it. What a snapshot repeats costs a
-- number in config_seen, not a state.

CREATE TABLE config_item_once (
  item_no     UINTEGER NOT NULL,      -- numbers what was observed, from 1
  digest      UHUGEINT NOT NULL,      -- the first half of the SHA-256 of all that follows, to find it again
  type        VARCHAR NOT NULL,       -- AWS::EC2::…
  id          VARCHAR NOT NULL,
  account_id  VARCHAR NOT NULL,
  region      VARCHAR NOT NULL,
  captured    TIMESTAMP NOT NULL,     -- when Config recorded the state
  state_order BIGINT NOT NULL,        -- configurationStateId
  deleted     BOOLEAN NOT NULL,
  found       BOOLEAN NOT NULL,       -- ResourceDiscovered
  created     TIMESTAMP NOT NULL,     -- 1970-01-01 when unknown
  indirect    BOOLEAN NOT NULL,       -- an interface read off its instance
  instance_id VARCHAR NOT NULL,       -- that instance, '' for all others
  body        VARCHAR NOT NULL        -- the state as JSON, '' when deleted
);

-- Which snapshots held an item. A load folds it to the latest one of each item.
CREATE TABLE config_seen (
  item_no UINTEGER NOT NULL,          -- config_item
  taken   TIMESTAMP NOT NULL          -- of the snapshot
);

-- What version 2 wrote once for every object.
CREATE TEMP TABLE numbered AS
SELECT (row_number() OVER (ORDER BY min(rowid)))::UINTEGER AS item_no, type, id, account_id, region, captured, state_order,
       deleted, found, created, indirect, max(seen_until) AS taken, body
FROM config_item
GROUP BY type, id, account_id, region, captured, state_order, deleted, found, created, indirect, body;

INSERT INTO config_item_once
WITH hashed AS (
  SELECT *, sha256(concat_ws('|', strlen(type), strlen(id), strlen(account_id), strlen(region), type, id, account_id, region,
                             epoch_us(captured), state_order, deleted::INTEGER, found::INTEGER, epoch_us(created),
                             indirect::INTEGER, body)) AS hex
  FROM numbered)
SELECT item_no, (('0x' || hex[1:16])::UBIGINT::UHUGEINT << 64) | ('0x' || hex[17:32])::UBIGINT::UHUGEINT, type, id, account_id,
       region, captured, state_order, deleted, found, created, indirect,
       CASE WHEN indirect AND NOT deleted THEN regexp_extract(body, '"instance_id":"([^"]*)"', 1) ELSE '' END, body
FROM hashed ORDER BY item_no;

INSERT INTO config_seen SELECT item_no, taken FROM numbered WHERE epoch_us(taken) <> 0 ORDER BY item_no;

DROP TABLE numbered;
DROP TABLE config_item;
ALTER TABLE config_item_once RENAME TO config_item;
