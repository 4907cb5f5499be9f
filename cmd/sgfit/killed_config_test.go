package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/ingest/inventory"
	"sgfit/schema"
	"sgfit/schema/duck"
	"sgfit/schema/simulate"
)

// killEnv tells a child of TestConfigLoadKilled its database and its seed.
const killEnv = "SGFIT_TEST_KILL_CONFIG"

// mortal is a sink in a process that kills itself while something is being stored. Where exactly, the seed and the
// machine decide.
type mortal struct {
	duck.Config
	rng    *rand.Rand
	doomed int // the number of the store during which it dies
}

func (m *mortal) dying() {
	if m.doomed--; m.doomed != 0 {
		return
	}
	turns := m.rng.IntN(20_000)
	go func() {
		for range turns {
			runtime.Gosched()
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}()
}

func (m *mortal) AddObservations(ctx context.Context, o *schema.Observations) error {
	m.dying()
	return m.Config.AddObservations(ctx, o)
}

func (m *mortal) ReplaceInventory(ctx context.Context, parts iter.Seq2[*schema.Inventory, error]) error {
	m.dying()
	return m.Config.ReplaceInventory(ctx, parts)
}

// A load of Config files that is killed again and again, and run again each time, ends with the database of one that was
// never killed.
func TestConfigLoadKilled(t *testing.T) {
	if child := os.Getenv(killEnv); child != "" {
		path, seed, _ := strings.Cut(child, "|")
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(n, 1))
		loadMortally(t, path, rng, 1+rng.IntN(4))
		return
	}
	whole, torn := filepath.Join(t.TempDir(), "whole.db"), filepath.Join(t.TempDir(), "torn.db")
	loadMortally(t, whole, nil, -1)
	kills := 0
	for seed := range uint64(16) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestConfigLoadKilled$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d", killEnv, torn, seed))
		out, err := cmd.CombinedOutput()
		var ended *exec.ExitError
		switch {
		case err == nil:
		case errors.As(err, &ended) && ended.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
			kills++
		default:
			t.Fatalf("a child failed: %v\n%s", err, out)
		}
	}
	if kills < 5 {
		t.Errorf("only %d of the loads were killed", kills)
	}
	loadMortally(t, torn, nil, -1)
	if diff := cmp.Diff(everything(t, whole), everything(t, torn)); diff != "" {
		t.Errorf("%d times killed (-whole +killed):\n%s", kills, diff)
	}
}

func loadMortally(t *testing.T, path string, rng *rand.Rand, doomed int) {
	t.Helper()
	ctx := context.Background()
	db, err := duck.Open(ctx, path, duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	source := estateSource{&simulate.Estate{Interfaces: 500}, 40}
	_, err = inventory.LoadConfig(ctx, source, &mortal{duck.Config{DB: db}, rng, doomed}, inventory.Options{})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// everything that a load of Config leaves, but for the numbers of items, which depend on who was first.
func everything(t *testing.T, path string) map[string]string {
	t.Helper()
	db, err := duck.Open(context.Background(), path, duck.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	out := map[string]string{}
	for name, query := range map[string]string{
		"items": `SELECT i.* EXCLUDE (item_no), max(taken) FROM config_item i LEFT JOIN config_seen s USING (item_no) GROUP BY ALL`,
		"rows":  `SELECT count(*) FROM config_item`,
	} {
		out[name] = rowsText(t, db, query)
	}
	for _, table := range []string{"object", "rejected", "config_snapshot", "security_group", "security_group_rule", "network_interface",
		"network_interface_group", "network_interface_address", "subnet"} {
		out[table] = rowsText(t, db, "FROM "+table)
	}
	return out
}

func rowsText(t *testing.T, db *duck.DB, query string) (text string) {
	t.Helper()
	const whole = `SELECT coalesce(string_agg(line, chr(10) ORDER BY line), '') FROM (SELECT q::VARCHAR AS line FROM (%s) q)`
	if err := db.SQL().QueryRow(fmt.Sprintf(whole, query)).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}
