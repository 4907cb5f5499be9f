package inventory

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sgfit/ingest"
	"sgfit/schema"
)

// shelf is a source of named texts; a text that begins with "!" cannot be opened.
type shelf map[string]string

func (s shelf) List(context.Context) ([]ingest.Ref, []schema.Rejected, error) {
	var refs []ingest.Ref
	for place, text := range s {
		refs = append(refs, ingest.Ref{Place: place, Size: int64(len(text))})
	}
	slices.SortFunc(refs, func(a, b ingest.Ref) int { return cmp.Compare(a.Place, b.Place) })
	return refs, nil, nil
}

func (s shelf) Open(_ context.Context, ref ingest.Ref) (io.ReadCloser, error) {
	text := s[ref.Place]
	if strings.HasPrefix(text, "!") {
		return nil, errors.New(text[1:])
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

// ledger is a sink in memory that keeps the promises of the contract.
type ledger struct {
	objects   map[string]schema.Object
	items     map[string]*schema.Item
	numbered  []*schema.Item // by number, from 1
	repeated  int            // sights that came as a number
	snapshots []schema.Snapshot
	changes   []schema.Change
	rejected  []schema.Rejected
	inventory *schema.Inventory
	refuse    string // the place at which it fails
}

func newLedger() *ledger {
	return &ledger{objects: map[string]schema.Object{}, items: map[string]*schema.Item{}}
}

func (l *ledger) Loaded(_ context.Context, refs []ingest.Ref) (map[string]bool, error) {
	loaded := map[string]bool{}
	for _, r := range refs {
		if o, ok := l.objects[r.Place]; ok && o.Size == r.Size {
			loaded[r.Place] = true
		}
	}
	return loaded, nil
}

func (l *ledger) AddObservations(_ context.Context, o *schema.Observations) error {
	if o.Object.Place == l.refuse {
		return errors.New("disk full")
	}
	l.objects[o.Object.Place] = o.Object
	if o.Snapshot != nil {
		l.snapshots = append(l.snapshots, *o.Snapshot)
	}
	l.rejected = append(l.rejected, o.Rejected...)
	l.changes = append(l.changes, o.Changes...)
	for i := range o.Items {
		l.add(&o.Items[i])
	}
	for _, n := range o.Seen {
		l.repeated++
		it := l.numbered[n-1]
		if o.Snapshot.Taken.After(it.SeenUntil) {
			it.SeenUntil = o.Snapshot.Taken
		}
	}
	return nil
}

func (l *ledger) add(it *schema.Item) {
	key := fmt.Sprint(it.Type, it.ID, it.Captured.UnixNano(), it.Order, it.Indirect)
	old := l.items[key]
	if old == nil {
		own := *it
		own.Number = uint32(len(l.items) + 1)
		old = &own
		l.items[key], l.numbered = old, append(l.numbered, old)
	}
	it.Number = old.Number
	if it.SeenUntil.After(old.SeenUntil) {
		old.SeenUntil = it.SeenUntil
	}
}

func (l *ledger) all() []schema.Item {
	var all []schema.Item
	for _, it := range l.items {
		own := *it
		own.Number = 0
		all = append(all, own)
	}
	slices.SortFunc(all, func(a, b schema.Item) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID), a.Captured.Compare(b.Captured), cmp.Compare(a.Order, b.Order))
	})
	return all
}

func (l *ledger) Items(context.Context) iter.Seq2[*schema.Item, error] {
	return func(yield func(*schema.Item, error) bool) {
		for _, it := range l.all() {
			if !yield(&it, nil) {
				return
			}
		}
	}
}

func (l *ledger) Changes(_ context.Context, types ...schema.ItemType) iter.Seq2[*schema.Change, error] {
	return trailOf(l.changes, types...)
}

func (l *ledger) Listings(context.Context) iter.Seq2[schema.Listing, error] { return listings(l.all()) }

func (l *ledger) Remarks(context.Context) iter.Seq2[schema.Remark, error] { return remarksOf(l.all()) }

func (l *ledger) Snapshots(context.Context) ([]schema.Snapshot, error) { return l.snapshots, nil }

func (l *ledger) ReplaceInventory(_ context.Context, parts iter.Seq2[*schema.Inventory, error]) error {
	var inv schema.Inventory
	for part, err := range parts {
		if err != nil {
			return err
		}
		join(&inv, part)
	}
	l.inventory = &inv
	return nil
}

// join adds a part of an inventory.
func join(inv, part *schema.Inventory) {
	inv.Groups = append(inv.Groups, part.Groups...)
	inv.Rules = append(inv.Rules, part.Rules...)
	inv.Interfaces = append(inv.Interfaces, part.Interfaces...)
	inv.Subnets = append(inv.Subnets, part.Subnets...)
	inv.VPCs = append(inv.VPCs, part.VPCs...)
	inv.PrefixLists = append(inv.PrefixLists, part.PrefixLists...)
	inv.FlowLogs = append(inv.FlowLogs, part.FlowLogs...)
}

