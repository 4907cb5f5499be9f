-- The database of sgfit, version 1. Open it with any DuckDB client; nothing in it is encoded beyond this:
--   addresses   UHUGEINT: the 128-bit number of the address, IPv4 as ::ffff:a.b.c.d; address_text() renders it
--   days        DATE, UTC
--   seconds     UINTEGER, Unix time, UTC
--   intervals   [valid_from, valid_to), UTC; 9999-12-31 stands for "still"
-- Text from AWS (names, descriptions, samples of rejected lines) stands here as it came: escape it before you show it.

CREATE TABLE meta (
  key   VARCHAR PRIMARY KEY,
  value VARCHAR NOT NULL
);

-- One line an object (file or S3 object) that was read. For flow logs records = ok + malformed + nodata + skipdata + duplicates.
CREATE TABLE object (
  place        VARCHAR NOT NULL,      -- path or URL
  kind         VARCHAR NOT NULL,      -- flow-log | config
  size         BIGINT NOT NULL,       -- bytes as stored
  modified     TIMESTAMP NOT NULL,
  hash         VARCHAR NOT NULL,      -- xxh3:… of the bytes as stored, '' when not read
  format       VARCHAR NOT NULL,
  problem      VARCHAR NOT NULL,      -- why it, or its rest, was set aside; '' when all is well
  records      BIGINT NOT NULL,
  ok           BIGINT NOT NULL,
  malformed    BIGINT NOT NULL,
  nodata       BIGINT NOT NULL,
  skipdata     BIGINT NOT NULL,
  duplicates   BIGINT NOT NULL,
  first_second UINTEGER NOT NULL,     -- over ok records, 0 for none
  last_second  UINTEGER NOT NULL,
  PRIMARY KEY (place, kind)           -- a file may be tried as both kinds
);

-- Input that was set aside, with its place and reason.
CREATE TABLE rejected (
  place  VARCHAR NOT NULL,
  line   BIGINT NOT NULL,             -- 1-based; 0: the object as a whole
  reason VARCHAR NOT NULL,
  sample VARCHAR NOT NULL             -- at most 200 bytes, hostile text
);

-- The interfaces that the flow logs name.
CREATE TABLE logged_interface (
  iface        UINTEGER PRIMARY KEY,
  interface_id VARCHAR NOT NULL,
  account_id   VARCHAR NOT NULL       -- as the records say it; '' or 'unknown' happen
);

-- Both directions of one 5-tuple at one interface on one day. "in" is toward the interface.
CREATE TABLE conversation (
  day         DATE NOT NULL,          -- of the records' start
  iface       UINTEGER NOT NULL,      -- logged_interface
  protocol    UTINYINT NOT NULL,      -- IANA number
  local_by    UTINYINT NOT NULL,      -- how the own end was told: 1 flow-direction, 2 stands in every record, 3 a guess
  has_flags   BOOLEAN NOT NULL,       -- tcp-flags were logged
  local       UHUGEINT NOT NULL USING COMPRESSION rle, -- the interface's own address; runs, since rows stand in its order
  local_port  USMALLINT NOT NULL,     -- 0 where the protocol has none
  remote      UHUGEINT NOT NULL,
  remote_port USMALLINT NOT NULL,
  in_records  UINTEGER NOT NULL,      -- ACCEPT records
  in_rejected UINTEGER NOT NULL,      -- REJECT records
  in_packets  UBIGINT NOT NULL,       -- of ACCEPT records, as all that follow
  in_bytes    UBIGINT NOT NULL,
  in_flags    UTINYINT NOT NULL,      -- OR of tcp-flags: FIN 1, SYN 2, RST 4, SYN-ACK 18
  in_first    UINTEGER NOT NULL,      -- earliest start, 0 for none
  out_records  UINTEGER NOT NULL,
  out_rejected UINTEGER NOT NULL,
  out_packets  UBIGINT NOT NULL,
  out_bytes    UBIGINT NOT NULL,
  out_flags    UTINYINT NOT NULL,
  out_first    UINTEGER NOT NULL,
  last_second  UINTEGER NOT NULL,     -- latest end of any record
  hours        UINTEGER NOT NULL,      -- bit h: a record touched hour h of the day
  batch        UINTEGER NOT NULL       -- the load it came with; a day with several is folded before anything is asked
);

-- What one interface logged on one day.
CREATE TABLE coverage (
  day          DATE NOT NULL,
  iface        UINTEGER NOT NULL,
  accepted     UINTEGER NOT NULL,     -- OK records by action
  rejected     UINTEGER NOT NULL,
  nodata       UINTEGER NOT NULL,
  skipdata     UINTEGER NOT NULL,     -- each may stand for many lost records
  hours        UINTEGER NOT NULL,     -- bit h: any record touched hour h
  skip_hours   UINTEGER NOT NULL,     -- bit h: a SKIPDATA record touched hour h
  first_second UINTEGER NOT NULL,
  last_second  UINTEGER NOT NULL,
  batch        UINTEGER NOT NULL
);

