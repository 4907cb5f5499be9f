// Package schema holds the nouns that every other package speaks in: protocols, peers, interfaces, security groups
// and their rules as AWS Config knew them, conversations folded from flow-log records, and the manifest of what was
// loaded. The embedded DDL and its migrations stand beside them (see Migrations).
//
// It has no behaviour beyond conversion between spellings, and imports nothing of ours. What it cannot express: the
// order of packets, ICMP types and codes of traffic (not logged), and network ACLs.
package schema
