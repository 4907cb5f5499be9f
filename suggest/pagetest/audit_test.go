package pagetest

import (
	"strings"
	"testing"
)

const sound = `<!doctype html><html lang="en"><title>Sound</title><main><h1>A</h1><h2>B</h2><p>C <a href="#d">D</a></p>
<svg role="img" aria-label="E" width="9" height="9"><text class="today" y="9" fill="#000">F</text></svg><details id="d"><summary>G</summary><p>H</p></details></main>`

// TestAuditFinds: each fault by itself, put into a page that has none.
func TestAuditFinds(t *testing.T) {
	browser := Chromium(t)
	for want, change := range map[string][2]string{
		"no language":                  {` lang="en"`, ``},
		"no title":                     {`Sound`, ``},
		"one main part":                {`<main>`, `<div>`},
		"one h1":                       {`<h1>A</h1>`, ``},
		"skips a level":                {`<h2>B</h2>`, `<h3>B</h3>`},
		"heading is empty":             {`<h2>B</h2>`, `<h2></h2>`},
		"it has no name":               {`>D</a>`, `></a>`},
		"breaks the order":             {`<a href`, `<a tabindex="2" href`},
		"picture has no name":          {` aria-label="E"`, ``},
		"says neither what it is":      {`role="img"`, ``},
		"picture has no text":          {`C `, `<img>`},
		"has no scope":                 {`C `, `<table><tr><th>I</table>`},
		"list holds something":         {`<p>C`, `<ul><p>J</ul><p>C`},
		"id is there twice":            {`<p>H`, `<p id="d">H`},
		"leads nowhere":                {`#d`, `#nowhere`},
		"contrast 2.32 of 4.5: <p sty": {`<p>H`, `<p style="color:#aaa">H`},
		"contrast 2.32 of 3":           {`fill="#000"`, `fill="#aaa"`},
		"it moves":                     {`<p>H`, `<p style="transition: color 1s">H`},
		"":                             {},
	} {
		page := Open(t, browser, []byte(strings.Replace(sound, change[0], change[1], 1)))
		found := faults(t, page)
		switch {
		case want == "" && len(found) > 0:
			t.Errorf("in a page without faults: %q", found)
		case want != "" && !strings.Contains(strings.Join(found, "\n"), want):
			t.Errorf("%q was not found: %q", want, found)
		}
	}
}
