package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
)

// openBrowser shows a page to whoever sits at this machine, if anybody does; the address was printed before.
func openBrowser(ctx context.Context, term *terminal, url string) {
	if !isTerminal(term.err) {
		return
	}
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.CommandContext(ctx, "open", url)
	case "windows":
		cmd = exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", url)
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return
		}
		cmd = exec.CommandContext(ctx, "xdg-open", url)
	}
	if err := cmd.Start(); err != nil {
		term.warn("no browser could be started (%v); open the address yourself, or give --no-browser", err)
		return
	}
	go func() { _ = cmd.Wait() }() // what becomes of the browser is not ours
}
