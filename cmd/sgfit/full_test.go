package main

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sgfit/schema/simulate"
)

// TestFullDisk has database and report on file systems that are too small: for Config, for a batch of flow logs, and for
// the report. The program says so, and goes on as soon as there is room.
func TestFullDisk(t *testing.T) {
	job := killJob{t.TempDir()}
	account := simulate.New(simulate.Options{Seed: 7, Days: 4, Scale: 0.05, FileHours: 6})
	if _, err := account.WriteDir(filepath.Join(job.dir, "account")); err != nil {
		t.Fatal(err)
	}
	want := job.finish(t, "whole")
	for _, room := range []string{"128k", "256k", "1200k"} {
		t.Run(room, func(t *testing.T) {
			small := filepath.Join(job.dir, "disk-"+room)
			mount(t, small, room)
			name := filepath.Join(filepath.Base(small), "a")
			said, err := job.command(name).CombinedOutput()
			var ended *exec.ExitError
			if !errors.As(err, &ended) || ended.ExitCode() != exitFailed || !strings.Contains(string(said), "The disk that "+name+".db is on is full. Make room") {
				t.Fatalf("%v\n%s", err, said)
			}
			if out, err := exec.Command("mount", "-o", "remount,size=64m", small).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if d := job.finish(t, name).diff(want); d != "" {
				t.Error(d)
			}
		})
	}
}

// mount makes a file system in memory, where the test may.
func mount(t *testing.T, folder, room string) {
	t.Helper()
	if out, err := exec.Command("mkdir", folder).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+room, "tmpfs", folder).CombinedOutput(); err != nil {
		t.Skipf("no file system can be mounted here (it takes root): %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", folder).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
}
