package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sgfit/schema"
	"sgfit/schema/duck"
	"sgfit/suggest/review"
)

// reviewPage is a running 'sgfit review', asked as its page asks.
type reviewPage struct {
	url, origin, csrf string
	client            http.Client
}

var csrfToken = regexp.MustCompile(`name="csrf" content="([^"]+)"`)

func openReview(line string) (*reviewPage, error) {
	p := &reviewPage{url: strings.TrimSpace(line), client: http.Client{Timeout: time.Minute}}
	u, err := url.Parse(p.url)
	if err != nil {
		return nil, err
	}
	p.origin = u.Scheme + "://" + u.Host
	body, err := p.get("")
	if err != nil {
		return nil, err
	}
	found := csrfToken.FindStringSubmatch(body)
	if found == nil {
		return nil, fmt.Errorf("the page has no token: %.300s", body)
	}
	p.csrf = found[1]
	return p, nil
}

func (p *reviewPage) get(path string) (string, error) {
	answer, err := p.client.Get(p.url + path)
	return said(answer, err)
}

func (p *reviewPage) post(path, body string) (string, error) {
	r, err := http.NewRequest(http.MethodPost, p.url+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header = http.Header{"Origin": {p.origin}, "Content-Type": {"application/json"}, "X-Csrf-Token": {p.csrf}}
	answer, err := p.client.Do(r)
	return said(answer, err)
}

func said(answer *http.Response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, body)
	}
	return string(body), err
}

// openRules are the first rules of a list that are still to be decided on.
func (p *reviewPage) openRules(query string) (rows []struct {
	Rule    int   `json:"rule"`
	Version int64 `json:"version"`
}, err error) {
	body, err := p.get("api/rules?state=open&" + query)
	if err != nil {
		return nil, err
	}
	var page struct{ Rows any }
	page.Rows = &rows
	return rows, json.Unmarshal([]byte(body), &page)
}

// reviewing FILE OUT ARG…: 'sgfit review' on a database, with further arguments; the first suggestion to replace is accepted, the first
// to remove is rejected, the plan is saved to OUT with each export, exceptions are added to the file that was given, and
// Ctrl-C ends it. What it printed is left in review.out and review.err.
func reviewing(ts *testscript.TestScript, neg bool, args []string) {
	if i := slices.Index(args, "--exceptions"); i >= 0 {
		args[i+1] = ts.MkAbs(args[i+1])
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	lines, stdout := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append([]string{"review", "--no-browser", "--db", ts.MkAbs(args[0]), "--out", ts.MkAbs(args[1])}, args[2:]...), stdout, &stderr)
		stdout.Close()
	}()
	line, err := bufio.NewReader(lines).ReadString('\n')
	if err != nil {
		ts.Fatalf("exit code %d\n%s", <-ended, stderr.String())
	}
	p, err := openReview(line)
	ts.Check(err)
	for _, do := range []struct{ query, ask string }{{"action=replace", `"action":"accept"`}, {"action=remove", `"action":"reject","reason":"yearly job"`}} {
		rows, err := p.openRules(do.query + "&limit=1")
		ts.Check(err)
		if len(rows) == 0 {
			ts.Fatalf("nothing is suggested with %s", do.query)
		}
		trial, err := p.post("api/try", fmt.Sprintf(`{"rule":%d,"text":"remove"}`, rows[0].Rule))
		ts.Check(err)
		if refused := !strings.Contains(trial, `"conversations":0,"noise"`); refused != (do.query == "action=replace") {
			ts.Fatalf("to remove a rule with %s is answered with %s", do.query, trial)
		}
		_, err = p.post("api/decide", fmt.Sprintf(`{%s,"rules":[{"rule":%d,"version":%d}]}`, do.ask, rows[0].Rule, rows[0].Version))
		ts.Check(err)
	}
	ts.Check(p.takeAway(ts.MkAbs(args[1])))
	outcome, err := p.post("api/save", `{}`)
	ts.Check(err)
	if !strings.Contains(outcome, `"refused":0`) {
		ts.Fatalf("%s", outcome)
	}
	cancel()
	if code := <-ended; code != exitDone {
		ts.Fatalf("exit code %d\n%s", code, stderr.String())
	}
	ts.Check(planSchemaProblem([]byte(ts.ReadFile(filepath.Join(args[1], "plan.accepted.json")))))
	ts.Check(os.WriteFile(ts.MkAbs("review.out"), []byte(line), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("review.err"), stderr.Bytes(), 0o644))
}

