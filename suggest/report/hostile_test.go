package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/suggest"
)

// hostile is text that tries to break out of every output at once.
const hostile = "</style></details></table><script>alert(1)</script><img src=x onerror=alert(1)>\"'` onclick=x style=color:red " +
	"{{.}} | a | b `c` **d** _e_ [f](javascript:alert(1)) ![g](http://h.example/) <!-- https://i.example www.j.example @k #1 $l$\n" +
	"| m |\r\n# n\n```\n\x1b[31mred\x1b]0;title\x07\x9b2J\u202etxt.exe\u2066\u200b\x00 &lt; \\| \xff"

// filled is the sample plan with every string of it, whatever its meaning, replaced. Strips are cut to the same few letters,
// since what is drawn follows them.
func filled(t testing.TB, s string) suggest.Plan {
	p := samplePlan(t)
	fill(reflect.ValueOf(&p), s)
	for _, g := range p.Groups {
		for i := range g.Rules {
			g.Rules[i].Evidence.Strip = "##..?-"
		}
	}
	return p
}

func fill(v reflect.Value, s string) {
	switch {
	case v.Kind() == reflect.String:
		v.SetString(s)
	case v.Kind() == reflect.Pointer && !v.IsNil():
		fill(v.Elem(), s)
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			fill(v.Field(i), s)
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), s)
		}
	}
}

func rendered(t testing.TB, f func(w io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func hostileOptions(s string) Options {
	return Options{Title: s, Command: s, GeneratedBy: s, Open: 3}
}

var (
	tag       = regexp.MustCompile(`<(/?[a-zA-Z!][a-zA-Z0-9]*)([^>]*)>`)
	attribute = regexp.MustCompile(`\s([^\s=]+)(?:="([^"]*)")?`)
)

// skeleton lists the elements of a page with the names of their attributes, without any text or value.
func skeleton(page string) []string {
	var out []string
	for _, m := range tag.FindAllStringSubmatch(page, -1) {
		s := m[1]
		for _, a := range attribute.FindAllStringSubmatch(m[2], -1) {
			s += " " + a[1]
		}
		out = append(out, s)
	}
	return out
}

func TestHTMLKeepsItsShapeWhateverTheText(t *testing.T) {
	page := func(s string) string {
		return rendered(t, func(w io.Writer) error { return HTML(w, filled(t, s), hostileOptions(s)) })
	}
	if diff := cmp.Diff(skeleton(page("plain")), skeleton(page(hostile))); diff != "" {
		t.Errorf("hostile text changes elements or attributes (-plain +hostile):\n%s", diff)
	}
}

func TestHTMLLoadsAndRunsNothing(t *testing.T) {
	for _, s := range []string{"plain", hostile} {
		page := rendered(t, func(w io.Writer) error { return HTML(w, filled(t, s), hostileOptions(s)) })
		for _, m := range tag.FindAllStringSubmatch(page, -1) {
			switch m[1] {
			case "script", "img", "link", "iframe", "object", "embed", "base", "form", "video", "audio",
				"foreignObject", "image", "use", "animate", "set", "filter": // these of SVG
				t.Errorf("element %s", m[0])
			}
			for _, a := range attribute.FindAllStringSubmatch(m[2], -1) {
				name, value := strings.ToLower(a[1]), a[2]
				if strings.HasPrefix(name, "on") || name == "style" || name == "src" || name == "href" && !strings.HasPrefix(value, "#") {
					t.Errorf("attribute %s=%q", name, value)
				}
			}
		}
	}
}

func TestHTMLPolicyAllowsItsStyleOnly(t *testing.T) {
	page := rendered(t, func(w io.Writer) error { return HTML(w, filled(t, hostile), hostileOptions(hostile)) })
	styles := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(page, -1)
	if len(styles) != 1 {
		t.Fatalf("%d styles, want 1", len(styles))
	}
	sum := sha256.Sum256([]byte(styles[0][1]))
	want := `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-` +
		base64.StdEncoding.EncodeToString(sum[:]) + `'; base-uri 'none'; form-action 'none'">`
	head, _, _ := strings.Cut(page, "<title>")
	if !strings.Contains(head, want) {
		t.Errorf("the head lacks %s:\n%s", want, head)
	}
	if regexp.MustCompile(`(?i)url\(|@import|expression`).MatchString(styles[0][1]) {
		t.Error("the style loads something")
	}
}

func TestHTMLAnchorsAreUniqueAndLinksLead(t *testing.T) {
	p := samplePlan(t)
	p.Groups = append(p.Groups, p.Groups[0])
	page := rendered(t, func(w io.Writer) error { return HTML(w, p, sampleOptions()) })
	ids := map[string]int{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]]++; ids[m[1]] > 1 {
			t.Errorf("id %q is there twice", m[1])
		}
	}
	for _, m := range regexp.MustCompile(` href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] == 0 {
			t.Errorf("a link leads to %q, which is nowhere", m[1])
		}
	}
}

func TestMarkdownKeepsItsShapeWhateverTheText(t *testing.T) {
	page := func(s string) []string {
		md := rendered(t, func(w io.Writer) error { return Markdown(w, filled(t, s), hostileOptions(s)) })
		return strings.Split(md, "\n")
	}
	plain, bad := page("plain"), page(hostile)
	if len(plain) != len(bad) {
		t.Fatalf("%d lines with plain text, %d with hostile text", len(plain), len(bad))
	}
	for i := range plain {
		if want, got := pipes(plain[i]), pipes(bad[i]); want > 0 && want != got {
			t.Errorf("line %d has %d cells, with hostile text %d: %s", i+1, want, got, bad[i])
		}
	}
}

// pipes counts what might split a table row. Escaped pipes count as well: readers of Markdown disagree on them.
func pipes(line string) int {
	return strings.Count(line, "|")
}

func TestMarkdownTextIsInert(t *testing.T) {
	got := markdownText(hostile)
	for _, bad := range []string{"<", ">", "\n", "\x1b", "\u202e", "http:", "https:", "www.", "@"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q came through: %s", bad, got)
		}
	}
	if m := regexp.MustCompile("(^|[^\\\\&])[`*_\\[\\]|~$!#]").FindString(got); m != "" {
		t.Errorf("%q is not escaped: %s", m, got)
	}
}

