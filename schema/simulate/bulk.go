package simulate

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"time"
)

// BulkOptions say how much to make. The zero value is ten million records in 200 objects, of 2,000 interfaces in 30 days.
type BulkOptions struct {
	Seed       uint64
	Records    int // 0: 10,000,000
	Objects    int // 0: 200
	Interfaces int // 0: 2,000
	Days       int // 0: 30
}

func (o BulkOptions) withDefaults() BulkOptions {
	for _, d := range []struct {
		field *int
		value int
	}{{&o.Records, 10_000_000}, {&o.Objects, 200}, {&o.Interfaces, 2000}, {&o.Days, 30}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	return o
}

// bulkServices are the tiers of the bulk estate: interface i is of tier i modulo their number, wears its group and one
// that all wear.
var bulkServices = []uint16{443, 80, 5432, 3306, 6379, 8080, 9092, 50051, 22, 9200}

// WriteBulk makes a large estate for benchmarks: default-format flow logs at gzip's default level, with AWS's names,
// and one Config snapshot. It has peers by Zipf's law, ephemeral client ports, both directions recorded at both ends,
// connections of several intervals, scanners with random sources, and some NODATA; it has no truth beside it. Content
// is made object by object, in memory of one object.
func WriteBulk(opts BulkOptions, put Put) error {
	o := opts.withDefaults()
	b := &bulk{opts: o, rng: rand.New(rand.NewPCG(o.Seed, 7)), start: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)}
	b.zipf = rand.NewZipf(b.rng, 1.2, 8, uint64(o.Interfaces-1))
	path, content, err := b.snapshot()
	if err != nil {
		return err
	}
	if err := put(path, content); err != nil {
		return err
	}
	span := int64(o.Days) * 86400 / int64(o.Objects)
	for i := range o.Objects {
		from := b.start.Unix() + int64(i)*span
		lines := o.Records*(i+1)/o.Objects - o.Records*i/o.Objects
		path, content, err := b.object(i, from, span, lines)
		if err != nil {
			return err
		}
		if err := put(path, content); err != nil {
			return err
		}
	}
	return nil
}

type bulk struct {
	opts  BulkOptions
	rng   *rand.Rand
	zipf  *rand.Zipf
	start time.Time
	buf   []byte
	lines int
}

func (b *bulk) address(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(i / 250 >> 8), byte(i / 250), byte(4 + i%250)})
}

func bulkENI(i int) string { return fmt.Sprintf("eni-%017x", i+1) }

// object makes one object of exactly n lines beside the header.
func (b *bulk) object(i int, from, span int64, n int) (path string, content []byte, err error) {
	b.buf = append(b.buf[:0], "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"...)
	b.lines = 0
	for b.lines < n {
		b.talk(from, span, n)
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b.buf); err != nil {
		return "", nil, err
	}
	if err := w.Close(); err != nil {
		return "", nil, err
	}
	at := time.Unix(from, 0).UTC().Truncate(5 * time.Minute)
	path = fmt.Sprintf("flow-logs/AWSLogs/111122223333/vpcflowlogs/eu-west-1/%s/111122223333_vpcflowlogs_eu-west-1_fl-00000000000000001_%s_%08x.log.gz",
		at.Format("2006/01/02"), at.Format("20060102T1504Z"), i)
	return path, out.Bytes(), nil
}

// talk writes one connection, one refused scan, or one idle interval, as far as lines are left.
func (b *bulk) talk(from, span int64, most int) {
	server := int(b.zipf.Uint64())
	port := bulkServices[server%len(bulkServices)]
	at := from + b.rng.Int64N(span)
	switch kind := b.rng.IntN(100); {
	case kind < 2:
		b.line(most, bulkENI(b.rng.IntN(b.opts.Interfaces)), netip.Addr{}, netip.Addr{}, 0, 0, 0, 0, at, "- NODATA")
	case kind < 12:
		scanner := netip.AddrFrom4([4]byte{byte(11 + b.rng.IntN(90)), byte(b.rng.IntN(256)), byte(b.rng.IntN(256)), byte(b.rng.IntN(256))})
		b.line(most, bulkENI(server), scanner, b.address(server), uint16(1024+b.rng.IntN(64000)), uint16(1+b.rng.IntN(10000)), 1, 44, at, "REJECT OK")
	default:
		client := b.rng.IntN(b.opts.Interfaces)
		if client == server {
			client = (client + 1) % b.opts.Interfaces
		}
		b.connection(most, client, server, port, at)
	}
}

