package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sync/errgroup"

	"sgfit/schema"
	"sgfit/suggest"
)

// Two reviews add to one file: nothing of either is lost, and the file is read by nobody who could not read it before.
func TestExceptionsOfManyAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "exceptions.yaml")
	if err := os.WriteFile(path, []byte("# ours\nversion: 1\nexceptions: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var adders errgroup.Group
	for n := range 40 {
		adders.Go(func() error {
			return exceptionFile(path).Add([]suggest.Exception{{Kind: suggest.Untouchable, Group: fmt.Sprintf("g%d", n), Direction: schema.Ingress, Protocol: "all",
				Peer: "10.0.0.0/8", Owner: "ann", Reason: "so", Expires: "2027-06-30"}})
		})
	}
	if err := adders.Wait(); err != nil {
		t.Fatal(err)
	}
	list, err := exceptionFile(path).Read()
	if err != nil || len(list) != 40 {
		t.Errorf("%d exceptions of 40 are there; %v", len(list), err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v now; %v", info.Mode(), err)
	}
}

// A link stays one, also one that leads nowhere.
func TestExceptionsThroughLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link, target := filepath.Join(dir, "link.yaml"), filepath.Join(dir, "target.yaml")
	if err := os.Symlink("target.yaml", link); err != nil {
		t.Skip(err)
	}
	one := []suggest.Exception{{Kind: suggest.Untouchable, Group: "web", Owner: "ann", Reason: "so", Expires: "2027-06-30"}}
	if err := exceptionFile(link).Add(one); err == nil {
		t.Error("what a link leads to was not there, and is written somewhere")
	}
	if err := os.WriteFile(target, []byte("version: 1\nexceptions: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := exceptionFile(link).Add(one); err != nil {
		t.Error(err)
	}
	if list, err := exceptionFile(target).Read(); err != nil || len(list) != 1 {
		t.Errorf("the file has %d exceptions; %v", len(list), err)
	}
	if to, err := os.Readlink(link); err != nil || to != "target.yaml" {
		t.Errorf("the link leads to %q; %v", to, err)
	}
}
