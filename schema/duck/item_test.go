package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"slices"
	"testing"
	"time"

	duckdb "github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

var midnight = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)

// observed makes random items of few resources, so that many are the same and some differ in what is no identity.
func observed(r *rand.Rand, n int) []schema.Item {
	items := make([]schema.Item, n)
	for i := range items {
		it := &items[i]
		it.AccountID, it.Region = fmt.Sprint(r.IntN(2)), "eu-west-1"
		it.Captured, it.Order = midnight.Add(time.Duration(r.IntN(3))*time.Hour), int64(r.IntN(2))
		it.Found, it.Deleted = r.IntN(3) == 0, r.IntN(5) == 0
		if r.IntN(2) == 0 {
			it.Created = midnight.Add(-time.Duration(1+r.IntN(2)) * time.Hour)
		}
		if r.IntN(2) == 0 {
			it.SeenUntil = midnight.Add(time.Duration(r.IntN(24)) * time.Hour)
		}
		it.Type, it.ID = schema.InterfaceItem, fmt.Sprint("eni-", r.IntN(3))
		switch {
		case it.Deleted && r.IntN(2) == 0:
			it.Type, it.ID = schema.InstanceItem, fmt.Sprint("i-", r.IntN(2))
		case !it.Deleted:
			it.Interface = &schema.Interface{InterfaceID: it.ID, Description: []string{"", `"instance_id":"i-9"`, "é\x00|"}[r.IntN(3)]}
			if it.Indirect = r.IntN(2) == 0; it.Indirect {
				it.Interface.InstanceID = fmt.Sprint("i-", r.IntN(2))
			}
		}
	}
	return items
}

// identityOf is what tells one item from others.
func identityOf(it *schema.Item) string {
	return fmt.Sprintf("%s/%s/%d/%02d/%v/%v", it.Type, it.ID, it.Captured.UnixMicro(), it.Order, it.Deleted, it.Indirect)
}

// onceTwin is the stupid twin of the database: one item for each identity, knowing what all of them know.
func onceTwin(t *testing.T, items []schema.Item) []schema.Item {
	once := map[string]schema.Item{}
	for _, it := range items {
		it.Number = 0
		key := identityOf(&it)
		old, ok := once[key]
		if ok {
			it.AccountID, it.Region = max(it.AccountID, old.AccountID), max(it.Region, old.Region)
			it.Found = it.Found || old.Found
			it.Created, it.SeenUntil = later(it.Created, old.Created), later(it.SeenUntil, old.SeenUntil)
			if body(t, &old) > body(t, &it) {
				it.Interface = old.Interface
			}
		}
		once[key] = it
	}
	var out []schema.Item
	for _, it := range once {
		out = append(out, it)
	}
	slices.SortFunc(out, func(a, b schema.Item) int {
		if identityOf(&a) < identityOf(&b) {
			return -1
		}
		return 1
	})
	return out
}

