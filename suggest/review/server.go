package review

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"sync"
	"time"

	"sgfit/suggest"
)

// Options of a page.
type Options struct {
	Port     int    // that the server listens on
	Who      string // decides, where a page does not say
	Database string // by name, for the page's words
	Replayer Replayer
	Exporter Exporter
	// Exceptions writes down what was rejected.
	Exceptions ExceptionFile
	// Save stores the accepted plan and what was rejected as files, and returns where; nil when that is not wanted.
	Save func(plan suggest.Plan, rejected []Rejected) ([]string, error)
}

// Site is the page of one book, and what answers it.
type Site struct {
	book  *Book
	opt   Options
	token string // in the path of every URL
	csrf  string // in a header of every request that changes something

	adding sync.Mutex // to the file of exceptions
	end    sync.Mutex // guards last
	last   *finished  // the accepted plan as it was replayed last
}

// NewSite makes a site with tokens of its own.
func NewSite(book *Book, opt Options) *Site {
	return &Site{book: book, opt: opt, token: rand.Text(), csrf: rand.Text()}
}

// Listen listens on a port of the loopback interface; 0 takes a free one.
func Listen(ctx context.Context, port int) (net.Listener, error) {
	var config net.ListenConfig
	return config.Listen(ctx, "tcp4", hostPort(port))
}

// URL is where the page is.
func (s *Site) URL() string { return "http://" + hostPort(s.opt.Port) + s.prefix() + "/" }

func (s *Site) prefix() string { return "/" + s.token }

// Handler answers the page and its requests, and refuses all others.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, answer := range map[string]http.HandlerFunc{
		"GET /{$}":                  s.page,
		"GET /review.css":           asset("text/css; charset=utf-8"),
		"GET /js/{module}":          asset("text/javascript; charset=utf-8"),
		"GET /api/groups":           s.groups,
		"GET /api/rules":            s.rules,
		"GET /api/choose":           s.choose,
		"GET /api/rules/{rule}":     s.rule,
		"GET /api/log":              s.since,
		"GET /api/outcome":          s.outcome,
		"GET /api/exceptions":       s.exceptions,
		"GET /api/exports/{format}": s.exported,
		"GET /exports/{format}":     s.downloadExport,
		"GET /plan.accepted.json":   s.downloadPlan,
		"GET /rejected.json":        s.downloadRejected,
		"POST /api/decide":          s.decide,
		"POST /api/undo":            s.undo,
		"POST /api/try":             s.try,
		"POST /api/finish":          s.finish,
		"POST /api/save":            s.save,
		"POST /api/exceptions/text": s.exceptionText,
		"POST /api/exceptions/add":  s.exceptionAdd,
	} {
		mux.HandleFunc(pattern, answer)
	}
	return s.guard(http.StripPrefix(s.prefix(), mux))
}

// Serve answers requests until ctx ends, and then lets those that are under way come to their end.
func (s *Site) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 1 << 16}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(ending)
	})
	if err := server.Serve(listener); err != http.ErrServerClosed {
		stop()
		return err
	}
	if err := <-stopped; err != nil {
		return server.Close() // a long replay may go on; decisions do not take as long
	}
	return nil
}

func hostPort(port int) string { return net.JoinHostPort("127.0.0.1", itoa(port)) }

// hosts are the names that a browser may know this server by. Any other name in Host is one that somebody else's DNS
// lets point here.
func (s *Site) hosts() []string {
	return []string{hostPort(s.opt.Port), net.JoinHostPort("localhost", itoa(s.opt.Port))}
}
