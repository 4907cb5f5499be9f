package duck

import (
	"context"
	"errors"
	"iter"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

func open(t testing.TB) *DB {
	t.Helper()
	db, err := Open(context.Background(), filepath.Join(t.TempDir(), "t.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

var (
	v4 = netip.MustParseAddr("10.1.2.3")
	v6 = netip.MustParseAddr("2001:db8::1")
)

func batch(place string, packets uint64) *schema.Batch {
	return &schema.Batch{
		Objects:    []schema.Object{{Place: place, Kind: schema.FlowLogObject, Records: 2, OK: 2}},
		Interfaces: []schema.InterfaceRef{{AccountID: "1", InterfaceID: "eni-b"}, {AccountID: "1", InterfaceID: "eni-a"}},
		Conversations: []schema.Conversation{
			{Day: 20000, Interface: 1, Protocol: 6, LocalBy: schema.LocalByAddress, HasFlags: true, Local: v4, LocalPort: 443,
				Remote: v6, RemotePort: 50000, In: schema.Traffic{Records: 1, Packets: packets, Bytes: 100, Flags: 2, First: 7},
				Out: schema.Traffic{Records: 1, Packets: 3, Bytes: 300, Flags: 18, First: 8}, Last: 99, Hours: 5},
		},
		Coverage: []schema.Coverage{{Day: 20000, Interface: 1, Accepted: 2, FirstSecond: 7, LastSecond: 99}},
		Rejected: []schema.Rejected{{Place: place, Line: 3, Reason: "too few fields", Sample: "bad \xff"}},
	}
}

// What flow logs say of an address is kept once, whatever batches say it, also when conversations go.
func TestServicesOfAddressesAreKeptOnce(t *testing.T) {
	ctx, db := context.Background(), open(t)
	one, two := schema.AddressService{Address: v4, Service: "S3"}, schema.AddressService{Address: v6, Service: "S3"}
	for i, services := range [][]schema.AddressService{{one}, {one, two}, nil, {two}} {
		b := batch(string(rune('a'+i)), 5)
		b.Services = services
		if err := db.AddBatch(ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.DropConversations(ctx); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := db.SQL().QueryRowContext(ctx, `SELECT string_agg(address::VARCHAR || ' ' || service, ', ' ORDER BY address) FROM address_service`).Scan(&got); err != nil {
		t.Fatal(err)
	}
	asText := func(a netip.Addr) string {
		hi, lo := schema.AddrBits(a)
		n := new(big.Int).SetUint64(hi)
		return n.Add(n.Lsh(n, 64), new(big.Int).SetUint64(lo)).String()
	}
	if want := asText(v4) + " S3, " + asText(v6) + " S3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBatchesOfOneDayMerge(t *testing.T) {
	ctx, db := context.Background(), open(t)
	for i, p := range []uint64{5, 6} {
		if err := db.AddBatch(ctx, batch([]string{"a", "b"}[i], p)); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.MergeDays(ctx); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Rows, Packets, Records, Accepted, Pending, Rejected int
		Local, Remote, Iface                                string
	}
	err := db.SQL().QueryRow(`
		SELECT count(*), sum(in_packets), sum(in_records+out_records), (SELECT sum(accepted) FROM coverage),
		       (SELECT count(DISTINCT batch) - 1 FROM conversation), (SELECT count(*) FROM rejected),
		       min(local_address), min(remote_address), min(interface_id) FROM conversation_text`).
		Scan(&got.Rows, &got.Packets, &got.Records, &got.Accepted, &got.Pending, &got.Rejected, &got.Local, &got.Remote, &got.Iface)
	if err != nil {
		t.Fatal(err)
	}
	want := got
	want.Rows, want.Packets, want.Records, want.Accepted, want.Pending, want.Rejected = 1, 11, 4, 4, 0, 2
	want.Local, want.Remote, want.Iface = "10.1.2.3", "2001:db8:0:0:0:0:0:1", "eni-a"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestABatchLandsWholeOrNotAtAll(t *testing.T) {
	ctx, db := context.Background(), open(t)
	if err := db.AddBatch(ctx, batch("a", 5)); err != nil {
		t.Fatal(err)
	}
	if err := db.AddBatch(ctx, batch("a", 5)); err == nil {
		t.Fatal("the same place twice: want an error")
	}
	var n int
	if err := db.SQL().QueryRow(`SELECT count(*) FROM conversation`).Scan(&n); err != nil || n != 1 {
		t.Errorf("got %d conversations, %v; want 1", n, err)
	}
}

// TestSetAside counts pieces that are too many to list.
func TestSetAside(t *testing.T) {
	ctx, db := context.Background(), open(t)
	b := batch("a", 5)
	b.Rejected = append(b.Rejected, schema.Rejected{Place: "a", Reason: "many more", Pieces: 500})
	if err := db.AddBatch(ctx, b); err != nil {
		t.Fatal(err)
	}
	pieces, err := db.SetAside(ctx)
	if err != nil || pieces != 501 {
		t.Errorf("%d pieces, %v; want 501", pieces, err)
	}
	list, lines, err := db.Rejected(ctx, 0)
	if err != nil || lines != 2 || len(list) != 2 || list[0].Pieces != 500 || list[1].Pieces != 1 {
		t.Errorf("%d lines, %v: %+v", lines, err, list)
	}
}

// TestOwnAddressesStay: what batches tell of own addresses is there for the next load, and what one of them does not tell
// stays as it was.
func TestOwnAddressesStay(t *testing.T) {
	ctx, db := context.Background(), open(t)
	for i, own := range [][2]netip.Addr{{v4, {}}, {{}, v6}, {}} {
		b := batch([]string{"a", "b", "c"}[i], 5)
		b.Interfaces[1].OwnIPv4, b.Interfaces[1].OwnIPv6 = own[0], own[1]
		if err := db.AddBatch(ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	want := []schema.InterfaceRef{{AccountID: "1", InterfaceID: "eni-b"}, {AccountID: "1", InterfaceID: "eni-a", OwnIPv4: v4, OwnIPv6: v6}}
	got, err := FlowLogs{DB: db}.Interfaces(ctx)
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestEdgesOnlyIsSmall: without conversations the file is smaller, and all else is in it, views and macros too.
func TestEdgesOnlyIsSmall(t *testing.T) {
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "it's.db")
	size := func() int64 {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	reopen := func() *DB {
		db, err := Open(ctx, path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := reopen()
	b := batch("a", 5)
	for i := range 300_000 {
		c := b.Conversations[0]
		noise := uint64(i+1) * 0x9e3779b97f4a7c15 // does not compress
		c.RemotePort, c.In.Bytes, c.Out.Bytes = uint16(i), noise>>16, noise*noise>>16
		c.Day += int32(i >> 16)
		b.Conversations = append(b.Conversations, c)
	}
	if err := errors.Join(db.AddBatch(ctx, b), db.Close()); err != nil {
		t.Fatal(err)
	}
	before := size()
	db = reopen()
	if err := errors.Join(db.DropConversations(ctx), db.Close()); err != nil {
		t.Fatal(err)
	}
	if after := size(); after > before/2 {
		t.Errorf("%d bytes without conversations, %d with them", after, before)
	}
	db = reopen()
	defer db.Close()
	if err := db.AddBatch(ctx, batch("b", 5)); !errors.Is(err, ErrEdgesOnly) {
		t.Errorf("adding to it: %v", err)
	}
	for _, query := range []string{`SELECT count(*) FROM edge_text`, `SELECT count(*) FROM delivery_gap`, `SELECT count(*) FROM conversation_text`, `SELECT address_text(5)`,
		`INSERT INTO object SELECT * FROM object`} {
		_, err := db.SQL().Exec(query)
		if wantErr := query[0] == 'I'; (err != nil) != wantErr { // the primary key is there
			t.Errorf("%s: %v", query, err)
		}
	}
}

// TestLoaded: size and time tell whether an object is the one of the manifest, also where nobody knows its time.
func TestLoaded(t *testing.T) {
	ctx, db := context.Background(), open(t)
	at := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	b := batch("timed", 5)
	b.Objects[0].Size, b.Objects[0].Modified = 7, at
	b.Objects = append(b.Objects, schema.Object{Place: "timeless", Kind: schema.FlowLogObject, Size: 7, Records: 1, OK: 1},
		schema.Object{Place: "useless", Kind: schema.FlowLogObject, Size: 7, Modified: at, Records: 1, Malformed: 1})
	if err := db.AddBatch(ctx, b); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		ref  schema.Ref
		want map[string]bool
	}{
		{schema.Ref{Place: "timed", Size: 7, Modified: at}, map[string]bool{"timed": true}},
		{schema.Ref{Place: "timed", Size: 7, Modified: at.Add(time.Second)}, map[string]bool{"timed": false}},
		{schema.Ref{Place: "timed", Size: 7}, map[string]bool{"timed": false}},
		{schema.Ref{Place: "timeless", Size: 7}, map[string]bool{"timeless": true}},
		{schema.Ref{Place: "timeless", Size: 8}, map[string]bool{"timeless": false}},
		{schema.Ref{Place: "timeless", Size: 7, Modified: at}, map[string]bool{"timeless": false}},
		{schema.Ref{Place: "new", Size: 7}, map[string]bool{}},
		{schema.Ref{Place: "useless", Size: 7, Modified: at}, map[string]bool{"useless": true}},
		{schema.Ref{Place: "useless", Size: 8, Modified: at}, map[string]bool{}},
	} {
		got, err := FlowLogs{DB: db}.Loaded(ctx, []schema.Ref{c.ref})
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%+v: %v (-want +got)\n%s", c.ref, err, diff)
		}
	}
}

// TestContentIsKnown: content is found by its hash, also that of a batch stored after the first question.
func TestContentIsKnown(t *testing.T) {
	ctx, db := context.Background(), open(t)
	logs := FlowLogs{DB: db}
	for i, hash := range []string{"xxh3:00112233445566778899aabbccddeeff", "spelt otherwise"} {
		if place, ok, err := logs.HashLoaded(ctx, hash); ok || err != nil {
			t.Fatalf("before it is stored: %q %v", place, err)
		}
		b := batch([]string{"a", "b"}[i], 5)
		b.Objects[0].Hash = hash
		if err := db.AddBatch(ctx, b); err != nil {
			t.Fatal(err)
		}
		if place, ok, err := logs.HashLoaded(ctx, hash); !ok || place != b.Objects[0].Place || err != nil {
			t.Errorf("after it is stored: %q %v %v", place, ok, err)
		}
	}
}

// TestLeanWhileStoring: batches are stored with one thread and little memory; before questions all is as it was.
func TestLeanWhileStoring(t *testing.T) {
	for _, opt := range []Options{{}, {Threads: 2, MemoryBytes: 1 << 30}} {
		ctx := context.Background()
		db, err := Open(ctx, filepath.Join(t.TempDir(), "t.db"), opt)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		settings := func() (s string) {
			if err := db.SQL().QueryRow(`SELECT current_setting('threads') || ' ' || current_setting('memory_limit') || ' ' || lower(current_setting('force_compression'))`).Scan(&s); err != nil {
				t.Fatal(err)
			}
			return s
		}
		before := settings()
		if err := db.AddBatch(ctx, batch("a", 5)); err != nil {
			t.Fatal(err)
		}
		if storing := settings(); storing != "1 64.0 MiB bitpacking" {
			t.Errorf("settings are %s", storing)
		}
		if err := db.MergeDays(ctx); err != nil {
			t.Fatal(err)
		}
		if after := settings(); after != before {
			t.Errorf("settings are %s, were %s", after, before)
		}
	}
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "t.db")
	db, err := Open(ctx, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.SQL().Exec(`UPDATE meta SET value = '99' WHERE key = 'version'`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	_, err = Open(ctx, path, Options{})
	var newer *NewerError
	if !errors.As(err, &newer) || newer.Have != 99 {
		t.Errorf("got %v, want a NewerError with 99", err)
	}
}

func TestInventoryRoundTrip(t *testing.T) {
	ctx, db := context.Background(), open(t)
	at := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	items := []schema.Item{
		{Type: schema.InterfaceItem, ID: "eni-a", AccountID: "1", Captured: at, Order: 2, Found: true,
			Interface: &schema.Interface{InterfaceID: "eni-a", Groups: []string{"sg-1"}, Addresses: []netip.Addr{v4, v6}}},
		{Type: schema.GroupItem, ID: "sg-1", AccountID: "1", Captured: at, Order: 1, SeenUntil: at.Add(time.Hour),
			Group: &schema.Group{GroupID: "sg-1", Name: `x'"); DROP TABLE meta;--`, Rules: []schema.Rule{
				{Direction: schema.Ingress, Protocol: schema.AllProtocols, FromPort: -1, ToPort: -1, Peer: schema.Peer{Kind: schema.PeerIPv6, Value: "::/0"}}}}},
		{Type: schema.GroupItem, ID: "sg-2", AccountID: "1", Captured: at, Deleted: true},
	}
	for _, place := range []string{"one", "two"} { // the second time is the same items again
		again := slices.Clone(items)
		if err := db.AddObservations(ctx, &schema.Observations{Object: schema.Object{Place: place, Kind: schema.ConfigObject}, Items: again}); err != nil {
			t.Fatal(err)
		}
	}
	got := allItems(t, db)
	want := []schema.Item{items[0], items[1], items[2]} // sorted by type
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	inv := &schema.Inventory{
		Groups:     []schema.GroupVersion{{Interval: schema.Interval{From: at}, Group: *items[1].Group}},
		Rules:      []schema.RuleVersion{{Interval: schema.Interval{From: at}, GroupID: "sg-1", Rule: items[1].Group.Rules[0]}},
		Interfaces: []schema.InterfaceVersion{{Interval: schema.Interval{From: at, To: at.Add(time.Hour)}, Interface: *items[0].Interface}},
	}
	for range 2 { // replacing is not adding
		if err := db.ReplaceInventory(ctx, parts(inv)); err != nil {
			t.Fatal(err)
		}
	}
	var rules, ranges, addresses int
	var covered bool
	err := db.SQL().QueryRow(`SELECT (SELECT count(*) FROM security_group_rule), (SELECT count(*) FROM security_group_rule_range),
		(SELECT count(*) FROM network_interface_address),
		(SELECT bool_or(a.address BETWEEN r.lo AND r.hi) FROM security_group_rule_range r, network_interface_address a
		 WHERE address_text(a.address) = '10.1.2.3')`).Scan(&rules, &ranges, &addresses, &covered)
	if err != nil || rules != 1 || ranges != 2 || addresses != 2 || covered {
		t.Errorf("got %d rules, %d ranges, %d addresses, IPv4 in ::/0 %v, %v; want 1, 2, 2, false", rules, ranges, addresses, covered, err)
	}
}

func allItems(t *testing.T, db *DB) (all []schema.Item) {
	t.Helper()
	for it, err := range db.Items(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, *it)
	}
	return all
}

func parts(invs ...*schema.Inventory) iter.Seq2[*schema.Inventory, error] {
	return func(yield func(*schema.Inventory, error) bool) {
		for _, inv := range invs {
			if !yield(inv, nil) {
				return
			}
		}
	}
}

func BenchmarkAddBatch(b *testing.B) {
	const n = 200_000
	bt := batch("x", 1)
	one := bt.Conversations[0]
	for i := range n {
		c := one
		c.RemotePort = uint16(i)
		c.Day += int32(i % 30)
		bt.Conversations = append(bt.Conversations, c)
	}
	for b.Loop() {
		db := open(b)
		if err := db.AddBatch(context.Background(), bt); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
}
