package review

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sgfit/schema"
	"sgfit/suggest"
	"sgfit/suggest/pagetest"
)

// tab opens the page in a tab of its own.
func tab(t *testing.T, browser context.Context, url string) context.Context {
	t.Helper()
	ctx := pagetest.OpenURL(t, browser, url)
	run(t, ctx, chromedp.WaitVisible("#detail h2"))
	return ctx
}

// run runs actions; where one fails, what the page says may tell why.
func run(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatalf("%v; the page says %q", err, pagetest.Eval[string](t, ctx, `document.getElementById('said').textContent + '|' + document.getElementById('problem').textContent`))
	}
}

func said(text string) chromedp.Action[chromedp.Void] {
	return pagetest.Until(`document.getElementById('said').textContent.includes(` + "`" + text + "`" + `)`)
}

// TestKeyboard goes through a plan with no mouse.
func TestKeyboard(t *testing.T) {
	store := &memory{}
	s := serve(t, testPlan(t), store)
	page := tab(t, pagetest.Chromium(t), s.url)
	ruleHere := func(words string) chromedp.Action[chromedp.Void] {
		return pagetest.Until("document.querySelector('#detail h2 .words').textContent === `" + words + "` && document.querySelector('.here .words').textContent.endsWith(`" + words + "`)")
	}
	run(t, page, ruleHere("tcp 5000-6000 10.0.0.0/8"), pagetest.Shot("list"),
		pagetest.Press("j"), ruleHere("tcp 443 0.0.0.0/0"), pagetest.Shot("replace"),
		pagetest.Press("a"), said("Accepted: ingress tcp 443 0.0.0.0/0"), ruleHere("tcp 22 10.0.0.0/8"),
		pagetest.Press("r"), chromedp.WaitVisible("#reason-text"), pagetest.Shot("reason"), chromedp.KeyEvent("yearly job"), chromedp.KeyEvent(kb.Enter),
		said("Rejected: ingress tcp 22"), ruleHere("all 0.0.0.0/0"))
	if got := statesOf(s.book); got != "acc rej ope ope ope " || store.log[1].Reason != "yearly job" || store.log[1].Who != "ann" {
		t.Fatalf("%q %+v", got, store.log)
	}
	run(t, page, pagetest.Press("u"), said("Taken back: sg-web ingress tcp 22"), ruleHere("tcp 22 10.0.0.0/8"),
		pagetest.Press("p"), chromedp.WaitVisible("#reason-text"), chromedp.KeyEvent(kb.Escape), pagetest.Until(`!document.querySelector('dialog[open]')`))
	if got := statesOf(s.book); got != "acc ope ope ope ope " {
		t.Fatalf("undone, and not postponed: %q", got)
	}
	// All that are listed at once: two of three have a suggestion, one of these needs a reason.
	run(t, page, pagetest.Press("X"), said("3 rules selected"), pagetest.Press("A"), chromedp.WaitVisible("#reason-text"),
		chromedp.KeyEvent(kb.Backspace), chromedp.KeyEvent("looked at it"), chromedp.KeyEvent(kb.Enter), said("Accepted: 2 rules"))
	if got := statesOf(s.book); got != "acc acc acc ope ope " {
		t.Fatalf("%q", got)
	}
	run(t, page, pagetest.Press("u"), said("Taken back: 2 decisions"), pagetest.Press("/"), chromedp.KeyEvent("sg-web"),
		pagetest.Until(`document.querySelectorAll('#rows li').length === 1`), chromedp.KeyEvent(kb.Escape), ruleHere("tcp 22 10.0.0.0/8"),
		pagetest.Press("?"), chromedp.WaitVisible("#help"), pagetest.Shot("help"), chromedp.KeyEvent(kb.Escape), pagetest.Until(`!document.querySelector('dialog[open]')`))
	if got := statesOf(s.book); got != "acc ope ope ope ope " {
		t.Fatalf("keys in a field, or with a dialog, decided: %q", got)
	}
}

