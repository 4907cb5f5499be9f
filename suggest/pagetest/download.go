package pagetest

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
)

// Downloads has what a page downloads put into a folder.
func Downloads(t *testing.T, ctx context.Context) string {
	t.Helper()
	dir := t.TempDir()
	Do(t, ctx, call(browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir}))
	return dir
}

// Downloaded waits for a file.
func Downloaded(t *testing.T, path string) string {
	t.Helper()
	end := time.Now().Add(20 * time.Second)
	for tick := time.NewTicker(20 * time.Millisecond); time.Now().Before(end); <-tick.C {
		if body, err := os.ReadFile(path); err == nil && len(body) > 0 {
			return string(body)
		}
	}
	t.Fatalf("%s was not downloaded", path)
	return ""
}