type meter struct{ objects, bytes, done, records atomic.Int64 }

func (m *meter) Plan(objects int, bytes int64) { m.objects.Store(int64(objects)); m.bytes.Store(bytes) }
func (m *meter) Add(objects int, _, records int64) {
	m.done.Add(int64(objects))
	m.records.Add(records)
}

func snapshotName(hhmm string) string {
	return "111122223333_Config_eu-west-1_ConfigSnapshot_20260301T" + hhmm + "00Z_s.json"
}

// estateShelf: a group that loses a rule and later the snapshot loses the group; an interface that stays.
func estateShelf() shelf {
	group := func(minute int, ingress string) string {
		return itemJSON("AWS::EC2::SecurityGroup", "sg-1", "OK", minute, groupJSON(ingress))
	}
	other := itemJSON("AWS::EC2::SecurityGroup", "sg-2", "OK", 20, groupJSON(""))
	iface := itemJSON("AWS::EC2::NetworkInterface", "eni-1", "OK", 20, `{"networkInterfaceId":"eni-1","groups":[{"groupId":"sg-1"}],"privateIpAddress":"10.0.0.1"}`)
	role := itemJSON("AWS::IAM::Role", "r", "OK", 20, `{}`)
	const ssh = `{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":["10.0.0.0/8"]}`
	return shelf{
		snapshotName("0100"): snapshotJSON(group(20, ssh), other, iface, role),
		snapshotName("0200"): snapshotJSON(group(90, ""), other, iface, role),
		snapshotName("0300"): snapshotJSON(other, iface, role, "7"),
		"history.json":       `{"configurationItems":[` + group(90, "") + `]}`,
		"ec2.json":           `{"NatGateways":[]}`,
	}
}

func TestLoadConfig(t *testing.T) {
	ctx, sink, progress := context.Background(), newLedger(), &meter{}
	sum, err := LoadConfig(ctx, estateShelf(), sink, Options{Progress: progress})
	if err != nil {
		t.Fatal(err)
	}
	want := Summary{
		Objects: 5, Problems: 1, Records: 13, OK: 9, Malformed: 1, Skipped: map[string]int64{"AWS::IAM::Role": 3}, Rejected: 2,
		Items:    map[schema.ItemType]int64{schema.GroupItem: 3, schema.InterfaceItem: 1},
		Accounts: []string{account}, Regions: []string{region}, First: at(20), Last: at(90), Snapshots: 3, Versions: 5,
	}
	if diff := gocmp.Diff(want, sum); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	// The last snapshot has an item that cannot be read, so it is no witness that sg-1 is gone.
	if got, want := story(*sink.inventory), "10-90 sg-1(1), 90-… sg-1(0), 10-… sg-2(0), 10-90 :22, 10-… eni-1@sg-1"; got != want {
		t.Errorf("inventory\n%s, want\n%s", got, want)
	}
	if o := sink.objects[snapshotName("0100")]; !strings.HasPrefix(o.Hash, "xxh3:") || len(o.Hash) != 37 || o.Format != "config snapshot" ||
		o.First != uint32(at(20).Unix()) || o.Records != 4 || o.OK != 3 {
		t.Errorf("manifest line %+v", o)
	}
	if o := sink.objects["ec2.json"]; o.Problem == "" || o.Hash != "" {
		t.Errorf("manifest line of a refused file %+v", o)
	}
	if progress.objects.Load() != 5 || progress.done.Load() != 5 || progress.records.Load() != 13 {
		t.Errorf("progress heard of %d of %d objects, %d records", progress.done.Load(), progress.objects.Load(), progress.records.Load())
	}
}

// The result does not depend on the number of workers, on the order of loading, or on how many loads it took.
func TestLoadConfigAgain(t *testing.T) {
	ctx := context.Background()
	estate := estateShelf()
	estate[snapshotName("0300")] = strings.Replace(estate[snapshotName("0300")], ",7", "", 1) // now sg-1 is missed
	const want = "10-90 sg-1(1), 90-180 sg-1(0), 10-… sg-2(0), 10-90 :22, 10-… eni-1@sg-1"
	for _, workers := range []int{0, 1, 8} {
		sink, part := newLedger(), shelf{}
		for place, text := range estate { // one object more each time, in Go's random order
			part[place] = text
			sum, err := LoadConfig(ctx, part, sink, Options{Workers: workers})
			if err != nil || sum.Objects != 1 || sum.Known != len(part)-1 {
				t.Fatalf("%d objects: read %d, known %d, %v", len(part), sum.Objects, sum.Known, err)
			}
		}
		if got := story(*sink.inventory); got != want {
			t.Errorf("%d workers, one by one:\n%s, want\n%s", workers, got, want)
		}
		sink = newLedger()
		if _, err := LoadConfig(ctx, estate, sink, Options{Workers: workers}); err != nil || story(*sink.inventory) != want {
			t.Errorf("%d workers, at once: %v\n%s, want\n%s", workers, err, story(*sink.inventory), want)
		}
	}
}

