package flowlog

import (
	"strings"

	"sgfit/schema"
)

// column says what a field of a record is to the fold.
type column uint8

// The columns that are read; every other field of a record is passed over.
const (
	passedOver column = iota
	interfaceID
	accountID
	srcAddr
	dstAddr
	pktSrcAddr
	pktDstAddr
	srcPort
	dstPort
	protocol
	packets
	octets
	start
	end
	action
	logStatus
	tcpFlags
	flowDirection
	srcService
	dstService

	lastColumn = dstService
)

// columns is a set of columns.
type columns uint32

func (s columns) has(c column) bool { return s&(1<<c) != 0 }

func (s *columns) add(c column) { *s |= 1 << c }

// defaultFields is the order of fields where nobody names one.
const defaultFields = schema.DefaultFields

// fieldNamed returns the column of a field's name, and whether AWS documents that name for VPC flow logs (versions 2
// to 10; there is no version 6). Names are taken in any case, with underscores too, as Athena spells them, and without
// either, as Logs Insights does.
func fieldNamed(name string) (column, bool) {
	switch strings.ReplaceAll(strings.ToLower(name), "_", "-") {
	case "account-id", "accountid":
		return accountID, true
	case "interface-id", "interfaceid":
		return interfaceID, true
	case "srcaddr":
		return srcAddr, true
	case "dstaddr":
		return dstAddr, true
	case "srcport":
		return srcPort, true
	case "dstport":
		return dstPort, true
	case "protocol":
		return protocol, true
	case "packets":
		return packets, true
	case "bytes":
		return octets, true
	case "start":
		return start, true
	case "end":
		return end, true
	case "action":
		return action, true
	case "log-status", "logstatus":
		return logStatus, true
	case "tcp-flags", "tcpflags":
		return tcpFlags, true
	case "pkt-srcaddr", "pktsrcaddr":
		return pktSrcAddr, true
	case "pkt-dstaddr", "pktdstaddr":
		return pktDstAddr, true
	case "flow-direction", "flowdirection":
		return flowDirection, true
	case "pkt-src-aws-service", "pktsrcawsservice":
		return srcService, true
	case "pkt-dst-aws-service", "pktdstawsservice":
		return dstService, true
	case "version", "vpc-id", "subnet-id", "instance-id", "type", // 2, 3
		"region", "az-id", "sublocation-type", "sublocation-id", // 4
		"traffic-path", // 5
		"ecs-cluster-arn", "ecs-cluster-name", "ecs-container-instance-arn", "ecs-container-instance-id",
		"ecs-container-id", "ecs-second-container-id", "ecs-service-name", "ecs-task-definition-arn",
		"ecs-task-arn", "ecs-task-id", // 7
		"reject-reason", "resource-id", "encryption-status": // 8, 9, 10
		return passedOver, true
	}
	return passedOver, false
}

// isTransitGatewayField says whether a field stands in transit gateway flow logs only
// (https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html).
func isTransitGatewayField(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	return name == "resource-type" || strings.HasPrefix(name, "tgw-") || strings.HasPrefix(name, "packets-lost-")
}