CREATE TYPE direction AS ENUM ('ingress', 'egress');
CREATE TYPE opener_method AS ENUM ('syn', 'infeasible', 'proven', 'other-interface', 'one-way', 'symmetric', 'fan', 'sibling',
  'known-port', 'boundary', 'companion', 'start', 'unknown');

-- Every observation that Config made of a resource; the interval tables below are made of these.
CREATE TABLE config_item (
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
  seen_until  TIMESTAMP NOT NULL,     -- latest snapshot that held it, 1970-01-01 for none
  body        VARCHAR NOT NULL        -- the state as JSON, '' when deleted
);

CREATE TABLE config_snapshot (
  snapshot_id VARCHAR NOT NULL,
  account_id  VARCHAR NOT NULL,
  region      VARCHAR NOT NULL,
  taken       TIMESTAMP NOT NULL,
  types       VARCHAR NOT NULL        -- comma-separated resource types that it held
);

CREATE TABLE security_group (
  group_id    VARCHAR NOT NULL,
  account_id  VARCHAR NOT NULL,
  region      VARCHAR NOT NULL,
  vpc_id      VARCHAR NOT NULL,
  name        VARCHAR NOT NULL,
  description VARCHAR NOT NULL,
  valid_from  TIMESTAMP NOT NULL,
  valid_to    TIMESTAMP NOT NULL
);

-- One source or destination of a permission, for as long as it stayed in its group without a break.
CREATE TABLE security_group_rule (
  rule_no     UINTEGER NOT NULL,       -- numbers the rules of one inventory, from 1
  group_id    VARCHAR NOT NULL,
  direction   direction NOT NULL,
  protocol    SMALLINT NOT NULL,      -- IANA number, -1 all
  from_port   INTEGER NOT NULL,       -- ICMP: type and code, -1 any
  to_port     INTEGER NOT NULL,
  peer_kind   VARCHAR NOT NULL,       -- ipv4 | ipv6 | security-group | prefix-list
  peer        VARCHAR NOT NULL,
  peer_owner  VARCHAR NOT NULL,       -- account of a referenced group, '' when not said
  peer_status VARCHAR NOT NULL,       -- of the peering that a reference goes through, '' without one
  rule_id     VARCHAR NOT NULL,       -- sgr-…, '' when unknown
  description VARCHAR NOT NULL,
  valid_from  TIMESTAMP NOT NULL,
  valid_to    TIMESTAMP NOT NULL
);

-- The address ranges of rules whose peer is a CIDR (::/0 is two: without the place that IPv4 takes).
CREATE TABLE security_group_rule_range (
  rule_no UINTEGER NOT NULL,
  lo      UHUGEINT NOT NULL,
  hi      UHUGEINT NOT NULL
);

CREATE TABLE network_interface (
  state_no       UINTEGER NOT NULL,   -- numbers the states of one inventory, from 1
  interface_id   VARCHAR NOT NULL,
  account_id     VARCHAR NOT NULL,
  region         VARCHAR NOT NULL,
  vpc_id         VARCHAR NOT NULL,
  subnet_id      VARCHAR NOT NULL,
  interface_type VARCHAR NOT NULL,
  description    VARCHAR NOT NULL,
  instance_id    VARCHAR NOT NULL,
  forwards       BOOLEAN NOT NULL,    -- source/destination check off
  valid_from     TIMESTAMP NOT NULL,
  valid_to       TIMESTAMP NOT NULL
);

CREATE TABLE network_interface_group (
  state_no UINTEGER NOT NULL,         -- network_interface
  group_id VARCHAR NOT NULL
);

CREATE TABLE network_interface_address (
  state_no UINTEGER NOT NULL,         -- network_interface
  address  UHUGEINT NOT NULL
);

CREATE TABLE subnet (
  subnet_id  VARCHAR NOT NULL,
  account_id VARCHAR NOT NULL,
  region     VARCHAR NOT NULL,
  vpc_id     VARCHAR NOT NULL,
  name       VARCHAR NOT NULL,
  cidr       VARCHAR NOT NULL,        -- one row a CIDR
  valid_from TIMESTAMP NOT NULL,
  valid_to   TIMESTAMP NOT NULL
);

CREATE TABLE vpc (
  vpc_id     VARCHAR NOT NULL,
  account_id VARCHAR NOT NULL,
  region     VARCHAR NOT NULL,
  name       VARCHAR NOT NULL,
  cidr       VARCHAR NOT NULL,        -- one row a CIDR
  valid_from TIMESTAMP NOT NULL,
  valid_to   TIMESTAMP NOT NULL
);

