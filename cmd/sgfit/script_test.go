package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/rogpeppe/go-internal/testscript"

	"sgfit/schema/duck"
	"sgfit/schema/simulate"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sgfit": main})
}

// TestScripts runs the command line as a user would. The scripts in testdata/script read like a manual; their words
// beyond testscript's own are below.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Condition: func(cond string) (bool, error) {
			if cond == "root" { // may read everything
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("unknown condition")
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"interrupt": interrupt,
			"killed":    killed,
			"simulate":  simulated,
			"gzip":      gzipped,
			"cut":       cut,
			"touch":     touch,
			"repeat":    repeat,
			"json":      isJSON,
			"plain":     isPlain,
			"sql":       runSQL,
			"hold":      hold,
			"ec2":       answering,
			"reviewing": reviewing,
		},
	})
}

// exits CODE sgfit ARG…: the program ends with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		ts.Fatalf("%v", err)
	}
	got := 0
	if err != nil {
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// interrupt TEXT ARG…: sgfit with these arguments gets Ctrl-C as soon as it prints TEXT, and says so.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for i, arg := range args[1:] {
		if _, err := os.Stat(ts.MkAbs(arg)); err == nil || strings.HasSuffix(arg, ".db") {
			args[i+1] = ts.MkAbs(arg) // the test's own folder is another
		}
	}
	stderr := &listener{text: args[0], heard: cancel}
	if code := run(ctx, args[1:], &bytes.Buffer{}, stderr); code != exitFailed || ctx.Err() == nil {
		ts.Fatalf("exit code %d, interrupted: %t\n%s", code, ctx.Err() != nil, stderr.String())
	}
	if said := stderr.String(); !strings.Contains(said, "Stopped. What was stored is whole") {
		ts.Fatalf("it does not say what became of the work:\n%s", said)
	}
}

// killed TEXT sgfit ARG…: the program is killed as soon as it prints TEXT.
func killed(ts *testscript.TestScript, neg bool, args []string) {
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	stderr := &listener{text: args[0], heard: func() { ts.Check(cmd.Process.Kill()) }}
	cmd.Stderr = stderr
	if err := cmd.Run(); err == nil {
		ts.Fatalf("it came to its end\n%s", stderr.String())
	}
	if !strings.Contains(stderr.String(), args[0]) {
		ts.Fatalf("it ended by itself:\n%s", stderr.String())
	}
}

// listener calls heard once, when a text is written.
type listener struct {
	said  bytes.Buffer
	text  string
	heard func()
}

func (l *listener) String() string { return l.said.String() }

func (l *listener) Write(p []byte) (int, error) {
	n, err := l.said.Write(p)
	if l.heard != nil && strings.Contains(l.String(), l.text) {
		l.heard()
		l.heard = nil
	}
	return n, err
}

// simulate DIR DAYS [trail]: makes up a small account, with CloudTrail's files if wanted.
func simulated(ts *testscript.TestScript, neg bool, args []string) {
	days, err := strconv.Atoi(args[1])
	ts.Check(err)
	_, err = simulate.New(simulate.Options{Seed: 1, Days: days, Scale: 0.05, FileHours: 24, Trail: len(args) > 2}).WriteDir(ts.MkAbs(args[0]))
	ts.Check(err)
}

// gzip FILE: writes FILE.gz.
func gzipped(ts *testscript.TestScript, neg bool, args []string) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(ts.ReadFile(args[0])))
	ts.Check(errors.Join(err, w.Close(), os.WriteFile(ts.MkAbs(args[0]+".gz"), b.Bytes(), 0o644)))
}

// cut FILE N: takes the last N bytes of a file away.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	content := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(content[:len(content)-n]), 0o644))
}

// touch FILE: gives it a new time.
func touch(ts *testscript.TestScript, neg bool, args []string) {
	later := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	ts.Check(os.Chtimes(ts.MkAbs(args[0]), later, later))
}

// repeat FILE N: the file's last line comes N times, with the number of each where it has a #.
func repeat(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	lines := strings.SplitAfter(ts.ReadFile(args[0]), "\n")
	last := len(lines) - 2
	var out strings.Builder
	out.WriteString(strings.Join(lines[:last], ""))
	for i := range n {
		out.WriteString(strings.ReplaceAll(lines[last], "#", strconv.Itoa(i)))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(out.String()), 0o644))
}

// json FILE: the file, or stdout, is JSON and nothing else.
func isJSON(ts *testscript.TestScript, neg bool, args []string) {
	if content := ts.ReadFile(args[0]); json.Valid([]byte(content)) == neg {
		ts.Fatalf("valid JSON is %t:\n%s", neg, content)
	}
}

// plain FILE: the file, stdout or stderr has no control characters but line ends, so no colours and no moving cursor.
func isPlain(ts *testscript.TestScript, neg bool, args []string) {
	content := ts.ReadFile(args[0])
	if found := strings.ContainsFunc(content, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }); found != neg {
		ts.Fatalf("control characters: %t\n%q", found, content)
	}
}

// sql FILE STATEMENT: changes a database behind sgfit's back.
func runSQL(ts *testscript.TestScript, neg bool, args []string) {
	db, err := duck.Open(context.Background(), ts.MkAbs(args[0]), duck.Options{})
	ts.Check(err)
	_, err = db.SQL().Exec(args[1])
	ts.Check(errors.Join(err, db.Close()))
}

// ec2 DIR: sets $EC2 to the URL of a server that answers each of EC2's actions with DIR/<action>.xml, and refuses those
// without a file. It knows the caller to be of account 111122223333, and the script has credentials and no other AWS
// configuration.
func answering(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		action := r.FormValue("Action")
		answer, err := os.ReadFile(filepath.Join(dir, filepath.Base(action)+".xml"))
		switch {
		case action == "GetCallerIdentity":
			answer = []byte("<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
		case err != nil:
			w.WriteHeader(http.StatusForbidden)
			answer = []byte("<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>")
		}
		_, _ = w.Write(answer)
	}))
	ts.Defer(server.Close)
	for name, value := range map[string]string{"EC2": server.URL, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "*"} {
		ts.Setenv(name, value)
	}
}

// hold FILE: another program has the database open until the script ends.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	db, err := duck.Open(context.Background(), ts.MkAbs(args[0]), duck.Options{})
	ts.Check(err)
	ts.Defer(func() { ts.Check(db.Close()) })
}
