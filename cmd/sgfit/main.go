// Command sgfit fits AWS security groups to the traffic that really uses them. See `sgfit --help`, and start at root.go.
//
// Everything it does is a package's; here are flags, wiring, progress, words for errors, and exit codes.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// version is set when a release is built (-ldflags "-X main.version=…").
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program: arguments in, text out, exit code back.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	term := &terminal{out: stdout, err: stderr}
	root := newRootCommand(term)
	root.SetArgs(spread(args))
	root.SetOut(stdout)
	root.SetErr(stderr)
	return exitCode(term, root.ExecuteContext(ctx))
}
