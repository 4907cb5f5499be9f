package review

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"sgfit/suggest"
)

//go:embed review.html.tmpl review.css js/*.js
var assets embed.FS

// page sends the frame; what it shows is asked for by its script, which puts text into it as text.
func (s *Site) page(w http.ResponseWriter, _ *http.Request) {
	tmpl, err := template.ParseFS(assets, "review.html.tmpl")
	if err != nil {
		fail(w, err)
		return
	}
	formats, err := json.Marshal(s.opt.Exporter.Formats())
	if err != nil {
		fail(w, err)
		return
	}
	plan := s.book.plan
	var body bytes.Buffer
	err = tmpl.Execute(&body, struct {
		CSRF, Who, Database, From, To, Formats string
		CanSave                                bool
		Kinds                                  []suggest.Kind
		Grades                                 []string
	}{s.csrf, suggest.Visible(s.opt.Who), suggest.Visible(s.opt.Database), plan.Window.Start.Format("2006-01-02"),
		plan.Window.End.AddDate(0, 0, -1).Format("2006-01-02"), string(formats), s.opt.Save != nil, suggest.VisibleCopy(s.book.kinds), []string{"high", "medium", "low", "none"}})
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(body.Bytes()) // whoever asked may have gone
}

// asset sends an embedded file by its path.
func asset(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := assets.ReadFile(strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body) // whoever asked may have gone
	}
}
