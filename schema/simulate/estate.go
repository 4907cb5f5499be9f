package simulate

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	estateBlock = 100 // resources of one block, which change on one day
	estateCycle = 100 // days between two changes of a block: one resource in a hundred changes a day
)

var estateStart = time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC)

// Estate is a large account as AWS Config delivers it, one gzip snapshot a day, for benchmarks: network interfaces of
// about 1.3 KB each, a security group for every hundred of them, and a subnet for every thousand. Of the interfaces one
// in a hundred changes each day: most wear another group then, and every fifth of those is another interface from then on.
// Snapshots are put together while they are asked for, of packed blocks of a hundred items, so that a year of them
// takes neither disk nor much time to make.
type Estate struct {
	Interfaces int

	mu     sync.Mutex
	packed map[int]packedBlock // the latest state asked for
}

type packedBlock struct {
	version int
	text    []byte // one gzip member; members in a row are one gzip file
}

// Items is how many configuration items each snapshot holds.
func (e *Estate) Items() int { return e.Interfaces + e.groups() + e.subnets() }

func (e *Estate) groups() int  { return 1 + e.Interfaces/100 }
func (e *Estate) subnets() int { return 1 + e.Interfaces/1000 }

// SnapshotName is the name of a day's snapshot, from day 0.
func (e *Estate) SnapshotName(day int) string {
	return fmt.Sprintf("111122223333_Config_eu-west-1_ConfigSnapshot_%s_%08d-0000-4000-8000-000000000000.json.gz",
		estateStart.AddDate(0, 0, day).Format("20060102T150405Z"), day)
}

// Snapshot is a day's snapshot. It is safe for concurrent use.
func (e *Estate) Snapshot(day int) (io.Reader, error) {
	head := fmt.Sprintf(`{"fileVersion":"1.0","configSnapshotId":"%08d-0000-4000-8000-000000000000","configurationItems":[`, day)
	first, err := packText([]byte(head))
	if err != nil {
		return nil, err
	}
	parts := []io.Reader{bytes.NewReader(first)}
	for b := 0; b*estateBlock < e.Items(); b++ {
		text, err := e.block(b, day)
		if err != nil {
			return nil, err
		}
		parts = append(parts, bytes.NewReader(text))
	}
	last, err := packText([]byte("]}"))
	return io.MultiReader(append(parts, bytes.NewReader(last))...), err
}

// block is the packed text of the items from b*estateBlock on.
func (e *Estate) block(b, day int) ([]byte, error) {
	version := 0 // how often it changed
	if b*estateBlock < e.Interfaces {
		version = (day + phase(b)) / estateCycle
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if p, ok := e.packed[b]; ok && p.version == version {
		return p.text, nil
	}
	var text []byte
	for i := b * estateBlock; i < min((b+1)*estateBlock, e.Items()); i++ {
		if i > 0 {
			text = append(text, ',')
		}
		text = e.item(text, i, b, version)
	}
	packed, err := packText(text)
	if e.packed == nil {
		e.packed = map[int]packedBlock{}
	}
	if e.packed[b].version <= version {
		e.packed[b] = packedBlock{version, packed}
	}
	return packed, err
}

// phase spreads the days on which blocks change, also those of an estate of few blocks.
func phase(b int) int { return b * 89 % estateCycle }

func packText(text []byte) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(text)
	if err == nil {
		err = z.Close()
	}
	return out.Bytes(), err
}

