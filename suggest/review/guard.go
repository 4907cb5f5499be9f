package review

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// policy lets the page use what this server sends, and nothing else: no inline script or style, no frame, no form.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// maxBody is room for an exception for every rule of a large plan.
const maxBody = 64 << 20

// guard lets through what the page itself asks: to a name of this machine (a foreign one is DNS rebinding), with the token in
// the path, and what changes something from the page's own origin with the page's own second token.
func (s *Site) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if code, problem := s.refused(r); code != 0 {
			http.Error(w, problem, code)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// refused says why a request is not answered; 0 where it is.
func (s *Site) refused(r *http.Request) (int, string) {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case !slices.Contains(s.hosts(), r.Host):
		return http.StatusMisdirectedRequest, "sgfit review answers to 127.0.0.1 and localhost only"
	case subtle.ConstantTimeCompare([]byte(first), []byte(s.token)) != 1:
		return http.StatusForbidden, "Open the address that 'sgfit review' printed: it is another one each time that it is started."
	case !s.ownOrigin(r):
		return http.StatusForbidden, "that request comes from another page"
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return 0, ""
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "GET and POST only"
	case r.Header.Get("Origin") == "":
		return http.StatusForbidden, "a request that changes something must name its origin"
	case subtle.ConstantTimeCompare([]byte(r.Header.Get("X-CSRF-Token")), []byte(s.csrf)) != 1:
		return http.StatusForbidden, "the page's token is missing; load the page again"
	case r.Header.Get("Content-Type") != "application/json":
		return http.StatusUnsupportedMediaType, "send application/json"
	}
	return 0, ""
}

// ownOrigin says whether a request comes from the page itself, or from somebody who opens its address.
func (s *Site) ownOrigin(r *http.Request) bool {
	if origin, sent := r.Header["Origin"]; sent && (len(origin) != 1 || origin[0] != "http://"+r.Host) {
		return false
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	// A link in a mail leads to the page, but nowhere else.
	isPage := r.Method == http.MethodGet && r.URL.Path == s.prefix()+"/"
	return isPage && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

func itoa(n int) string { return strconv.Itoa(n) }
