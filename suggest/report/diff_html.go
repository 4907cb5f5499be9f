package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"sgfit/suggest"
)

//go:embed diff.html.tmpl
var diffTemplate string

// DiffHTML writes a comparison as a page, on the same terms as HTML.
func DiffHTML(w io.Writer, c suggest.Comparison, opts DiffOptions) error {
	tmpl, err := template.New("diff.html").Funcs(template.FuncMap{"count": count[int]}).Parse(diffTemplate)
	if err != nil {
		return fmt.Errorf("parse the comparison's template: %w", err)
	}
	if opts.Title == "" {
		opts.Title = "Security groups, then and now"
	}
	style := opts.Brand.style(stylesheet)
	page := struct {
		Options
		DiffView
		Policy template.HTML
		Style  template.CSS
	}{opts.withDefaults(), newDiffView(c), policy(style, false), template.CSS(style)}
	if err := tmpl.Execute(w, page); err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	return nil
}