// TestChange edits a rule, and hears at once what would be refused.
func TestChange(t *testing.T) {
	store := &memory{}
	s := serve(t, testPlan(t), store)
	page := tab(t, pagetest.Chromium(t), s.url+"?state=open&q=sg-web+443")
	answers := func(text string) chromedp.Action[chromedp.Void] {
		return pagetest.Until("document.getElementById('edit-answer').textContent.includes(`" + text + "`)")
	}
	run(t, page, pagetest.Press("c"), chromedp.WaitVisible("#edit-text"), answers("refuses no real use"), pagetest.Shot("edit"),
		chromedp.SetValue("#edit-text", "tcp 443 10.2.0.0/24"), chromedp.KeyEvent("\n"), answers("7 conversations of 1 peer would have been refused"), pagetest.Shot("edit-refused"),
		chromedp.SetValue("#edit-text", "tcp 443 2001:db8::/32"), chromedp.KeyEvent("\n"), answers("not inside of"),
		chromedp.SetValue("#edit-text", "tcp 443 10.0.0.0/8"), chromedp.KeyEvent("\n"), answers("refuses no real use"),
		chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)), said("Changed: ingress tcp 443"))
	if len(store.log) != 1 || store.log[0].Action != schema.DecisionChange || !strings.Contains(store.log[0].Replacement, "10.0.0.0/8") {
		t.Fatalf("%+v", store.log)
	}
	run(t, page, pagetest.Press("g"), chromedp.WaitVisible("#save"), pagetest.Until(`document.getElementById('outcome').textContent.includes('it refuses no real use')`), pagetest.Shot("end"),
		chromedp.Click("#save"), pagetest.Until(`document.getElementById('saved').textContent.includes('plan.accepted.json')`), pagetest.Press("g"), chromedp.WaitVisible("#rows"))
}

// TestChangeSelected picks one alternative for many rules.
func TestChangeSelected(t *testing.T) {
	plan := testPlan(t)
	plan.Groups[0].Rules[replaced].Alternatives = []suggest.Alternative{{Name: "compact", Rules: rulesOf(t, "tcp 443 10.0.0.0/14")}}
	plan.Groups[1].Rules[0].Alternatives = []suggest.Alternative{{Name: "exact", Rules: rulesOf(t, "tcp 5432 10.1.0.7/32")}, {Name: "compact", Rules: rulesOf(t, "tcp 5432 10.1.0.0/16")}}
	s := serve(t, plan, &memory{})
	page := tab(t, pagetest.Chromium(t), s.url)
	run(t, page, pagetest.Press("X"), said("4 rules selected"), pagetest.Press("C"), chromedp.WaitVisible("#choice"), pagetest.Until("document.getElementById('choice').value === 'compact'"), pagetest.Shot("choose"),
		chromedp.KeyEvent("few rules"), chromedp.KeyEvent(kb.Enter), said("Changed: 2 rules to compact"), pagetest.Until("document.getElementById('selected').textContent === '2 rules selected'"))
	if got := statesOf(s.book); got != "cha ope cha ope ope " {
		t.Errorf("%q", got)
	}
	run(t, page, pagetest.Press("u"), said("Taken back: 2 decisions"))
}

// TestTwoBrowsers: what one decides the other hears of, and does not overwrite.
func TestTwoBrowsers(t *testing.T) {
	store := &memory{}
	s := serve(t, testPlan(t), store)
	chrome := pagetest.Chromium(t)
	ann, bob := tab(t, chrome, s.url), tab(t, chrome, s.url)
	run(t, bob, chromedp.SetValue("#who", "bob"), pagetest.Press("j"), pagetest.Until(`document.querySelector('.here .words').textContent === 'in tcp 443 0.0.0.0/0'`),
		pagetest.Press("r"), chromedp.WaitVisible("#reason-text"), chromedp.KeyEvent("partners need it"))
	run(t, ann, pagetest.Press("j"), pagetest.Until(`document.querySelector('.here .words').textContent === 'in tcp 443 0.0.0.0/0'`), pagetest.Press("a"), said("Accepted"))
	// Bob's dialog is still open, with what he saw before.
	run(t, bob, chromedp.KeyEvent(kb.Enter), pagetest.Until(`document.getElementById('problem').textContent.includes('decided on by ann (accept) since you looked')`), pagetest.Shot("conflict"))
	if got := statesOf(s.book); got != "acc ope ope ope ope " || len(store.log) != 1 {
		t.Fatalf("%q %+v", got, store.log)
	}
	mustDecide(t, s.book, s.book.asked(schema.DecisionReject, "yearly", removed))
	run(t, ann, pagetest.Until(`document.querySelector('#states').textContent.includes('Rejected 1')`))
}

