package review

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sgfit/schema"
	"sgfit/suggest"
)

// chromium starts a browser, and skips where there is none. Set SGFIT_SCREENSHOTS to a folder to look at what it saw.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium here: the page is not tested in a browser")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WSURLReadTimeout(time.Minute))
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// tab opens the page in a tab of its own, which reports what goes wrong in it.
func tab(t *testing.T, browser context.Context, url string) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	site, _, _ := strings.Cut(url, "?")
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("the page threw: %s", e.ExceptionDetails.Text)
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, site) && !strings.HasPrefix(e.Request.URL, "data:") {
				t.Errorf("the page asked for %s", e.Request.URL)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, network.Enable, network.EnableParams{})
		return err
	}), chromedp.EmulateViewport(1280, 900), chromedp.Navigate(url), chromedp.WaitVisible("#detail h2"))
	return ctx
}

func run(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatalf("%v; the page says %q", err, eval[string](t, ctx, `document.getElementById('said').textContent + '|' + document.getElementById('problem').textContent`))
	}
}

// eval asks the page.
func eval[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// press is one key as a keyboard sends it: its text comes only where the page lets it.
func press(key string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: key})
		if err == nil {
			_, err = cdp.Call(ctx, tab, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: key})
		}
		return err
	})
}

// says waits until an expression is true in the page.
func says(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		ask := chromedp.Evaluate[bool]("!!(" + expression + ")")
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
			if ok, err := ask(ctx, tab); ok {
				return nil
			} else if ctx.Err() != nil {
				return fmt.Errorf("it never came true: %s: %w", expression, err)
			}
		}
	})
}

func said(text string) chromedp.Action[chromedp.Void] {
	return says(`document.getElementById('said').textContent.includes(` + "`" + text + "`" + `)`)
}

func shot(t *testing.T, name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		dir := os.Getenv("SGFIT_SCREENSHOTS")
		if dir == "" {
			return nil
		}
		png, err := chromedp.FullScreenshot(100)(ctx, tab)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	})
}

// TestKeyboard goes through a plan with no mouse.
func TestKeyboard(t *testing.T) {
	store := &memory{}
	s := serve(t, testPlan(t), store)
	page := tab(t, chromium(t), s.url)
	ruleHere := func(words string) chromedp.Action[chromedp.Void] {
		return says("document.querySelector('#detail h2 .words').textContent === `" + words + "` && document.querySelector('.here .words').textContent.endsWith(`" + words + "`)")
	}
	run(t, page, ruleHere("tcp 5000-6000 10.0.0.0/8"), shot(t, "list"),
		press("j"), ruleHere("tcp 443 0.0.0.0/0"), shot(t, "replace"),
		press("a"), said("Accepted: ingress tcp 443 0.0.0.0/0"), ruleHere("tcp 22 10.0.0.0/8"),
		press("r"), chromedp.WaitVisible("#reason-text"), shot(t, "reason"), chromedp.KeyEvent("yearly job"), chromedp.KeyEvent(kb.Enter),
		said("Rejected: ingress tcp 22"), ruleHere("all 0.0.0.0/0"))
	if got := statesOf(s.book); got != "acc rej ope ope ope " || store.log[1].Reason != "yearly job" || store.log[1].Who != "ann" {
		t.Fatalf("%q %+v", got, store.log)
	}
	run(t, page, press("u"), said("Taken back: sg-web ingress tcp 22"), ruleHere("tcp 22 10.0.0.0/8"),
		press("p"), chromedp.WaitVisible("#reason-text"), chromedp.KeyEvent(kb.Escape), says(`!document.querySelector('dialog[open]')`))
	if got := statesOf(s.book); got != "acc ope ope ope ope " {
		t.Fatalf("undone, and not postponed: %q", got)
	}
	// All that are listed at once: two of three have a suggestion, one of these needs a reason.
	run(t, page, press("X"), said("3 rules selected"), press("A"), chromedp.WaitVisible("#reason-text"),
		chromedp.KeyEvent(kb.Backspace), chromedp.KeyEvent("looked at it"), chromedp.KeyEvent(kb.Enter), said("Accepted: 2 rules"))
	if got := statesOf(s.book); got != "acc acc acc ope ope " {
		t.Fatalf("%q", got)
	}
	run(t, page, press("u"), said("Taken back: 2 decisions"), press("/"), chromedp.KeyEvent("sg-web"),
		says(`document.querySelectorAll('#rows li').length === 1`), chromedp.KeyEvent(kb.Escape), ruleHere("tcp 22 10.0.0.0/8"),
		press("?"), chromedp.WaitVisible("#help"), shot(t, "help"), chromedp.KeyEvent(kb.Escape), says(`!document.querySelector('dialog[open]')`))
	if got := statesOf(s.book); got != "acc ope ope ope ope " {
		t.Fatalf("keys in a field, or with a dialog, decided: %q", got)
	}
}

