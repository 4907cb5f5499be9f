-- What reviewers decided on the plan's suggestions ('sgfit review'): a log to which entries are only added. Of the entries of
-- one rule the last one holds, and an undo takes back the last one that was not taken back yet.
CREATE TABLE decision (
  decision_no BIGINT PRIMARY KEY,
  batch_no    BIGINT NOT NULL,    -- decision_no of the first one of those that were made together
  group_id    VARCHAR NOT NULL,
  rule        VARCHAR NOT NULL,   -- by its content, so that it outlives ids: 'sg-0abc ingress tcp 443 10.0.0.0/8'
  action      VARCHAR NOT NULL CHECK (action IN ('accept', 'change', 'reject', 'postpone', 'undo')),
  suggested   VARCHAR,            -- JSON list of the rules that the plan suggested then, [] to remove it; NULL for nothing
  replacement VARCHAR,            -- accept, change: JSON list of the rules to put in its place, [] to remove it; else NULL
  reason      VARCHAR NOT NULL,   -- hostile text, as is who
  who         VARCHAR NOT NULL,
  decided     TIMESTAMP NOT NULL  -- UTC
);
