package pagetest

import (
	"context"
	_ "embed"
	"os"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

//go:embed audit.js
var audit string

// Audit fails the test for every fault that it finds: headings out of order, parts without names, links that lead nowhere, weak
// contrast in light or dark, what moves for those who asked for less of it, and what stands out of a narrow or enlarged window.
// It leaves everything that can be opened open.
func Audit(t *testing.T, ctx context.Context) {
	t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		Do(t, ctx, Media("", scheme))
		for _, fault := range faults(t, ctx) {
			t.Errorf("%s: %s", scheme, fault)
		}
	}
	for name, width := range map[string]int64{"wide": 1440, "enlarged to 200 %": 720, "narrow": 390, "enlarged to 400 %": 320} {
		Do(t, ctx, chromedp.EmulateViewport(width, 900))
		if over := Eval[float64](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%s: %v px stand out, of %s", name, over, Eval[string](t, ctx, `([...document.querySelectorAll('body *')].find(e => !e.closest('.scroll') && e.getBoundingClientRect().right > innerWidth + .5) || document.body).outerHTML.slice(0, 200)`))
		}
	}
	Do(t, ctx, chromedp.EmulateViewport(1440, 900), Media("", "light"))
}

// faults are what audit.js finds in the page as it is shown now.
func faults(t *testing.T, ctx context.Context) []string {
	t.Helper()
	return Eval[[]string](t, ctx, audit)
}

// Axe holds the page to the rules of axe-core (https://github.com/dequelabs/axe-core) where SGFIT_AXE names its axe.min.js.
func Axe(t *testing.T, ctx context.Context) {
	t.Helper()
	path := os.Getenv("SGFIT_AXE")
	if path == "" {
		t.Skip("SGFIT_AXE does not name an axe.min.js (npm pack axe-core): axe-core's rules are not tested")
	}
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	Do(t, ctx, call(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}))
	for _, scheme := range []string{"light", "dark"} {
		Do(t, ctx, Media("", scheme))
		Eval[any](t, ctx, string(script)+"; null")
		for _, fault := range Eval[[]string](t, ctx, `axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.failureSummary + ' ' + n.html)))`) {
			t.Errorf("axe, %s: %s", scheme, fault)
		}
	}
	Do(t, ctx, Media("", "light"))
}