// TestWithoutAMouse goes the whole way by keyboard: accept, reject with a reason, undo, the outcome, a download, exceptions.
func TestWithoutAMouse(t *testing.T) {
	s := serve(t, testPlan(t), &memory{})
	page := tab(t, pagetest.Chromium(t), s.url)
	dir := pagetest.Downloads(t, page)
	next := pagetest.Until("document.querySelector('.here .words').textContent === 'in tcp 22 10.0.0.0/8'")
	run(t, page, pagetest.Press("j"), pagetest.Press("a"), said("Accepted"), next, pagetest.Press("r"), chromedp.WaitVisible("#reason-text"), chromedp.KeyEvent("mistake"), chromedp.KeyEvent(kb.Enter), said("Rejected"),
		pagetest.Press("u"), said("Taken back"), next, pagetest.Press("r"), chromedp.WaitVisible("#reason-text"), chromedp.KeyEvent("yearly job"), chromedp.KeyEvent(kb.Enter), said("Rejected"),
		pagetest.Press("g"), chromedp.WaitVisible("#save"))
	pagetest.TabTo(t, page, "#outcome a[href='rejected.json']")
	run(t, page, chromedp.KeyEvent(kb.Enter))
	if body := pagetest.Downloaded(t, filepath.Join(dir, "rejected.json")); !strings.Contains(body, "yearly job") || strings.Contains(body, "mistake") {
		t.Error(body)
	}
	pagetest.TabTo(t, page, "#outcome a[href='exports/csv']")
	run(t, page, chromedp.KeyEvent(kb.Enter), pagetest.Until("document.getElementById('told-csv').textContent.includes('rules.csv: 1 rule')"))
	if body := pagetest.Downloaded(t, filepath.Join(dir, "rules.csv")); body != "sg-web ingress tcp 443 0.0.0.0/0\n" {
		t.Errorf("%q", body)
	}
	pagetest.TabTo(t, page, "#outcome a[href='exports/terraform']")
	run(t, page, chromedp.KeyEvent(kb.Enter), pagetest.Until("document.getElementById('told-terraform').textContent === 'no rule has an id'"), pagetest.Shot("outcome"),
		pagetest.Press("e"), chromedp.WaitVisible("#drafts"))
	pagetest.TabTo(t, page, "#drafts [name=owner]")
	run(t, page, chromedp.KeyEvent("finance "))
	pagetest.TabTo(t, page, "#add-exceptions")
	run(t, page, chromedp.KeyEvent(kb.Enter), said("1 entry added to exceptions.yaml"), pagetest.Until("document.getElementById('drafts').textContent.includes('on record already: untouchable')"), pagetest.Shot("exceptions"))
	list, err := s.opt.Exceptions.Read()
	if err != nil || len(list) != 1 || !strings.Contains(list[0].Owner, "finance") || list[0].Reason != "yearly job" {
		t.Errorf("%+v, %v", list, err)
	}
	run(t, page, pagetest.Press("e"), chromedp.WaitVisible("#rows"), pagetest.Until("document.activeElement.closest('#rows')"))
}