CREATE TABLE prefix_list (
  prefix_list_id VARCHAR NOT NULL,
  account_id     VARCHAR NOT NULL,
  region         VARCHAR NOT NULL,
  name           VARCHAR NOT NULL,
  max_entries    INTEGER NOT NULL,
  valid_from     TIMESTAMP NOT NULL,
  valid_to       TIMESTAMP NOT NULL
);

CREATE TABLE prefix_list_entry (
  prefix_list_id VARCHAR NOT NULL,
  cidr           VARCHAR NOT NULL,
  lo             UHUGEINT NOT NULL,
  hi             UHUGEINT NOT NULL,
  valid_from     TIMESTAMP NOT NULL,
  valid_to       TIMESTAMP NOT NULL
);

-- What is kept of conversations: the narrow waist. Everything after it reads edges and inventory.
CREATE TABLE edge (
  edge_no       UINTEGER NOT NULL,
  day           DATE NOT NULL,
  iface         UINTEGER NOT NULL,    -- logged_interface
  policy        UINTEGER NOT NULL,    -- policy: the groups and rules in force then
  direction     direction NOT NULL,   -- ingress: the peer opened; egress: the interface did
  protocol      UTINYINT NOT NULL,
  port          USMALLINT NOT NULL,   -- the service's port, 0 where the protocol has none
  peer          UHUGEINT NOT NULL,
  peer_state    UINTEGER NOT NULL,    -- network_interface.state_no that owned the peer's address then, 0 for none known
  method        opener_method NOT NULL, -- how the opener was found
  confidence    FLOAT NOT NULL,       -- below 0.8: the opener could not be told, and both directions have an edge
  conversations UINTEGER NOT NULL,    -- without probes
  probes        UINTEGER NOT NULL,    -- refused, unanswered or without data
  completed     UINTEGER NOT NULL,    -- of the probes, handshakes that were completed
  long_sessions UINTEGER NOT NULL,    -- conversations of a minute or more, or of 20 kB or more
  records       UBIGINT NOT NULL,     -- ACCEPT records accounted to this edge
  packets       UBIGINT NOT NULL,
  bytes         UBIGINT NOT NULL,
  answered      UINTEGER NOT NULL,    -- conversations with traffic both ways
  first_second  UINTEGER NOT NULL,
  last_second   UINTEGER NOT NULL
);

-- A policy is one set of groups, each in one state of its rules.
CREATE TABLE policy (
  policy    UINTEGER NOT NULL,
  groups    VARCHAR NOT NULL          -- group ids, sorted, comma-separated
);

CREATE TABLE policy_rule (
  policy  UINTEGER NOT NULL,
  rule_no UINTEGER NOT NULL
);

-- Which rules admit an edge. opaque: only a rule whose peers cannot be listed does.
CREATE TABLE edge_rule (
  edge_no UINTEGER NOT NULL,
  rule_no UINTEGER NOT NULL,
  sole    BOOLEAN NOT NULL,           -- no other rule on that interface admits it
  opaque  BOOLEAN NOT NULL
);

-- The classes of plan.json's accounting, and of the window.
CREATE TABLE account_class (
  class   VARCHAR PRIMARY KEY,
  records BIGINT NOT NULL
);

-- Counts on the whole that limit what can be said: unknown_interfaces, silent_interfaces, quiet_interfaces, skip_interfaces,
-- forwarding_interfaces, late_records, and conversations by method of the opener (method:syn …).
CREATE TABLE fact (
  name  VARCHAR PRIMARY KEY,
  value BIGINT NOT NULL
);

-- The plans that were made, newest last; body is plan.json.
CREATE TABLE plan (
  plan_no INTEGER PRIMARY KEY,
  body    VARCHAR NOT NULL
);

CREATE MACRO address_part(a, shift, mask) AS ((a >> shift::UHUGEINT) & mask::UHUGEINT)::UINTEGER;

-- IPv4 as usual; IPv6 as eight groups, not shortened.
CREATE MACRO address_text(a) AS
  CASE WHEN (a >> 32::UHUGEINT) = 65535::UHUGEINT THEN
    address_part(a, 24, 255) || '.' || address_part(a, 16, 255) || '.' || address_part(a, 8, 255) || '.' || address_part(a, 0, 255)
  ELSE array_to_string(list_transform(range(7, -1, -1), lambda i: lower(to_hex(address_part(a, i * 16, 65535)))), ':')
  END;

CREATE VIEW conversation_text AS
SELECT c.* EXCLUDE (local, remote), interface_id, address_text(local) AS local_address, address_text(remote) AS remote_address
FROM conversation c JOIN logged_interface USING (iface);

CREATE VIEW edge_text AS
SELECT e.* EXCLUDE (peer), interface_id, address_text(peer) AS peer_address, p.groups
FROM edge e JOIN logged_interface USING (iface) JOIN policy p USING (policy);
