package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"sgfit/schema/duck"
	"sgfit/suggest"
	"sgfit/suggest/review"
)

// reviewOptions steer the page.
type reviewOptions struct {
	port      int
	noBrowser bool
	who, out  string
	// exceptions is the file that the page adds to; it need not be there yet.
	exceptions exceptionFile
}

// check says what is wrong with the options before the work begins.
func (o *reviewOptions) check() error {
	if o.port < 0 || o.port > 65535 {
		return &usageError{error: fmt.Errorf("--port %d: give 0 (any free one) to 65535", o.port)}
	}
	_, err := o.exceptions.Read()
	return err
}

func newReviewCommand(term *terminal) *cobra.Command {
	var dbo databaseOptions
	var opt reviewOptions
	cmd := &cobra.Command{
		Use:   "review",
		Short: "Go through the suggestions on a local page, and decide",
		Long: `Open a page on this machine to go through the suggestions of the latest plan: accept, change, reject or postpone
them, with reasons, one by one or many at a time, by keyboard (? on the page lists the keys). A change is replayed
against the window at once. Each decision is in the database before the page says so, with who, when and why, and is
found there again the next time. At the end: the accepted plan, its replay as a whole, its exports (as of 'sgfit export'), and
exceptions for what was rejected, to download or, with --exceptions, to be added to the file that you keep.

The page is reached from this machine only (127.0.0.1), at an address that holds a secret and is another one each time.
For a review on a machine elsewhere, give a --port and forward it: ssh -L 8080:127.0.0.1:8080 HOST.
The database is open to no other program meanwhile. Ctrl-C ends the page. Nothing is changed in AWS.`,
		Example: `  sgfit review --db account.db
  sgfit review --db account.db --who 'Ann Reviewer' --out ./review
  sgfit review --db account.db --exceptions exceptions.yaml
  sgfit review --db account.db --port 8080 --no-browser`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := opt.check(); err != nil {
				return err
			}
			return withDatabase(cmd.Context(), &dbo, func(db *duck.DB) error { return runReview(cmd.Context(), term, db, opt) })
		},
	}
	dbo.addFlags(cmd, working)
	cmd.Flags().IntVar(&opt.port, "port", 0, "port `N` of the page; 0 takes a free one")
	cmd.Flags().BoolVar(&opt.noBrowser, "no-browser", false, "only print the page's address")
	cmd.Flags().StringVar(&opt.who, "who", "", "`NAME` under which decisions are stored (default your user name)")
	cmd.Flags().StringVar(&opt.out, "out", "sgfit-review", "folder `DIR` that the page saves plan.accepted.json and rejected.json to")
	cmd.Flags().StringVar((*string)(&opt.exceptions), "exceptions", "", "exceptions.yaml `FILE` to which the page can add what was rejected (see 'sgfit exceptions'); made where it is not there")
	_ = cmd.MarkFlagDirname("out") // completion only
	_ = cmd.MarkFlagFilename("exceptions", "yaml", "yml")
	return cmd
}

func runReview(ctx context.Context, term *terminal, db *duck.DB, opt reviewOptions) error {
	body, err := db.LatestPlan(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", db.Path(), err)
	}
	plan, err := decodePlan(body)
	if err != nil {
		return err
	}
	status, err := db.Status(ctx)
	if err != nil {
		return err
	}
	if !status.Analyzed {
		term.warn("something was loaded since the plan was made; 'sgfit suggest' makes a new one, and decisions on what it suggests again stand")
	}
	book, err := review.Open(ctx, plan, db, time.Now)
	if err != nil {
		return err
	}
	listener, err := review.Listen(ctx, opt.port)
	if err != nil {
		return listenError(opt.port, err)
	}
	flows := newReplayer()
	site := review.NewSite(book, review.Options{Port: listener.Addr().(*net.TCPAddr).Port, Who: decider(opt.who), Database: db.Path(), Replayer: flows,
		Exporter: reviewExporter{}, Exceptions: opt.exceptions,
		Save: func(plan suggest.Plan, rejected []review.Rejected) ([]string, error) {
			return saveReview(opt.out, plan, rejected)
		}})
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var jobs errgroup.Group
	jobs.Go(func() error { return flows.run(ctx, term, db, plan.Settings) })
	jobs.Go(func() error { defer stop(); return site.Serve(ctx, listener) })
	fmt.Fprintln(term.out, site.URL())
	term.say("Open that address in a browser on this machine. Ctrl-C ends the page; decisions are in %s as soon as the page says so.", db.Path())
	if !opt.noBrowser {
		openBrowser(ctx, term, site.URL())
	}
	if err := jobs.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	states := book.Outcome().States
	term.say("Ended. Of the suggestions %d are accepted, %d changed, %d rejected, %d postponed, %d open.", states[review.StateAccepted],
		states[review.StateChanged], states[review.StateRejected], states[review.StatePostponed], states[review.StateOpen])
	return nil
}

// listenError says what to do about a port that cannot be had.
func listenError(port int, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EACCES) {
		return &usageError{error: fmt.Errorf("--port %d: %w; give another one, or none", port, err)}
	}
	return fmt.Errorf("listen on this machine: %w", err)
}

// decider is who decides: as given, or else the user.
func decider(given string) string {
	if name := strings.TrimSpace(given); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

// saveReview writes the accepted plan, and what was rejected.
func saveReview(dir string, plan suggest.Plan, rejected []review.Rejected) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, &outputError{fmt.Errorf("make the folder: %w", err)}
	}
	accepted, err := encodePlan(plan)
	if err != nil {
		return nil, err
	}
	others, err := review.EncodeFile(rejected)
	if err != nil {
		return nil, err
	}
	files := []string{filepath.Join(dir, "plan.accepted.json"), filepath.Join(dir, "rejected.json")}
	for i, content := range [][]byte{accepted, others} {
		if err := writeFile(files[i], content); err != nil {
			return nil, &outputError{err}
		}
	}
	return files, nil
}