func body(t *testing.T, it *schema.Item) string {
	t.Helper()
	text, err := encodeBody(it)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Items come back once, whatever objects they came in, and whether they came whole or as numbers.
func TestItemsAreKeptOnce(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(12) {
		r, db := rand.New(rand.NewPCG(seed, 3)), open(t)
		var all, held []schema.Item
		for n := range 4 {
			taken := midnight.Add(time.Duration(r.IntN(50)) * time.Hour)
			o := schema.Observations{Object: schema.Object{Place: fmt.Sprint(n), Kind: schema.ConfigObject},
				Snapshot: &schema.Snapshot{ID: fmt.Sprint(n), Taken: taken}, Items: observed(r, 60)}
			for _, it := range held {
				if r.IntN(3) == 0 {
					o.Seen = append(o.Seen, it.Number)
					it.SeenUntil = taken
					all = append(all, it)
				}
			}
			if err := db.AddObservations(ctx, &o); err != nil {
				t.Fatal(err)
			}
			all, held = append(all, o.Items...), append(held, o.Items...)
		}
		if diff := cmp.Diff(onceTwin(t, all), allItems(t, db)); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
		if err := db.ReplaceInventory(ctx, parts()); err != nil { // which folds the sights
			t.Fatal(err)
		}
		if diff := cmp.Diff(onceTwin(t, all), allItems(t, db)); diff != "" {
			t.Fatalf("seed %d, folded (-want +got):\n%s", seed, diff)
		}
		checkNumbers(t, db, held)
	}
}

// checkNumbers: two items have one number if, and only if, they are the same in all but when they were seen.
func checkNumbers(t *testing.T, db *DB, items []schema.Item) {
	t.Helper()
	numbers := map[string]uint32{}
	for i := range items {
		rows, err := itemRows(items[i : i+1])
		if err != nil {
			t.Fatal(err)
		}
		key := string(rows[0].text(nil))
		if n, ok := numbers[key]; items[i].Number == 0 || ok && n != items[i].Number {
			t.Fatalf("%s has the numbers %d and %d", key, n, items[i].Number)
		}
		numbers[key] = items[i].Number
	}
	var rows, sights, seen int
	err := db.SQL().QueryRow(`SELECT (SELECT count(*) FROM config_item), count(*), count(DISTINCT item_no) FROM config_seen`).Scan(&rows, &sights, &seen)
	if err != nil || rows != len(numbers) || sights > 2*seen {
		t.Errorf("%d rows and %d sights of %d items, %v; want %d rows, and sights folded", rows, sights, seen, err, len(numbers))
	}
}

// Listings say what instances had, in order.
func TestListings(t *testing.T) {
	ctx, db := context.Background(), open(t)
	items := observed(rand.New(rand.NewPCG(1, 4)), 200)
	if err := db.AddObservations(ctx, &schema.Observations{Object: schema.Object{Place: "x"}, Items: items}); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, it := range items {
		instance, iface := it.ID, ""
		if it.Indirect {
			instance, iface = it.Interface.InstanceID, it.ID
		} else if it.Type != schema.InstanceItem {
			continue
		}
		want[fmt.Sprint(instance, it.Captured.UnixMicro(), it.Order, iface)] = true
	}
	got, last := map[string]bool{}, ""
	for l, err := range db.Listings(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprint(l.InstanceID, l.Captured.UnixMicro(), l.Order)
		if key < last {
			t.Errorf("%s comes after %s", key, last)
		}
		last = key
		if got[key+l.InterfaceID] {
			t.Errorf("%s lists %s twice", key, l.InterfaceID)
		}
		got[key+l.InterfaceID] = true
	}
	gotKeys, wantKeys := fmt.Sprint(got), fmt.Sprint(want)
	if gotKeys != wantKeys {
		t.Errorf("got %s, want %s", gotKeys, wantKeys)
	}
	for range db.Listings(ctx) {
		break // who reads no further gets no more
	}
	for range db.Items(ctx) {
		break
	}
}

// An object whose storing fails leaves nothing, and parts that fail leave the inventory as it was.
func TestFailuresLeaveNothing(t *testing.T) {
	ctx, db := context.Background(), open(t)
	inv := &schema.Inventory{Subnets: []schema.SubnetVersion{{Subnet: schema.Subnet{SubnetID: "subnet-1", CIDRs: prefixes("10.0.0.0/24", "10.0.1.0/24")}}}}
	if err := db.ReplaceInventory(ctx, parts(inv, inv)); err != nil {
		t.Fatal(err)
	}
	failure := errors.New("torn")
	err := db.ReplaceInventory(ctx, func(yield func(*schema.Inventory, error) bool) {
		_ = yield(inv, nil) && yield(nil, failure)
	})
	if !errors.Is(err, failure) {
		t.Errorf("got %v, want the part's error", err)
	}
	o := schema.Observations{Object: schema.Object{Place: "x", Kind: schema.ConfigObject}, Items: observed(rand.New(rand.NewPCG(1, 5)), 9), Seen: []uint32{1}}
	if err := db.AddObservations(ctx, &o); err == nil || o.Items[0].Number != 0 {
		t.Errorf("numbers outside of a snapshot: got %v and the number %d, want an error and none", err, o.Items[0].Number)
	}
	var subnets, items, sights, objects int
	err = db.SQL().QueryRow(`SELECT (SELECT count(*) FROM subnet), (SELECT count(*) FROM config_item), (SELECT count(*) FROM config_seen), (SELECT count(*) FROM object)`).
		Scan(&subnets, &items, &sights, &objects)
	if err != nil || subnets != 4 || items+sights+objects != 0 {
		t.Errorf("%d subnets, %d items, %d sights, %d objects, %v; want 4, and nothing else", subnets, items, sights, objects, err)
	}
}

// A database of version 1 or 2 holds the same items after its migration, and an item that comes again is found in it.
func TestMigrationKeepsItems(t *testing.T) {
	for version := 1; version <= 2; version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) { migrateFrom(t, version) })
	}
}

