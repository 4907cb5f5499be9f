package review

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"sgfit/schema"
	"sgfit/suggest"
)

// page is a site that listens, with its book.
type served struct {
	*Site
	book *Book
	url  string // with the token and a slash
}

func serve(t testing.TB, plan suggest.Plan, store Store) served {
	t.Helper()
	book := open(t, plan, store)
	server := httptest.NewUnstartedServer(nil)
	site := NewSite(book, Options{Port: server.Listener.Addr().(*net.TCPAddr).Port, Who: "ann", Database: "a.db", Replayer: webFlows(),
		Exporter: exporter{}, Exceptions: exceptionFile{"exceptions.yaml", new([]suggest.Exception)},
		Save: func(suggest.Plan, []Rejected) ([]string, error) { return []string{"plan.accepted.json"}, nil }})
	server.Config.Handler = site.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return served{site, book, site.URL()}
}

// send asks like the page does, unless change makes the request another.
func (s served) send(t testing.TB, method, path, body string, change func(*http.Request)) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		r.Header.Set("Origin", "http://"+r.URL.Host)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-CSRF-Token", s.csrf)
	}
	if change != nil {
		change(r)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text), answer.Header
}

const acceptFirst = `{"action":"accept","rules":[{"rule":0,"version":0}]}`

// TestGuard: what is refused changes nothing, and shows nothing of the plan.
func TestGuard(t *testing.T) {
	store := &memory{}
	s := serve(t, testPlan(t), store)
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			if value == "" {
				r.Header.Del(name)
			} else {
				r.Header.Set(name, value)
			}
		}
	}
	path := func(p string) func(*http.Request) {
		return func(r *http.Request) { r.URL.Path, r.URL.RawPath = p, "" }
	}
	host := func(h string) func(*http.Request) {
		return func(r *http.Request) {
			r.Host = h
			if r.Method == http.MethodPost {
				r.Header.Set("Origin", "http://"+h)
			}
		}
	}
	port := strings.TrimPrefix(s.hosts()[0], "127.0.0.1")
	for name, c := range map[string]struct {
		method, path string
		change       func(*http.Request)
		want         int
	}{
		"foreign name (DNS rebinding)":     {"POST", "api/decide", host("evil.example" + port), 421},
		"foreign name, page":               {"GET", "", host("evil.example" + port), 421},
		"name that begins like ours":       {"GET", "", host("127.0.0.1.evil.example" + port), 421},
		"other port":                       {"GET", "", host("127.0.0.1:1"), 421},
		"no port":                          {"GET", "", host("127.0.0.1"), 421},
		"all interfaces":                   {"GET", "", host("0.0.0.0" + port), 421},
		"no token":                         {"GET", "", path("/"), 403},
		"no token, api":                    {"POST", "api/decide", path("/api/decide"), 403},
		"wrong token":                      {"POST", "api/decide", path("/" + strings.Repeat("A", 26) + "/api/decide"), 403},
		"part of the token":                {"GET", "", path("/" + s.token[:25] + "/"), 403},
		"more than the token":              {"GET", "", path("/" + s.token + "A/"), 403},
		"csrf token in the token's place":  {"GET", "", path("/" + s.csrf + "/"), 403},
		"foreign origin":                   {"POST", "api/decide", header("Origin", "http://evil.example"), 403},
		"own origin by https":              {"POST", "api/decide", header("Origin", "https://127.0.0.1"+port), 403},
		"origin of another port":           {"POST", "api/decide", header("Origin", "http://127.0.0.1:1"), 403},
		"opaque origin":                    {"POST", "api/decide", header("Origin", "null"), 403},
		"no origin":                        {"POST", "api/decide", header("Origin", ""), 403},
		"foreign origin reads":             {"GET", "api/rules", header("Origin", "http://evil.example"), 403},
		"cross-site reads":                 {"GET", "api/rules", header("Sec-Fetch-Site", "cross-site"), 403},
		"same-site (another port) reads":   {"GET", "js/review.js", header("Sec-Fetch-Site", "same-site"), 403},
		"cross-site posts":                 {"POST", "api/decide", header("Sec-Fetch-Site", "cross-site"), 403},
		"no csrf token":                    {"POST", "api/decide", header("X-CSRF-Token", ""), 403},
		"wrong csrf token":                 {"POST", "api/decide", header("X-CSRF-Token", s.token), 403},
		"a form":                           {"POST", "api/decide", header("Content-Type", "text/plain"), 415},
		"GET of what changes":              {"GET", "api/decide", nil, 405},
		"GET of saving":                    {"GET", "api/save", nil, 405},
		"GET of adding exceptions":         {"GET", "api/exceptions/add", nil, 405},
		"cross-site adds exceptions":       {"POST", "api/exceptions/add", header("Sec-Fetch-Site", "cross-site"), 403},
		"cross-site download":              {"GET", "exports/csv", header("Sec-Fetch-Site", "cross-site"), 403},
		"download without token":           {"GET", "exports/csv", path("/exports/csv"), 403},
		"an export that there is not":      {"GET", "exports/exe", nil, 422},
		"a module that there is not":       {"GET", "js/evil.js", nil, 404},
		"a module by a path":               {"GET", "js/..%2freview.html.tmpl", nil, 404},
		"POST of what is read":             {"POST", "api/rules", nil, 405},
		"PUT":                              {"PUT", "api/decide", nil, 405},
		"OPTIONS (no preflight is passed)": {"OPTIONS", "api/decide", nil, 405},
		"DELETE with all tokens":           {"DELETE", "api/decide", header("X-CSRF-Token", s.csrf), 405},
		"up and out":                       {"GET", "", path("/" + s.token + "/../../etc/passwd"), 403},
		"a file of ours":                   {"GET", "review.html.tmpl", nil, 404},
		"source":                           {"GET", "book.go", nil, 404},
		"encoded way up":                   {"GET", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", nil, 404},
		"no such rule":                     {"GET", "api/rules/99", nil, 422},
		"a rule by a path":                 {"GET", "api/rules/..%2f..%2fx", nil, 422},
	} {
		code, body, headers := s.send(t, c.method, c.path, acceptFirst, c.change)
		// The mux sends a path with dots to the clean one, which has no token any more.
		if name == "up and out" && code == http.StatusTemporaryRedirect || name == "up and out" && code == http.StatusMovedPermanently {
			continue
		}
		if code != c.want || strings.Contains(body, "sg-web") || strings.Contains(body, s.csrf) || strings.Contains(body, "root:") {
			t.Errorf("%s: %d, want %d\n%s", name, code, c.want, body)
		}
		if headers.Get("Access-Control-Allow-Origin") != "" || !strings.Contains(headers.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: headers %v", name, headers)
		}
	}
	if len(store.log) != 0 {
		t.Fatalf("it was stored: %v", store.log)
	}
	for name, change := range map[string]func(*http.Request){"as the page asks": nil, "as localhost": host("localhost" + port)} {
		s.book.mu.RLock()
		version := s.book.items[0].version
		s.book.mu.RUnlock()
		ask, _ := json.Marshal(Ask{Action: schema.DecisionAccept, Rules: []Seen{{0, version}}})
		if code, body, _ := s.send(t, "POST", "api/decide", string(ask), change); code != 200 {
			t.Errorf("%s: %d %s", name, code, body)
		}
	}
	if len(store.log) != 2 {
		t.Errorf("%v", store.log)
	}
}

