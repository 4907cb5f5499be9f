package review

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"

	"sgfit/suggest"
)

//go:embed review.html.tmpl review.js review.css
var assets embed.FS

// page sends the frame; what it shows is asked for by its script, which puts text into it as text.
func (s *Site) page(w http.ResponseWriter, _ *http.Request) {
	tmpl, err := template.ParseFS(assets, "review.html.tmpl")
	if err != nil {
		fail(w, err)
		return
	}
	plan := s.book.plan
	var body bytes.Buffer
	err = tmpl.Execute(&body, struct {
		CSRF, Who, Database, From, To string
		CanSave                       bool
		Kinds                         []suggest.Kind
		Grades                        []string
	}{s.csrf, suggest.Visible(s.opt.Who), suggest.Visible(s.opt.Database), plan.Window.Start.Format("2006-01-02"),
		plan.Window.End.AddDate(0, 0, -1).Format("2006-01-02"), s.opt.Save != nil, suggest.VisibleCopy(s.book.kinds), []string{"high", "medium", "low", "none"}})
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(body.Bytes()) // whoever asked may have gone
}

func asset(name, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		body, err := assets.ReadFile(name)
		if err != nil {
			fail(w, err)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body) // whoever asked may have gone
	}
}