func TestLoadConfigFailures(t *testing.T) {
	ctx, sink := context.Background(), newLedger()
	estate := estateShelf()
	estate["history.json"] = "!access denied"
	sum, err := LoadConfig(ctx, estate, sink, Options{})
	if err != nil || len(sum.Unread) != 1 || sum.Unread[0].Reason != "access denied" || sum.Objects != 4 {
		t.Errorf("one object that cannot be opened: %+v, %v", sum, err)
	}
	if _, ok := sink.objects["history.json"]; ok {
		t.Error("an object that was never read is in the manifest and would not be tried again")
	}
	sink = newLedger()
	sink.refuse = "ec2.json"
	if _, err := LoadConfig(ctx, estate, sink, Options{}); err == nil || !strings.Contains(err.Error(), "store ec2.json: disk full") {
		t.Errorf("a sink that fails: %v", err)
	}
	if sink.inventory != nil {
		t.Error("a load that failed made an inventory")
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := LoadConfig(ended, estate, newLedger(), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}

// Remembered items are the same as read ones, and one that lacks its account is not remembered across places.
func TestMemo(t *testing.T) {
	known := newMemo(10)
	bare := strings.NewReplacer(`"awsAccountId":"111122223333",`, "", "arn:aws:ec2:eu-west-1:111122223333:x/", "").
		Replace(itemJSON("AWS::EC2::VPC", "vpc-1", "OK", 1, "{}"))
	for _, acct := range []string{"111122223333", "444455556666", "111122223333"} {
		name := acct + "_Config_eu-west-1_ConfigSnapshot_20260301T010000Z_s.json.gz"
		_, err := decode(bytes.NewReader([]byte(snapshotJSON(bare))), name, times{}, known, func(r *reading) error {
			if it := r.items[0]; it.AccountID != acct || it.VPC.AccountID != acct {
				return fmt.Errorf("got an item of %s and %s in a file of %s", it.AccountID, it.VPC.AccountID, acct)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if len(known.young) != 2 {
		t.Errorf("%d items are remembered, want 2", len(known.young))
	}
}

// What is met again and again stays, what is met no more goes, and at most twice the size is held.
func TestMemoForgets(t *testing.T) {
	known := newMemo(4)
	read := known.within(facts{})
	vpc := func(i int) *reading {
		return read([]byte(itemJSON("AWS::EC2::VPC", fmt.Sprint("vpc-", i), "OK", 1, "{}")))
	}
	stays, goes := vpc(0), vpc(1)
	for i := range 20 {
		vpc(2 + i)
		if vpc(0) != stays {
			t.Fatalf("after %d others, what was met all the time is forgotten", i+1)
		}
		if n := len(known.young) + len(known.old); n > 8 {
			t.Fatalf("%d are held, want at most 8", n)
		}
	}
	if vpc(1) == goes {
		t.Error("what was not met for long is still known")
	}
	role := func(id string) *reading { return read([]byte(itemJSON("AWS::IAM::Role", id, "OK", 1, "{}"))) }
	if role("a") != role("b") {
		t.Error("each item of a type that is passed over is held")
	}
}

// A snapshot that repeats what the sink has names numbers, and its items are held no more.
func TestLoadConfigNamesWhatIsKnown(t *testing.T) {
	sink, estate := newLedger(), shelf{}
	iface := itemJSON("AWS::EC2::NetworkInterface", "eni-1", "OK", 20, `{"networkInterfaceId":"eni-1","groups":[{"groupId":"sg-1"}],"privateIpAddress":"10.0.0.1"}`)
	for _, hhmm := range []string{"0100", "0200", "0300", "0400"} {
		estate[snapshotName(hhmm)] = snapshotJSON(iface)
	}
	estate["history.json"] = `{"configurationItems":[` + iface + `]}` // read last: it says nothing new
	if _, err := LoadConfig(context.Background(), estate, sink, Options{Workers: 1}); err != nil {
		t.Fatal(err)
	}
	if sink.repeated != 3 && sink.repeated != 2 { // with one worker the second may be read before the first is stored
		t.Errorf("%d sights came as numbers, want 2 or 3", sink.repeated)
	}
	if all := sink.all(); len(all) != 1 || !all[0].SeenUntil.Equal(at(240)) {
		t.Errorf("the sink has %+v, want one item seen until 04:00", all)
	}
}