// takeAway downloads each export to a folder, and the exceptions of what was rejected; they are also added to the file that was
// given, if any was.
func (p *reviewPage) takeAway(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, f := range (reviewExporter{}).Formats() {
		body, err := p.get("exports/" + f.Name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "export-"+f.Name), []byte(body), 0o644)
		}
		if err != nil {
			return err
		}
	}
	body, err := p.get("api/exceptions")
	if err != nil {
		return err
	}
	var found struct {
		File   string
		Drafts []struct{ review.ExceptionAsk }
	}
	if err := json.Unmarshal([]byte(body), &found); err != nil {
		return err
	}
	asks, err := json.Marshal(found.Drafts)
	if err != nil {
		return err
	}
	if body, err = p.post("api/exceptions/text", string(asks)); err != nil {
		return err
	}
	var written struct{ Text string }
	err = json.Unmarshal([]byte(body), &written)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "exceptions.yaml"), []byte(written.Text), 0o644)
	}
	for range 2 { // the second time all is on record
		if err == nil && found.File != "" {
			_, err = p.post("api/exceptions/add", string(asks))
		}
	}
	return err
}

// TestReviewKilled kills the page at random moments while two browsers decide. All that was called stored is there when it
// is opened again, in order and once, and nothing else but what was asked for.
func TestReviewKilled(t *testing.T) {
	job := newJob(t)
	if out, err := job.command("a").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file := filepath.Join(job.dir, "a.db")
	random := rand.New(rand.NewPCG(6, 2))
	stored := map[int64]string{} // number to rule and reason
	for round := range 8 {
		for no, what := range decideUntilKilled(t, file, round, time.Duration(20+random.IntN(250))*time.Millisecond) {
			stored[no] = what
		}
		kept := decisionsOf(t, file)
		for i, d := range kept {
			if d.No != int64(i+1) {
				t.Fatalf("round %d: entry %d has number %d", round, i+1, d.No)
			}
		}
		for no, what := range stored {
			if no > int64(len(kept)) || kept[no-1].Rule+" "+kept[no-1].Reason != what {
				t.Fatalf("round %d: decision %d (%s) was called stored and is lost; the log has %d", round, no, what, len(kept))
			}
		}
	}
	if len(stored) < 20 {
		t.Errorf("only %d decisions were made", len(stored))
	}
	t.Logf("%d decisions called stored, %d kept", len(stored), len(decisionsOf(t, file)))
}

func decisionsOf(t *testing.T, file string) []schema.Decision {
	t.Helper()
	db, err := duck.Open(t.Context(), file, duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	kept, err := db.Decisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// decideUntilKilled starts the page, has two browsers decide as fast as they can, and kills it some time after. It returns
// what was called stored.
func decideUntilKilled(t *testing.T, file string, round int, after time.Duration) map[int64]string {
	t.Helper()
	cmd := exec.Command("sgfit", "review", "--no-browser", "--quiet", "--db", file)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	stored := map[int64]string{}
	var mu sync.Mutex
	var browsers sync.WaitGroup
	for browser := range 2 {
		browsers.Go(func() {
			p, err := openReview(line)
			for n := 0; err == nil; n++ {
				var answer string
				reason := fmt.Sprintf("round %d, browser %d, number %d", round, browser, n)
				if answer, err = p.rejectOne(browser, reason); err != nil {
					return // killed
				}
				var entries []schema.Decision
				if err = json.Unmarshal([]byte(answer), &entries); err == nil {
					mu.Lock()
					for _, e := range entries {
						stored[e.No] = e.Rule + " " + e.Reason
					}
					mu.Unlock()
				}
			}
		})
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	browsers.Wait()
	_ = cmd.Wait() // killed
	return stored
}

// rejectOne rejects a rule, whatever was decided on it before; each browser has its own.
func (p *reviewPage) rejectOne(browser int, reason string) (string, error) {
	body, err := p.get(fmt.Sprintf("api/rules?action=any&sort=plan&limit=1&offset=%d", browser))
	if err != nil {
		return "", err
	}
	var page struct {
		Rows []struct {
			Rule    int   `json:"rule"`
			Version int64 `json:"version"`
		} `json:"rows"`
	}
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		return "", err
	}
	return p.post("api/decide", fmt.Sprintf(`{"action":"reject","reason":%q,"rules":[{"rule":%d,"version":%d}]}`, reason, page.Rows[0].Rule, page.Rows[0].Version))
}