// TestALinkLeadsToThePage: somebody may click on the address in a chat, but no page may read or frame it.
func TestALinkLeadsToThePage(t *testing.T) {
	s := serve(t, testPlan(t), &memory{})
	from := func(mode, dest string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", mode)
			r.Header.Set("Sec-Fetch-Dest", dest)
		}
	}
	for dest, want := range map[string]int{"document": 200, "iframe": 403, "image": 403, "": 403} {
		if code, _, _ := s.send(t, "GET", "", "", from("navigate", dest)); code != want {
			t.Errorf("%q: %d, want %d", dest, code, want)
		}
	}
	if code, _, _ := s.send(t, "GET", "api/rules", "", from("navigate", "document")); code != 403 {
		t.Errorf("data by a link: %d", code)
	}
}

// TestLoopbackOnly: nobody else's machine reaches the page.
func TestLoopbackOnly(t *testing.T) {
	listener, err := Listen(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if addr := listener.Addr().(*net.TCPAddr); !addr.IP.IsLoopback() || addr.Port == 0 {
		t.Errorf("listens on %s", addr)
	}
	if NewSite(nil, Options{}).token == NewSite(nil, Options{}).token {
		t.Error("two sites have one token")
	}
}

// TestBadRequests are answered in words.
func TestBadRequests(t *testing.T) {
	store := &memory{}
	s := serve(t, testPlan(t), store)
	mustDecide(t, s.book, s.book.asked(schema.DecisionReject, "no", removed))
	for body, want := range map[string]int{
		``: 422, `[]`: 422, `{"action":"accept","rules":[{"rule":0,"version":0}],"extra":1}`: 422, acceptFirst + acceptFirst: 422, `{"action":"undo","rules":[{"rule":1,"version":1}]}`: 422,
		`{"action":"accept","rules":[{"rule":1,"version":0}]}`: 409, `{"action":"reject","rules":[{"rule":0,"version":0}]}`: 422,
		`{"action":"accept","rules":[{"rule":1e99,"version":0}]}`: 422, `{"action":"accept","reason":"` + strings.Repeat("x", maxBody) + `"}`: 422,
	} {
		code, answer, _ := s.send(t, "POST", "api/decide", body, nil)
		var p problem
		if err := json.Unmarshal([]byte(answer), &p); err != nil || code != want || p.Problem == "" {
			t.Errorf("%.60s: %d %s, want %d", body, code, answer, want)
		}
	}
	store.err = errDisk
	if code, answer, _ := s.send(t, "POST", "api/decide", acceptFirst, nil); code != 500 || !strings.Contains(answer, "the disk is full") {
		t.Errorf("%d %s", code, answer)
	}
	if len(store.log) != 1 {
		t.Errorf("%v", store.log)
	}
}

// TestHostileText: what people may write into names, descriptions and reasons is text in every answer.
func TestHostileText(t *testing.T) {
	const hostile = "</script><img src=x onerror=alert(1)>'\"&{{.}}${1}`\x00\x1b[31m\u202e\u2028=cmd|' /C calc'!A0"
	plan := testPlan(t)
	for i := range plan.Groups {
		g := &plan.Groups[i]
		g.GroupName, g.VPCID = hostile, hostile
		for j := range g.Rules {
			g.Rules[j].Description = hostile
			g.Rules[j].Findings = append(g.Rules[j].Findings, suggest.Finding{Kind: hostile, Reason: hostile})
			for k := range g.Rules[j].Replacement {
				g.Rules[j].Replacement[k].Description = hostile
			}
		}
	}
	s := serve(t, plan, &memory{})
	s.opt.Who, s.opt.Database = hostile, hostile
	ask := s.book.asked(schema.DecisionReject, hostile, removed)
	ask.Who = hostile
	mustDecide(t, s.book, ask)
	for _, path := range []string{"", "api/rules?action=any", "api/rules/0", "api/rules/1", "api/log", "api/outcome", "api/choose", "api/groups", "api/exceptions", "api/exports/csv", "rejected.json", "plan.accepted.json"} {
		code, body, headers := s.send(t, "GET", path, "", nil)
		if code != 200 || strings.Contains(body, "<img") || strings.Contains(body, "</script><") || strings.ContainsAny(body, "\x00\x1b\u2028") {
			t.Errorf("%s: %d\n%.2000s", path, code, body)
		}
		if !strings.HasSuffix(path, ".json") && strings.ContainsAny(body, "\u202e") {
			t.Errorf("%s reorders text", path)
		}
		if headers.Get("X-Content-Type-Options") != "nosniff" || path != "" && !strings.HasPrefix(headers.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %v", path, headers)
		}
	}
	accepted, err := s.book.Accepted()
	if err != nil || accepted.Groups[0].GroupName != hostile || accepted.Groups[0].Rules[removed].Decision.Reason != hostile {
		t.Errorf("the accepted plan holds what AWS holds: %v", err)
	}
}

// TestPageNeedsNothingElse: no address but its own, no inline script or style.
func TestPageNeedsNothingElse(t *testing.T) {
	s := serve(t, testPlan(t), &memory{})
	outside := regexp.MustCompile(`(?i)(https?:)?//[a-z0-9]|\burl\(|@import|\bon[a-z]+="|style="|<script[^>]*>[^<]|innerHTML|insertAdjacentHTML|document\.write|\beval\(`)
	modules, err := fs.Glob(assets, "js/*.js")
	if err != nil || len(modules) < 10 {
		t.Fatalf("%q, %v", modules, err)
	}
	for _, path := range append(modules, "", "review.css") {
		code, body, _ := s.send(t, "GET", path, "", nil)
		if found := outside.FindString(body); code != 200 || found != "" {
			t.Errorf("%s: %d, %q", path, code, found)
		}
		if path == "" && !bytes.Contains([]byte(body), []byte(`src="js/review.js"`)) {
			t.Error("the page has no script")
		}
	}
}
