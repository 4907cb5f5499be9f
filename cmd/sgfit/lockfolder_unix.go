//go:build unix

package main

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockFolder waits until no other sgfit writes in a folder, and has them wait until unlock is called. The system unlocks when a
// process ends, however it does.
func lockFolder(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil && !errors.Is(err, unix.ENOTSUP) && !errors.Is(err, unix.ENOLCK) { // some network file systems have no locks
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil
}
