package schema

import "net/netip"

// TCPFlags is the OR of the tcp-flags that a flow log records: FIN 1, SYN 2, RST 4, SYN-ACK 18. A lone ACK is 0.
type TCPFlags uint8

// Traffic is one direction of a conversation, summed over its ACCEPT records of one day.
type Traffic struct {
	Records  uint32 // ACCEPT records
	Rejected uint32 // REJECT records: never demand, never credited
	Packets  uint64 // of ACCEPT records
	Bytes    uint64 // of ACCEPT records
	Flags    TCPFlags
	First    uint32 // Unix seconds, earliest start of an ACCEPT record (of a REJECT record where there is none); 0 when none
}

// LocalBy says how it was told which end of the 5-tuple is the interface's own.
type LocalBy uint8

// Ways to tell the interface's own end, surest first.
const (
	LocalByDirection LocalBy = 1 // flow-direction (v5) said ingress or egress
	LocalByAddress   LocalBy = 2 // one end stands in every record of the interface
	LocalByGuess     LocalBy = 3 // neither; the inventory decides later
)

// Conversation is both directions of one 5-tuple at one interface on one UTC day, folded together.
// "In" is toward the interface. For protocols without ports both ports are 0.
type Conversation struct {
	Day        int32  // days since 1970-01-01 UTC, of the records' start
	Interface  uint32 // index into Batch.Interfaces
	Protocol   uint8  // IANA
	LocalBy    LocalBy
	HasFlags   bool // the format has tcp-flags, and at least one ACCEPT record had them
	LocalPort  uint16
	RemotePort uint16
	Local      netip.Addr
	Remote     netip.Addr
	In, Out    Traffic
	Last       uint32 // Unix seconds, latest end of any record
	Hours      uint32 // bit h is set when a record touched hour h of Day (UTC)
}

// InterfaceRef names a logged interface. AccountID is the interface's owner as the records say it; may be "" or "unknown".
// OwnIPv4 and OwnIPv6 are what is certain to be its own address, from this batch or from those before it; not valid where
// nothing is.
type InterfaceRef struct {
	AccountID, InterfaceID string
	OwnIPv4, OwnIPv6       netip.Addr
}

// Coverage counts what one interface logged on one UTC day: the base of every statement on what was observable.
type Coverage struct {
	Day                     int32
	Interface               uint32 // index into Batch.Interfaces
	Accepted, Rejected      uint32 // OK records by action
	NoData, SkipData        uint32
	Hours, SkipHours        uint32 // bit h: some record, or some SKIPDATA record, touched hour h
	FirstSecond, LastSecond uint32 // Unix seconds: earliest start and latest end of any record
}

// AddressService says that flow logs had an address as an AWS service's (pkt-src-aws-service, pkt-dst-aws-service): S3,
// DYNAMODB, CLOUDFRONT, CLOUDFRONT_ORIGIN_FACING.
type AddressService struct {
	Address netip.Addr
	Service string
}

// Batch is what a set of flow-log objects folds to. It is stored whole, or not at all.
type Batch struct {
	Objects       []Object
	Interfaces    []InterfaceRef
	Conversations []Conversation // unique by (Day, Interface, Protocol, Local, LocalPort, Remote, RemotePort)
	Coverage      []Coverage     // unique by (Day, Interface)
	Rejected      []Rejected
	Services      []AddressService // unique
}
