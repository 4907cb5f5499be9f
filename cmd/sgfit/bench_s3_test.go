package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// ingestS3 is ingest from a server that speaks S3 beside it: in a process of its own, whose processor time does not count,
// but which takes its share of the machine. Its wall time is to be compared with that of ingest.
func (e *estate) ingestS3(b *testing.B) {
	url := e.serveS3(b)
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "*"} {
		b.Setenv(name, value)
	}
	e.measure(b, func(dir string) {
		command(b, "ingest", "flow-logs", "--quiet", "--endpoint-url", url, "--region", "eu-west-1", "--db", filepath.Join(dir, "sgfit.db"), "s3://logs/AWSLogs")
	})
}

// serveS3 starts this program as the server, and ends it with b.
func (e *estate) serveS3(b *testing.B) (url string) {
	server := exec.Command(os.Args[0], "-test.run", "^TestServeS3$")
	server.Env = append(os.Environ(), "SGFIT_SERVE_S3="+e.flowLogs)
	server.Stderr = os.Stderr
	stdin, err1 := server.StdinPipe()
	stdout, err2 := server.StdoutPipe()
	if err := errors.Join(err1, err2, server.Start()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = stdin.Close() // tells it to end
		if err := server.Wait(); err != nil {
			b.Errorf("the server: %v", err)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "S3 at ")
	if err != nil || !ok {
		b.Fatalf("the server said %q: %v", line, err)
	}
	return url
}

// TestServeS3 is no test: BenchmarkBulk starts it as a server of the files in the folder SGFIT_SERVE_S3, until its standard
// input ends.
func TestServeS3(t *testing.T) {
	root := os.Getenv("SGFIT_SERVE_S3")
	if root == "" {
		t.Skip("only a server for BenchmarkBulk/ingest-s3")
	}
	backend := s3mem.New()
	if err := errors.Join(backend.CreateBucket("logs"), fillBucket(backend, root)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.Handler(gofakes3.New(backend).Server()))
	defer server.Close()
	fmt.Printf("S3 at %s\n", server.URL)
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		t.Fatal(err)
	}
}

func fillBucket(backend *s3mem.Backend, root string) error {
	return filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := d.Info()
		if err != nil {
			return err
		}
		key, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		_, err = backend.PutObject("logs", filepath.ToSlash(key), map[string]string{}, f, info.Size(), nil)
		return err
	})
}
