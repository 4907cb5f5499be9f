package inventory

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/klauspost/compress/gzip"

	"sgfit/ingest"
	"sgfit/schema"
)

// bigEstate is a source of daily snapshots that are made while they are read: interfaces, one in a hundred of which
// changes each day, and one group for every hundred of them.
type bigEstate struct{ interfaces, days int }

func (e bigEstate) List(context.Context) ([]ingest.Ref, []schema.Rejected, error) {
	var refs []ingest.Ref
	for d := range e.days {
		refs = append(refs, ingest.Ref{Place: fmt.Sprintf("111122223333_Config_eu-west-1_ConfigSnapshot_202603%02dT060000Z_s.json.gz", d+1)})
	}
	return refs, nil, nil
}

func (e bigEstate) Open(_ context.Context, ref ingest.Ref) (io.ReadCloser, error) {
	return e.day(int(nameFacts(ref.Place).Taken.Sub(at(0)).Hours()) / 24), nil
}

// day streams one snapshot. Only the text of an item is held.
func (e bigEstate) day(day int) io.ReadCloser {
	return &itemReader{n: e.interfaces + e.interfaces/100, item: func(i int) string {
		if i >= e.interfaces {
			return itemJSON("AWS::EC2::SecurityGroup", fmt.Sprintf("sg-%d", i), "OK", 1, benchGroup)
		}
		changed := day - (day+i)%100 // the last day on which i+day was a multiple of 100
		if changed < 0 {
			changed = 0
		}
		return itemJSON("AWS::EC2::NetworkInterface", fmt.Sprintf("eni-%017x", i), "OK", 1440*changed, fmt.Sprintf(benchInterface, i, i>>16&255, i>>8&255, i&255, i/100))
	}}
}

const (
	benchGroup = `{"description":"application","groupName":"app","ownerId":"111122223333","vpcId":"vpc-0a","tags":[],"ipPermissions":[` +
		`{"ipProtocol":"tcp","fromPort":443,"toPort":443,"ipv4Ranges":[{"cidrIp":"10.0.0.0/8","description":"corp"}],"ipRanges":["10.0.0.0/8"],"ipv6Ranges":[],"prefixListIds":[],"userIdGroupPairs":[]}],` +
		`"ipPermissionsEgress":[{"ipProtocol":"-1","ipv4Ranges":[{"cidrIp":"0.0.0.0/0"}],"ipRanges":["0.0.0.0/0"],"ipv6Ranges":[],"prefixListIds":[],"userIdGroupPairs":[]}]}`
	benchInterface = `{"association":null,"attachment":{"attachTime":"2026-02-01T00:00:00.000Z","attachmentId":"eni-attach-0123456789abcdef0","deleteOnTermination":true,"deviceIndex":0,` +
		`"networkCardIndex":0,"instanceId":"i-%017x","instanceOwnerId":"111122223333","status":"attached"},"availabilityZone":"eu-west-1a","description":"","interfaceType":"interface","ipv6Addresses":[],` +
		`"macAddress":"02:17:59:ed:8b:0a","outpostArn":null,"ownerId":"111122223333","privateDnsName":"ip.eu-west-1.compute.internal","privateIpAddress":"10.%[2]d.%[3]d.%[4]d",` +
		`"privateIpAddresses":[{"association":null,"primary":true,"privateDnsName":"ip.eu-west-1.compute.internal","privateIpAddress":"10.%[2]d.%[3]d.%[4]d"}],"requesterId":null,` +
		`"requesterManaged":false,"sourceDestCheck":true,"status":"in-use","subnetId":"subnet-0123456789abcdef0","tagSet":[{"key":"Name","value":"app"}],"vpcId":"vpc-0a",` +
		`"groups":[{"groupName":"app","groupId":"sg-%[5]d"}]}`
)

// itemReader streams a snapshot of n items.
type itemReader struct {
	n, next int
	item    func(i int) string
	rest    bytes.Buffer
}