func TestMarkdownCode(t *testing.T) {
	for in, want := range map[string]string{
		"":        "",
		"plain":   "`plain`",
		"a|b":     "a&#124;b",
		"a`b":     "``a`b``",
		"``a":     "``` ``a ```",
		"a\nb":    "`a\\nb`",
		"<b>@x|y": "&lt;b&gt;&#64;x&#124;y",
	} {
		if got := markdownCode(in); got != want {
			t.Errorf("markdownCode(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestTerminalOutputIsHarmless(t *testing.T) {
	own := regexp.MustCompile("\x1b\\[[0-9;]+m")
	for name, got := range map[string]string{
		"summary": rendered(t, func(w io.Writer) error {
			return Summary(w, filled(t, hostile), SummaryOptions{Width: 250})
		}),
		"summary in colour": own.ReplaceAllString(rendered(t, func(w io.Writer) error {
			return Summary(w, hostileNames(t), SummaryOptions{Width: 120, Colour: true})
		}), ""),
		"explain": rendered(t, func(w io.Writer) error {
			return Explain(w, hostileNames(t), "sgr-0b1000000000000a2", ExplainOptions{Sightings: sampleSightings(hostile)})
		}),
		"explain in colour": own.ReplaceAllString(rendered(t, func(w io.Writer) error {
			return Explain(w, hostileNames(t), "sgr-0b1000000000000a2", ExplainOptions{Colour: true})
		}), ""),
		"comparison": rendered(t, func(w io.Writer) error {
			return Diff(w, suggest.Compare(samplePlan(t), hostileNames(t)), DiffOptions{})
		}),
		"error": Explain(io.Discard, hostileNames(t), hostile, ExplainOptions{}).Error(),
	} {
		for _, r := range got {
			if r != '\n' && visible(string(r)) != string(r) || r == '\ufffd' {
				t.Errorf("%s: %U came through", name, r)
				break
			}
		}
		if name != "error" && !strings.Contains(got, `\x1b[31mred`) && !strings.HasPrefix(name, "summary in") {
			t.Errorf("%s: the hostile text is not shown at all", name)
		}
	}
}

// hostileNames is the sample plan with hostile names and descriptions, its ids as they were.
func hostileNames(t testing.TB) suggest.Plan {
	p := samplePlan(t)
	for i := range p.Groups {
		p.Groups[i].GroupName = hostile
		for j := range p.Groups[i].Rules {
			p.Groups[i].Rules[j].Description = hostile
			p.Groups[i].Rules[j].Opened = &suggest.Opened{At: p.Window.Start, By: hostile, Call: hostile}
		}
	}
	return p
}

func TestVisiblePlanCoversEveryStringAndCopies(t *testing.T) {
	before := filled(t, "a\x1bb")
	if diff := cmp.Diff(filled(t, `a\x1bb`), visiblePlan(before)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(filled(t, "a\x1bb"), before); diff != "" {
		t.Errorf("the plan itself was changed:\n%s", diff)
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"web-Größe 東京 🚀": "web-Größe 東京 🚀",
		"a\nb\tc\rd":     `a\nb\tc\rd`,
		"\x1b[2J\x07":    `\x1b[2J\x07`,
		"\u009b":         `\x9b`,
		"\u202e\u2028":   `\u202e\u2028`,
		"\U000e0041":     `\U000e0041`,
		"\xff\xfe":       `\xff\xfe`,
		"\u00ad\ufeff":   `\xad\ufeff`,
	} {
		if got := visible(in); got != want {
			t.Errorf("visible(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestMarkdownHasNoElementsButBreaks(t *testing.T) {
	md := rendered(t, func(w io.Writer) error { return Markdown(w, filled(t, hostile), hostileOptions(hostile)) })
	text := strings.ReplaceAll(withoutCode(md), "<br>", "")
	if i := strings.IndexByte(text, '<'); i >= 0 {
		t.Errorf("an element in plain text: %.80q", text[i:])
	}
	if m := regexp.MustCompile(`[^\\]\]\(|https?://|www\.`).FindString(text); m != "" {
		t.Errorf("a link in plain text: %q", m)
	}
	if strings.Count(withoutCode("a ``b`c`` d `e` ```f"), "`") != 3 {
		t.Error("this test reads code spans wrongly")
	}
}

// withoutCode takes out code spans and fenced blocks: a run of backticks up to the next run of the same length.
func withoutCode(md string) string {
	var b strings.Builder
	runs := regexp.MustCompile("`+").FindAllStringIndex(md, -1)
	at := 0
	for i := 0; i < len(runs); i++ {
		length := runs[i][1] - runs[i][0]
		escaped := runs[i][0] > 0 && md[runs[i][0]-1] == '\\'
		for j := i + 1; j < len(runs) && !escaped; j++ {
			if runs[j][1]-runs[j][0] == length {
				b.WriteString(md[at:runs[i][0]])
				at, i = runs[j][1], j
				break
			}
		}
	}
	return b.String() + md[at:]
}