// TestChange edits a rule, and hears at once what would be refused.
func TestChange(t *testing.T) {
	store := &memory{}
	s := serve(t, testPlan(t), store)
	page := tab(t, chromium(t), s.url+"?state=open&q=sg-web+443")
	answers := func(text string) chromedp.Action[chromedp.Void] {
		return says("document.getElementById('edit-answer').textContent.includes(`" + text + "`)")
	}
	run(t, page, press("c"), chromedp.WaitVisible("#edit-text"), answers("refuses no real use"), shot(t, "edit"),
		chromedp.SetValue("#edit-text", "tcp 443 10.2.0.0/24"), chromedp.KeyEvent("\n"), answers("7 conversations of 1 peer would have been refused"), shot(t, "edit-refused"),
		chromedp.SetValue("#edit-text", "tcp 443 2001:db8::/32"), chromedp.KeyEvent("\n"), answers("not inside of"),
		chromedp.SetValue("#edit-text", "tcp 443 10.0.0.0/8"), chromedp.KeyEvent("\n"), answers("refuses no real use"),
		chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)), said("Changed: ingress tcp 443"))
	if len(store.log) != 1 || store.log[0].Action != schema.DecisionChange || !strings.Contains(store.log[0].Replacement, "10.0.0.0/8") {
		t.Fatalf("%+v", store.log)
	}
	run(t, page, press("g"), chromedp.WaitVisible("#save"), says(`document.getElementById('outcome').textContent.includes('it refuses no real use')`), shot(t, "end"),
		chromedp.Click("#save"), says(`document.getElementById('saved').textContent.includes('plan.accepted.json')`), press("g"), chromedp.WaitVisible("#rows"))
}

// TestTwoBrowsers: what one decides the other hears of, and does not overwrite.
func TestTwoBrowsers(t *testing.T) {
	store := &memory{}
	s := serve(t, testPlan(t), store)
	browser := chromium(t)
	ann, bob := tab(t, browser, s.url), tab(t, browser, s.url)
	run(t, bob, chromedp.SetValue("#who", "bob"), press("j"), says(`document.querySelector('.here .words').textContent === 'in tcp 443 0.0.0.0/0'`),
		press("r"), chromedp.WaitVisible("#reason-text"), chromedp.KeyEvent("partners need it"))
	run(t, ann, press("j"), says(`document.querySelector('.here .words').textContent === 'in tcp 443 0.0.0.0/0'`), press("a"), said("Accepted"))
	// Bob's dialog is still open, with what he saw before.
	run(t, bob, chromedp.KeyEvent(kb.Enter), says(`document.getElementById('problem').textContent.includes('decided on by ann (accept) since you looked')`), shot(t, "conflict"))
	if got := statesOf(s.book); got != "acc ope ope ope ope " || len(store.log) != 1 {
		t.Fatalf("%q %+v", got, store.log)
	}
	mustDecide(t, s.book, s.book.asked(schema.DecisionReject, "yearly", removed))
	run(t, ann, says(`document.querySelector('#states').textContent.includes('Rejected 1')`))
}

// TestSizesAndColours: no width, colour or print loses anything, and hostile names are text.
func TestSizesAndColours(t *testing.T) {
	plan := testPlan(t)
	plan.Groups[0].GroupName = "<img src=x onerror=document.title='hit'>" + strings.Repeat("long", 40)
	plan.Groups[1].Rules[0].Description = "</script><script>document.title='hit'</script>"
	plan.Groups[0].Rules[0].Alternatives = []suggest.Alternative{{Name: "compact", Rules: rulesOf(t, "tcp 443 10.0.0.0/14"), ExposureBits: 18}}
	s := serve(t, plan, &memory{})
	mustDecide(t, s.book, s.book.asked(schema.DecisionReject, "<b>no</b>", removed))
	page := tab(t, chromium(t), s.url+"?state=any")
	for name, width := range map[string]int64{"wide": 1280, "narrow": 320} {
		run(t, page, chromedp.EmulateViewport(width, 800), media("", ""))
		if over := eval[float64](t, page, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%d px wide: %v px stand out", width, over)
		}
		run(t, page, shot(t, "light-"+name), media("", "dark"), shot(t, "dark-"+name))
	}
	if title := eval[string](t, page, `document.title`); strings.Contains(title, "hit") {
		t.Error("a name ran as a script")
	}
	unlabelled := eval[[]string](t, page, `[...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, dialog, section')]
		.filter(e => !e.labels?.length && !e.ariaLabel && !e.getAttribute('aria-labelledby') && !e.textContent.trim()).map(e => e.outerHTML)`)
	if len(unlabelled) > 0 {
		t.Errorf("without a name: %q", unlabelled)
	}
	for _, scheme := range []string{"light", "dark"} {
		run(t, page, media("", scheme))
		if weak := eval[[]string](t, page, contrast); len(weak) > 0 {
			t.Errorf("%s: contrast below 4.5: %q", scheme, weak)
		}
	}
	run(t, page, chromedp.EmulateViewport(800, 1100), media("print", "light"), shot(t, "print"), media("", ""))
	if stops := eval[int](t, page, `document.querySelectorAll('#rows [tabindex="0"], #rows :is(input, button):not([tabindex="-1"])').length`); stops != 2 {
		t.Errorf("Tab stops %d times in the list, want 2", stops)
	}
}

// media has the page shown as on paper, or in dark or light.
func media(kind, scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind,
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	})
}

// contrast lists texts whose colour is too near to that of what lies behind (WCAG 2, AA).
const contrast = `(() => {
	const parse = c => { const [r, g, b, a] = c.match(/[\d.]+/g).map(Number); return { c: [r, g, b], a: a ?? 1 }; };
	const lum = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const behind = e => { for (; e; e = e.parentElement) { const b = parse(getComputedStyle(e).backgroundColor); if (b.a > 0) return b.c; } return [255, 255, 255]; };
	return [...document.querySelectorAll('body *')].filter(e => e.offsetParent && !e.disabled && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())).filter(e => {
		const a = lum(parse(getComputedStyle(e).color).c), b = lum(behind(e));
		return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
	}).map(e => e.outerHTML.slice(0, 120));
})()`
