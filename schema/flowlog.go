package schema

import "strings"

// DefaultFields are the fields of version 2, in order, which a flow log has when no other format was chosen
// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html).
const DefaultFields = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"

// FieldNames turns a flow log's format as AWS writes it ("${version} ${account-id}"), or without the decoration, into a
// header: the names of the fields with blanks between.
func FieldNames(format string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("${", " ", "}", " ").Replace(format)), " ")
}