func migrateFrom(t *testing.T, version int) {
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "old.db")
	r := rand.New(rand.NewPCG(1, 6))
	items := observed(r, 300)
	makeVersion(t, path, version, items)
	db, err := Open(ctx, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if diff := cmp.Diff(onceTwin(t, items), allItems(t, db)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	var before, after, listings int
	const count = `SELECT count(*), count(*) FILTER (instance_id <> '') FROM config_item`
	if err := db.SQL().QueryRow(count).Scan(&before, &listings); err != nil {
		t.Fatal(err)
	}
	if err := db.AddObservations(ctx, &schema.Observations{Object: schema.Object{Place: "again"}, Items: items}); err != nil {
		t.Fatal(err)
	}
	if err := db.SQL().QueryRow(count).Scan(&after, &listings); err != nil || after != before || listings == 0 {
		t.Errorf("%d rows became %d, %d read off instances, %v: the same items were not found again", before, after, listings, err)
	}
	if err := db.ReplaceInventory(ctx, parts()); err != nil {
		t.Fatal(err)
	}
	checkNumbers(t, db, items)
}

// TestOlderDatabaseIsRead: who only reads an earlier sgfit's database finds it in the current version.
func TestOlderDatabaseIsRead(t *testing.T) {
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "old.db")
	makeVersion(t, path, 1, observed(rand.New(rand.NewPCG(1, 7)), 20))
	for range 2 {
		db, err := Open(ctx, path, Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Sight(ctx); err != nil {
			t.Error(err)
		}
		if _, err := db.SQL().Exec(`DELETE FROM meta`); err == nil {
			t.Error("it can be written to")
		}
		db.Close()
	}
}

// makeVersion makes a database as versions 1 and 2 were, with a row for every sight.
func makeVersion(t *testing.T, path string, version int, items []schema.Item) {
	t.Helper()
	scripts, err := schema.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	db, err := openAt(path, scripts[:version:version])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := itemRows(items)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		it := &rows[i]
		const insert = `INSERT INTO config_item VALUES (?, ?, ?, ?, make_timestamp(?), ?, ?, ?, make_timestamp(?), ?, make_timestamp(?), ?)`
		_, err := db.Exec(insert, string(it.Type), it.ID, it.AccountID, it.Region, microseconds(it.Captured), it.Order, it.Deleted,
			it.Found, microseconds(it.Created), it.Indirect, microseconds(it.SeenUntil), it.body)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// openAt makes a database of the version that the scripts lead to.
func openAt(path string, scripts []string) (*sql.DB, error) {
	connector, err := duckdb.NewConnector(path, nil)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	for i, script := range append(scripts, fmt.Sprintf(`INSERT OR REPLACE INTO meta VALUES ('version', '%d')`, len(scripts))) {
		if _, err := db.Exec(script); err != nil {
			return nil, fmt.Errorf("script %d: %w", i+1, err)
		}
	}
	return db, nil
}

func prefixes(texts ...string) (out []netip.Prefix) {
	for _, s := range texts {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// Items of more than two pages come in order, each once, and within a memory that would not hold them all.
func TestItemsComeByPages(t *testing.T) {
	ctx := context.Background()
	db, err := Open(ctx, filepath.Join(t.TempDir(), "t.db"), Options{MemoryBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	items := make([]schema.Item, 2*itemPage+itemPage/10)
	for i := range items { // three of each resource, so that pages would cut some
		id := fmt.Sprintf("vpc-%06d", i*7919%len(items)/3)
		items[i] = schema.Item{Type: schema.VPCItem, ID: id, Captured: midnight.Add(time.Duration(i) * time.Second), Deleted: true}
	}
	if err := db.AddObservations(ctx, &schema.Observations{Object: schema.Object{Place: "x"}, Items: items}); err != nil {
		t.Fatal(err)
	}
	n, last := 0, ""
	for it, err := range db.Items(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		key := it.ID + it.Captured.Format(time.RFC3339)
		if key <= last {
			t.Fatalf("%s comes after %s", key, last)
		}
		n, last = n+1, key
	}
	if n != len(items) {
		t.Errorf("%d items came back of %d", n, len(items))
	}
}
