package pagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Press is one key as a keyboard sends it: its text comes only where the page lets it.
func Press(key string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: key})
		if err == nil {
			_, err = cdp.Call(ctx, tab, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: key})
		}
		return err
	})
}

// Until waits until an expression is true in the page.
func Until(expression string) chromedp.Action[chromedp.Void] {
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

// Tab presses the key so many times, and fails the test where what then has the focus does not show it, or lies before what had it.
func Tab(t *testing.T, ctx context.Context, times int) {
	t.Helper()
	for i := range times {
		Do(t, ctx, chromedp.KeyEvent(kb.Tab))
		fault := Eval[string](t, ctx, `(() => {
			const e = document.activeElement, s = getComputedStyle(e), before = window.tabbed;
			window.tabbed = e;
			if (e === document.body) return '';
			if (before && before !== document.body && !(before.compareDocumentPosition(e) & 4)) return 'the focus goes back: ' + e.outerHTML.slice(0, 120);
			if (s.outlineStyle === 'none' || parseFloat(s.outlineWidth) < 2) return 'the focus does not show: ' + e.outerHTML.slice(0, 120);
			const r = e.getBoundingClientRect();
			return r.width > 0 && r.bottom > 0 && r.top < innerHeight ? '' : 'the focus is out of sight: ' + e.outerHTML.slice(0, 120);
		})()`)
		if fault != "" {
			t.Errorf("Tab %d: %s", i+1, fault)
		}
	}
}

// TabTo presses Tab until an element has the focus: that must show, and be reached without a mouse.
func TabTo(t *testing.T, ctx context.Context, element string) {
	t.Helper()
	for range 60 {
		Do(t, ctx, chromedp.KeyEvent(kb.Tab))
		if Eval[bool](t, ctx, `document.activeElement.matches(`+"`"+element+"`"+`)`) {
			if !Eval[bool](t, ctx, `(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)(getComputedStyle(document.activeElement))`) {
				t.Errorf("%s: its focus does not show", element)
			}
			return
		}
	}
	t.Fatalf("Tab does not come to %s", element)
}
