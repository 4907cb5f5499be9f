package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"sgfit/suggest"
)

//go:embed report.html.tmpl
var htmlTemplate string

//go:embed report.css
var stylesheet string

// HTML writes the report as one page that needs nothing else: no script, no request, and a content security policy that
// allows only the one inline style, by its hash. Text of the plan reaches it only through html/template's escaping.
func HTML(w io.Writer, plan suggest.Plan, opts Options) error {
	return writeHTML(w, newPage(plan, opts, mostCards))
}

func writeHTML(w io.Writer, p Page) error {
	tmpl, err := template.New("report.html").Funcs(template.FuncMap{
		"n": thousands[int], "n64": thousands[int64], "bits": bits, "count": count[int],
		"scopes": scopeTable, "chunks": chunks, "shortened": shortened,
	}).Parse(htmlTemplate)
	if err != nil {
		return fmt.Errorf("parse the report's template: %w", err)
	}
	out := bufio.NewWriterSize(w, 1<<16)
	style := p.Brand.style(stylesheet)
	page := struct {
		Page
		Policy template.HTML
		Style  template.CSS
		Logo   template.URL
	}{p, policy(style, p.Brand.logo != ""), template.CSS(style), p.Brand.logo}
	if err := tmpl.Execute(out, page); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// policy is the meta element that forbids everything but the given inline style, and a picture that stands in the page. It is
// ours to the last byte, so it may pass by the escaping that would break it.
func policy(style string, picture bool) template.HTML {
	sum, images := sha256.Sum256([]byte(style)), ""
	if picture {
		images = " img-src data:;"
	}
	return template.HTML(fmt.Sprintf(
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-%s';%s base-uri 'none'; form-action 'none'">`,
		base64.StdEncoding.EncodeToString(sum[:]), images))
}
