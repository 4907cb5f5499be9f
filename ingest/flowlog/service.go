package flowlog

import (
	"cmp"
	"slices"

	"sgfit/schema"
)

// services is a set of the AWS services that are kept of pkt-src-aws-service and pkt-dst-aws-service: those of which AWS manages a
// prefix list. All else that these fields say, such as AMAZON and EC2, says less than the address.
type services uint8

// keptServices are the services, in the order of their bits.
var keptServices = [...]string{"S3", "DYNAMODB", "CLOUDFRONT", "CLOUDFRONT_ORIGIN_FACING"}

func serviceNamed(word []byte) services {
	switch string(word) {
	case keptServices[0]:
		return 1
	case keptServices[1]:
		return 2
	case keptServices[2]:
		return 4
	case keptServices[3]:
		return 8
	}
	return 0
}

// served keeps of which services a record says that the packet's addresses are.
func (t *table) served(r *record) {
	if r.has.has(srcService) && r.srcServes != 0 {
		t.serve(r.pktSrc, r.srcServes)
	}
	if r.has.has(dstService) && r.dstServes != 0 {
		t.serve(r.pktDst, r.dstServes)
	}
}

func (t *table) serve(a address, s services) {
	if t.serves == nil {
		t.serves = map[address]services{}
	}
	if known := t.serves[a]; known|s != known {
		t.serves[a] = known | s
	}
}

// services lists what all tables keep, by address and service.
func (d *drain) services() []schema.AddressService {
	all := map[address]services{}
	for _, t := range d.tables {
		for a, s := range t.serves {
			all[a] |= s
		}
	}
	var out []schema.AddressService
	for a, s := range all {
		for bit, name := range keptServices {
			if s&(1<<bit) != 0 {
				out = append(out, schema.AddressService{Address: a.netip(), Service: name})
			}
		}
	}
	slices.SortFunc(out, func(a, b schema.AddressService) int {
		return cmp.Or(a.Address.Compare(b.Address), cmp.Compare(a.Service, b.Service))
	})
	return out
}
