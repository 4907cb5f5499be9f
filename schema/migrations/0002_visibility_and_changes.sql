-- Version 2: what was logged where, who changed what when, and each interface's own address.

-- Which flow log logged what, when; from AWS Config or DescribeFlowLogs.
CREATE TABLE flow_log (
  flow_log_id      VARCHAR NOT NULL,
  account_id       VARCHAR NOT NULL,  -- the flow log's owner
  region           VARCHAR NOT NULL,
  resource_id      VARCHAR NOT NULL,  -- vpc-…, subnet-… or eni-…
  traffic_type     VARCHAR NOT NULL,  -- ALL | ACCEPT | REJECT
  destination_type VARCHAR NOT NULL,  -- s3 | cloud-watch-logs | kinesis-data-firehose
  destination      VARCHAR NOT NULL,
  format           VARCHAR NOT NULL,  -- names of fields with blanks between, '' for AWS's default
  aggregation      INTEGER NOT NULL,  -- seconds
  status           VARCHAR NOT NULL,  -- ACTIVE
  delivery_error   VARCHAR NOT NULL,  -- '' when all is well
  valid_from       TIMESTAMP NOT NULL,
  valid_to         TIMESTAMP NOT NULL
);

-- One change that CloudTrail recorded of one resource. One call can change several resources: a row each.
CREATE TABLE change (
  event_id   VARCHAR NOT NULL,
  changed_at TIMESTAMP NOT NULL,      -- to the second
  author     VARCHAR NOT NULL,        -- ARN of who called, or the AWS service that did
  name       VARCHAR NOT NULL,        -- of the call
  account_id VARCHAR NOT NULL,
  region     VARCHAR NOT NULL,
  type       VARCHAR NOT NULL,        -- AWS::EC2::…
  id         VARCHAR NOT NULL,
  body       VARCHAR NOT NULL         -- what changed, as JSON
);

-- What is certain to be an interface's own address, as far as the flow logs tell it by themselves; NULL where they do not.
-- It is kept so that a load that goes on where another stopped knows what that one knew.
ALTER TABLE logged_interface ADD COLUMN own_ipv4 UHUGEINT;
ALTER TABLE logged_interface ADD COLUMN own_ipv6 UHUGEINT;