func (r *itemReader) Read(p []byte) (int, error) {
	for r.rest.Len() < len(p) && r.next <= r.n {
		switch {
		case r.next == r.n:
			r.rest.WriteString("]}")
		case r.next == 0:
			r.rest.WriteString(`{"fileVersion":"1.0","configSnapshotId":"s","configurationItems":[` + r.item(0))
		default:
			r.rest.WriteString("," + r.item(r.next))
		}
		r.next++
	}
	return r.rest.Read(p)
}

func (r *itemReader) Close() error { return nil }

// The generator alone, to be taken off the others.
func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		n, _ := io.Copy(io.Discard, struct{ io.Reader }{bigEstate{100_000, 1}.day(0)})
		b.SetBytes(n)
	}
}

// One snapshot, read from gzip in memory, nothing known of it.
func BenchmarkDecode(b *testing.B) {
	const interfaces = 20_000
	packed, plain := pack(b, bigEstate{interfaces, 1}.day(0))
	b.SetBytes(plain)
	b.ReportAllocs()
	for b.Loop() {
		contents, err := Decode(bytes.NewReader(packed), "f", func(schema.Item) error { return nil })
		if err != nil || contents.OK != interfaces+interfaces/100 {
			b.Fatalf("read %d: %v", contents.OK, err)
		}
	}
	b.ReportMetric(float64(b.N*(interfaces+interfaces/100))/b.Elapsed().Seconds(), "items/s")
}

// The same, all of it known from the day before.
func BenchmarkDecodeKnown(b *testing.B) {
	const interfaces = 20_000
	packed, plain := pack(b, bigEstate{interfaces, 1}.day(0))
	known := newMemo(memoSize)
	read := func() {
		if _, err := decode(bytes.NewReader(packed), "f", times{}, known, func(*reading) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	read()
	b.SetBytes(plain)
	for b.Loop() {
		read()
	}
	b.ReportMetric(float64(b.N*(interfaces+interfaces/100))/b.Elapsed().Seconds(), "items/s")
}

func pack(b *testing.B, r io.Reader) ([]byte, int64) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	n, err := io.Copy(z, struct{ io.Reader }{r})
	if err != nil || z.Close() != nil {
		b.Fatal(err)
	}
	return packed.Bytes(), n
}

// Thirty daily snapshots of 100,000 interfaces, from generated text to intervals, into a sink that keeps all in memory.
func BenchmarkLoadMonth(b *testing.B) {
	estate := bigEstate{100_000, 30}
	var records int64
	for b.Loop() {
		sink := newLedger()
		sum, err := LoadConfig(context.Background(), estate, sink, Options{})
		if err != nil || sum.Records != int64(30*(estate.interfaces+estate.interfaces/100)) {
			b.Fatalf("%+v, %v", sum, err)
		}
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		records += sum.Records
		b.ReportMetric(float64(mem.HeapSys)/(1<<20), "heap-MiB")
		b.ReportMetric(float64(sum.Versions), "versions")
	}
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "items/s")
}

// Intervals of a month's items: 100,000 interfaces that changed now and then.
func BenchmarkTimeline(b *testing.B) {
	var items []schema.Item
	for i := range 100_000 {
		for d := range 4 {
			it := ifaceItem(1440*d+i%1440, fmt.Sprint("sg-", d), "")
			it.ID = fmt.Sprintf("eni-%d", i)
			it.Interface.InterfaceID = it.ID
			items = append(items, it)
		}
	}
	snapshots := []schema.Snapshot{snapshot(1440*3, schema.InterfaceItem), snapshot(1440*9, schema.InterfaceItem)}
	b.ReportAllocs()
	for b.Loop() {
		if inv := Timeline(items, snapshots, Options{}); len(inv.Interfaces) < 400_000 {
			b.Fatal(len(inv.Interfaces))
		}
	}
	b.ReportMetric(float64(b.N*len(items))/b.Elapsed().Seconds(), "items/s")
}
