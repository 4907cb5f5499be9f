-- Addresses that flow logs had as an AWS service's, of the fields pkt-src-aws-service and pkt-dst-aws-service (version 5). Kept are the
-- services of which AWS manages a prefix list.
CREATE TABLE address_service (
  address UHUGEINT NOT NULL, -- as in conversation
  service VARCHAR NOT NULL   -- S3, DYNAMODB, CLOUDFRONT, CLOUDFRONT_ORIGIN_FACING
);