func (e *Estate) item(text []byte, i, b, version int) []byte {
	captured := estateStart.AddDate(0, 0, -1)
	if version > 0 {
		captured = estateStart.AddDate(0, 0, version*estateCycle-phase(b)-1)
	}
	captured = captured.Add(time.Hour + time.Duration(i%estateBlock)*time.Minute)
	kind, id, body := e.body(i, b, version)
	return fmt.Appendf(text, `{"relatedEvents":[],"relationships":[],"configuration":%s,"supplementaryConfiguration":{},"tags":{"Name":"app"},`+
		`"configurationItemVersion":"1.3","configurationItemCaptureTime":%q,"configurationStateId":%d,"awsAccountId":"111122223333",`+
		`"configurationItemStatus":"OK","resourceType":"AWS::EC2::%s","resourceId":%q,"ARN":"arn:aws:ec2:eu-west-1:111122223333:x/%s",`+
		`"awsRegion":"eu-west-1","availabilityZone":"eu-west-1a","configurationStateMd5Hash":""}`,
		body, captured.Format("2006-01-02T15:04:05.000Z"), captured.UnixMilli(), kind, id, id)
}

func (e *Estate) body(i, b, version int) (kind, id, body string) {
	if i >= e.Interfaces+e.groups() {
		n := i - e.Interfaces - e.groups()
		id = fmt.Sprintf("subnet-%017x", n)
		return "Subnet", id, fmt.Sprintf(`{"subnetId":%q,"vpcId":"vpc-0a","cidrBlock":"10.%d.%d.0/22","availabilityZone":"eu-west-1a",`+
			`"ownerId":"111122223333","state":"available","mapPublicIpOnLaunch":false,"tags":[]}`, id, n>>6&255, n<<2&255)
	}
	if i >= e.Interfaces {
		id = fmt.Sprintf("sg-%017x", i-e.Interfaces)
		return "SecurityGroup", id, fmt.Sprintf(estateGroup, id, i-e.Interfaces)
	}
	id = fmt.Sprintf("eni-%017x", i)
	if b%5 == 1 {
		id = fmt.Sprintf("eni-%08x%09x", version, i)
	}
	group := (i/100 + version) % e.groups()
	return "NetworkInterface", id, fmt.Sprintf(estateInterface, i, 10, i>>16&255, i>>8&255, i&255, group, id)
}

// The bodies, in the words of real files.
const (
	estateGroup = `{"description":"application","groupName":"app","groupId":%q,"ownerId":"111122223333","vpcId":"vpc-0a","tags":[],"ipPermissions":[` +
		`{"ipProtocol":"tcp","fromPort":443,"toPort":443,"ipv4Ranges":[{"cidrIp":"10.0.0.0/8","description":"corp %d"}],"ipRanges":["10.0.0.0/8"],"ipv6Ranges":[],"prefixListIds":[],"userIdGroupPairs":[]}],` +
		`"ipPermissionsEgress":[{"ipProtocol":"-1","ipv4Ranges":[{"cidrIp":"0.0.0.0/0"}],"ipRanges":["0.0.0.0/0"],"ipv6Ranges":[],"prefixListIds":[],"userIdGroupPairs":[]}]}`
	estateInterface = `{"association":null,"attachment":{"attachTime":"2025-12-01T00:00:00.000Z","attachmentId":"eni-attach-%017[1]x","deleteOnTermination":true,"deviceIndex":0,` +
		`"networkCardIndex":0,"instanceId":"i-%017[1]x","instanceOwnerId":"111122223333","status":"attached"},"availabilityZone":"eu-west-1a","description":"","groups":[{"groupName":"app","groupId":"sg-%017[6]x"}],` +
		`"interfaceType":"interface","ipv6Addresses":[],"macAddress":"02:17:59:ed:8b:0a","networkInterfaceId":%[7]q,"outpostArn":null,"ownerId":"111122223333","privateDnsName":"ip.eu-west-1.compute.internal",` +
		`"privateIpAddress":"%[2]d.%[3]d.%[4]d.%[5]d","privateIpAddresses":[{"association":null,"primary":true,"privateDnsName":"ip.eu-west-1.compute.internal","privateIpAddress":"%[2]d.%[3]d.%[4]d.%[5]d"}],` +
		`"requesterId":null,"requesterManaged":false,"sourceDestCheck":true,"status":"in-use","subnetId":"subnet-0123456789abcdef0","tagSet":[{"key":"Name","value":"app"}],"vpcId":"vpc-0a"}`
)