// TestExceptionForm: what is set for all, and for one, is what is written.
func TestExceptionForm(t *testing.T) {
	s := serve(t, testPlan(t), &memory{})
	mustDecide(t, s.book, s.book.asked(schema.DecisionReject, "<b>yearly</b>", replaced, removed))
	page := tab(t, pagetest.Chromium(t), s.url)
	dir := pagetest.Downloads(t, page)
	run(t, page, pagetest.Press("e"), chromedp.WaitVisible("#drafts"),
		chromedp.SetValue("#all-expires", "2027-03-31"), chromedp.Click("[data-do=set-expires]"), said("Set for 2 rules"),
		chromedp.SendKeys("#all-owner", "web team"), chromedp.Click("[data-do=set-owner]"), pagetest.Until("[...document.querySelectorAll('#drafts [name=owner]')].every(e => e.value === 'web team')"),
		chromedp.Click("#drafts li:nth-child(2) .use input"), chromedp.Click("[data-do=preview-exceptions]"),
		pagetest.Until("document.getElementById('exception-text').textContent === 'accepted web (vpc-1, 111122223333) ingress tcp 443 0.0.0.0/0: web team, <b>yearly</b>, 2027-03-31 []\\n'"),
		chromedp.Click("#drafts li:nth-child(2) .use input"))
	// A season needs its months, and a mistake says of which rule it is.
	run(t, page, chromedp.Evaluate[chromedp.Void](`(e => { e.value = 'seasonal'; e.dispatchEvent(new Event('change')); })(document.querySelector('#drafts li:nth-child(2) select'))`),
		chromedp.Click("#download-exceptions"), pagetest.Until("document.getElementById('problem').textContent.includes('sg-web ingress tcp 22 10.0.0.0/8: write the months')"),
		chromedp.SendKeys("#drafts li:nth-child(2) [inputmode=numeric]", "11, 12"), chromedp.Click("#download-exceptions"), said("exceptions.yaml has 2 entries"))
	if body := pagetest.Downloaded(t, filepath.Join(dir, "exceptions.yaml")); !strings.Contains(body, "2027-03-31 [11 12]") {
		t.Error(body)
	}
}

// TestSizesAndColours: no width, zoom, colour or print loses anything in any view, and hostile names are text.
func TestSizesAndColours(t *testing.T) {
	plan := testPlan(t)
	plan.Groups[0].GroupName = "<img src=x onerror=document.title='hit'>" + strings.Repeat("long", 40)
	plan.Groups[1].Rules[0].Description = "</script><script>document.title='hit'</script>"
	plan.Groups[0].Rules[0].Alternatives = []suggest.Alternative{{Name: "compact", Rules: rulesOf(t, "tcp 443 10.0.0.0/14"), ExposureBits: 18}}
	s := serve(t, plan, &memory{})
	mustDecide(t, s.book, s.book.asked(schema.DecisionReject, "<b>no</b>", removed))
	mustDecide(t, s.book, s.book.asked(schema.DecisionPostpone, strings.Repeat("because", 30), doubted))
	page := tab(t, pagetest.Chromium(t), s.url+"?state=any")
	views := []struct {
		name       string
		open, shut []chromedp.Action[chromedp.Void]
	}{
		{"rules", nil, nil},
		{"edit", []chromedp.Action[chromedp.Void]{pagetest.Press("c"), chromedp.WaitVisible("#edit-choices button")}, []chromedp.Action[chromedp.Void]{chromedp.KeyEvent(kb.Escape), pagetest.Until(`!document.querySelector('dialog[open]')`)}},
		{"outcome", []chromedp.Action[chromedp.Void]{pagetest.Press("g"), chromedp.WaitVisible("#save")}, []chromedp.Action[chromedp.Void]{pagetest.Press("g"), chromedp.WaitVisible("#rows")}},
		{"exceptions", []chromedp.Action[chromedp.Void]{pagetest.Press("e"), chromedp.WaitVisible("#drafts")}, []chromedp.Action[chromedp.Void]{pagetest.Press("e"), chromedp.WaitVisible("#rows")}},
	}
	for _, v := range views {
		run(t, page, v.open...)
		for size, width := range map[string]int64{"wide": 1440, "phone": 390} {
			for _, scheme := range []string{"light", "dark"} {
				run(t, page, chromedp.EmulateViewport(width, 900), pagetest.Media("", scheme), pagetest.Shot(v.name+"-"+size+"-"+scheme))
			}
		}
		pagetest.Audit(t, page)
		t.Run("axe, "+v.name, func(t *testing.T) { pagetest.Axe(t, page) })
		run(t, page, v.shut...)
	}
	if title := pagetest.Eval[string](t, page, `document.title`); strings.Contains(title, "hit") {
		t.Error("a name ran as a script")
	}
	run(t, page, chromedp.EmulateViewport(800, 1100), pagetest.Media("print", "light"), pagetest.Shot("print"), pagetest.Media("", ""))
	if stops := pagetest.Eval[int](t, page, `document.querySelectorAll('#rows [tabindex="0"], #rows :is(input, button):not([tabindex="-1"])').length`); stops != 2 {
		t.Errorf("Tab stops %d times in the list, want 2", stops)
	}
}