func (b *bulk) connection(most, client, server int, port uint16, at int64) {
	from, to := b.address(client), b.address(server)
	ephemeral := uint16(32768 + b.rng.IntN(28232))
	for range 1 + b.rng.IntN(4) {
		packets, bytes := 4+b.rng.IntN(40), 600+b.rng.IntN(40000)
		for _, eni := range []string{bulkENI(client), bulkENI(server)} {
			b.line(most, eni, from, to, ephemeral, port, packets, bytes, at, "ACCEPT OK")
			b.line(most, eni, to, from, port, ephemeral, packets+b.rng.IntN(5), bytes*3, at, "ACCEPT OK")
		}
		at += 60
	}
}

func (b *bulk) line(most int, eni string, src, dst netip.Addr, sport, dport uint16, packets, bytes int, at int64, tail string) {
	if b.lines == most {
		return
	}
	b.lines++
	p := append(append(b.buf, "2 111122223333 "...), eni...)
	if src.IsValid() {
		p = src.AppendTo(append(p, ' '))
		p = dst.AppendTo(append(p, ' '))
		for _, n := range []int{int(sport), int(dport), 6, packets, bytes} {
			p = strconv.AppendInt(append(p, ' '), int64(n), 10)
		}
	} else {
		p = append(p, " - - - - - - -"...)
	}
	p = strconv.AppendInt(append(p, ' '), at, 10)
	p = strconv.AppendInt(append(p, ' '), at+int64(b.rng.IntN(58)), 10)
	b.buf = append(append(append(p, ' '), tail...), '\n')
}

// snapshot makes the one Config file.
func (b *bulk) snapshot() (path string, content []byte, err error) {
	item := func(kind, id string, configuration any) map[string]any {
		return map[string]any{"configurationItemVersion": "1.3", "configurationItemCaptureTime": b.start.AddDate(0, -6, 0).Format(time.RFC3339),
			"configurationStateId": 1, "awsAccountId": "111122223333", "configurationItemStatus": "OK", "resourceType": kind,
			"resourceId": id, "awsRegion": "eu-west-1", "configuration": configuration}
	}
	const vpc = "vpc-00000000000000001"
	items := []any{item("AWS::EC2::VPC", vpc, map[string]any{"vpcId": vpc, "cidrBlock": "10.0.0.0/8", "ownerId": "111122223333",
		"cidrBlockAssociationSet": []any{map[string]any{"cidrBlock": "10.0.0.0/8"}}})}
	all := []any{map[string]any{"ipProtocol": "-1", "ipv4Ranges": []any{map[string]any{"cidrIp": "0.0.0.0/0"}}}}
	for t, port := range bulkServices {
		id := bulkGroup(t)
		items = append(items, item("AWS::EC2::SecurityGroup", id, map[string]any{"groupId": id, "groupName": fmt.Sprintf("tier-%d", port),
			"description": "bulk", "ownerId": "111122223333", "vpcId": vpc, "ipPermissionsEgress": all, "ipPermissions": []any{
				map[string]any{"ipProtocol": "tcp", "fromPort": port, "toPort": port, "ipv4Ranges": []any{map[string]any{"cidrIp": "10.0.0.0/8"}}},
				map[string]any{"ipProtocol": "tcp", "fromPort": 1024, "toPort": 65535, "ipv4Ranges": []any{map[string]any{"cidrIp": "192.168.0.0/16"}}}}}))
	}
	for i := range b.opts.Interfaces {
		groups := []any{map[string]any{"groupId": bulkGroup(i % len(bulkServices)), "groupName": "tier"}}
		items = append(items, item("AWS::EC2::NetworkInterface", bulkENI(i), map[string]any{"networkInterfaceId": bulkENI(i), "ownerId": "111122223333",
			"vpcId": vpc, "subnetId": "subnet-00000000000000001", "interfaceType": "interface", "status": "in-use", "groups": groups,
			"privateIpAddress": b.address(i).String(), "privateIpAddresses": []any{map[string]any{"privateIpAddress": b.address(i).String(), "primary": true}}}))
	}
	doc, err := json.Marshal(map[string]any{"fileVersion": "1.0", "configSnapshotId": "bulk", "configurationItems": items})
	if err != nil {
		return "", nil, fmt.Errorf("encode the snapshot: %w", err)
	}
	return "config/AWSLogs/111122223333/Config/eu-west-1/2026/9/1/ConfigSnapshot/111122223333_Config_eu-west-1_ConfigSnapshot_20260901T000000Z_bulk.json", doc, nil
}

func bulkGroup(tier int) string { return fmt.Sprintf("sg-%017x", tier+1) }
