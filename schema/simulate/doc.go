// Package simulate makes a seeded AWS account with known answers: who opened which connection comes first, then what
// its security groups made of it, then the flow logs, Config and CloudTrail files that AWS would have written, and beside them the
// truth. Start at New; Account.WriteDir leaves everything in a folder, Account.Truth only counts.
//
// Groups are evaluated as AWS does: stateful, the union of all groups on the interface at that time, references by the
// members' private addresses at that time, tracked connections living on after a rule is gone. Nothing here is shared
// with the code that analyses: tests measure that code with this one.
//
// Limits: no network ACLs, one VPC, no peering that works, TCP without retransmissions of data. Aggregation intervals
// do not cross midnight UTC, so that every record has one day. Idle intervals write NODATA only now and then (AWS does
// so for each). New interfaces and rules carry no traffic until Config has recorded them. No rule change in it touches
// an untracked connection (a wildcard rule with everything allowed back), so no live session is ever cut.
package simulate
